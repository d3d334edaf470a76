"""A series is changed from one of its visits on: moved, or cancelled, each looked at first."""

from typing import Any

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from mibo import clock, db
from mibo.booking import series_changes
from mibo.errors import Conflict, Invalid
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.money import rupees
from mibo.web import desk_record, series_rows
from mibo.web.access import actor, may
from mibo.web.filters import moment
from mibo.web.forms.series import CancelSeriesForm, MoveSeriesForm
from mibo.web.htmx import go, show
from mibo.web.inputs.series import CancelSeriesInput, MoveSeriesInput
from mibo.web.reads import noted

bp = Blueprint("series_changes", __name__, url_prefix=f"/series/<int(max={GREATEST_ID}):series_id>")


@bp.get("/move")
@may(Permission.MOVE_APPOINTMENTS)
@noted("series.opened", "series_id")
def move(series_id: int) -> ResponseReturnValue:
    """Where this and the following may go."""
    form = MoveSeriesForm(formdata=None)
    return _move(series_id, form)


@bp.post("/move")
@may(Permission.MOVE_APPOINTMENTS, own_transactions=True)
def take_move(series_id: int) -> ResponseReturnValue:
    """First where each would be; sent again with the choices, they are moved."""
    form = MoveSeriesForm()
    said = form.read(MoveSeriesInput)
    with db.reading():
        if said is None or request.form.get("back"):
            return _move(series_id, form, status=200 if said else 422)
        try:
            shifts = _shifts(series_id, said, {})
        except (Invalid, Conflict) as error:
            return _move_refused(series_id, form, error)
        if said.seen is None or request.form.get("step") != "move":
            return _confirm_move(series_id, form, said, shifts)
    try:
        with db.transaction():
            done = series_changes.move_series(
                series_id, from_number=said.from_number, first=clock.instant(said.day, said.at), by=actor(),
                choices=_choices(shifts), seen_as=said.seen_as,
            )  # fmt: skip
    except (Invalid, Conflict) as error:
        form.say("", error.message)
        with db.reading():
            return _confirm_move(series_id, form, said, _shifts(series_id, said, {}), status=409)
    _tell_moved(len(done.visits), done.stayed)
    return go("series.one", series_id=series_id)


def _shifts(series_id: int, said: MoveSeriesInput, choices: series_rows.Choices) -> list[series_changes.Shift]:
    first = clock.instant(said.day, said.at)
    return series_changes.preview_move(
        series_id, from_number=said.from_number, first=first, by=actor(), choices=choices
    )


def _choices(shifts: list[series_changes.Shift]) -> series_rows.Choices:
    return series_rows.choices_of({shift.number: clock.clinic_day(shift.goal) for shift in shifts})


def _tell_moved(count: int, stayed: Any) -> None:
    words = "1 appointment is moved." if count == 1 else f"{count} appointments are moved."
    flash(f"{words} The patient and the clinician hear of it on WhatsApp, in one message.", "success")
    for shift in stayed:
        why = f": {shift.found.reasons[0].text}" if shift.found.reasons else ", as you chose"
        flash(f"Number {shift.number} stays on {moment(shift.visit.starts_at)}{why}.", "warn")


def _move_refused(series_id: int, form: MoveSeriesForm, error: Invalid | Conflict) -> ResponseReturnValue:
    if isinstance(error, Invalid):
        form.refuse(error)
    else:
        form.say("", error.message)
    return _move(series_id, form, status=422 if isinstance(error, Invalid) else 409)


def _move(series_id: int, form: MoveSeriesForm, *, status: int = 200) -> ResponseReturnValue:
    facts = _about(series_id, form)
    ahead = [row for row in facts["rows"] if row.stands]
    if not ahead:
        return go("series.one", series_id=series_id)
    form.from_number.choices = [(row.number, f"Number {row.number}, {row.when}") for row in ahead]
    form.from_number.data = form.from_number.data or ahead[0].number
    if not form.is_submitted():
        chosen = next((each for each in facts["visits"] if each.series_number == form.from_number.data), None)
        if chosen is not None:
            form.day.data = clock.clinic_day(chosen.starts_at).isoformat()
            form.at.data = f"{clock.local(chosen.starts_at):%H:%M}"
    return show("series_changes/move.html", form=form, **facts, status=status)


def _confirm_move(
    series_id: int,
    form: MoveSeriesForm,
    said: MoveSeriesInput,
    shifts: list[series_changes.Shift],
    *,
    status: int = 200,
) -> ResponseReturnValue:
    seen = series_rows.seen_of([shift.visit for shift in shifts])
    facts = _about(series_id, form)
    return show(
        "series_changes/move_sure.html", form=form, shifts=series_rows.shift_rows(shifts), seen=seen,
        from_number=said.from_number, **facts, status=status,
    )  # fmt: skip


def _about(series_id: int, form: MoveSeriesForm | CancelSeriesForm) -> dict[str, Any]:
    of, visits = series_changes.series_in_full(series_id, by=actor())
    if not form.is_submitted():
        asked = request.args.get("from", "")
        form.from_number.data = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 3 else None
    return {
        "of": of, "visits": visits, "rows": series_rows.visit_rows(visits), "patient": visits[0].patient,
        "facts": desk_record.facts_of(visits[0], actor()), "centre_name": visits[0].centre.short_name,
    }  # fmt: skip


@bp.get("/cancellation")
@may(Permission.CANCEL_APPOINTMENTS)
@noted("series.opened", "series_id")
def cancellation(series_id: int) -> ResponseReturnValue:
    """What cancelling this and the following means, asked once more and with a reason."""
    return _cancellation(series_id, CancelSeriesForm(formdata=None))


@bp.post("/cancellation")
@may(Permission.CANCEL_APPOINTMENTS, own_transactions=True)
def call_off(series_id: int) -> ResponseReturnValue:
    """This and the following are cancelled."""
    form = CancelSeriesForm()
    if done := form.made(CancelSeriesInput, lambda said: _call_off(series_id, said)):
        back = f" {rupees(done.refund_paise)} goes back." if done.refund_paise else ""
        count = len(done.visits)
        flash(f"{count} {'appointment is' if count == 1 else 'appointments are'} cancelled.{back}", "success")
        return go("series.one", series_id=series_id)
    with db.reading():
        return _cancellation(series_id, form, status=form.status)


def _call_off(series_id: int, said: CancelSeriesInput) -> series_changes.CalledOff:
    return series_changes.call_off_series(
        series_id, from_number=said.from_number, reason=said.reason, wish=said.wish, by=actor(), seen_as=said.seen_as
    )


def _cancellation(series_id: int, form: CancelSeriesForm, *, status: int = 200) -> ResponseReturnValue:
    facts = _about(series_id, form)
    standing = series_changes.to_call_off(series_id, from_number=1, by=actor())
    if not standing:
        return go("series.one", series_id=series_id)
    numbers = {one.series_number or 0: one for one in standing}
    form.from_number.choices = [
        (number, f"Number {number}, {moment(one.starts_at)}") for number, one in numbers.items()
    ]
    form.from_number.data = form.from_number.data or min(numbers)
    back = [
        (
            number,
            moment(one.starts_at),
            *(rupees(series_changes.returned(one, wish)[0]) for wish in series_changes.Wish),
        )
        for number, one in numbers.items()
    ]
    return show(
        "series_changes/cancellation.html",
        form=form,
        back=back,
        seen=series_rows.seen_of(standing),
        **facts,
        status=status,
    )

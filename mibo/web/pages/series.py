"""Series of appointments: planned and looked at, booked, and seen as a whole."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from mibo import clinics, clock, db, messaging, people
from mibo.booking import series, series_changes, series_rules, series_times
from mibo.errors import Conflict, Invalid, Missing
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID, read_id
from mibo.payments import DrawerClosed, drawers
from mibo.web import desk_record, desk_sheet, series_rows
from mibo.web.access import actor, may
from mibo.web.desk_words import MODES
from mibo.web.filters import moment
from mibo.web.forms.series import (
    BookSeriesForm,
    MissingForm,
    SeriesForm,
    payable,
)
from mibo.web.htmx import go, show
from mibo.web.inputs.series import BookSeriesInput, MissingInput, SeriesInput
from mibo.web.reads import noted

bp = Blueprint("series", __name__, url_prefix="/series")

ONE = f"/<int(max={GREATEST_ID}):series_id>"
SERIES_WORDS = {
    "mibo_series_booked": "Booked", "mibo_series_moved": "New times", "mibo_series_off": "Cancelled",
    "mibo_refund_opened": "Refund", "mibo_clinician_series": "To the clinician",
    "mibo_clinician_series_moved": "To the clinician: moved", "mibo_clinician_series_off": "To the clinician: cancelled",
}  # fmt: skip


@bp.get("/new")
@may(Permission.BOOK_AT_DESK)
def new() -> ResponseReturnValue:
    """The rhythm of a series; who, with whom and where stand in the address, as ids."""
    told = request.args
    if not all(read_id(told.get(name, "")) for name in ("patient", "clinician", "centre")):
        return go("desk.new_booking")
    form = SeriesForm(formdata=None)
    for name in ("patient", "clinician", "centre", "mode", "day", "at"):
        form[name].data = told.get(name, "")
    form.every_weeks.data, form.times.data = 2, 8
    return _plan(form)


@bp.post("/new")
@may(Permission.BOOK_AT_DESK, own_transactions=True)
def book() -> ResponseReturnValue:
    """First every date is shown with what stands in its way; sent again with the choices, the series is booked."""
    looked = request.form.get("step") == "book" and not request.form.get("back")
    return _book() if looked else _look(payable(BookSeriesForm(formdata=None), actor()))


def _book() -> ResponseReturnValue:
    form = payable(BookSeriesForm(), actor())
    status, closed = 422, False
    if said := form.read(BookSeriesInput):
        try:
            with db.transaction():
                if said.open_drawer:
                    drawers.open_drawer(said.centre, None, by=actor())
                days = dict(enumerate(series_rules.days_of(said.rhythm, clock.today()), start=1))
                done = series.book_series(
                    _wish(said), by=actor(), pay_by=said.pay_by, choices=series_rows.choices_of(days),
                    request_key=said.request_key, last_four=said.last_four, desk_note=said.desk_note,
                )  # fmt: skip
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            status, closed = 409, isinstance(error, DrawerClosed)
            form.say("", error.message)
        else:
            _tell_booked(len(done.visits), done.left)
            return go("series.one", series_id=done.series.id)
    return _look(form, status=status, asks_for_drawer=closed)


def _look(form: BookSeriesForm, *, status: int = 200, asks_for_drawer: bool = False) -> ResponseReturnValue:
    """The dates as they stand now, with all that was chosen where something was refused; or the plan, to be changed."""
    plain = SeriesForm()
    said = plain.read(SeriesInput)
    form.request_key.data = form.request_key.data or secrets.token_urlsafe(16)
    with db.reading():
        if said is None or request.form.get("back"):
            return _plan(plain, status=200 if said else 422)
        try:
            planned = series.preview_series(_wish(said), by=actor())
        except Invalid as error:
            plain.refuse(error)
            return _plan(plain, status=422)
        except Conflict as error:
            plain.say("", error.message)
            return _plan(plain, status=409)
        return _preview(form, said, planned, status=status, asks_for_drawer=asks_for_drawer)


def _tell_booked(count: int, left: list[series.Planned] | Any) -> None:
    words = "1 appointment is booked." if count == 1 else f"{count} appointments are booked."
    flash(f"{words} The patient hears of it on WhatsApp, in one message.", "success")
    for one in left:
        flash(f"Number {one.number}, {moment(one.starts_at)}, is not booked: {one.found.reasons[0].text}.", "warn")


def _wish(said: SeriesInput) -> series.Plan:
    seat = series_times.Seat(
        patient_id=said.patient, clinician_id=said.clinician, centre_id=said.centre, mode=said.mode
    )
    return series.Plan(seat=seat, rhythm=said.rhythm, at=said.at)


def _plan(form: SeriesForm, *, status: int = 200) -> ResponseReturnValue:
    who = _who(form)
    return show("series/new.html", form=form, **who, status=status)


def _who(form: SeriesForm) -> dict[str, Any]:
    """The patient, the clinician and the centre that the form is about. Raises Missing."""
    ids = [read_id(str(form[name].data or "")) for name in ("patient", "clinician", "centre")]
    if not all(ids):
        raise Missing("We could not find that patient.")
    patient, clinician = people.patient(ids[0] or 0), people.clinician(ids[1] or 0, active=None)
    centre = clinics.centre(ids[2] or 0)
    if centre is None or not actor().reaches(centre.id):
        raise Missing("We could not find that centre.")
    return {
        "patient": patient, "facts": desk_sheet.facts_of(patient), "clinician": clinician, "centre": centre,
        "centre_name": centre.short_name, "mode_words": MODES.get(str(form.mode.data), ""),
    }  # fmt: skip


def _preview(
    form: BookSeriesForm, said: SeriesInput, planned: list[series.Planned], *, status: int = 200,
    asks_for_drawer: bool = False,
) -> ResponseReturnValue:  # fmt: skip
    plain = SeriesForm()
    who, rows = _who(plain), series_rows.planned_rows(planned)
    count = sum(row.chosen != series_rows.SKIP for row in rows)
    return show(
        "series/preview.html", form=form, plain=plain, rows=rows, every=said.every_weeks, count=count,
        due=series_rows.due(who["patient"], who["clinician"], count) if count else None, **who, status=status,
        asks_for_drawer=asks_for_drawer,
    )  # fmt: skip


@bp.get(ONE)
@may(Permission.SEE_APPOINTMENTS)
@noted("series.opened", "series_id")
def one(series_id: int) -> ResponseReturnValue:
    """A series as a whole: its visits, what is not booked, and what can be changed from one on."""
    return _one(series_id)


def _one(
    series_id: int, form: MissingForm | None = None, *, status: int = 200, asks_for_drawer: bool = False
) -> ResponseReturnValue:
    of, visits = series_changes.series_in_full(series_id, by=actor())
    books = actor().may(Permission.BOOK_AT_DESK) and actor().reaches(of.centre_id)
    planned = series.not_booked(of) if books else []
    first, centre = visits[0], clinics.centre(of.centre_id) or visits[0].centre
    clinician = people.clinician(of.clinician_id, active=None)
    return show(
        "series/one.html", of=of, facts=desk_record.facts_of(first, actor()), patient=first.patient,
        rows=series_rows.visit_rows(visits), missing=series_rows.missing_rows(planned),
        about=series_rows.about(of, clinician.full_name, centre.short_name),
        form=form or payable(MissingForm(formdata=None), actor()), told=_told(series_id) if books else [],
        stands=any(row.stands for row in series_rows.visit_rows(visits)), shows_money=books,
        centre_name=centre.short_name, status=status, asks_for_drawer=asks_for_drawer,
    )  # fmt: skip


def _told(series_id: int) -> list[tuple[str, str, tuple[str, str, str]]]:
    return [
        (SERIES_WORDS.get(each.template, "Message"), moment(each.sent_at or each.created_at), desk_record.MESSAGE_STATES[each.status])
        for each in messaging.messages_about(series_id)
    ]  # fmt: skip


@bp.post(f"{ONE}/missing")
@may(Permission.BOOK_AT_DESK, own_transactions=True)
def book_missing(series_id: int) -> ResponseReturnValue:
    """Book numbers that were left out or taken at the last moment."""
    form = payable(MissingForm(), actor())
    status, closed = 422, False
    if said := form.read(MissingInput):
        try:
            with db.transaction():
                of, _ = series_changes.series_in_full(series_id, by=actor())
                if said.open_drawer:
                    drawers.open_drawer(of.centre_id, None, by=actor())
                days = _days(series.missing_of(of))
                done = series.book_missing(
                    series_id, by=actor(), pay_by=said.pay_by, choices=series_rows.choices_of(days),
                    desk_note=said.desk_note,
                )  # fmt: skip
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            status, closed = 409, isinstance(error, DrawerClosed)
            form.say("", error.message)
        else:
            if not done.visits and not done.left:
                flash("Choose which of them to book.", "warn")
            else:
                _tell_booked(len(done.visits), done.left)
            return go("series.one", series_id=series_id)
    with db.reading():
        return _one(series_id, form, status=status, asks_for_drawer=closed)


def _days(starts: Mapping[int, datetime]) -> dict[int, date]:
    return {number: clock.clinic_day(at) for number, at in starts.items()}

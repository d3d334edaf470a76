"""The list of appointments: looked for, filtered, sorted, paged, taken along as a file and on paper."""

from typing import Any

from flask import Blueprint, make_response, request, url_for
from flask.typing import ResponseReturnValue

from mibo import booking, clinics, clock, people
from mibo.identity.permissions import Permission
from mibo.web import appointment_rows, reads
from mibo.web.access import actor, may
from mibo.web.forms.appointments import AppointmentsForm, offer
from mibo.web.htmx import go, show, wants_part
from mibo.web.inputs.appointments import AppointmentsInput, of_address, write_place

bp = Blueprint("appointments", __name__, url_prefix="/appointments")

PRINTED_AT_MOST = 1_000


@bp.get("")
@may(Permission.SEE_APPOINTMENTS)
def index() -> ResponseReturnValue:
    """The appointments within reach that an address asks for: today's, unless it says otherwise."""
    asked = of_address(request.args).asked
    return _list(AppointmentsForm(formdata=None, data=_drawn(asked)), asked)


@bp.post("/find")
@may(Permission.SEE_APPOINTMENTS)
def find() -> ResponseReturnValue:
    """Look for appointments. What is typed travels in the body; the filters alone have an address of their own."""
    form = AppointmentsForm()
    told = form.read(AppointmentsInput)
    if told is None:
        return _list(form, AppointmentsInput(), status=422)
    asked = told.asked
    if asked.kept and not (asked.q or wants_part()):
        return go("appointments.index", **asked.kept)
    answer = make_response(_list(AppointmentsForm(formdata=None, data=_drawn(asked)), asked))
    answer.headers["HX-Push-Url"] = _address(asked.kept)
    return answer


@bp.post("/paper")
@may(Permission.SEE_APPOINTMENTS, fresh=True)
def paper() -> ResponseReturnValue:
    """The same list as it is printed: all of it, not a page."""
    form = AppointmentsForm()
    told = form.read(AppointmentsInput)
    if told is None:
        return _list(form, AppointmentsInput(), status=422)
    found, who = booking.lists.every(told.asked.wish, by=actor(), limit=PRINTED_AT_MOST), actor()
    reads.exported("appointments on paper", len(found))
    return show(
        "appointments/paper.html", rows=appointment_rows.lines(found, who), eyes=appointment_rows.eyes(who),
        made_at=clock.local(clock.now()), cut=len(found) == PRINTED_AT_MOST, back=told.asked.kept,
    )  # fmt: skip


def _list(form: AppointmentsForm, asked: AppointmentsInput, status: int = 200) -> ResponseReturnValue:
    who = actor()
    if not (who.everywhere or who.centre_ids or who.clinician_id):
        return show("desk/no_centre.html")
    centres = [one for one in clinics.centres() if who.reaches(one.id)]
    offer(form, centres, people.clinician_names(who, centre_id=asked.centre))
    return show("appointments/index.html", "appointments/_found.html", form=form, status=status, **_found(asked))


def _found(asked: AppointmentsInput) -> dict[str, Any]:
    """A page of them, how many there are and are hidden, and where its neighbours begin."""
    who, order = actor(), asked.sorted_by
    found = booking.lists.page(asked.wish, by=who, place=asked.where)
    return {
        "rows": appointment_rows.lines(found.rows, who), "eyes": appointment_rows.eyes(who), "asked": asked,
        "found": found, "counted_to": booking.lists.COUNTED_TO, "turns": _turns(order),
        "before": write_place(found.before, order), "after": write_place(found.after, order),
        "bare": _bare(asked), "part": wants_part(),
    }  # fmt: skip


def _turns(order: str) -> dict[str, tuple[str, str]]:
    """For each heading by which one may sort: the order a press asks for, and how it is sorted now."""

    def turn(key: str) -> tuple[str, str]:
        now = {key: "ascending", f"-{key}": "descending"}.get(order, "")
        return (f"-{key}" if now == "ascending" else key), now

    return {"starts": turn("starts"), "booked": turn("booked")}


def _bare(asked: AppointmentsInput) -> str:
    """The address of the same days without filters."""
    kept = {name: value for name, value in asked.kept.items() if name in ("time", "since", "until", "order")}
    return _address(kept)


def _address(kept: dict[str, Any]) -> str:
    return url_for("appointments.index", **kept)


def _drawn(asked: AppointmentsInput) -> dict[str, Any]:
    """What the form shows of it."""
    drawn = asked.model_dump(exclude={"turn", "place", "show"})
    return drawn | {name: str(drawn[name] or "") for name in ("centre", "clinician", "state")}

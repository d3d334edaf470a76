"""One's appointments in one's own calendar: an address that only its owner knows, made anew or ended with a press."""

from flask import Blueprint, Response, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mibo.booking import Appointment, feeds
from mibo.identity import hash_of
from mibo.identity.permissions import Permission
from mibo.web import calendar, languages
from mibo.web.access import actor, may, public
from mibo.web.htmx import go, show
from mibo.web.keys import takes
from mibo.web.limits import limiter

bp = Blueprint("calendars", __name__)

PER_ADDRESS = "60 per hour"


@bp.get("/my/calendar")
@may(Permission.SEE_OWN)
def patient() -> ResponseReturnValue:
    """Whether there is an address, and what to do with it."""
    return _own(staff=False)


@bp.post("/my/calendar")
@may(Permission.SEE_OWN)
@takes()
def make_for_patient() -> ResponseReturnValue:
    """A new address, shown this once."""
    return _own(feeds.make_feed(by=actor()), staff=False)


@bp.post("/my/calendar/off")
@may(Permission.SEE_OWN)
@takes()
def end_for_patient() -> ResponseReturnValue:
    """It opens nothing any more."""
    return _end("calendars.patient")


@bp.get("/my-day/calendar")
@may(Permission.CONSULT)
def clinician() -> ResponseReturnValue:
    """The same for a clinician."""
    return _own(staff=True)


@bp.post("/my-day/calendar")
@may(Permission.CONSULT)
@takes()
def make_for_clinician() -> ResponseReturnValue:
    """A new address, shown this once."""
    return _own(feeds.make_feed(by=actor()), staff=True)


@bp.post("/my-day/calendar/off")
@may(Permission.CONSULT)
@takes()
def end_for_clinician() -> ResponseReturnValue:
    """It opens nothing any more."""
    return _end("calendars.clinician")


@bp.get("/calendar/<token>.ics")
@limiter.limit(PER_ADDRESS, key_func=lambda: hash_of(str((request.view_args or {}).get("token", ""))).hex())
@public
def feed(token: str) -> ResponseReturnValue:
    """What calendars read, every hour or so; the same as before is a 304."""
    found = feeds.feed(token)

    def page(one: Appointment) -> str:
        if found.audience == "PATIENT":
            return url_for("my.appointment", reference=one.reference, _external=True)
        return url_for("my_day.visit", appointment_id=one.id, _external=True)

    with languages.spoken_to(found.audience, found.language):
        written = calendar.feed(found.appointments, page)
    answer = Response(written, mimetype="text/calendar")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.add_etag()
    return answer.make_conditional(request)


def _own(token: str = "", *, staff: bool) -> ResponseReturnValue:
    address = url_for("calendars.feed", token=token, _external=True) if token else ""
    return show(
        "calendars/own.html", layout="layout/staff.html" if staff else "layout/public.html", staff=staff,
        since=feeds.made_at(by=actor()), address=address,
        webcal=f"webcal{address[address.index(':'):]}" if address else "",
        make=url_for("calendars.make_for_clinician" if staff else "calendars.make_for_patient"),
        end=url_for("calendars.end_for_clinician" if staff else "calendars.end_for_patient"),
    )  # fmt: skip


def _end(back: str) -> ResponseReturnValue:
    if feeds.end_feed(by=actor()):
        flash(
            gettext("The address opens nothing any more. Calendars that read it become empty within some hours."),
            "success",
        )
    return go(back)

"""The video links of online appointments: which are there, which are missing, and what staff do about it."""

from datetime import timedelta

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from mibo import booking, clinics, clock, db
from mibo.booking import gate, video_links, video_list
from mibo.errors import Conflict, Invalid
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.web import desk_record, video_rows
from mibo.web.access import actor, may
from mibo.web.forms.care import VersionForm
from mibo.web.forms.video_links import PasteForm
from mibo.web.htmx import go, show
from mibo.web.inputs.care import VersionInput
from mibo.web.inputs.takings import of_address
from mibo.web.inputs.video_links import LinksInput, PasteInput
from mibo.web.keys import takes
from mibo.web.reads import noted

bp = Blueprint("video_links", __name__, url_prefix="/video-links")

ONE = f"/<int(max={GREATEST_ID}):appointment_id>"
WEEK = timedelta(days=6)


@bp.get("")
@may(Permission.SEE_MEETINGS)
def listing() -> ResponseReturnValue:
    """Today's, or those of the next days too; with the alarms at the head."""
    asked, _ = of_address(LinksInput, request.args)
    who, today, policy = actor(), clock.today(), clinics.policy_in_force()
    last = today if asked.days == "today" else today + WEEK
    found = video_list.links(by=who, first=today, last=last, state=asked.state, centre_id=asked.centre)
    counts = video_list.counts(by=who, first=today, last=last, centre_id=asked.centre)
    every = counts[video_list.LinkState.READY] + counts[video_list.LinkState.MISSING]
    return show(
        "video_links/listing.html", asked=asked, rows=video_rows.draw(found, who, alarm_minutes=policy.link_alert_minutes),
        tabs=[(state, words, every if state is None else counts[state]) for state, words in video_rows.TABS],
        calls=video_rows.calls(video_list.calls_wanted(by=who), who),
        alarms=video_list.count_without_link(by=who), alarm_minutes=policy.link_alert_minutes,
        centres=[one for one in clinics.centres() if who.reaches(one.id)], more=len(found) == video_list.AT_MOST,
    )  # fmt: skip


@bp.get(ONE)
@may(Permission.SEE_MEETINGS)
@noted("appointment.opened", "appointment_id")
def one(appointment_id: int) -> ResponseReturnValue:
    """One appointment's link: how it stands, what the patient may be sent, and the ways to mend it."""
    return _one(appointment_id)


@bp.post(f"{ONE}/link")
@may(Permission.SET_MEETINGS, own_transactions=True)
def paste(appointment_id: int) -> ResponseReturnValue:
    """Give it a link that was made elsewhere."""
    form, status, problem = PasteForm(), 422, ""
    if said := form.read(PasteInput):
        try:
            with db.transaction():
                video_links.paste_link(appointment_id, said.link, by=actor(), version=said.version)
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            status, problem = 409, error.message
        else:
            flash("The link is kept. It is shown to the patient and the clinician when the call opens.", "success")
            return go("video_links.one", appointment_id=appointment_id)
    with db.reading():
        return _one(appointment_id, form, problem=problem, status=status)


@bp.post(f"{ONE}/again")
@may(Permission.SET_MEETINGS, own_transactions=True)
def again(appointment_id: int) -> ResponseReturnValue:
    """Have it made once more."""
    form = VersionForm()
    said = form.read(VersionInput)
    if said is None:
        with db.reading():
            return _one(appointment_id, problem="Please open the page again.", status=422)
    try:
        with db.transaction():
            video_links.make_again(appointment_id, by=actor(), version=said.version)
    except Conflict as error:
        with db.reading():
            return _one(appointment_id, problem=error.message, status=409)
    flash("The provider is being asked again. This takes a few seconds.", "success")
    return go("video_links.one", appointment_id=appointment_id)


@bp.post(f"{ONE}/called")
@may(Permission.SET_MEETINGS)
@takes()
def called(appointment_id: int) -> ResponseReturnValue:
    """Somebody has called the patient who could not join."""
    gate.note_called(appointment_id, by=actor())
    flash("Noted: the patient has been called.", "success")
    return go("video_links.listing")


def _one(
    appointment_id: int, form: PasteForm | None = None, *, problem: str = "", status: int = 200
) -> ResponseReturnValue:
    found = booking.staff_appointment(appointment_id, by=actor())
    meeting, takes_place = found.meeting, found.status in video_links.TAKES_PLACE and found.mode == "ONLINE"
    state = video_list.LinkState.of(meeting.status if meeting else "WANTED")
    pasted = meeting is not None and meeting.pasted_by is not None
    return show(
        "video_links/one.html", one=found, form=form or PasteForm(formdata=None), problem_words=problem,
        facts=desk_record.facts_of(found, actor()), takes_place=takes_place, state=state,
        mark=video_rows.mark_of(state, pasted=pasted), pasted=pasted,
        about=video_rows.about(state, meeting.attempts, meeting.last_error, pasted=pasted) if meeting else "",
        room=meeting.join_url if meeting and state is video_list.LinkState.READY else "",
        share=url_for("my.appointment", reference=found.reference, _external=True),
        centre_name=found.centre.short_name, policy=clinics.policy_in_force(), status=status,
    )  # fmt: skip

"""Video links for apps (api-contract.md 3.10)."""

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mibo import booking, db, video
from mibo.booking import Appointment, Status, removing_links, video_links
from mibo.errors import Invalid
from mibo.identity import Permission
from mibo.web import errors
from mibo.web.access import actor, may
from mibo.web.api.answers import said, the_id
from mibo.web.api.document import documented
from mibo.web.api.shown import Id, Instant, Shown
from mibo.web.inputs.video import AboutAppointment, LinksFilter, LinkToSet
from mibo.web.reads import noted

bp = Blueprint("video", __name__, url_prefix="/video")

TAG = "Video"
ONE = "/appointment/<appointment_id>/meet-link"


class MadeLink(Shown):
    """The link of an appointment."""

    appointment_id: Id
    meet_link: str


class VideoLink(Shown):
    """A link, under every name that clients know it by."""

    id: Id
    video_link_id: Id
    appointment_id: Id
    provider: str
    meeting_id: str | None
    join_url: str | None
    meet_link: str | None
    google_meet_link: str | None
    host_url: str | None
    status: str
    scheduled_start_at: Instant
    scheduled_end_at: Instant
    created_at: Instant
    updated_at: Instant


class VideoLinkRow(VideoLink):
    """A link in the list of all, with whose it is."""

    appointment_start: Instant
    appointment_end: Instant
    appointment_status: Status
    patient_name: str
    clinician_name: str


def _facts(one: Appointment) -> dict[str, Any]:
    meeting = one.meeting
    if meeting is None or meeting.status != "READY":
        raise removing_links.NoLink
    return {
        "id": meeting.id, "video_link_id": meeting.id, "appointment_id": one.id,
        "provider": "GOOGLE_MEET" if meeting.pasted_by is None else "CUSTOM", "meeting_id": meeting.event_id,
        "join_url": meeting.join_url, "meet_link": meeting.join_url, "google_meet_link": meeting.join_url,
        "host_url": meeting.join_url, "status": meeting.status, "scheduled_start_at": meeting.starts_at,
        "scheduled_end_at": meeting.ends_at, "created_at": meeting.created_at, "updated_at": one.updated_at,
    }  # fmt: skip


@bp.post("/generate-meet-link")
@documented(gives=MadeLink, body=AboutAppointment, status=201, tag=TAG, refuses=(404, 503))
@may(Permission.BOOK_AT_DESK, own_transactions=True)
def generate(told: AboutAppointment) -> ResponseReturnValue:
    """Have the link made now; one that is there is answered again."""
    try:
        with db.transaction():
            meeting_id, ready = removing_links.want_link(told.appointment_id, by=actor())
    except video_links.NoMeeting as error:
        raise Invalid.field("appointment_id", error.message) from None
    if not ready and not video.make(meeting_id):
        return errors.answer(503, "The video provider gave no link. We keep asking it; you can also paste one.")
    with db.reading():
        link = _facts(booking.staff_appointment(told.appointment_id, by=actor()))["join_url"]
    return said(MadeLink(appointment_id=told.appointment_id, meet_link=link), status=201)


@bp.get(ONE)
@documented(gives=VideoLink, tag=TAG, refuses=(404,))
@may(Permission.SEE_SELF)
@noted("appointment.opened", "appointment_id")
def show(appointment_id: str) -> ResponseReturnValue:
    """The link of an appointment: of one's own, or within reach. Asking makes none."""
    by, wanted = actor(), the_id(appointment_id)
    is_patient = by.audience == "PATIENT"
    one = booking.own_appointment(by, appointment_id=wanted) if is_patient else booking.staff_appointment(wanted, by=by)
    facts = _facts(one)
    return said(VideoLink(**(facts | {"host_url": None} if is_patient else facts)))


@bp.put(ONE)
@documented(gives=VideoLink, body=LinkToSet, tag=TAG, refuses=(404,))
@may(Permission.REPLACE_MEETINGS)
def replace(appointment_id: str, told: LinkToSet) -> ResponseReturnValue:
    """Give it a link that was made elsewhere."""
    try:
        one = video_links.paste_link(the_id(appointment_id), told.meet_link, by=actor())
    except video_links.NoMeeting as error:
        raise Invalid.field("appointment_id", error.message) from None
    db.session().refresh(one)
    return said(VideoLink(**_facts(one)))


@bp.delete(ONE)
@documented(gives=None, tag=TAG, refuses=(404,))
@may(Permission.REPLACE_MEETINGS)
def remove(appointment_id: str) -> ResponseReturnValue:
    """It has no link any more, until one is made or pasted."""
    removing_links.take_link_away(the_id(appointment_id), by=actor())
    return said(None)


@bp.get("/links")
@documented(gives=list[VideoLinkRow], query=LinksFilter, tag=TAG)
@may(Permission.OVERSEE_MESSAGES)
def every_link(asked: LinksFilter) -> ResponseReturnValue:
    """All links of some days, by their start."""
    pasted = None if asked.provider is None else asked.provider == "CUSTOM"
    found = removing_links.all_links(by=actor(), first=asked.start_date, last=asked.end_date, pasted=pasted)
    return said([_row(one) for one in found if one.meeting and one.meeting.status == "READY"])


def _row(one: Appointment) -> VideoLinkRow:
    return VideoLinkRow(
        **_facts(one), appointment_start=one.starts_at, appointment_end=one.ends_at,
        appointment_status=Status(one.status), patient_name=one.patient.full_name, clinician_name=one.clinician.full_name,
    )  # fmt: skip

"""Who is told what at each change, and the meeting of an online appointment.

The recipient is always read from the booking itself (P3).
"""

from datetime import datetime
from typing import Any

import structlog

from mibo import clock, db, jobs, messaging, video
from mibo.booking.models import Appointment
from mibo.identity import Account
from mibo.jobs import job
from mibo.messaging import wording
from mibo.payments import Attempt

log = structlog.get_logger(__name__)


def confirmed(appointment: Appointment) -> None:
    """The patient hears that it stands, the clinician that somebody comes; an online one gets its meeting."""
    about: dict[str, Any] = {
        "clinician": appointment.clinician.full_name,
        "when": clock.local(appointment.starts_at),
        "where": "online" if appointment.mode == "ONLINE" else appointment.centre.short_name,
        "reference": appointment.reference,
    }
    name = appointment.patient.full_name
    told = (
        wording.booking_confirmed_online(name, **about, link=_page(appointment))
        if appointment.mode == "ONLINE"
        else wording.booking_confirmed(name, **about)
    )
    _tell_patient(appointment, told, f"confirmed:{appointment.id}:{appointment.version}")
    _tell_clinician(appointment)
    if appointment.meeting_id:
        jobs.defer(attach_meeting, appointment.meeting_id)


def _tell_clinician(appointment: Appointment) -> None:
    """The clinician hears of a new booking: when, how, and the patient's first name and initial, nothing more."""
    account = db.session().get(Account, appointment.clinician.account_id or 0)
    if account is None:
        return
    when = clock.local(appointment.starts_at)
    messaging.tell(
        wording.clinician_booking(
            appointment.clinician.full_name, patient=appointment.patient.full_name, when=when, mode=appointment.mode
        ),
        phone=account.phone,
        name=account.full_name,
        dedupe_key=f"clinician:{appointment.id}:{when:%Y%m%d%H%M}",
        about_id=appointment.id,
        not_after=appointment.starts_at,
    )


@job
def attach_meeting(meeting_id: int) -> None:
    """Make the meeting of a confirmed online appointment (R-VID-1, 2); the join button stands on its page."""
    if video.make(meeting_id):
        log.info("meeting.ready", meeting_id=meeting_id)


@job
def attach_wanted_meetings() -> None:
    """Try again the meetings that the provider did not make so far."""
    with db.reading():
        due = video.wanted_now()
    for meeting_id in due:
        attach_meeting(meeting_id)


def hold_ended(appointment: Appointment) -> None:
    """The patient hears, once, that the time was released (R-BOOK-5)."""
    _tell_patient(
        appointment,
        wording.hold_ended(appointment.patient.full_name, when=clock.local(appointment.starts_at)),
        f"hold-ended:{appointment.id}:{appointment.version}",
    )


def promise_payment_link(appointment: Appointment) -> None:
    """The desk booked with a link: it is opened and sent in the background, after the commit."""
    from mibo.booking import links

    jobs.defer(links.send_link, appointment.id)


def payment_link(appointment: Appointment, attempt: Attempt) -> None:
    """The patient gets the link of this booking, at this booking's amount."""
    until = attempt.expires_at or appointment.held_until or appointment.starts_at
    _tell_patient(
        appointment,
        wording.payment_link(
            appointment.patient.full_name,
            amount_paise=attempt.paise,
            when=clock.local(appointment.starts_at),
            until=clock.local(until),
            link=f"pay/{attempt.token}",
        ),
        f"link:{attempt.id}",
        not_after=until,
    )


def cancelled(appointment: Appointment) -> None:
    """The patient hears that it will not take place."""
    _tell_patient(
        appointment,
        wording.booking_cancelled(
            appointment.patient.full_name, when=clock.local(appointment.starts_at), reference=appointment.reference
        ),
        f"cancelled:{appointment.id}:{appointment.version}",
    )


def late_payment_refund(appointment: Appointment, surplus: Attempt) -> None:
    """The patient hears that late or surplus money goes back to them (R-PAY-14: only said when a refund row stands)."""
    told = wording.late_payment_refund(
        appointment.patient.full_name, amount_paise=surplus.paise, reference=appointment.reference
    )
    _tell_patient(appointment, told, f"refund:{surplus.id}")


def _tell_patient(
    appointment: Appointment, told: wording.Wording, key: str, *, not_after: datetime | None = None
) -> None:
    messaging.tell(
        told,
        phone=appointment.patient.phone,
        name=appointment.patient.full_name,
        dedupe_key=key,
        about_id=appointment.id,
        not_after=not_after,
    )


def _page(appointment: Appointment) -> str:
    return f"my/{appointment.reference}"

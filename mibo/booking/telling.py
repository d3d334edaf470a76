"""Who is told what at each change, and the meeting of an online appointment.

The recipient is always read from the booking itself (P3).
"""

from datetime import datetime, timedelta
from typing import Any

import structlog

from mibo import clinics, clock, db, jobs, messaging, people, video
from mibo.booking.answer_tokens import keep_token
from mibo.booking.models import Appointment
from mibo.booking.rules import Status
from mibo.identity import Account
from mibo.jobs import job
from mibo.messaging import wording
from mibo.payments import Attempt, Refund
from mibo.people import Clinician

MOVED = "mibo_booking_moved"
OF_THE_OLD_TIME = (MOVED, "mibo_please_move", "mibo_running_late")  # untrue once it has another time, or none

STILL_NEWS = timedelta(days=1)  # how long after its end somebody is told that they were missed

log = structlog.get_logger(__name__)


def confirmed(appointment: Appointment, *, wait_s: int = 0) -> None:
    """The patient hears that it stands, the clinician that somebody comes; an online one gets its meeting."""
    told = confirmation_of(appointment)
    _tell_patient(appointment, told, f"confirmed:{appointment.id}:{appointment.version}", wait_s=wait_s)
    _tell_clinician(appointment, wait_s=wait_s)
    if appointment.meeting_id:
        jobs.defer(attach_meeting, appointment.meeting_id)


def confirmation_of(appointment: Appointment) -> wording.Wording:
    """What a patient reads of an appointment that stands."""
    about: dict[str, Any] = {
        "clinician": appointment.clinician.full_name,
        "when": clock.local(appointment.starts_at),
        "where": where(appointment.mode, appointment.centre.short_name),
        "reference": appointment.reference,
    }
    name = appointment.patient.full_name
    return (
        wording.booking_confirmed_online(name, **about, link=_page(appointment))
        if appointment.mode == "ONLINE"
        else wording.booking_confirmed(name, **about)
    )


def where(mode: str, centre: str) -> str:
    """Where it takes place, as a message says it."""
    return wording.manner(mode) if mode == "ONLINE" else centre


def _tell_clinician(appointment: Appointment, *, wait_s: int = 0) -> None:
    """The clinician hears of a new booking: when, how, and the patient's first name and initial, nothing more."""
    who, when = appointment.clinician, clock.local(appointment.starts_at)
    told = wording.clinician_booking(
        who.full_name, patient=appointment.patient.full_name, when=when, mode=appointment.mode
    )  # fmt: skip
    key = f"clinician:{appointment.id}:{when:%Y%m%d%H%M}" + (f":{appointment.version}" if appointment.moves else "")
    _tell(who, told, appointment, key, wait_s=wait_s)


def moved(appointment: Appointment, before: datetime, clinician_id: int, *, wait_s: int = 0) -> None:
    """The patient hears the new time; the clinician that theirs has moved, or left, and another that somebody comes.

    Of a hold no clinician has heard yet. What the patient was promised of a move just before is no longer true.
    """
    number = f"{appointment.id}:{appointment.version}"
    messaging.withdraw_kind(appointment.id, *OF_THE_OLD_TIME)
    told = wording.booking_moved(
        appointment.patient.full_name, when=clock.local(appointment.starts_at), reference=appointment.reference
    )
    _tell_patient(appointment, told, f"moved:{number}", not_after=appointment.ends_at, wait_s=wait_s)
    if appointment.status == Status.PENDING:
        return
    if clinician_id != appointment.clinician_id:
        former = db.session().get_one(Clinician, clinician_id)
        _tell(former, _gone(former, appointment, before), appointment, f"clinician-left:{number}", wait_s=wait_s)
        _tell_clinician(appointment, wait_s=wait_s)
        return
    who = appointment.clinician
    news = wording.clinician_moved(
        who.full_name, patient=appointment.patient.full_name, before=clock.local(before),
        when=clock.local(appointment.starts_at), mode=appointment.mode,
    )  # fmt: skip
    _tell(who, news, appointment, f"clinician-moved:{number}", wait_s=wait_s)


def moved_back(appointment: Appointment, *, wait_s: int = 0) -> None:
    """A move was undone before anybody was told: of the one before it, if there was one, they hear after all."""
    if appointment.moves:
        told = wording.booking_moved(
            appointment.patient.full_name, when=clock.local(appointment.starts_at), reference=appointment.reference
        )
        messaging.promise_again(appointment.id, told, wait_s=wait_s)


def clinician_cancelled(appointment: Appointment, *, wait_s: int = 0) -> None:
    """The clinician hears that somebody does not come (R-MSG-4)."""
    who = appointment.clinician
    key = f"clinician-off:{appointment.id}:{appointment.version}"
    _tell(who, _gone(who, appointment, appointment.starts_at), appointment, key, wait_s=wait_s)


def _gone(who: Clinician, appointment: Appointment, when: datetime) -> wording.Wording:
    return wording.clinician_cancelled(
        who.full_name, patient=appointment.patient.full_name, when=clock.local(when)
    )  # fmt: skip


def _tell(who: Clinician, told: wording.Wording, appointment: Appointment, key: str, *, wait_s: int) -> None:
    """To the clinician's own phone, while it is still of use."""
    account = db.session().get(Account, who.account_id or 0)
    if account is None:
        return
    messaging.tell(
        told,
        phone=account.phone,
        name=account.full_name,
        dedupe_key=key,
        about_id=appointment.id,
        not_after=appointment.starts_at,
        wait_s=wait_s,
        centre_id=appointment.centre_id,
        concerns_at=appointment.starts_at,
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


def payment_link(appointment: Appointment, attempt: Attempt, *, wait_s: int = 0) -> None:
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
        wait_s=wait_s,
    )


def cancelled(appointment: Appointment, refund_paise: int = 0, *, wait_s: int = 0) -> None:
    """As the patient wished it will not take place: they hear so, and what goes back; and so does the clinician."""
    messaging.withdraw_kind(appointment.id, *OF_THE_OLD_TIME, "mibo_clinician_moved")
    told = wording.booking_cancelled(appointment.patient.full_name, **_about(appointment))
    _tell_patient(appointment, told, f"cancelled:{appointment.id}:{appointment.version}", wait_s=wait_s)
    _tell_refund(appointment, refund_paise, wait_s=wait_s)
    clinician_cancelled(appointment, wait_s=wait_s)


def called_off(appointment: Appointment, refund_paise: int, *, clinician_too: bool, wait_s: int) -> None:
    """The clinic cancels: the patient hears that we are sorry, and what goes back; a clinician who knew of it, too."""
    messaging.withdraw_kind(appointment.id, *OF_THE_OLD_TIME, "mibo_clinician_moved")
    told = wording.booking_off(appointment.patient.full_name, **_about(appointment))
    key, block_id = f"off:{appointment.id}:{appointment.version}", appointment.displaced_by
    _tell_patient(appointment, told, key, wait_s=wait_s, block_id=block_id)
    _tell_refund(appointment, refund_paise, wait_s=wait_s)
    if clinician_too:
        clinician_cancelled(appointment, wait_s=wait_s)


def _tell_refund(appointment: Appointment, paise: int, *, wait_s: int) -> None:
    """Said only where a refund row stands (P9)."""
    if paise:
        told = wording.refund_opened(appointment.patient.full_name, amount_paise=paise, **_about(appointment))
        key = f"refund-opened:{appointment.id}:{appointment.version}"
        _tell_patient(appointment, told, key, wait_s=wait_s)


def refund_sent(appointment: Appointment, refund: Refund) -> None:
    """The patient hears that it has left, and how long banks take (R-PAY-14)."""
    told = wording.refund_sent(
        appointment.patient.full_name, amount_paise=refund.paise, days=clinics.policy_in_force().refund_days,
        reference=appointment.reference,
    )  # fmt: skip
    _tell_patient(appointment, told, f"refund-sent:{refund.id}:{refund.round}")


def refund_done(appointment: Appointment, refund: Refund) -> None:
    """The patient hears that the money is back; that it has left need not be said any more."""
    messaging.withdraw(f"refund-sent:{refund.id}:{refund.round}")
    told = wording.refund_done(
        appointment.patient.full_name, amount_paise=refund.paise, reference=appointment.reference
    )  # fmt: skip
    _tell_patient(appointment, told, f"refund-done:{refund.id}")


def refund_declined(appointment: Appointment, refund: Refund, *, wait_s: int = 0) -> None:
    """The patient hears that it does not go back; what was promised of it and has not left yet is not said."""
    messaging.withdraw_kind(appointment.id, "mibo_refund_opened")
    told = wording.refund_declined(
        appointment.patient.full_name, amount_paise=refund.paise, **_about(appointment)
    )  # fmt: skip
    _tell_patient(appointment, told, f"refund-declined:{refund.id}", wait_s=wait_s)


def request_refused(appointment: Appointment, *, wait_s: int = 0) -> None:
    """The patient asked to cancel, and it stands."""
    told = wording.request_refused(appointment.patient.full_name, **_about(appointment))
    key = f"request-refused:{appointment.id}:{appointment.version}"
    _tell_patient(appointment, told, key, not_after=appointment.ends_at, wait_s=wait_s)


def please_move(appointment: Appointment, *, wait_s: int = 0) -> None:
    """Its time is closed: the patient is asked to choose another, on the page of the message's own link."""
    link = f"{_page(appointment)}/move"
    told = wording.please_move(appointment.patient.full_name, **_about(appointment), link=link)
    key = f"please-move:{appointment.id}:{appointment.version}"
    keep_token(appointment, key)
    _tell_patient(appointment, told, key, not_after=appointment.starts_at, wait_s=wait_s)


def missed(appointment: Appointment, *, wait_s: int = 0) -> None:
    """Nobody came: once its time is over, and within a day of that, the patient hears kindly that they may choose another
    time. Until then they may still come, and the mark is taken back.
    """
    now, over = clock.now(), appointment.ends_at
    if over + STILL_NEWS <= now:
        return
    told = wording.missed_you(appointment.patient.full_name, **_about(appointment), link=_page(appointment))
    wait_s = max(wait_s, int((over - now).total_seconds()))
    key = f"missed:{appointment.id}:{appointment.version}"
    _tell_patient(appointment, told, key, not_after=over + STILL_NEWS, wait_s=wait_s)


def running_late(appointment: Appointment, minutes: int, *, wait_s: int = 0) -> None:
    """The patient hears that it will begin about so many minutes late; of the same delay they hear once."""
    told = wording.running_late(appointment.patient.full_name, minutes=minutes, **_about(appointment))
    key = f"late:{appointment.id}:{clock.local(appointment.starts_at):%Y%m%d%H%M}:{minutes}"
    _tell_patient(appointment, told, key, not_after=appointment.ends_at, wait_s=wait_s)


def late_payment_refund(appointment: Appointment, surplus: Attempt) -> None:
    """The patient hears that late or surplus money goes back to them (R-PAY-14: only said when a refund row stands)."""
    told = wording.late_payment_refund(
        appointment.patient.full_name, amount_paise=surplus.paise, reference=appointment.reference
    )
    _tell_patient(appointment, told, f"refund:{surplus.id}")


def _tell_patient(
    appointment: Appointment,
    told: wording.Wording,
    key: str,
    *,
    not_after: datetime | None = None,
    wait_s: int = 0,
    block_id: int | None = None,
) -> None:
    people.inbox.tell(
        told,
        appointment.patient,
        dedupe_key=key,
        about_id=appointment.id,
        not_after=not_after,
        wait_s=wait_s,
        centre_id=appointment.centre_id,
        concerns_at=appointment.starts_at,
        block_id=block_id,
    )


def _about(appointment: Appointment) -> dict[str, Any]:
    return {"when": clock.local(appointment.starts_at), "reference": appointment.reference}


def _page(appointment: Appointment) -> str:
    return f"my/{appointment.reference}"

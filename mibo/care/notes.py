"""What the clinician writes of a consultation: sealed, every version kept, nothing overwritten unseen (R-SES-6).

While somebody types, the page saves by itself every few seconds. That is a draft, which grows in its place for some minutes;
a save by hand, an end, or five minutes make it a version that stands.
"""

from datetime import timedelta

from sqlalchemy import select

from mibo import audit, booking, clock, db, sealing
from mibo.care import rules
from mibo.care.actions import own_locked
from mibo.care.models import ConsultationNote
from mibo.care.rules import NoteChanged
from mibo.errors import Refused
from mibo.identity import Actor
from mibo.messaging import wording

DRAFT_GROWS = timedelta(minutes=5)


def write(
    appointment_id: int, words: str, *, by: Actor, seen: int | None = None, page: str | None = None, draft: bool = False
) -> ConsultationNote | None:
    """Keep what the treating clinician wrote; the same words again change nothing. None while there is nothing to keep.

    `seen` is the version that was on the page: when another page has written since, NoteChanged is raised, with both
    texts kept. Raises Missing, Refused, Invalid, CannotWrite.
    """
    appointment = own_locked(appointment_id, by)
    rules.check_may_write(appointment.status)
    return _keep(appointment_id, words, by=by, seen=seen, page=page, draft=draft)


def add(appointment_id: int, words: str, *, by: Actor) -> None:
    """Who leads the clinic adds to a note without seeing it: below what is there, with their name. Raises Missing,
    Refused, Invalid, CannotWrite.
    """
    appointment = booking.locked(appointment_id)
    booking.staff_appointment(appointment_id, by=by)
    if not by.everywhere:
        raise Refused("Only the treating clinician writes this note.")
    rules.check_may_write(appointment.status)
    if not words.strip():
        return
    latest = newest(appointment_id)
    before = f"{opened(latest)}\n\n" if latest else ""
    when = wording.moment(clock.local(clock.now()))
    _keep(appointment_id, f"{before}Added by {by.full_name}, {when}:\n{words.strip()}", by=by)


def newest(appointment_id: int) -> ConsultationNote | None:
    """The version in force; whether this person may read it has been asked before."""
    wanted = select(ConsultationNote).where(ConsultationNote.appointment_id == appointment_id)
    return db.session().scalar(wanted.order_by(ConsultationNote.version.desc()).limit(1))


def opened(note: ConsultationNote) -> str:
    """What it says. Ask before whether this person may read it, and note that they did."""
    return sealing.open_note(sealing.Sealed(note.key_name, note.key, note.text), note.about)


def has_words(appointment_id: int) -> bool:
    """Whether anything is written of this consultation."""
    latest = newest(appointment_id)
    return latest is not None and bool(opened(latest).strip())


def _keep(
    appointment_id: int, words: str, *, by: Actor, seen: int | None = None, page: str | None = None, draft: bool = False
) -> ConsultationNote | None:
    rules.check_note(words)
    latest = newest(appointment_id)
    before = opened(latest) if latest else ""
    if before == words:
        if latest is not None and latest.draft and not draft:
            latest.draft = False
            db.session().flush()
        return latest
    if latest is not None and seen is not None and seen != latest.version and (page is None or latest.page != page):
        raise NoteChanged(before, latest.version)
    grows = latest is not None and latest.draft and page is not None and latest.page == page and _is_young(latest)
    note = latest if latest is not None and grows else ConsultationNote(appointment_id=appointment_id)
    if latest is not None and note is not latest:
        latest.draft = False
        db.session().flush()
    version = latest.version + 1 if latest else 1
    _put(note, words, version=version, author=by.account_id, page=page, draft=draft)
    if not draft:
        audit.record("note.written", appointment_id, by=by.account_id, version=version)
    return note


def _is_young(note: ConsultationNote) -> bool:
    return clock.now() - note.created_at < DRAFT_GROWS


def _put(note: ConsultationNote, words: str, *, version: int, author: int, page: str | None, draft: bool) -> None:
    now = clock.now()
    note.version, note.draft, note.page, note.author_id = version, draft, page, author
    sealed = sealing.seal_note(words, note.about)
    note.key_name, note.key, note.text = sealed.key_name, sealed.key, sealed.text
    note.created_at, note.updated_at = note.created_at or now, now
    db.session().add(note)
    db.session().flush()

"""Consultation notes as values ready to draw."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from mibo import care
from mibo.care import ConsultationNote
from mibo.web.filters import clock_time, moment
from mibo.web.forms.care import NoteForm


@dataclass(frozen=True, slots=True)
class Line:
    """A note: what heads it, and what it says."""

    head: str
    words: str


def earlier(note: "care.reading.Written") -> Line:
    """A note of another consultation."""
    return Line(f"{moment(note.appointment.starts_at)}, {note.appointment.clinician.full_name}", note.words)


def version(note: "care.reading.Written", names: Mapping[int, str]) -> Line:
    """A version of a note."""
    return Line(f"Version {note.version}, {moment(note.updated_at)}, {names.get(note.author_id, '')}", note.words)


def saved_at(note: "ConsultationNote | care.reading.Written | None") -> str:
    """`10:42 am`, or nothing."""
    return clock_time(note.updated_at) if note else ""


def form_of(note: "care.reading.Written | None") -> NoteForm:
    """The field with what is kept, on a page that has a name of its own."""
    kept = {
        "words": note.words if note else "",
        "version": str(note.version if note else 0),
        "page": secrets.token_urlsafe(12),
    }
    return NoteForm(formdata=None, data=kept)

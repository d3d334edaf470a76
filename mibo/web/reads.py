"""Who looked at whose record: noted after the view, in a transaction of its own, because a view that reads cannot write.

A record that is opened again by the same person within ten minutes is noted once; a list that leaves the house, always.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog
from flask import current_app, g, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.wrappers import Response

from mibo import audit, db
from mibo.ids import read_id

EXPORTED = "list.exported"
NOTES_READ = "note.read"

log = structlog.get_logger(__name__)
View = TypeVar("View", bound=Callable[..., Any])


@dataclass
class _Read:
    act: str
    subject_id: int | None
    each_time: bool
    details: dict[str, Any] = field(default_factory=dict)


def noted(act: str, which: str) -> Callable[[View], View]:
    """Whoever gets this view's answer has read the record whose id stands in the address as `which` (P15.10)."""

    def mark(view: View) -> View:
        view.noted = act, which  # type: ignore[attr-defined]
        return view

    return mark


def more_read(**details: Any) -> None:
    """What else of the record was shown: medical notes, or something of its kind."""
    g.read_details = {**g.get("read_details", {}), **details}


def notes_read(about: int, notes: Sequence[int]) -> None:
    """The text of sealed notes is in this answer: those of these consultations, opened from `about`. Noted each time."""
    if notes:
        g.notes_read = about, [str(one) for one in notes]


def exported(name: str, rows: int, **more: Any) -> None:
    """A list leaves the house as a file; `more`: of which kind, and which filters were set, never what was typed."""
    g.read_list = {"list": name, "rows": rows, **more}


def note_read(response: Response) -> Response:
    """Note what this request has read, if it was given."""
    who, found = g.get("visitor"), [read for read in (_read(response), _of_notes()) if read]
    for read in found if who is not None else ():
        try:
            with db.transaction():
                audit.record_read(
                    read.act, read.subject_id, by=who.account_id, each_time=read.each_time, **read.details
                )
        except (DBAPIError, PoolTimeout):
            log.error("audit.read_not_noted", act=read.act, subject_id=read.subject_id, account_id=who.account_id)
    return response


def _of_notes() -> _Read | None:
    about, notes = g.get("notes_read", (None, []))
    return _Read(NOTES_READ, about, True, {"notes": notes}) if notes else None


def _read(response: Response) -> _Read | None:
    if not 200 <= response.status_code < 300:
        return None
    view = current_app.view_functions.get(request.endpoint or "")
    act, which = getattr(view, "noted", ("", ""))
    subject = read_id(str((request.view_args or {}).get(which, ""))) if act else None
    if "read_list" in g:
        return _Read(EXPORTED, subject, True, g.read_list)
    return _Read(act, subject, False, g.get("read_details", {})) if subject else None

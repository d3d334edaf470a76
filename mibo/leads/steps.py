"""The one way in which an enquiry changes: a step that knows how it stood before, and is in the audit."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.exc import IntegrityError

from mibo import audit, clock, db
from mibo.booking.rules import ChangedMeanwhile
from mibo.errors import Conflict, Missing
from mibo.identity import Actor
from mibo.leads.models import Enquiry, EnquiryStep
from mibo.leads.sealed import seal, unseal

ONE_OPEN = "uq_enquiry_open_phone"
UNDOING = "UNDOING"
MEANWHILE = (
    "Somebody has worked on this enquiry meanwhile. This is how it stands now. Nothing that you chose was saved."
)


def within_reach(by: Actor) -> ColumnElement[bool]:
    """Of their centres; what belongs to no centre yet is for everybody who answers enquiries, so that nobody is missed."""
    return true() if by.everywhere else or_(Enquiry.centre_id.in_(by.centre_ids), Enquiry.centre_id.is_(None))


def locked(enquiry_id: int, *, by: Actor, seen: int | None = None) -> Enquiry:
    """The enquiry, locked, as it was `seen`. Raises Missing, ChangedMeanwhile."""
    wanted = select(Enquiry).where(Enquiry.id == enquiry_id, Enquiry.forgotten_at.is_(None), within_reach(by))
    found = db.session().scalar(wanted.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise Missing("We could not find that enquiry.")
    if seen is not None and found.version != seen:
        raise ChangedMeanwhile(MEANWHILE)
    return found


def sent_again(
    enquiry_id: int, kind: str, *, by: Actor, seen: int, outcome: str | None = None, note: str | None = None, **stands: Any
) -> tuple[Enquiry, bool]:  # fmt: skip
    """The enquiry, locked, and whether this very step was taken on what they saw: one form sent twice is one step.

    Raises Missing, and ChangedMeanwhile where anything else happened since.
    """
    one = locked(enquiry_id, by=by)
    if one.version == seen:
        return one, False
    newest = select(EnquiryStep).where(EnquiryStep.enquiry_id == one.id).order_by(EnquiryStep.id.desc()).limit(1)
    last = db.session().scalar(newest)
    if last is None or one.version != seen + 1 or last.by_account_id != by.account_id:
        raise ChangedMeanwhile(MEANWHILE)
    done = (last.kind, last.outcome, unseal(last.note)) == (kind, outcome, note or "") and last.undone_at is None
    alike = all(getattr(one, field) == value for field, value in stands.items() if value is not None)
    if not (last.undone_at is not None if kind == UNDOING else done and alike):
        raise ChangedMeanwhile(MEANWHILE)
    return one, True


def step(
    one: Enquiry, kind: str, *, by: int | None, outcome: str | None = None, note: str | None = None,
    request_key: str | None = None, **changes: Any,
) -> EnquiryStep:  # fmt: skip
    """Change it so, and note what happened. Raises Conflict where the phone has another open enquiry by now."""
    before = {field: _plain(getattr(one, field)) for field in changes}
    for field, value in changes.items():
        setattr(one, field, value)
    one.version += 1
    one.touched_at = clock.now()
    made = EnquiryStep(
        enquiry_id=one.id, kind=kind, outcome=outcome, note=seal(note), before=before, by_account_id=by, at=clock.now(),
        request_key=request_key,
    )  # fmt: skip
    db.session().add(made)
    flush()
    facts = {"outcome": outcome.lower()} if outcome else {}
    audit.record(f"enquiry.{kind.lower()}", one.id, by=by, **facts)
    return made


def flush() -> None:
    """Raises Conflict where the phone has another open enquiry by now."""
    try:
        db.session().flush()
    except IntegrityError as error:
        if db.violated(error) != ONE_OPEN:
            raise
        raise Conflict("There is a newer enquiry of this phone, which is open. Go on with that one.") from None


def put_back(one: Enquiry, before: dict[str, Any]) -> None:
    """As it stood before a step."""
    for field, value in before.items():
        setattr(
            one,
            field,
            datetime.fromisoformat(value) if field.endswith("_at") and value and field != "call_at" else value,
        )
    one.version += 1
    one.touched_at = clock.now()
    flush()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value

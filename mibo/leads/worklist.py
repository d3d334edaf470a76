"""Enquiries as a worklist: whom to call now, those that nobody has taken first; found, filtered, paged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from mibo import clock, db
from mibo.errors import Missing
from mibo.identity import Account, Actor
from mibo.leads.funnel import Cut, at_step
from mibo.leads.models import Enquiry
from mibo.leads.rules import OPEN
from mibo.leads.steps import within_reach
from mibo.people import Patient
from mibo.turns import in_turn

PAGE = 25
SHORTEST_SEARCH = 3
PARTS = ("now", "open", "booked", "lost", "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which enquiries are looked for. `part`: to call now, all open ones, booked, lost, or all."""

    part: str = "now"
    centre_id: int | None = None
    whose: str = ""
    care: str = ""
    typed: str = ""
    cut: Cut | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One enquiry of the list, with who sees to it, and how many patients have its phone."""

    enquiry: Enquiry
    owner: str | None
    patients: int


def waits_for(by: Actor) -> Select[Any]:
    """Whom somebody should call now."""
    return select(Enquiry.id).where(_is_open(), Enquiry.next_call_at <= clock.now(), within_reach(by))


def enquiries(wish: Wish, *, by: Actor, offset: int = 0, limit: int = PAGE) -> tuple[Sequence[Line], int]:
    """A page of them, and how many there are: what nobody has taken first, then what is due the longest."""
    total = db.session().scalar(select(func.count(Enquiry.id)).where(*_wanted(wish, by))) or 0
    return some_enquiries(wish, by=by, offset=offset, limit=limit), total


def some_enquiries(
    wish: Wish, *, by: Actor, limit: int, offset: int = 0, made_after: int | None = None
) -> Sequence[Line]:
    """Some of them, in the order of the list or as they were made (`turns`)."""
    owner = aliased(Account)
    same_phone = select(func.count(Patient.id)).where(
        func.reverse(Patient.phone) == func.reverse(Enquiry.phone), Patient.active
    )
    rows = (
        select(Enquiry, owner.full_name, same_phone.scalar_subquery().label("patients"))
        .outerjoin(owner, owner.id == Enquiry.owner_id)
        .options(joinedload(Enquiry.centre), joinedload(Enquiry.campaign))
        .where(*_wanted(wish, by))
        .limit(limit)
        .offset(offset)
    )
    ordered = in_turn(rows, Enquiry.id, made_after, *_order(wish), Enquiry.id)
    return [Line(*row) for row in db.session().execute(ordered)]


def enquiry(enquiry_id: int, *, by: Actor) -> Enquiry:
    """One, with all its steps. Raises Missing."""
    found = db.session().scalar(
        select(Enquiry)
        .where(Enquiry.id == enquiry_id, Enquiry.forgotten_at.is_(None), within_reach(by))
        .options(
            joinedload(Enquiry.centre), joinedload(Enquiry.campaign), joinedload(Enquiry.owner),
            joinedload(Enquiry.appointment), selectinload(Enquiry.steps),
        )
        .execution_options(populate_existing=True)
    )  # fmt: skip
    if found is None:
        raise Missing("We could not find that enquiry.")
    return found


def _is_open() -> ColumnElement[bool]:
    return Enquiry.status.in_(OPEN)


def _wanted(wish: Wish, by: Actor) -> list[ColumnElement[bool]]:
    wanted = [within_reach(by), *_part(wish.part, clock.now())]
    if wish.centre_id is not None:
        wanted.append(Enquiry.centre_id == wish.centre_id)
    if wish.whose == "mine":
        wanted.append(Enquiry.owner_id == by.account_id)
    elif wish.whose == "nobody":
        wanted.append(Enquiry.owner_id.is_(None))
    if wish.care:
        wanted.append(Enquiry.care == wish.care)
    if wish.typed:
        wanted.append(_like(wish.typed))
    if wish.cut is not None:
        wanted.append(at_step(wish.cut))
    return wanted


def _part(part: str, now: datetime) -> list[ColumnElement[bool]]:
    if part == "now":
        return [_is_open(), Enquiry.next_call_at <= now]
    if part == "open":
        return [_is_open()]
    return [] if part == "all" else [Enquiry.status == part.upper()]


def _like(typed: str) -> ColumnElement[bool]:
    """The last digits of the phone, or each word of the name."""
    digits = "".join(ch for ch in typed if ch.isdecimal())
    if len(digits) >= SHORTEST_SEARCH and not any(ch.isalpha() for ch in typed):
        return Enquiry.phone.endswith(digits[-10:], autoescape=True)
    name = func.lower(Enquiry.full_name)
    return and_(*(name.contains(word, autoescape=True) for word in typed.lower().split()))


def _order(wish: Wish) -> tuple[Any, ...]:
    if wish.part in ("now", "open"):
        return (Enquiry.owner_id.is_not(None), Enquiry.next_call_at.asc().nulls_last())
    return (Enquiry.created_at.desc(),)


def of_patient(patient_ids: Sequence[int], phone: str | None) -> Sequence[Enquiry]:
    """What a patient's own copy of their data has: linked to them, or to a record merged into theirs, or of their phone."""
    merged = select(Patient.id).where(Patient.merged_into_id.in_(patient_ids))
    theirs = or_(Enquiry.patient_id.in_(patient_ids), Enquiry.patient_id.in_(merged))
    if phone:
        theirs = or_(theirs, and_(Enquiry.phone == phone, Enquiry.patient_id.is_(None)))
    return db.session().scalars(select(Enquiry).where(theirs).order_by(Enquiry.id.desc())).all()

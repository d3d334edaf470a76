"""Clinicians as a list for staff: found, sorted and paged in two statements, however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, any_, func, select
from sqlalchemy.orm import joinedload, selectinload

from mibo import db
from mibo.clinics import Centre
from mibo.identity import Actor
from mibo.people.clinicians import within_reach
from mibo.people.models import Clinician, ClinicianCentre

PAGE = 50
SORTS = ("name", "centre", "fee", "newest")


@dataclass(frozen=True, kw_only=True)
class ClinicianWish:
    """Which clinicians are wanted, and in which order; None means any."""

    q: str = ""
    centre_id: int | None = None
    mode: str | None = None
    active: bool | None = None
    sort: str = "name"


def clinicians_page(wish: ClinicianWish, page: int = 1, *, by: Actor, size: int = PAGE) -> tuple[list[Clinician], int]:
    """One page of those within reach, and how many there are in all."""
    total = db.session().scalar(select(func.count()).select_from(Clinician).where(*_conditions(wish, by))) or 0
    return list(db.session().scalars(_wanted(wish, by).limit(size).offset((page - 1) * size))), total


def all_clinicians(wish: ClinicianWish, *, by: Actor) -> Sequence[Clinician]:
    """Every one of them, for a spreadsheet."""
    return db.session().scalars(_wanted(wish, by)).all()


def clinicians_in_reach(by: Actor) -> Sequence[Clinician]:
    """The active clinicians whose days are somebody's to see, oneself included; by name, for a choice."""
    wanted = select(Clinician).where(Clinician.active, within_reach(by))
    return db.session().scalars(wanted.order_by(func.lower(Clinician.full_name), Clinician.id)).all()


def clinician_names(by: Actor, *, centre_id: int | None = None) -> list[tuple[int, str]]:
    """Who they are, by name, at one centre or at any: for a filter. One statement, and no whole records."""
    wanted = select(Clinician.id, Clinician.full_name).where(Clinician.active, within_reach(by))
    if centre_id is not None:
        wanted = wanted.where(Clinician.places.any(ClinicianCentre.centre_id == centre_id))
    found = db.session().execute(wanted.order_by(func.lower(Clinician.full_name), Clinician.id))
    return [(row[0], row[1]) for row in found]


def _wanted(wish: ClinicianWish, by: Actor) -> Select[Clinician]:
    primary = (
        select(Centre.name)
        .join(ClinicianCentre, ClinicianCentre.centre_id == Centre.id)
        .where(ClinicianCentre.clinician_id == Clinician.id, ClinicianCentre.is_primary)
        .scalar_subquery()
    )
    orders: dict[str, ColumnElement[Any]] = {
        "centre": primary.asc().nulls_last(),
        "fee": Clinician.fee_paise.asc().nulls_first(),
        "newest": Clinician.created_at.desc(),
    }
    by_name = func.lower(Clinician.full_name)
    return (
        select(Clinician)
        .where(*_conditions(wish, by))
        .order_by(orders.get(wish.sort, by_name), by_name, Clinician.id)
        .options(selectinload(Clinician.places).joinedload(ClinicianCentre.centre), joinedload(Clinician.account))
    )


def _conditions(wish: ClinicianWish, by: Actor) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = [within_reach(by)]
    if wish.active is not None:
        asked.append(Clinician.active.is_(wish.active))
    if wish.centre_id is not None:
        asked.append(Clinician.places.any(ClinicianCentre.centre_id == wish.centre_id))
    if wish.mode:
        asked.append(any_(Clinician.modes) == wish.mode)
    if typed := " ".join(wish.q.lower().split()):
        asked.append(_named(typed))
    return asked


def _named(typed: str) -> ColumnElement[bool]:
    named = func.lower(Clinician.full_name).contains(typed, autoescape=True)
    registered = func.lower(Clinician.registration_number).contains(typed, autoescape=True)
    described = func.lower(func.array_to_string(Clinician.specialisations, "\n")).contains(typed, autoescape=True)
    return named | registered | described

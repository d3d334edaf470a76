"""The list of clinicians as values ready to draw, and as lines of a spreadsheet."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import url_for

from mibo.booking import VisitAhead
from mibo.identity import Actor
from mibo.money import rupees
from mibo.people import Clinician
from mibo.web.filters import in_words
from mibo.web.inputs.clinicians import ClinicianSearch

MODE_WORDS = {"IN_PERSON": "In person", "ONLINE": "Online"}
STATE_WORDS = {"active": "Active", "inactive": "Switched off", "all": "All"}
SORT_WORDS = {"name": "Name", "centre": "Primary centre", "fee": "Fee", "newest": "Newest first"}


@dataclass(frozen=True, slots=True)
class Row:
    """A clinician in the list."""

    name: str
    about: str
    href: str
    picture: str
    centres: str
    experience: str
    modes: str
    fee: str
    active: bool


@dataclass(frozen=True, slots=True)
class Head:
    """A column's heading; by some of them one may sort."""

    label: str
    href: str
    sorted_by: bool
    is_number: bool = False


def rows(found: Iterable[Clinician]) -> list[Row]:
    """The lines of the table."""
    return [_row(one) for one in found]


def _row(one: Clinician) -> Row:
    years = one.years_of_experience
    return Row(
        name=one.full_name,
        about=one.title or one.specialisations[0],
        href=url_for("clinicians.one", clinician_id=one.id),
        picture=one.picture,
        centres=in_words([place.centre.short_name for place in one.places]),
        experience=f"{years} years" if years is not None else "",
        modes=" or ".join(MODE_WORDS[mode] for mode in one.modes).capitalize(),
        fee=rupees(one.fee_paise) if one.fee_paise else "Not set",
        active=one.active,
    )


def heads(search: ClinicianSearch) -> list[Head]:
    """The headings, each with the address of the list sorted by it."""
    columns = [
        ("Clinician", "name"),
        ("Centres", "centre"),
        ("Experience", ""),
        ("Meets", ""),
        ("Fee", "fee"),
        ("State", ""),
    ]
    return [
        Head(
            label,
            url_for("clinicians.index", **_kept(search, sort=sort)) if sort else "",
            search.sort == sort,
            label == "Fee",
        )
        for label, sort in columns
    ]


def page_url(search: ClinicianSearch) -> str:
    """The list's address with a place for the page."""
    address = url_for("clinicians.index", **_kept(search))
    return address + ("&" if "?" in address else "?") + "page={page}"


def _kept(search: ClinicianSearch, **changed: str) -> dict[str, Any]:
    asked = {"q": search.q, "centre": search.centre, "mode": search.mode, "state": search.state, "sort": search.sort}
    return {name: value for name, value in (asked | changed).items() if value}


@dataclass(frozen=True)
class Visit:
    """A visit to come, with its address where it is theirs to open."""

    about: VisitAhead
    href: str


def seen(visits: Iterable[VisitAhead], who: Actor) -> list[Visit]:
    """Visits to come as this person may see them."""
    return [
        Visit(each, url_for("desk.appointment", appointment_id=each.id) if who.reaches(each.centre_id) else "")
        for each in visits
    ]

"""What anybody may see: the start page, the directory of clinicians, and each clinician's page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from mibo import booking, clinics, clock, people
from mibo.money import rupees
from mibo.people import Clinician
from mibo.phrases import phrase
from mibo.scheduling.slots import Slot, free
from mibo.web import ways
from mibo.web.access import public
from mibo.web.filters import in_words, moment
from mibo.web.htmx import show
from mibo.web.inputs.directory import Search
from mibo.web.languages import put
from mibo.web.ways import Way

bp = Blueprint("home", __name__)

FEE_WORDS = [
    ("under-1500", phrase("Under ₹1,500")),
    ("1500-2000", phrase("₹1,500 to ₹2,000")),
    ("2000-2500", phrase("₹2,000 to ₹2,500")),
    ("over-2500", phrase("Over ₹2,500")),
]
MODE_WORDS = {"IN_PERSON": phrase("In person"), "ONLINE": phrase("Online")}
MEETS = {
    ("IN_PERSON",): phrase("In person"), ("ONLINE",): phrase("Online"),
    ("IN_PERSON", "ONLINE"): phrase("In person or online"),
}  # fmt: skip
DAYS_AHEAD = 14


@dataclass(frozen=True)
class Card:
    """A clinician in the directory, as it is drawn."""

    name: str
    picture: str
    about: str
    speaks: str
    experience: str
    where: str
    modes: str
    fee: str
    next_free: str
    bookable: bool
    href: str


@bp.get("/")
@public
def start() -> ResponseReturnValue:
    """What Mibo is, and the three ways in."""
    specialisations, _ = people.directory_choices()
    return show(
        "home/start.html",
        centres=clinics.centres(active=True),
        specialisations=specialisations,
        minutes=clinics.policy_in_force().hold_minutes,
    )


@bp.get("/clinicians")
@public
def clinicians() -> ResponseReturnValue:
    """The directory, filtered; each with the next time that is free."""
    search = Search.model_validate(request.args.to_dict())
    found = people.directory(search.wish)
    soonest = booking.next_free([one.id for one in found], days=DAYS_AHEAD, centre_id=search.centre, mode=search.mode)
    specialisations, languages = people.directory_choices()
    return show(
        "home/clinicians.html",
        "home/_cards.html",
        cards=[_card(one, soonest.get(one.id), search) for one in found],
        search=search,
        centres=clinics.centres(active=True),
        specialisations=specialisations,
        languages=languages,
        fees=FEE_WORDS,
        modes=MODE_WORDS,
    )


def _card(one: Clinician, soonest: datetime | None, search: Search) -> Card:
    centres = [place.centre.short_name for place in one.places if place.centre.active]
    years = one.years_of_experience
    return Card(
        name=one.full_name,
        picture=one.picture,
        about=put(one.title or one.specialisations[0]),
        speaks=", ".join(map(put, one.languages)),
        experience=ngettext("%(num)d year of practice", "%(num)d years of practice", years) if years else "",
        where=in_words(centres),
        modes=MEETS.get(tuple(sorted(one.modes)), ""),
        fee=rupees(one.fee_paise) if one.fee_paise else gettext("On request"),
        next_free=moment(soonest) if soonest and one.fee_paise else "",
        bookable=bool(one.fee_paise),
        href=url_for("home.clinician", clinician_id=one.id, centre=search.centre, mode=search.mode),
    )


@bp.get("/clinicians/<int:clinician_id>")
@public
def clinician(clinician_id: int) -> ResponseReturnValue:
    """One clinician: who they are, what they charge, when they are next free."""
    return profile(people.clinician(clinician_id))


def profile(one: Clinician, *, preview: bool = False) -> ResponseReturnValue:
    """A clinician's page; a preview for staff says that it is one."""
    return show("home/clinician.html", one=one, soonest=_soonest(one), preview=preview)


def _soonest(one: Clinician) -> list[tuple[Way, datetime | None]]:
    """Each way to meet, with the next time that is free in it."""
    today = clock.today()
    slots = free(booking.open_slots(one.id, today, today + timedelta(days=DAYS_AHEAD - 1)))
    return [(way, next((slot.starts_at for slot in slots if _fits(slot, way)), None)) for way in ways.of(one)]


def _fits(slot: Slot, way: Way) -> bool:
    return way.mode in slot.modes and way.centre_id in (None, slot.centre_id)

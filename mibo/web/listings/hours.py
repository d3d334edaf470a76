"""The hours of clinicians and centres as files: a week at a glance, extra openings, holidays."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from mibo import clinics, clock, people, scheduling
from mibo.booking import extra
from mibo.clinics import Holiday
from mibo.exports import Column, Kind, Listing, all_at_once
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.people import Clinician
from mibo.scheduling.rules import rows_on, window_of
from mibo.web import hours_words
from mibo.web.forms.blocks import MODES
from mibo.web.hours_sheet import centre_names
from mibo.web.inputs.clinicians import ClinicianSearch
from mibo.web.inputs.exports import Everything, HolidaysInput
from mibo.web.listings.words import in_words

Week = tuple[Clinician, Sequence[Sequence[tuple[str, str]]]]
HOW = {mode: str(words) for mode, words, *_ in MODES}


def _weeks(asked: ClinicianSearch, who: Actor) -> Sequence[Week]:
    wish = people.ClinicianWish(q=asked.q, centre_id=asked.centre, active=True)
    found, today = people.all_clinicians(wish, by=who), clock.today()
    kept = scheduling.kept_hours([one.id for one in found], from_day=today)
    return [
        (one, hours_words.glance([window_of(row) for row in rows_on(kept.get(one.id, ()), today)], centre_names(one)))
        for one in found
    ]


def _day(row: Week, n: int) -> str:
    return ", ".join(f"{times} {where}".strip() for times, where in row[1][n])


def _weekday(n: int, name: str) -> Column:
    return Column(name, lambda row, _: _day(row, n), weight=1.2)


def _holidays(asked: HolidaysInput, who: Actor) -> Sequence[tuple[str, Holiday]]:
    """Of one centre, or of each within reach."""
    places = [one for one in clinics.centres() if who.reaches(one.id) and asked.centre in (None, one.id)]
    return [(one.short_name, each) for one in places for each in clinics.holidays_from(one.id, clock.today())]


def _at(row: extra.ExtraRow, minute: int) -> str:
    return f"{datetime.combine(row.day, datetime.min.time()) + timedelta(minutes=minute):%H:%M}"


LISTINGS = (
    Listing(
        name="weekly-hours", title="Weekly hours", permission=Permission.SEE_HOURS, asks=ClinicianSearch,
        endpoint="hours.index", read=all_at_once(_weeks), filters=in_words(),
        columns=(
            Column("Clinician", lambda row, _: row[0].full_name, weight=1.5),
            Column("Title", lambda row, _: row[0].title),
            *(_weekday(n, name) for n, name in enumerate(hours_words.names())),
        ),
    ),
    Listing(
        name="openings", title="Extra openings", permission=Permission.SEE_HOURS, asks=Everything,
        endpoint="openings.listing", read=all_at_once(lambda asked, who: extra.extras(by=who)),
        columns=(
            Column("Day", lambda row, _: row.day, Kind.DAY),
            Column("From (IST)", lambda row, _: _at(row, row.opens_minute), weight=0.7),
            Column("To (IST)", lambda row, _: _at(row, row.closes_minute), weight=0.7),
            Column("Clinician", lambda row, _: row.clinician, weight=1.5),
            Column("Centre", lambda row, _: row.centre),
            Column("How", lambda row, _: HOW[row.mode]),
            Column("Session, minutes", lambda row, _: row.slot_minutes, Kind.NUMBER, weight=0.7),
        ),
    ),
    Listing(
        name="holidays", title="Holidays", permission=Permission.SEE_CENTRES, asks=HolidaysInput,
        endpoint="centres.listing", read=all_at_once(_holidays), filters=in_words(),
        columns=(
            Column("Centre", lambda row, _: row[0]),
            Column("Day", lambda row, _: row[1].day, Kind.DAY),
            Column("Reason", lambda row, _: row[1].reason, weight=2),
        ),
    ),
)  # fmt: skip

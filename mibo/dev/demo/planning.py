"""The whole demo clinic as rows, worked out in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random

from mibo import clock
from mibo.clinics.policy import Policy
from mibo.dev.demo import cases, seasons, today
from mibo.dev.demo.bookings import Bookings
from mibo.dev.demo.centres import SignIn, open_house
from mibo.dev.demo.chronicle import Chronicle
from mibo.dev.demo.clinicians import engage
from mibo.dev.demo.consultations import write_consultations
from mibo.dev.demo.diary import Diary
from mibo.dev.demo.enquiries import Asking
from mibo.dev.demo.mismatches import write_mismatches
from mibo.dev.demo.papers import write_papers
from mibo.dev.demo.patients import People
from mibo.dev.demo.rows import Rows
from mibo.phone import ten_digits

SEED = 20_261_122
PATIENTS_TOLD = 8


@dataclass(frozen=True)
class Plan:
    """What is to be written, and how to sign in to it."""

    rows: Rows
    sign_ins: list[SignIn]


def plan(now: datetime, *, next_id: Callable[[], int], policy: Policy, busy: bool = False, seed: int = SEED) -> Plan:
    """The demo clinic as it stands at a moment."""
    now = now.replace(microsecond=0)
    rows, rng = Rows(next_id), Random(seed)  # noqa: S311 - invented people need no secrets
    house, diary = open_house(rows, now), Diary(rows)
    doctors = engage(rows, house, diary, now)
    cases.close_times(diary, house, doctors, now)
    cases.keep_odd_hours(diary, doctors, now)
    today.open_up(diary, doctors, now)
    people = People(rows, rng, now)
    bookings = Bookings(house, diary, people, rng=rng, now=now)
    cases.add_cases(bookings, doctors)
    today.fill_today(bookings, doctors)
    seasons.fill(bookings, doctors, clock.clinic_day(now), seasons.BUSY if busy else seasons.SMALL)
    Chronicle(rows, house, rng, now, policy).write_down(bookings.visits)
    write_mismatches(rows, rng, now)
    write_consultations(rows, now, seed)
    people.give_numbers()
    Asking(rows, house, Random(seed), now).write()  # noqa: S311 - invented people need no secrets
    write_papers(rows)
    return Plan(rows, [*house.sign_ins, *_patients(people)])


def _patients(people: People) -> list[SignIn]:
    """The first patients: they sign in with the code on the sandbox's page of their phone."""
    own = [person for person in people.all if person.id == person.account_id][:PATIENTS_TOLD]
    return [
        {"role": "PATIENT", "phone": ten_digits(person.phone), "username": None, "password": None, "centre": None}
        for person in own
    ]

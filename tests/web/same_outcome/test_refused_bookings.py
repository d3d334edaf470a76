"""When nobody can be booked, it is so at every door: patients' pages and apps, the desk's page and both of its operations."""

from datetime import datetime, time
from typing import Any

import pytest
from sqlalchemy import update

from mibo import db
from mibo.booking import Status
from mibo.clinics import Centre, Holiday
from mibo.people import Clinician, Patient, consents
from mibo.people.consent_rules import CARE
from mibo.scheduling import WeeklyHours
from tests import make
from tests.web.same_outcome import test_bookings as bookings
from tests.web.same_outcome import test_own as own
from tests.web.same_outcome.twins import Twins
from tests.web.same_outcome.world import Step, World


def changed(kind: type[Any], which: str, **values: Any) -> Step:
    """One of the world's things is not as it was."""

    def given(world: World) -> None:
        with db.transaction() as session:
            session.execute(update(kind).where(kind.id == getattr(world, which).id).values(**values))

    return given


def holiday(world: World) -> None:
    with db.transaction() as session:
        session.add(Holiday(centre_id=world.kochi.id, day=make.tomorrow(), reason="Onam"))


def closed(world: World) -> None:
    day = make.tomorrow()
    with db.transaction():
        make.block(datetime.combine(day, time(9)), datetime.combine(day, time(12)), who=world.anita, where=world.kochi)


def only_in_person(world: World) -> None:
    with db.transaction() as session:
        session.execute(update(WeeklyHours).values(mode="IN_PERSON"))


def taken_back(world: World) -> None:
    with db.transaction() as session:
        consents.say(session.merge(world.asha), CARE, given=False, by=make.actor(world.asha))


def booked_elsewhere(world: World) -> None:
    with db.transaction():
        other = make.clinician(world.mumbai, name="Dr. Leela Rao")
        make.appointment(world.asha, other, world.mumbai, make.at("10:30"))


def held_thrice(world: World) -> None:
    with db.transaction():
        for face in ("14:00", "15:00", "16:00"):
            make.appointment(world.asha, world.anita, world.kochi, make.at(face), status=Status.PENDING)


IN_PERSON, ONLINE = "IN_PERSON", "ONLINE"
WHEN: dict[str, tuple[Step, str]] = {
    "the clinician is switched off": (changed(Clinician, "anita", active=False), IN_PERSON),
    "the centre is closed": (changed(Centre, "kochi", active=False), IN_PERSON),
    "it is a holiday": (holiday, IN_PERSON),
    "the time is closed": (closed, IN_PERSON),
    "the hours are for visits in person": (only_in_person, ONLINE),
    "the clinician sees nobody online": (changed(Clinician, "anita", modes=[IN_PERSON]), ONLINE),
    "the clinician is not registered": (changed(Clinician, "anita", registration_number=None), ONLINE),
    "the patient's age is not known": (changed(Patient, "asha", age_told=None, age_told_on=None), ONLINE),
    "the clinician has no fee": (changed(Clinician, "anita", fee_paise=None), IN_PERSON),
    "the patient is elsewhere then": (booked_elsewhere, IN_PERSON),
    "the record is put aside": (changed(Patient, "asha", active=False), IN_PERSON),
}
ELSEWHERE = "the record is put aside"  # who has none in use is somebody new to who looks by phone, as on the page
GONE = "the clinician is switched off"  # no page of theirs is there, where they could be booked
OF_PATIENTS = {name: when for name, when in WHEN.items() if name != GONE} | {
    "the patient has taken their consent back": (taken_back, IN_PERSON),
    "three times are held already": (held_thrice, IN_PERSON),
}


@pytest.mark.parametrize("name", OF_PATIENTS)
def test_patients_are_refused_by_page_and_by_app(name: str, twins: Twins) -> None:
    given, mode = OF_PATIENTS[name]
    way = {} if mode == IN_PERSON else {"way": "online"}
    twins.check_refused(
        given,
        lambda world: own.taken_by_page(world, **way),
        lambda world: own.taken_by_app(world, appointmentType=mode),
    )


@pytest.mark.parametrize("name", [name for name in WHEN if name != ELSEWHERE])
def test_the_desk_is_refused_by_page_and_by_the_app_that_finds_by_phone(name: str, twins: Twins) -> None:
    given, mode = WHEN[name]
    twins.check_refused(
        given,
        lambda world: bookings.by_page(world, "LINK", mode=mode),
        lambda world: bookings.by_app(world, appointmentType=mode),
    )


@pytest.mark.parametrize("name", WHEN)
def test_the_desk_is_refused_by_page_and_by_the_app_that_holds(name: str, twins: Twins) -> None:
    given, mode = WHEN[name]
    twins.check_refused(
        given,
        lambda world: bookings.by_page(world, "CASH", mode=mode),
        lambda world: bookings.held(world, appointment_type=mode),
    )

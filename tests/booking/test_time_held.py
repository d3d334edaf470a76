"""Whose time is whose: the two exclusion constraints, asked directly, state by state and minute by minute."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from mibo import db
from mibo.booking import Status
from mibo.booking.rules import ALLOWED, HOLDS_TIME, NotAllowed, check_transition
from mibo.clinics import Centre
from mibo.people import Clinician, Patient
from tests import make

pytestmark = pytest.mark.usefixtures("database")
FREES_TIME = sorted(set(Status) - set(HOLDS_TIME))
World = tuple[Clinician, Clinician, Centre, Centre, Patient, Patient]


@pytest.fixture
def world() -> World:
    """Two clinicians, two centres, two patients."""
    with db.transaction():
        here, there = make.centre(), make.centre()
        return (
            make.clinician(here), make.clinician(there, name="Dr. Second"), here, there,
            make.patient(registered=True), make.patient("Ravi Kumar", registered=True),
        )  # fmt: skip


def taken(world: World, start: int, minutes: int, *, second: bool = True, whose: str, first: Status = Status.CONFIRMED,
          then: Status = Status.CONFIRMED) -> str | None:  # fmt: skip
    """Book 60 minutes from 10:00, then the other span of the same clinician or patient; who refused it."""
    anita, other, here, there, asha, ravi = world
    begin = make.at("10:00")
    with db.transaction():
        make.appointment(asha, anita, here, begin, minutes=60, status=first)
    try:
        with db.transaction():
            who, patient = (anita, ravi) if whose == "clinician" else (other, asha)
            make.appointment(patient, who, there, begin + timedelta(minutes=start), minutes=minutes, status=then)
    except IntegrityError as error:
        return str(error.orig.diag.constraint_name)  # type: ignore[union-attr]
    return None


@pytest.mark.parametrize("whose", ["clinician", "patient"])
@pytest.mark.parametrize(
    ("start", "minutes", "overlaps"),
    [
        (-60, 60, False), (60, 60, False), (-15, 15, False), (60, 1, False),
        (-60, 61, True), (59, 60, True), (0, 60, True), (10, 5, True), (-30, 240, True),
    ],
)  # fmt: skip
def test_touching_is_allowed_and_a_single_shared_minute_is_not(
    world: World, whose: str, start: int, minutes: int, overlaps: bool
) -> None:
    assert taken(world, start, minutes, whose=whose) == (f"appointment_{whose}_free" if overlaps else None)


@pytest.mark.parametrize("whose", ["clinician", "patient"])
@pytest.mark.parametrize("state", sorted(Status))
def test_a_state_holds_time_or_leaves_it_to_others(world: World, whose: str, state: Status) -> None:
    refused = taken(world, 0, 60, whose=whose, first=state)
    assert (refused is not None) is (state in HOLDS_TIME)


@pytest.mark.parametrize("state", FREES_TIME)
def test_what_frees_its_time_may_lie_over_anything(world: World, state: Status) -> None:
    assert taken(world, 0, 60, whose="clinician", then=state) is None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(-90, 90), st.integers(1, 120))
def test_the_constraint_agrees_with_arithmetic(world: World, start: int, minutes: int) -> None:
    anita, other, here, there, asha, ravi = world
    begin = make.at("10:00")
    overlaps = start < 60 and start + minutes > 0
    try:
        with db.transaction() as session:
            make.appointment(asha, anita, here, begin, minutes=60)
            make.appointment(ravi, anita, there, begin + timedelta(minutes=start), minutes=minutes)
            session.rollback()
    except IntegrityError:
        assert overlaps
    else:
        assert not overlaps


@pytest.mark.parametrize("wanted", sorted(Status))
@pytest.mark.parametrize("current", sorted(Status))
def test_only_the_steps_of_the_table_can_be_taken(current: Status, wanted: Status) -> None:
    if wanted in ALLOWED[current]:
        check_transition(current, wanted)
    else:
        with pytest.raises(NotAllowed):
            check_transition(current, wanted)


def test_what_is_over_stays_over() -> None:
    assert [state for state in Status if not ALLOWED[state]] == [Status.COMPLETED, Status.CANCELLED]

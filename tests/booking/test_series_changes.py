"""This and the following visits of a series move or are cancelled: none is lost or doubled, and numbers stay."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from mibo import booking, clock, db
from mibo.booking import Appointment, ChangedMeanwhile, NotAllowed, NotOffered, series, series_changes
from mibo.booking.series_changes import Wish
from mibo.clinics import Holiday
from mibo.errors import Invalid, Missing, Refused
from mibo.identity.permissions import Role
from mibo.payments import Refund
from tests import make
from tests.booking import changes
from tests.booking.changes import World
from tests.booking.test_series import book, day, told, visits
from tests.invariants import broken_within

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def world() -> World:
    return changes.world()


def seen() -> dict[int, int]:
    return {one.id: one.version for one in visits()}


def move(world: World, done, number: int, first: datetime, **more):
    told = {"by": world.desk, "choices": {}, "seen_as": seen(), **more}
    with db.transaction():
        return series_changes.move_series(done.series.id, from_number=number, first=first, **told)


def call_off(world: World, done, number: int, **more):
    told = {"by": world.desk, "reason": "Ill", "wish": Wish.CLINIC, "seen_as": seen(), **more}
    with db.transaction():
        return series_changes.call_off_series(done.series.id, from_number=number, **told)


def when() -> dict[int, datetime]:
    return {one.series_number or 0: one.starts_at for one in visits() if one.status == "CONFIRMED"}


def test_this_and_the_following_move_in_their_rhythm_and_keep_number_payment_and_reference(world):
    done = book(world)
    before = {one.id: (one.series_number, one.payment_id, one.reference) for one in visits()}
    moved = move(world, done, 2, make.at("15:00", day(2) + timedelta(days=1)))
    assert [one.series_number for one in moved.visits] == [2, 3, 4]
    assert when() == {
        1: make.at("10:00", day(1)), **{n: make.at("15:00", day(n) + timedelta(days=1)) for n in (2, 3, 4)}
    }  # fmt: skip
    assert {one.id: (one.series_number, one.payment_id, one.reference) for one in visits()} == before
    assert [one.moves for one in visits()] == [0, 1, 1, 1]
    assert [name for _, name in told()][2:] == ["series_moved", "clinician_series_moved"]


def test_by_a_whole_step_each_takes_the_time_of_the_next_and_back_again(world):
    done = book(world)
    move(world, done, 1, make.at("10:00", day(2)))
    assert when() == {n: make.at("10:00", day(n + 1)) for n in (1, 2, 3, 4)}
    move(world, done, 1, make.at("10:00", day(1)))
    assert when() == {n: make.at("10:00", day(n)) for n in (1, 2, 3, 4)}


def test_what_clashes_stays_or_takes_the_time_chosen_and_says_why(world):
    done = book(world)
    with db.transaction() as session:
        make.appointment(make.patient("Ravi Kumar"), world.anita, world.kochi, make.at("15:00", day(2)))
        session.add(Holiday(centre_id=world.kochi.id, day=day(4), reason="Onam"))
    first = make.at("15:00", day(1))
    with db.reading():
        looked = series_changes.preview_move(done.series.id, from_number=1, first=first, by=world.desk, choices={})
    assert [(one.number, one.moves) for one in looked] == [(1, True), (2, False), (3, True), (4, False)]
    assert looked[1].found.near == tuple(make.at(face, day(2)) for face in ("13:00", "14:00", "16:00"))
    moved = move(world, done, 1, first, choices={2: make.at("16:00", day(2)), 3: None})
    assert [one.series_number for one in moved.visits] == [1, 2]
    assert [(one.number, one.found.reasons[0].text if one.found.reasons else "") for one in moved.stayed] == [
        (3, ""), (4, "Holiday: Onam")
    ]  # fmt: skip
    assert when()[2] == make.at("16:00", day(2))


def test_whoever_stays_keeps_the_one_before_from_its_time(world):
    done = book(world)
    with db.transaction():
        make.appointment(make.patient("Ravi Kumar"), world.anita, world.kochi, make.at("10:00", day(5)))
    with pytest.raises(NotOffered):
        move(world, done, 1, make.at("10:00", day(2)))
    with db.reading():
        looked = series_changes.preview_move(
            done.series.id, from_number=1, first=make.at("10:00", day(2)), by=world.desk, choices={}
        )
    assert looked[2].found.reasons[0].text == "Number 4 of this series stays there"
    assert when() == {n: make.at("10:00", day(n)) for n in (1, 2, 3, 4)}


def test_sent_twice_they_are_moved_once_and_a_stale_page_moves_nothing(world):
    done, before = book(world), seen()
    first = make.at("15:00", day(1))
    move(world, done, 1, first, seen_as=before)
    move(world, done, 1, first, seen_as=before)
    assert [one.moves for one in visits()] == [1, 1, 1, 1]
    with pytest.raises(ChangedMeanwhile):
        move(world, done, 1, make.at("16:00", day(1)), seen_as=before)


def test_a_start_in_the_past_or_too_far_ahead_is_refused_at_its_field(world):
    done = book(world)
    for first, field in ((clock.now() - timedelta(hours=1), "at"), (clock.now() + timedelta(days=350), "day")):
        with pytest.raises(Invalid) as found:
            move(world, done, 1, first)
        assert [problem.field for problem in found.value.problems] == [field]


def test_cancelled_by_the_clinic_all_that_was_paid_goes_back_and_it_is_told_once(world):
    done = book(world, pay_by="CASH")
    off = call_off(world, done, 2)
    assert ([one.series_number for one in off.visits], off.refund_paise) == ([2, 3, 4], 3 * 160_000)
    assert [one.status for one in visits()] == ["CONFIRMED", *["CANCELLED"] * 3]
    assert [name for _, name in told()][2:] == ["series_off", "refund_opened", "clinician_series_off"]
    assert {one.cancel_reason for one in visits()} == {None, "Ill"}


def test_as_the_patient_wishes_late_ones_get_the_late_share_and_no_registration(world):
    done = book(world, pay_by="UPI")
    with db.transaction() as session:
        first = session.get_one(Appointment, done.visits[0].id)
        first.starts_at, first.ends_at = clock.now() + timedelta(hours=2), clock.now() + timedelta(hours=3)
    off = call_off(world, done, 1, wish=Wish.PATIENT)
    assert off.refund_paise == 3 * 160_000
    with db.reading() as session:
        assert Counter(session.scalars(select(Refund.reason))) == {"CANCELLED_IN_TIME": 3}


def test_all_of_it_cancelled_before_anybody_is_told_leaves_nobody_told(world):
    done = book(world)
    call_off(world, done, 1)
    assert told() == []


def test_cancelled_twice_is_once_and_a_stale_page_cancels_nothing(world):
    done, before = book(world), seen()
    call_off(world, done, 3, seen_as=before)
    assert call_off(world, done, 3, seen_as=before).visits == []
    move(world, done, 1, make.at("15:00", day(1)))
    with pytest.raises(ChangedMeanwhile):
        call_off(world, done, 1, seen_as=before)
    with pytest.raises(NotAllowed):
        call_off(world, done, 3, seen_as={})


def test_another_centres_desk_finds_no_series_and_a_clinician_may_change_none(world):
    done = book(world)
    with db.transaction():
        other = make.actor(make.staff(Role.FRONT_DESK, world.mumbai), Role.FRONT_DESK, centres=(world.mumbai,))
    herself = make.actor(world.accounts["anita"], Role.CLINICIAN, centres=(world.kochi,), clinician=world.anita)
    for act in (move, call_off):
        arguments = (make.at("15:00", day(1)),) if act is move else ()
        with pytest.raises(Missing):
            act(world, done, 1, *arguments, by=other)
        with pytest.raises(Refused):
            act(world, done, 1, *arguments, by=herself)
    with db.reading():
        assert len(series_changes.series_in_full(done.series.id, by=herself)[1]) == 4
        with pytest.raises(Missing):
            series_changes.series_in_full(done.series.id, by=other)


class SeriesEdits(RuleBasedStateMachine):
    """Any edits in any order: as many visits as were booked, each number once, nothing overlaps, money fits."""

    place: World

    def __init__(self) -> None:
        super().__init__()
        with db.transaction():
            anita = make.clinician(self.place.kochi)
            make.hours(anita, self.place.kochi)
            self.world = replace(self.place, anita=anita, asha=make.patient())
        self.done = book(self.world, times=5, every_weeks=1, request_key=f"key-of-{anita.id}")
        self.start = clock.clinic_day(self.done.visits[0].starts_at)
        self.numbers = {one.id: one.series_number for one in self.mine()}

    def mine(self) -> list[Appointment]:
        with db.reading() as session:
            wanted = select(Appointment).where(Appointment.series_id == self.done.series.id)
            return list(session.scalars(wanted.order_by(Appointment.series_number)))

    def tried(self, act) -> None:
        try:
            with db.transaction():
                act()
        except (NotAllowed, NotOffered, Invalid):
            pass

    def versions(self) -> dict[int, int]:
        return {one.id: one.version for one in self.mine()}

    def at(self, days: int, hour: int) -> datetime:
        return clock.instant(self.start + timedelta(days=days), time(hour))

    @rule(number=st.integers(1, 5), days=st.integers(0, 20), hour=st.integers(9, 17))
    def move_following(self, number: int, days: int, hour: int) -> None:
        self.tried(lambda: series_changes.move_series(
            self.done.series.id, from_number=number, first=self.at(days, hour), by=self.world.desk, choices={},
            seen_as=self.versions(),
        ))  # fmt: skip

    @rule(number=st.integers(1, 5), days=st.integers(0, 40), hour=st.integers(9, 17))
    def move_one(self, number: int, days: int, hour: int) -> None:
        one = self.mine()[number - 1]
        self.tried(lambda: self._moved(one.id, self.at(days, hour)))

    def _moved(self, appointment_id: int, at: datetime) -> None:
        try:
            booking.reschedule(appointment_id, starts_at=at, by=self.world.desk)
        except booking.SlotTaken as taken:
            raise NotOffered from taken

    @rule(number=st.integers(3, 5))
    def cancel_following(self, number: int) -> None:
        self.tried(lambda: series_changes.call_off_series(
            self.done.series.id, from_number=number, reason="Ill", wish=Wish.PATIENT, by=self.world.desk,
            seen_as=self.versions(),
        ))  # fmt: skip

    @precondition(lambda self: any(one.status == "CONFIRMED" for one in self.mine()[1:]))
    @rule(number=st.integers(2, 5))
    def cancel_one(self, number: int) -> None:
        one = self.mine()[number - 1]
        self.tried(lambda: booking.call_off(one.id, reason="Ill", by=self.world.desk))

    @rule(days=st.integers(0, 40), hour=st.integers(9, 17))
    def somebody_else_books(self, days: int, hour: int) -> None:
        def act() -> None:
            try:
                booking.book_at_desk(
                    patient_id=make.patient("Ravi Kumar").id, clinician_id=self.world.anita.id,
                    centre_id=self.world.kochi.id, mode="IN_PERSON", starts_at=self.at(days, hour), by=self.world.desk,
                    pay_by="LATER",
                )  # fmt: skip
            except booking.SlotTaken as taken:
                raise NotOffered from taken

        self.tried(act)

    @invariant()
    def none_is_lost_or_doubled_and_numbers_stay(self) -> None:
        assert {one.id: one.series_number for one in self.mine()} == self.numbers
        assert sorted(self.numbers.values()) == [1, 2, 3, 4, 5]

    @invariant()
    def all_that_must_hold_holds(self) -> None:
        with db.write_engine().connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            wrong = broken_within(driver)
        assert {rule: rows for rule, rows in wrong.items() if not rule.startswith("I3")} == {}

    @invariant()
    def the_registration_is_owed_once_among_what_stands(self) -> None:
        with db.reading():
            standing = [one for one in series.visits_of(self.done.series.id) if one.status == "CONFIRMED"]
        assert sum(one.payment.registration_paise > 0 for one in standing) == bool(standing)


def test_any_edits_in_any_order(database):
    SeriesEdits.place = changes.world()
    quick = settings(max_examples=12, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(SeriesEdits, settings=quick)

"""Any order of bookings, moves, cancellations, blocks, hours and clocks leaves the diary as the model says, and no rule
of tests/invariants.sql broken (B2: I1 to I6). `MACHINE_EXAMPLES=500` looks deeper than the suite does.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, datetime, time, timedelta
from typing import Any

import psycopg
import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from mibo import booking, care, clinics, clock, db
from mibo.booking import Appointment, Closing, HoursWish
from mibo.booking.displacing import Answers, Choice
from mibo.errors import DomainError
from mibo.identity.permissions import Role
from mibo.payments import Payment
from mibo.scheduling.rules import Window
from mibo.scheduling.spans import Span
from tests import make
from tests.booking.diary_model import HOUR, Block, Diary, Visit
from tests.invariants import broken_within
from tests.machine import Database

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "12"))
STEPS = 24
PHASES = (Phase.generate,)
OPENS, CLOSES = 9, 13
DAYS = 3

clinicians, patients, days, hours = st.integers(0, 1), st.integers(0, 2), st.integers(0, DAYS - 1), st.integers(9, 12)
some = st.integers(0, 40)


class Clinic(RuleBasedStateMachine):
    """Two clinicians of one centre who see patients by the hour, three patients, a desk and a manager."""

    database: Database
    connection: psycopg.Connection

    def __init__(self) -> None:
        super().__init__()
        self.database.clean()
        clinics.forget_policy()
        self._people()
        first = clock.today() + timedelta(days=1)
        began = clock.instant(first, time(8))
        self.clock = time_machine.travel(began, tick=False)
        self.turning = self.clock.start()
        start = [(date(2000, 1, 1), OPENS, CLOSES)]
        self.diary = Diary(began, clinics.policy_in_force(), {one.id: start[:] for one in self.clinicians})

    def _people(self) -> None:
        with db.transaction():
            self.kochi = make.centre("Mibo Kochi")
            accounts = [make.staff(Role.CLINICIAN, self.kochi, name=name) for name in ("Dr. Anita", "Dr. Binu")]
            self.clinicians = [make.clinician(self.kochi, name=who.full_name, account=who) for who in accounts]
            for who in self.clinicians:
                make.hours(who, self.kochi, opens=f"{OPENS:02}:00", closes=f"{CLOSES}:00")
            self.patients = [make.patient(name, registered=name != "Cyril") for name in ("Asha", "Bala", "Cyril")]
            self.doctors = {
                one.id: make.actor(who, Role.CLINICIAN, centres=(self.kochi,), clinician=one)
                for one, who in zip(self.clinicians, accounts, strict=True)
            }
            desk = make.staff(Role.FRONT_DESK, self.kochi)
            self.desk = make.actor(desk, Role.FRONT_DESK, Role.CENTRE_MANAGER, centres=(self.kochi,))
            self.manager = make.actor(make.staff(Role.MANAGER), Role.MANAGER)
            self.themselves = {one.id: make.actor(one) for one in self.patients}

    def teardown(self) -> None:
        self.clock.stop()

    # how it is asked

    def at(self, day: int, hour: int) -> datetime:
        return clock.instant(clock.today() + timedelta(days=day), time(hour))

    def visit(self, which: int) -> Visit:
        return self.diary.visits[which % len(self.diary.visits)]

    def _unpaid(self, which: int) -> Visit:
        """One whose hold ran out, if there is any: its time may be somebody else's by now."""
        ended = [one for one in self.diary.visits if one.status == "EXPIRED"]
        return ended[which % len(ended)] if ended else self.visit(which)

    def done(self, allowed: bool, act: Callable[[], Any], *, steps: bool = False) -> Any:
        """What it gives; it is refused exactly when the model says so. What takes several `steps` commits them itself."""
        try:
            with nullcontext() if steps else db.transaction():
                given = act()
        except DomainError as refusal:
            if allowed:
                raise AssertionError(f"refused though it may be done: {refusal.message}") from refusal
            return None
        assert allowed, "done though it may not be"
        return given

    # taking time

    @rule(who=clinicians, whom=patients, day=days, hour=hours)
    def a_patient_holds(self, who: int, whom: int, day: int, hour: int) -> None:
        clinician, patient, starts = self.clinicians[who].id, self.patients[whom].id, self.at(day, hour)
        made = self.done(
            self.diary.may_hold(clinician, patient, starts),
            lambda: booking.hold(
                patient_id=patient, clinician_id=clinician, centre_id=self.kochi.id, mode="IN_PERSON",
                starts_at=starts, by=self.themselves[patient],
            ),
        )  # fmt: skip
        if made:
            self.diary.clear(clinician, patient, starts)
            self.diary.visits.append(Visit(made.id, patient, clinician, starts, until=made.held_until))

    @rule(
        who=clinicians, whom=patients, day=days, hour=hours, walk_in=st.booleans(),
        pay=st.sampled_from(["CASH", "LATER", "LINK", "HELD", "OVER"]),
    )  # fmt: skip
    def the_desk_books(self, who: int, whom: int, day: int, hour: int, walk_in: bool, pay: str) -> None:
        self._book(self.clinicians[who].id, self.patients[whom].id, self.at(day, hour), pay, walk_in=walk_in)

    @precondition(lambda self: self.diary.visits)
    @rule(which=some, whom=patients, pay=st.sampled_from(["CASH", "HELD", "OVER"]))
    def a_rival_wants_the_very_same_time(self, which: int, whom: int, pay: str) -> None:
        one = self.visit(which)
        self._book(one.clinician, self.patients[whom].id, one.starts, pay)

    def _book(self, clinician: int, patient: int, starts: datetime, pay: str, *, walk_in: bool = False) -> None:
        over = pay == "OVER"
        walk_in = walk_in and not over
        taken = "TAKEN" in self.diary.against(clinician, patient, starts, lead=0)
        made = self.done(
            self.diary.may_book(clinician, patient, starts, walk_in=walk_in, over=over),
            lambda: booking.book_at_desk(
                patient_id=patient, clinician_id=clinician, centre_id=self.kochi.id, mode="IN_PERSON",
                starts_at=starts, by=self.desk, pay_by="CASH" if over else pay, walk_in=walk_in,
                overbook_reason="Came in distress" if over else None,
            ),
        )  # fmt: skip
        if made:
            self.diary.clear(clinician, patient, starts)
            status = "PENDING" if pay in ("LINK", "HELD") else "CONFIRMED"
            new = Visit(made.id, patient, clinician, starts, status, made.held_until, over=over and taken)
            new.paid = pay in ("CASH", "OVER")
            self.diary.visits.append(new)

    @precondition(lambda self: self.diary.visits)
    @rule(which=some, whom=patients, swept=st.booleans())
    def its_time_changes_hands_and_is_wanted_back(self, which: int, whom: int, swept: bool) -> None:
        """Money that comes late, and no-shows undone, find the time taken: only the constraint knows of it then."""
        one = self.visit(which)
        if one.status == "PENDING":
            self.time_passes(minutes=31, swept=swept)
        else:
            self.nobody_came_or_they_did_after_all(which)
        self._book(one.clinician, self.patients[whom].id, one.starts, "CASH", walk_in=True)
        if one.status == "NO_SHOW":
            self.nobody_came_or_they_did_after_all(which)
        else:
            self.it_is_paid_at_the_desk(which, ended_first=False)

    # what becomes of it

    @precondition(lambda self: self.diary.visits)
    @rule(which=some, ended_first=st.booleans())
    def it_is_paid_at_the_desk(self, which: int, ended_first: bool) -> None:
        one = self._unpaid(which) if ended_first else self.visit(which)
        if self.done(self.diary.may_pay(one), lambda: booking.pay_at_desk(one.id, "CASH", None, by=self.desk)):
            if one.status == "EXPIRED":
                self.diary.clear(one.clinician, one.patient, one.starts)
            if one.status in ("PENDING", "EXPIRED"):
                one.status = "CONFIRMED"
            one.paid = True

    @precondition(lambda self: self.diary.visits)
    @rule(which=some)
    def a_patient_asks_for_more_time(self, which: int) -> None:
        one = self.visit(which)
        may = self.diary.is_live_hold(one) and not one.extended
        if self.done(may, lambda: booking.extend_hold(one.id, by=self.themselves[one.patient])):
            assert one.until
            one.until += timedelta(minutes=self.diary.policy.hold_minutes)
            one.extended = True

    @precondition(lambda self: self.diary.visits)
    @rule(which=some, who=clinicians, day=days, hour=hours)
    def staff_move_it(self, which: int, who: int, day: int, hour: int) -> None:
        one, clinician, starts = self.visit(which), self.clinicians[who].id, self.at(day, hour)
        if one.moves and (clinician, starts) == (one.clinician, one.starts):
            return  # asked twice, it is moved once, whatever its state
        if self.done(
            self.diary.may_move(one, clinician, starts),
            lambda: booking.reschedule(one.id, starts_at=starts, clinician_id=clinician, by=self.desk),
        ):
            self.diary.put(one, clinician, starts)

    @precondition(lambda self: self.diary.visits)
    @rule(which=some, day=days, hour=hours)
    def its_patient_moves_it(self, which: int, day: int, hour: int) -> None:
        one, starts = self.visit(which), self.at(day, hour)
        if one.moves and starts == one.starts:
            return
        displaced = self.diary.is_closed(one.clinician, one.starts)
        if self.done(
            self.diary.may_move_own(one, starts),
            lambda: booking.reschedule(one.id, starts_at=starts, by=self.themselves[one.patient]),
        ):
            self.diary.put(one, one.clinician, starts)
            one.own_moves += not displaced

    @precondition(lambda self: self.diary.visits)
    @rule(which=some)
    def its_patient_cancels(self, which: int) -> None:
        one = self.visit(which)
        if self.done(self.diary.may_cancel(one), lambda: booking.cancel(one.id, by=self.themselves[one.patient])):
            one.status = "CANCELLED"

    @precondition(lambda self: self.diary.visits)
    @rule(which=some)
    def the_clinic_cancels(self, which: int) -> None:
        one = self.visit(which)
        if self.done(self.diary.may_call_off(one), lambda: booking.call_off(one.id, reason="Ill", by=self.desk)):
            one.status = "CANCELLED"

    @precondition(lambda self: self.diary.visits)
    @rule(which=some)
    def its_patient_asks_to_cancel(self, which: int) -> None:
        one = self.visit(which)
        may = one.status == "CONFIRMED" and one.starts > self.diary.now
        by = self.themselves[one.patient]
        if self.done(may, lambda: booking.ask_to_cancel(one.id, reason="I am travelling", by=by)):
            one.status = "CANCELLATION_REQUESTED"

    @precondition(lambda self: any(one.status == "CANCELLATION_REQUESTED" for one in self.diary.visits))
    @rule(which=some, granted=st.booleans())
    def the_request_is_decided(self, which: int, granted: bool) -> None:
        one = self.visit(which)
        decide = booking.grant_cancellation if granted else booking.refuse_cancellation
        if self.done(one.status == "CANCELLATION_REQUESTED", lambda: decide(one.id, by=self.desk)):
            one.status = "CANCELLED" if granted else "CONFIRMED"

    # the day itself

    @precondition(lambda self: self.diary.visits)
    @rule(which=some)
    def they_arrive_or_do_not(self, which: int) -> None:
        one = self.visit(which)
        if one.arrived:
            if self.done(one.status == "CONFIRMED", lambda: booking.undo_check_in(one.id, by=self.desk)):
                one.arrived = False
        elif self.done(
            one.status == "CONFIRMED" and self.diary.is_today(one), lambda: booking.check_in(one.id, by=self.desk)
        ):
            one.arrived = True

    @precondition(lambda self: self.diary.visits)
    @rule(which=some)
    def nobody_came_or_they_did_after_all(self, which: int) -> None:
        one = self.visit(which)
        if one.status == "NO_SHOW":
            may = self.diary.is_today(one) and self.diary.has_seat(one)
            if self.done(may, lambda: booking.undo_no_show(one.id, by=self.desk)):
                self.diary.clear(one.clinician, one.patient, one.starts)
                one.status = "CONFIRMED"
            return
        may = one.starts <= self.diary.now and (
            one.status == "IN_PROGRESS" or (one.status == "CONFIRMED" and not one.arrived)
        )
        if self.done(may, lambda: booking.mark_no_show(one.id, by=self.desk)):
            one.status = "NO_SHOW"

    @precondition(lambda self: self.diary.visits)
    @rule(which=some)
    def the_consultation_begins(self, which: int) -> None:
        one = self.visit(which)
        alone = not any(
            other.status == "IN_PROGRESS" and other.clinician == one.clinician for other in self.diary.visits
        )
        may = one.status == "CONFIRMED" and self.diary.has_nearly_come(one) and alone
        may = may or one.status == "IN_PROGRESS"
        if self.done(may, lambda: care.start(one.id, by=self.doctors[one.clinician])):
            one.status = "IN_PROGRESS"

    @precondition(lambda self: self.diary.visits)
    @rule(which=some)
    def the_consultation_ends(self, which: int) -> None:
        one = self.visit(which)
        may = one.status == "IN_PROGRESS" or (one.status == "CONFIRMED" and self.diary.has_nearly_come(one))
        if self.done(may, lambda: care.end(one.id, by=self.doctors[one.clinician])):
            one.status = "COMPLETED"

    @precondition(lambda self: self.diary.visits)
    @rule(which=some)
    def the_desk_closes_it(self, which: int) -> None:
        one = self.visit(which)
        may = one.status in ("CONFIRMED", "IN_PROGRESS") and one.ends <= self.diary.now
        if self.done(may, lambda: booking.complete(one.id, by=self.desk)):
            one.status = "COMPLETED"

    # time itself

    @rule(
        whose=st.none() | clinicians, day=days, hour=hours, long=st.integers(1, 3),
        choice=st.sampled_from([Choice.CANCEL, Choice.KEEP]),
    )  # fmt: skip
    def time_is_closed(self, whose: int | None, day: int, hour: int, long: int, choice: Choice) -> None:
        clinician = None if whose is None else self.clinicians[whose].id
        starts = self.at(day, hour)
        ends = starts + long * HOUR
        wall = [clock.local(each).replace(tzinfo=None) for each in (starts, ends)]
        wish = Closing(clinician_id=clinician, centre_id=self.kochi.id, spans=[Span(*wall)], reason="Training")
        done = self.done(
            not self.diary.covering(clinician, starts, ends),
            lambda: booking.close_time(wish, by=self.manager, answers=Answers(otherwise=choice)),
            steps=True,
        )
        if done:
            self.diary.blocks.append(Block(done.blocks[0].id, clinician, starts, ends))
            for one in self.diary.in_the_way(clinician, starts, ends):
                if choice is Choice.CANCEL and self.diary.may_call_off(one):
                    one.status = "CANCELLED"

    @precondition(lambda self: self.diary.blocks)
    @rule(which=some)
    def time_is_opened_again(self, which: int) -> None:
        block = self.diary.blocks[which % len(self.diary.blocks)]
        if self.done(not block.lifted, lambda: booking.reopen_time(block.id, by=self.manager)):
            block.lifted = True

    @rule(who=clinicians, day=days, opens=st.integers(9, 10), closes=st.integers(11, 13))
    def hours_are_set_anew(self, who: int, day: int, opens: int, closes: int) -> None:
        from_day = clock.today() + timedelta(days=day)
        rows = [Window(weekday, opens * 60, closes * 60, self.kochi.id, "BOTH", 60) for weekday in range(7)]
        one = self.clinicians[who].id
        if any(begun == from_day - timedelta(days=1) for begun, _, _ in self.diary.hours[one]):
            return  # what was kept for one day only stays, as an extra opening does
        wish = HoursWish(rows=rows, from_day=from_day)
        self.done(True, lambda: booking.set_hours(one, wish, by=self.manager))
        self.diary.set_hours(one, from_day, opens, closes)

    @rule(minutes=st.sampled_from([31, 16, 5, 60, 90, 24 * 60]), swept=st.booleans())
    def time_passes(self, minutes: int, swept: bool) -> None:
        self.diary.tick(minutes)
        self.turning.move_to(self.diary.now, tick=False)
        if swept:
            booking.expire_holds()
            self.diary.tidy()

    # what holds after every step

    @invariant()
    def the_diary_is_what_the_model_says(self) -> None:
        with db.reading() as session:
            one = Appointment
            found = session.execute(
                select(
                    one.id, one.patient_id, one.clinician_id, one.starts_at, one.status, Payment.status != "PENDING",
                    one.arrived_at.is_not(None), one.overbooked, one.moves, one.moves_by_patient,
                ).join(Payment, Payment.id == one.payment_id)
            )  # fmt: skip
            assert sorted(map(tuple, found)) == sorted(each.row() for each in self.diary.visits)

    @invariant()
    def what_is_offered_is_free(self) -> None:
        with db.reading():
            for one in self.clinicians:
                for n in range(DAYS):
                    day = clock.today() + timedelta(days=n)
                    offered = booking.open_times(one.id, self.kochi.id, day)
                    expected = [
                        hour * 60 for hour in range(OPENS, CLOSES)
                        if not self.diary.against(one.id, 0, self.at(n, hour), lead=self.diary.policy.lead_minutes)
                    ]  # fmt: skip
                    assert [each.starts_minute for each in offered or ()] == expected

    @invariant()
    def no_rule_is_broken(self) -> None:
        assert broken_within(self.connection) == {}


@contextmanager
def _asking(database: Database) -> Iterator[type[Clinic]]:
    url = database.url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(url, autocommit=True) as connection:
        yield type("AskedClinic", (Clinic,), {"database": database, "connection": connection})


def test_whatever_is_done_in_whatever_order_the_diary_is_true(database: Database) -> None:
    with _asking(database) as clinic:
        run_state_machine_as_test(
            clinic,
            settings=settings(
                max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, phases=PHASES, database=None,
                derandomize="MACHINE_EXAMPLES" not in os.environ,
                suppress_health_check=list(HealthCheck),
            ),
        )  # fmt: skip

"""Hours set anew: the week that results, who would be outside it, and nothing done by halves."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from mibo import booking, clock, db, scheduling
from mibo.audit import AuditEntry
from mibo.booking import Appointment, HoursWish, Status, VisitsOutside
from mibo.booking.displacing import Choice
from mibo.errors import Invalid, Missing
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.scheduling import WeeklyHours
from mibo.scheduling.rules import HoursChanged, Window
from tests import make

pytestmark = pytest.mark.usefixtures("database")


class World:
    """A clinician at two centres who keeps 9 to 6 every day at the first, and those who may set her hours."""

    def __init__(self) -> None:
        with db.transaction():
            self.kochi, self.mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai", city="mumbai")
            account = make.staff(Role.CLINICIAN, self.kochi, name="Dr. Anita Kurian")
            self.anita = make.clinician(self.kochi, self.mumbai, account=account)
            make.hours(self.anita, self.kochi)
            self.admin = make.actor(make.staff(Role.ADMIN), Role.ADMIN)
            self.head = make.actor(
                make.staff(Role.CENTRE_MANAGER, self.kochi), Role.CENTRE_MANAGER, centres=(self.kochi,)
            )
            self.herself = make.actor(account, Role.CLINICIAN, centres=(self.kochi,), clinician=self.anita)
            self.desk = make.actor(make.staff(Role.FRONT_DESK, self.kochi), Role.FRONT_DESK, centres=(self.kochi,))
        self.day = clock.today() + timedelta(days=7)

    def row(
        self, opens: int = 9, closes: int = 18, *, on: int | None = None, where=None, mode="BOTH", minutes=60
    ) -> Window:
        weekday = self.day.isoweekday() % 7 if on is None else on
        return Window(weekday, opens * 60, closes * 60, (where or self.kochi).id, mode, minutes)

    def week(self, *but: int, **more: object) -> list[Window]:
        return [self.row(on=weekday, **more) for weekday in range(7) if weekday not in but]

    def set(self, rows, *, by=None, day: date | None = None, **more: object):
        wish = HoursWish(
            rows=rows, from_day=day or self.day, session_minutes=more.pop("session", None),
            buffer_minutes=more.pop("buffer", None),
        )  # fmt: skip
        with db.transaction():
            return booking.set_hours(self.anita.id, wish, by=by or self.admin, **more)

    def preview(self, rows, *, by=None, day: date | None = None):
        with db.reading():
            wish = HoursWish(rows=rows, from_day=day or self.day)
            return booking.preview_hours(self.anita.id, wish, by=by or self.admin)

    def visit(self, face: str = "10:00", day: date | None = None, **more: object) -> Appointment:
        with db.transaction():
            where = more.pop("where", self.kochi)
            return make.appointment(make.patient(), self.anita, where, make.at(face, day or self.day), **more)

    def kept(self, day: date | None = None) -> list[tuple[int, int, int, int]]:
        with db.reading():
            slots = booking.open_slots(self.anita.id, day or self.day)
        return [(slot.starts_minute, slot.ends_minute, slot.centre_id, len(slot.modes)) for slot in slots]

    def version(self) -> str:
        with db.reading():
            now = scheduling.standing(self.anita.id, by=self.admin)
            return scheduling.version_of(now.one, now.kept)

    def acts(self, act: str) -> list[dict]:
        with db.reading() as session:
            wanted = select(AuditEntry.details).where(AuditEntry.act == act).order_by(AuditEntry.id)
            return list(session.scalars(wanted))


@pytest.fixture
def world() -> World:
    return World()


def test_a_pattern_holds_from_its_day_and_the_former_until_the_day_before(world):
    day = world.day
    world.set([world.row(14, 16)])
    assert [start for start, *_ in world.kept(day)] == [14 * 60, 15 * 60]
    assert [start for start, *_ in world.kept(day - timedelta(days=7))] == [hour * 60 for hour in range(9, 18)]
    assert world.kept(day + timedelta(days=1)) == []
    assert len(world.kept(day - timedelta(days=1))) == 9


def test_what_goes_on_unchanged_is_left_alone(world):
    with db.reading() as session:
        before = set(session.scalars(select(WeeklyHours.id).where(WeeklyHours.active)))
    world.set([*world.week(0), world.row(10, 12, on=0)])
    with db.reading() as session:
        rows = session.scalars(select(WeeklyHours).where(WeeklyHours.active)).all()
    assert len([row for row in rows if row.id in before and row.effective_to is None]) == 6
    assert len([row for row in rows if row.id not in before]) == 1


def test_saved_twice_is_done_once(world):
    assert world.set([world.row()]).changed
    assert not world.set([world.row()], version="of long ago").changed
    assert len(world.acts("clinician.hours_set")) == 1


def test_a_pattern_that_never_began_leaves_no_trace_in_the_week(world):
    world.set([world.row(9, 12)])
    world.set([world.row(13, 15)])
    assert [start for start, *_ in world.kept()] == [13 * 60, 14 * 60]
    world.set([])
    assert world.kept() == []


def test_two_editors_do_not_overwrite_each_other(world):
    seen = world.version()
    world.set([world.row(9, 12)], version=seen)
    with pytest.raises(HoursChanged):
        world.set([world.row(13, 15)], version=seen)
    assert [start for start, *_ in world.kept()] == [9 * 60, 10 * 60, 11 * 60]


def test_the_audit_keeps_what_was_and_what_is(world):
    world.set([world.row(9, 12)], by=world.head)
    [noted] = world.acts("clinician.hours_set")
    assert noted["from_day"] == world.day.isoformat()
    assert len(noted["before"]) == 7
    [after] = noted["after"]
    assert after == f"{world.day.isoweekday() % 7} 09:00-12:00 centre {world.kochi.id} BOTH 60"


def test_a_manager_of_one_centre_leaves_the_others_rows_alone(world):
    weekday = world.day.isoweekday() % 7
    world.set([world.row(9, 12), world.row(14, 18, where=world.mumbai)])
    world.set([world.row(8, 11)], by=world.head)
    assert [(start, where) for start, _, where, _ in world.kept()] == [
        *((hour * 60, world.kochi.id) for hour in (8, 9, 10)),
        *((hour * 60, world.mumbai.id) for hour in (14, 15, 16, 17)),
    ]
    with pytest.raises(Invalid) as refused:
        world.set([world.row(8, 11), world.row(12, 13, where=world.mumbai)], by=world.head)
    assert refused.value.problems[0].message == "The hours at Mumbai are not yours to set."
    with pytest.raises(Invalid) as refused:
        world.set([world.row(8, 15, on=weekday)], by=world.head)
    assert refused.value.problems[0].message.startswith("Dr. Anita Kurian is at Mumbai then")
    world.set([world.row(8, 10), world.row(14, 18, where=world.mumbai)], by=world.head)
    assert len(world.kept()) == 6


def test_a_clinician_sets_her_own_and_nobody_elses_and_the_desk_none(world):
    assert world.set([world.row(9, 12)], by=world.herself).changed
    with pytest.raises(Missing):
        world.set([world.row(9, 13)], by=world.desk)
    with db.transaction():
        account = make.staff(Role.CLINICIAN, world.kochi, name="Dr. Ravi Rao")
        ravi = make.clinician(world.kochi, account=account, name="Dr. Ravi Rao")
        other = make.actor(account, Role.CLINICIAN, centres=(world.kochi,), clinician=ravi)
    with pytest.raises(Missing):
        world.set([world.row(9, 13)], by=other)


@pytest.mark.parametrize("days", [-1, 1000])
def test_a_pattern_begins_neither_in_the_past_nor_in_years(world, days):
    with pytest.raises(Invalid) as refused:
        world.set([world.row()], day=clock.today() + timedelta(days=days))
    assert [problem.field for problem in refused.value.problems] == ["from_day"]


def test_an_extra_opening_stays_and_no_row_may_lie_over_it(world):
    with db.transaction() as session:
        weekday = world.day.isoweekday() % 7
        session.add(
            WeeklyHours(
                clinician_id=world.anita.id, centre_id=world.kochi.id, weekday=weekday, opens_minute=19 * 60,
                closes_minute=20 * 60, slot_minutes=60, effective_from=world.day, effective_to=world.day,
            )
        )  # fmt: skip
    world.set([world.row(9, 11)])
    assert [start for start, *_ in world.kept()] == [9 * 60, 10 * 60, 19 * 60]
    with pytest.raises(Invalid, match="There is an extra opening on"):
        world.set([world.row(18, 20)])


def test_the_constraint_has_the_last_word(world):
    """Somebody who does not lock the clinician adds hours while a pattern is being set."""
    with db.transaction() as session:
        scheduling.lock_hours(world.anita.id)
        session.add(
            WeeklyHours(
                clinician_id=world.anita.id, centre_id=world.kochi.id, weekday=world.day.isoweekday() % 7,
                opens_minute=17 * 60, closes_minute=19 * 60, slot_minutes=60, effective_from=world.day,
            )
        )  # fmt: skip
        with pytest.raises(Exception, match="weekly_hours_no_overlap"):
            session.flush()
        session.rollback()


# visits outside


def test_the_visits_that_would_fall_outside_are_listed_first_and_only_those(world):
    inside, outside = world.visit("10:00"), world.visit("14:00")
    before = world.visit("15:00", world.day - timedelta(days=1))
    gone = world.visit("16:00", status=Status.CANCELLED)
    found = world.preview([world.row(9, 12), *world.week(world.day.isoweekday() % 7)])
    assert [one.id for one in found.outside] == [outside.id]
    assert found.outside[0].is_paid
    assert {inside.id, before.id, gone.id}.isdisjoint({one.id for one in found.outside})


def test_who_was_outside_before_is_no_news(world):
    world.visit("20:00")
    assert world.preview([world.row(9, 12)]).outside == []


def test_another_mode_or_centre_is_outside_too(world):
    here = world.visit("10:00", mode="IN_PERSON")
    assert [one.id for one in world.preview([world.row(mode="ONLINE")]).outside] == [here.id]
    assert [one.id for one in world.preview([world.row(where=world.mumbai)]).outside] == [here.id]
    assert world.preview([world.row(9, 10), world.row(10, 18)]).outside == []


def test_nothing_is_saved_before_each_visit_has_an_answer(world):
    one = world.visit("14:00")
    with pytest.raises(VisitsOutside) as asked:
        world.set([world.row(9, 12)], answers={})
    assert [each.id for each in asked.value.outside] == [one.id]
    assert len(world.kept()) == 9


def test_kept_visits_stay_and_hours_change(world):
    one = world.visit("14:00")
    done = world.set([world.row(9, 12)], answers={one.id: Choice.KEEP})
    assert done.changed
    with db.reading() as session:
        assert session.get_one(Appointment, one.id).status == Status.CONFIRMED
        assert list(session.scalars(select(Message).where(Message.about_id == one.id))) == []


def test_who_is_asked_to_move_keeps_the_time_until_then(world):
    one = world.visit("14:00")
    [outcome] = world.set([world.row(9, 12)], answers={one.id: Choice.MOVE}).outcomes
    assert outcome.problem == ""
    with db.reading() as session:
        assert session.get_one(Appointment, one.id).status == Status.CONFIRMED
        told = session.scalars(select(Message.template).where(Message.about_id == one.id)).all()
    assert told == ["mibo_please_move"]


def test_a_visit_that_is_called_off_gets_its_money_back_with_the_reason(world):
    one = world.visit("14:00")
    world.set([world.row(9, 12)], answers={one.id: Choice.CANCEL}, by=world.head)
    with db.reading() as session:
        now = session.get_one(Appointment, one.id)
        assert (now.status, now.cancel_reason) == (Status.CANCELLED, "The clinician's hours have changed")
    [noted] = world.acts("clinician.hours_visits")
    assert noted["cancelled"] == [one.id]


# session length and pause


def test_the_session_length_and_the_pause_change_with_the_hours(world):
    assert world.set([world.row(minutes=45)], session=45, buffer=15).changed
    with db.reading():
        now = scheduling.standing(world.anita.id, by=world.admin).one
    assert (now.session_minutes, now.buffer_minutes) == (45, 15)
    assert world.acts("clinician.changed") == [
        {"fields": ["buffer_minutes", "session_minutes"], "session_minutes": [60, 45], "buffer_minutes": [0, 15]}
    ]


@pytest.mark.parametrize(("session", "buffer", "field"), [(10, 0, "session_minutes"), (60, 121, "buffer_minutes")])
def test_a_pause_or_session_out_of_its_bounds_changes_nothing(world, session, buffer, field):
    with pytest.raises(Invalid) as refused:
        world.set([world.row(9, 12)], session=session, buffer=buffer)
    assert [problem.field for problem in refused.value.problems] == [field]
    assert len(world.kept()) == 9


# whatever the pattern

quarters = st.integers(0, 95)
rows = st.lists(
    st.tuples(st.integers(0, 6), quarters, st.integers(1, 40), st.booleans(), st.sampled_from([15, 30, 50, 60, 90])),
    max_size=10,
)


@given(told=rows)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_pattern_gives_exactly_the_slots_that_its_preview_showed(world, told):
    wanted = [
        Window(
            on, start * 15, min(start * 15 + long * 15, 1440), (world.kochi if here else world.mumbai).id, "BOTH", slot
        )
        for on, start, long, here, slot in told
    ]
    try:
        seen = world.preview(wanted)
    except Invalid:
        with pytest.raises(Invalid):
            world.set(wanted)
        return
    world.set(wanted)
    for n in range(7):
        day = world.day + timedelta(days=n)
        expected = sorted(
            (start, start + row.slot_minutes, row.centre_id)
            for row in seen.rows
            if row.weekday == day.isoweekday() % 7
            for start in row.starts
        )
        found = world.kept(day)
        assert sorted((start, end, where) for start, end, where, _ in found) == expected
        assert all(a[1] <= b[0] for a, b in pairwise(found))

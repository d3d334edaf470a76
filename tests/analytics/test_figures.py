"""Every figure is at every moment what plain SQL counts: live, kept, changed late, and kept again (P20, M25)."""

from dataclasses import asdict
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from mibo import analytics, clock, db
from mibo.analytics import Asked, RolledDay, StaleDays
from mibo.analytics.figures import NOTHING
from mibo.analytics.periods import Period
from mibo.errors import Refused
from mibo.identity.permissions import Role
from tests import make
from tests.analytics import plain
from tests.analytics.world import World

pytestmark = pytest.mark.usefixtures("database")


def anchors() -> list[date]:
    """Today, the end of a year, the end of a month, and a day in between."""
    today = clock.today()
    return [today, date(today.year - 1, 12, 31), today.replace(day=1) - timedelta(days=1), today - timedelta(days=4)]


def check(world: World, chance_of_days: int = 3) -> None:
    """All days, and some days of it, for the manager, at one centre, and for the manager of a centre."""
    both, kochi = [world.kochi.id, world.mumbai.id], [world.kochi.id]
    spans = [(world.first, world.last)]
    for _ in range(chance_of_days):
        first = world.first + timedelta(days=world.chance.randint(0, 12))
        spans.append((first, first + timedelta(days=world.chance.randint(0, 4))))
    with db.reading():
        for first, last in spans:
            period = Period(first, last)
            for by, centre_id, centres in (
                (world.manager, None, both), (world.manager, world.kochi.id, kochi), (world.centre_manager, None, kochi)
            ):  # fmt: skip
                asked = Asked(period=period, centre_id=centre_id)
                assert asdict(analytics.figures(asked, by=by)) == plain.numbers(first, last, centres), (first, last)
                assert analytics.patients_seen(asked, by=by) == plain.seen(first, last, centres)


@pytest.mark.parametrize("seed", range(4))
def test_every_figure_is_what_plain_sql_counts_whatever_changed_late(seed: int) -> None:
    world = World(seed, anchors()[seed % 4])
    check(world)
    analytics.roll_up()
    check(world)
    for _ in range(12):
        with db.transaction():
            world.change()
        check(world, 1)
        if world.chance.random() < 0.4:
            analytics.roll_up()
            check(world, 1)


def test_the_days_that_are_over_are_kept_and_a_late_change_is_counted_anew() -> None:
    world = World(1, clock.today() - timedelta(days=5))
    analytics.roll_up()
    with db.reading() as session:
        days = set(session.scalars(select(RolledDay.day)))
        assert max(days) == clock.today() - timedelta(days=2)
        assert session.scalars(select(StaleDays)).all() == []
    with db.transaction():
        while world.change() != "refunded":
            pass
    with db.reading() as session:
        assert session.scalars(select(StaleDays)).all()
    analytics.roll_up()
    with db.reading() as session:
        assert session.scalars(select(StaleDays)).all() == []
        assert set(session.scalars(select(RolledDay.day))) >= days
    check(world)


def test_parts_come_to_the_whole() -> None:
    world = World(2, clock.today() - timedelta(days=20))
    analytics.roll_up()
    asked = Asked(period=Period(world.first, world.last))
    with db.reading():
        whole = asdict(analytics.figures(asked, by=world.manager))
        parts = [
            analytics.figures_by("day", asked, by=world.manager), analytics.figures_by("month", asked, by=world.manager),
            analytics.figures_of("centre", asked, by=world.manager), analytics.figures_of("clinician", asked, by=world.manager),
        ]  # fmt: skip
        for told, part in (
            (analytics.figures_and_steps("day", asked, by=world.manager), parts[0]),
            (analytics.figures_and_steps("month", asked, by=world.manager), parts[1]),
        ):
            assert (asdict(told[0]), told[1]) == (whole, part)
    for part in parts:
        for name in set(whole) - {"clinicians"}:
            assert sum(asdict(one)[name] for one in part.values()) == whole[name], name


def test_figures_are_for_managers_and_of_their_centres_only() -> None:
    world = World(3, clock.today(), visits=2)
    asked = Asked(period=Period(world.first, world.last))
    with db.transaction():
        others = [
            make.actor(make.staff(role, world.kochi), role, centres=(world.kochi,))
            for role in (Role.FRONT_DESK, Role.CARE_COORDINATOR, Role.CLINICIAN)
        ]
        nowhere = make.actor(world.local, Role.CENTRE_MANAGER)
    with db.reading():
        for by in others:
            with pytest.raises(Refused):
                analytics.figures(asked, by=by)
            with pytest.raises(Refused):
                analytics.patients_seen(asked, by=by)
        with pytest.raises(Refused):
            analytics.figures(Asked(period=asked.period, centre_id=world.mumbai.id), by=world.centre_manager)
        assert analytics.figures(asked, by=nowhere) == NOTHING
        assert analytics.patients_seen(asked, by=nowhere) == 0

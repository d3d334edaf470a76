"""What is behind a figure are exactly its rows: as many as it counts, adding up to what it says (P20)."""

from datetime import timedelta

import pytest

from mibo import analytics, clock, db
from mibo.analytics import Asked
from mibo.analytics.behind import KEYS, PAGE
from mibo.analytics.dictionary import METRICS
from mibo.analytics.periods import Period
from mibo.errors import Missing, Refused
from mibo.identity.permissions import Role
from tests import make
from tests.analytics.world import World

pytestmark = pytest.mark.usefixtures("database")


def told(asked: Asked, by) -> dict[str, tuple[int, int]]:
    one = analytics.figures(asked, by=by)
    return {
        "kept": (one.kept, 0), "missed": (one.missed, 0), "new_patients": (one.new_patients, 0),
        "lead_time": (one.planned, one.planned_days), "waiting": (one.waits, one.wait_minutes),
        "patients": (analytics.patients_seen(asked, by=by), one.kept), "follow_ups": (one.follow_ups, 0),
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(20, 24))
def test_as_many_rows_as_the_figure_says(seed: int) -> None:
    world = World(seed, clock.today() - timedelta(days=seed % 4), visits=80)
    with db.reading():
        for by in (world.manager, world.centre_manager):
            for first, last in ((world.first, world.last), (world.anchor - timedelta(days=3), world.anchor)):
                asked = Asked(period=Period(first, last))
                counted = told(asked, by)
                revenue = analytics.figures(asked, by=by).revenue_paise
                for key in KEYS:
                    pages = [analytics.behind(key, asked, 1, by=by)]
                    pages += [analytics.behind(key, asked, n, by=by) for n in range(2, pages[0].pages + 1)]
                    rows = [row for page in pages for row in page.rows]
                    amount = sum(row.amount for row in rows)
                    assert (len(rows), amount) == (pages[0].number, pages[0].amount), key
                    if key == "revenue":
                        assert amount == revenue
                    else:
                        assert (len(rows), amount) == counted[key], key
                    assert [row.at for row in rows] == sorted((row.at for row in rows), reverse=True)


def test_pages_beyond_the_end_are_the_last_one() -> None:
    world = World(30, clock.today() - timedelta(days=8), visits=150)
    asked = Asked(period=Period(world.first, world.last))
    with db.reading():
        first = analytics.behind("kept", asked, 0, by=world.manager)
        last = analytics.behind("kept", asked, 10_000, by=world.manager)
    assert (first.page, len(first.rows)) == (1, PAGE)
    assert last.page == last.pages == first.pages > 1


def test_every_figure_with_rows_has_its_words() -> None:
    assert set(KEYS) <= set(METRICS)
    for one in METRICS.values():
        assert one.means.endswith(".")
        assert one.leaves_out.endswith(".")


def test_rows_are_for_whom_the_figure_is_for() -> None:
    world = World(31, clock.today(), visits=3)
    asked = Asked(period=Period(world.first, world.last), centre_id=world.mumbai.id)
    with db.transaction():
        desk = make.actor(make.staff(Role.FRONT_DESK, world.mumbai), Role.FRONT_DESK, centres=(world.mumbai,))
    with db.reading():
        for key in KEYS:
            for by in (desk, world.centre_manager):
                with pytest.raises(Refused):
                    analytics.behind(key, asked, 1, by=by)
        with pytest.raises(Missing):
            analytics.behind("risk", asked, 1, by=world.manager)

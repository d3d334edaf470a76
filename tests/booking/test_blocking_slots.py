"""What a block hides: exactly the slots that it overlaps, at every centre it covers, on any server (P2, P4)."""

import time as clock_of_the_server
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mibo import booking, clock, db
from mibo.booking import Closing
from mibo.identity.permissions import Role
from mibo.scheduling.spans import Span
from tests import make
from tests.booking.test_blocking import World, span

pytestmark = pytest.mark.usefixtures("database")

ZONES = ("UTC", "Asia/Kolkata", "America/Los_Angeles", "Pacific/Chatham")


@pytest.fixture
def world() -> World:
    """Anita in Kochi until 1 pm and in Mumbai after it."""
    made = World()
    with db.transaction() as session:
        for one in session.query(booking.extra.WeeklyHours).filter_by(clinician_id=made.anita.id):
            one.closes_minute = 13 * 60
        session.flush()
        make.hours(made.anita, made.mumbai, opens="13:00", closes="19:00", minutes=45)
    return made


@pytest.mark.parametrize("zone", ZONES)
def test_a_ten_o_clock_block_finds_the_ten_o_clock_patients_wherever_the_server_stands(
    world: World, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ten, half_past_three = world.book("10:00"), world.book("15:30", where=world.mumbai)
    early = world.book("05:15", where=world.mumbai)
    monkeypatch.setenv("TZ", zone)
    clock_of_the_server.tzset()
    try:
        done = booking.close_time(world.wish(("10:00", "10:50")), by=world.boss)
        with db.reading():
            [row] = booking.blocks.blocks_page(booking.blocks.BlockWish(), by=world.boss, limit=5)[0]
    finally:
        monkeypatch.undo()
        clock_of_the_server.tzset()
    assert [one.affected.id for one in done.outcomes] == [ten.id]
    assert {half_past_three.id, early.id}.isdisjoint(one.affected.id for one in done.outcomes)
    assert (row.starts, row.ends) == span("10:00", "10:50")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    blocks=st.lists(
        st.tuples(st.integers(8 * 60, 19 * 60), st.integers(1, 300), st.sampled_from(["all", "kochi", "mumbai", "centre"])),
        min_size=1, max_size=4,
    )
)  # fmt: skip
def test_a_block_hides_exactly_the_slots_it_overlaps_at_every_centre_it_covers(
    world: World, blocks: list[tuple[int, int, str]]
) -> None:
    midnight = datetime.combine(make.tomorrow(), datetime.min.time())
    with db.transaction() as session:
        for starts, length, kind in blocks:
            from_ = midnight + timedelta(minutes=starts)
            where = {"all": None, "kochi": world.kochi, "mumbai": world.mumbai, "centre": world.kochi}[kind]
            make.block(
                from_, from_ + timedelta(minutes=length), who=None if kind == "centre" else world.anita, where=where
            )
        for centre in (world.kochi, world.mumbai):
            covering = [
                Span(midnight + timedelta(minutes=a), midnight + timedelta(minutes=a + length))
                for a, length, kind in blocks
                if kind == "all" or centre is (world.mumbai if kind == "mumbai" else world.kochi)
            ]
            for slot in booking.open_slots(world.anita.id, make.tomorrow(), centre_id=centre.id):
                starts_at, ends_at = (clock.local(at).replace(tzinfo=None) for at in (slot.starts_at, slot.ends_at))
                hidden = any(starts_at < one.ends and ends_at > one.starts for one in covering)
                assert slot.is_free is not hidden
                why = booking.closed_over(world.anita.id, centre.id, slot.starts_at, slot.ends_at)
                assert (why is not None) is hidden
        session.rollback()


def test_the_affected_list_is_one_statement_however_many_there_are(world: World) -> None:
    from tests.web.pages.desk import statements

    def asked() -> int:
        wish = world.wish(("09:00", "18:00"))
        with db.reading(), statements() as seen:
            booking.preview_closing(wish, by=make.actor(boss, Role.MANAGER))
        return len(seen)

    with db.transaction():
        boss = make.staff(Role.MANAGER)
    world.book("10:00")
    few = asked()
    for face in ("09:00", "11:00", "12:00"):
        world.book(face)
    assert asked() == few <= 2


def test_a_whole_centre_is_closed_at_that_centre_only(world: World) -> None:
    booking.close_time(Closing(centre_id=world.kochi.id, spans=[span("09:00", "19:00")]), by=world.boss)
    with db.reading():
        free = {
            place.id: [
                one for one in booking.open_slots(world.anita.id, make.tomorrow(), centre_id=place.id) if one.is_free
            ]
            for place in (world.kochi, world.mumbai)
        }
    assert free[world.kochi.id] == []
    assert len(free[world.mumbai.id]) == 8

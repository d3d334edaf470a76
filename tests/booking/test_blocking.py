"""Closed time: who is affected, what becomes of them, and what is opened again (R-BLK-1..8)."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from mibo import booking, clock, db
from mibo.audit import AuditEntry
from mibo.booking import Answers, Appointment, Choice, Closing, Status
from mibo.booking.blocks import BlockWish
from mibo.errors import Invalid, Missing
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.payments import Refund
from mibo.people import Patient
from mibo.scheduling import TimeBlock
from mibo.scheduling.spans import Span
from tests import make

pytestmark = pytest.mark.usefixtures("database")


class World:
    """Anita at two centres from 9 to 6 every other hour grid, a colleague, and those who run the place."""

    def __init__(self) -> None:
        with db.transaction():
            self.kochi, self.mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai", city="mumbai")
            self.login = login = make.staff(Role.CLINICIAN, self.kochi, name="Dr. Anita Kurian")
            self.anita = make.clinician(self.kochi, self.mumbai, account=login)
            self.ravi = make.clinician(self.kochi, name="Dr. Ravi Nair")
            make.hours(self.anita, self.kochi)
            make.hours(self.ravi, self.kochi)
            boss, desk = make.staff(Role.MANAGER), make.staff(Role.FRONT_DESK, self.kochi)
        self.boss = make.actor(boss, Role.MANAGER)
        self.desk = make.actor(desk, Role.FRONT_DESK, centres=(self.kochi,))
        self.herself = make.actor(login, Role.CLINICIAN, centres=(self.kochi,), clinician=self.anita)

    def book(self, face: str, who=None, where=None, **more) -> Appointment:
        with db.transaction():
            return make.appointment(
                make.patient(), who or self.anita, where or self.kochi, make.at(face, more.pop("day", None)), **more
            )

    def wish(self, *faces: tuple[str, str], day: date | None = None, who=None, where=None, **more) -> Closing:
        return Closing(
            clinician_id=(who or self.anita).id, centre_id=where.id if where else None,
            spans=[span(a, b, day) for a, b in faces], **more,
        )  # fmt: skip


def span(opens: str, closes: str, day: date | None = None) -> Span:
    on = day or make.tomorrow()
    return Span(datetime.combine(on, time.fromisoformat(opens)), datetime.combine(on, time.fromisoformat(closes)))


@pytest.fixture
def world() -> World:
    return World()


def now_of(one: Appointment) -> Appointment:
    with db.reading() as session:
        return session.get_one(Appointment, one.id)


def told(one: Appointment) -> list[str]:
    with db.reading() as session:
        phone = session.get_one(Patient, one.patient_id).phone
        patients = select(Message.template).where(Message.about_id == one.id, Message.phone == phone)
        return sorted(session.scalars(patients))


def free(world: World, day: date | None = None, where=None) -> set[str]:
    with db.reading():
        slots = booking.open_slots(world.anita.id, day or make.tomorrow(), centre_id=(where or world.kochi).id)
    return {f"{clock.local(one.starts_at):%H:%M}" for one in slots if one.is_free}


def close(world: World, wish: Closing, by: Actor | None = None, **more) -> booking.Summary:
    return booking.close_time(wish, by=by or world.boss, **more)


def test_a_block_finds_by_overlap_who_is_booked_in_it(world):
    inside, reaching_in, before = world.book("10:00"), world.book("11:00"), world.book("09:00")
    held = world.book("12:00", status=Status.PENDING)
    over = world.book("13:00", status=Status.PENDING, held_until=clock.now() - timedelta(seconds=1))
    world.book("15:00", status=Status.CANCELLED)
    world.book("10:00", who=world.ravi)
    with db.reading():
        found = booking.preview_closing(world.wish(("10:00", "11:15"), ("12:30", "18:00")), by=world.boss)
    assert [one.id for one in found] == [inside.id, reaching_in.id, held.id]
    assert {before.id, over.id}.isdisjoint(one.id for one in found)
    first = found[0]
    assert (first.patient, first.is_paid, found[2].is_paid) == ("Asha Menon", True, False)
    assert first.phone.startswith("+91")
    assert clock.local(first.starts_at).hour == 10


def test_who_is_cancelled_hears_of_it_and_gets_the_money_back(world):
    paid, held = world.book("10:00"), world.book("11:00", status=Status.PENDING)
    done = close(world, world.wish(("10:00", "12:00"), reason="Ill today"))
    [block] = done.blocks
    assert (block.reason, block.created_by, block.group_id) == ("Ill today", world.boss.account_id, None)
    after = now_of(paid)
    assert (after.status, after.displaced_by, after.cancel_reason) == (Status.CANCELLED, block.id, "Ill today")
    assert now_of(held).status == Status.CANCELLED
    assert "mibo_booking_off" in told(paid)
    assert "mibo_refund_opened" in told(paid)
    with db.reading() as session:
        assert session.scalars(select(Refund.paise)).one() == 170_000
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "time.closed")).one()
    assert (entry.subject_id, entry.by_account_id) == (block.id, world.boss.account_id)
    assert entry.details["appointments"] == [paid.id, held.id]
    assert free(world) == {"09:00", "12:00", "13:00", "14:00", "15:00", "16:00", "17:00"}


def test_who_is_asked_to_move_stays_until_they_do(world):
    asked, dropped, kept = world.book("10:00"), world.book("11:00"), world.book("12:00")
    held = world.book("13:00", status=Status.PENDING)
    answers = Answers(each={dropped.id: Choice.CANCEL, kept.id: Choice.KEEP}, otherwise=Choice.MOVE)
    done = close(world, world.wish(("10:00", "14:00")), answers=answers)
    assert [(one.choice, one.problem) for one in done.outcomes] == [
        (Choice.MOVE, ""), (Choice.CANCEL, ""), (Choice.KEEP, ""), (Choice.CANCEL, ""),
    ]  # fmt: skip
    assert [now_of(one).status for one in (asked, dropped, kept, held)] == [
        Status.CONFIRMED, Status.CANCELLED, Status.CONFIRMED, Status.CANCELLED,
    ]  # fmt: skip
    assert told(asked) == ["mibo_please_move"]
    assert told(kept) == []
    with db.reading() as session:
        link = session.scalars(select(Message.link).where(Message.template == "mibo_please_move")).one()
        assert link == f"my/{asked.reference}/move"
        [row] = booking.blocks.blocks_page(BlockWish(), by=world.boss, limit=10)[0]
        assert [one.id for one in booking.blocks.still_inside([row], by=world.boss)] == [asked.id, kept.id]
        assert [one.id for one in booking.blocks.displaced_by([row.id], by=world.boss)] == [dropped.id, held.id]


def test_who_is_booked_after_the_list_was_shown_is_caught_and_nothing_is_done(world):
    known = world.book("10:00")
    late = world.book("11:00")
    with pytest.raises(booking.AffectedChanged) as caught:
        close(world, world.wish(("10:00", "12:00")), answers=Answers(seen={known.id}))
    assert [one.id for one in caught.value.affected] == [known.id, late.id]
    assert now_of(known).status == Status.CONFIRMED
    with db.reading() as session:
        assert session.scalars(select(TimeBlock.id)).all() == []
    # who is gone meanwhile stops nobody
    done = close(world, world.wish(("10:00", "12:00")), answers=Answers(seen={known.id, late.id, 4}))
    assert len(done.outcomes) == 2


def test_a_form_sent_twice_closes_once(world):
    wish = world.wish(("10:00", "11:00"), ("15:00", "16:00"))
    first, again = close(world, wish, request_key="a-key"), close(world, wish, request_key="a-key")
    assert [one.id for one in first.blocks] == [one.id for one in again.blocks]
    with pytest.raises(booking.KeyReused):
        close(world, world.wish(("10:00", "11:00"), who=world.ravi), request_key="a-key")
    with pytest.raises(booking.AlreadyClosed, match="This time is closed already: unavailable"):
        close(world, wish, request_key="another")


def test_many_spans_go_on_past_one_that_cannot_be_closed_and_share_a_group(world):
    close(world, world.wish(("10:00", "12:00")))
    done = close(world, world.wish(("09:00", "10:00"), ("10:30", "11:00"), ("11:30", "12:30")))
    assert [one.refusal is None for one in done.spans] == [True, False, True]
    assert {one.group_id for one in done.blocks} == {done.blocks[0].id}
    assert free(world) == {"13:00", "14:00", "15:00", "16:00", "17:00"}


def test_one_appointment_that_cannot_be_cancelled_stops_no_other(world):
    here, there = world.book("10:00"), world.book("12:00", where=world.mumbai)
    wish = world.wish(("10:00", "13:00"))
    stranger = make.actor(db_staff(world), Role.FRONT_DESK, centres=(world.kochi,))
    with pytest.raises(Invalid, match="also works where you do not"):
        close(world, wish, by=stranger)
    done = close(world, world.wish(("10:00", "13:00"), where=world.kochi), by=stranger)
    assert [one.affected.id for one in done.outcomes] == [here.id]
    assert now_of(there).status == Status.CONFIRMED


def db_staff(world: World):
    with db.transaction():
        return make.staff(Role.FRONT_DESK, world.kochi, name="Second Desk")


def test_a_block_at_one_centre_leaves_the_other_open(world):
    with db.transaction() as session:
        session.execute(update(booking.extra.WeeklyHours).where(
            booking.extra.WeeklyHours.clinician_id == world.anita.id
        ).values(closes_minute=12 * 60))  # fmt: skip
        make.hours(world.anita, world.mumbai, opens="12:00", closes="15:00")
    close(world, world.wish(("09:00", "15:00"), where=world.kochi))
    assert free(world) == set()
    assert free(world, where=world.mumbai) == {"12:00", "13:00", "14:00"}
    close(world, world.wish(("13:00", "14:00")))
    assert free(world, where=world.mumbai) == {"12:00", "14:00"}


def test_a_whole_centre_closes_for_everybody_there(world):
    hers, his = world.book("10:00"), world.book("10:00", who=world.ravi)
    elsewhere = world.book("12:00", where=world.mumbai)
    wish = Closing(centre_id=world.kochi.id, spans=[span("09:00", "13:00")], reason="Water")
    close(world, wish, by=world.desk)
    assert [now_of(one).status for one in (hers, his, elsewhere)] == ["CANCELLED", "CANCELLED", "CONFIRMED"]
    assert "12:00" not in free(world)


def test_opening_again_opens_the_time_only(world):
    gone = world.book("10:00")
    done = close(world, world.wish(("10:00", "11:00"), ("15:00", "16:00")))
    with db.transaction():
        booking.reopen_time(done.blocks[1].id, by=world.boss)
    assert "15:00" in free(world)
    assert "10:00" not in free(world)
    with db.transaction():
        [lifted] = booking.reopen_time(done.blocks[1].id, by=world.boss, whole_group=True)
    assert lifted.id == done.blocks[0].id
    assert now_of(gone).status == Status.CANCELLED
    with db.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.act == "time.reopened")).all()
    assert {one.subject_id: one.details["appointments"] for one in entries}[lifted.id] == [gone.id]
    with pytest.raises(booking.NotClosed), db.transaction():
        booking.reopen_time(lifted.id, by=world.boss)


def test_who_may_close_whose_time(world):
    wish = world.wish(("10:00", "11:00"))
    his = world.wish(("10:00", "11:00"), who=world.ravi)
    with pytest.raises(Missing):
        close(world, his, by=world.herself)
    with pytest.raises(Missing):
        close(world, Closing(centre_id=world.kochi.id, spans=wish.spans), by=world.herself)
    with pytest.raises(Missing):
        close(world, Closing(centre_id=world.mumbai.id, spans=wish.spans), by=world.desk)
    with pytest.raises(Invalid, match="does not work there"):
        close(world, world.wish(("10:00", "11:00"), where=world.mumbai), by=world.desk)
    with pytest.raises(Invalid, match="Choose a clinician"):
        close(world, Closing(spans=wish.spans), by=world.boss)
    taken = world.book("10:00", where=world.mumbai)
    made = close(world, wish, by=world.herself).blocks[0]  # her own time, wherever she works
    assert now_of(taken).status == Status.CANCELLED
    with pytest.raises((Missing, Invalid)), db.transaction():
        booking.reopen_time(made.id, by=world.desk)
    with db.transaction():
        assert booking.reopen_time(made.id, by=world.herself)
    with db.reading():
        seen = {who: booking.blocks.blocks_page(BlockWish(), by=who, limit=9)[1] for who in (world.desk, world.herself)}
    assert set(seen.values()) == {1}


def test_who_manages_one_centre_and_practises_at_another_closes_their_own_time_there(world):
    there = world.book("10:00", where=world.mumbai)
    both = replace(
        make.actor(world.login, Role.CENTRE_MANAGER, Role.CLINICIAN, centres=(world.kochi,), clinician=world.anita),
        practice_ids=frozenset({world.mumbai.id}),
    )
    [outcome] = close(world, world.wish(("10:00", "11:00"), where=world.mumbai), by=both).outcomes
    assert (outcome.problem, now_of(there).status) == ("", Status.CANCELLED)


def test_a_reason_has_its_length_and_hides_no_card(world):
    assert close(world, world.wish(("10:00", "11:00"), reason="  ")).blocks[0].reason == "unavailable"
    for wrong in ("x" * 501, "card 4111 1111 1111 1111"):
        with pytest.raises(Invalid) as caught:
            close(world, world.wish(("12:00", "13:00"), reason=wrong))
        assert caught.value.problems[0].field == "reason"


def test_a_holiday_offers_the_same_choices(world):
    gone, asked = world.book("10:00"), world.book("11:00", who=world.ravi)
    with db.reading():
        assert len(booking.affected_on(world.kochi.id, make.tomorrow())) == 2
    answers = Answers(each={asked.id: Choice.MOVE}, seen={gone.id, asked.id})
    with db.transaction():
        booking.close_day(world.kochi.id, make.tomorrow(), "Onam", by=world.boss, answers=answers)
    assert (now_of(gone).status, now_of(gone).cancel_reason) == (Status.CANCELLED, "Centre closed: Onam")
    assert now_of(asked).status == Status.CONFIRMED
    assert free(world) == set()
    world.book("12:00", day=make.tomorrow() + timedelta(days=1))
    with pytest.raises(booking.AffectedChanged), db.transaction():
        booking.close_day(
            world.kochi.id, make.tomorrow() + timedelta(days=1), "Onam", by=world.boss, answers=Answers(seen=())
        )

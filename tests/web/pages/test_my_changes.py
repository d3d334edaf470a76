"""A patient moves, cancels, or asks to: with what comes back told before, and without script."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from mibo import booking, clock, db
from mibo.booking import Appointment, Status
from mibo.identity.permissions import Role
from mibo.payments import Payment, Refund
from tests import make
from tests.counting import statements
from tests.web.pages.visitor import Clinic, Visitor, clinic, now_of, problems, shown_times, words

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def world(app) -> Clinic:
    return clinic()


@pytest.fixture
def asha(client, world) -> Visitor:
    return Visitor(client).sign_in(world.asha)


def visit(world: Clinic, days: int = 4, face: str = "10:00", **more: object) -> Appointment:
    with db.transaction():
        at = make.at(face, clock.today() + timedelta(days=days))
        return make.appointment(more.pop("who", world.asha), world.anita, world.kochi, at, **more)


def soon(world: Clinic, hours: int = 5) -> Appointment:
    """So near that the cut-off is over; the hours of the clinic do not matter to a cancellation."""
    with db.transaction():
        at = clock.now().replace(second=0, microsecond=0) + timedelta(hours=hours)
        return make.appointment(world.asha, world.anita, world.kochi, at)


def day_of(one: Appointment, plus: int = 0) -> object:
    return clock.clinic_day(one.starts_at) + timedelta(days=plus)


def wish(world: Clinic, one: Appointment, face: str = "15:00", **more: object) -> dict[str, object]:
    day = day_of(one, 1)
    return {
        "time": f"{world.kochi.id}@{day}T{face}", "way": world.kochi.id, "day": day, "version": one.version, **more,
    }  # fmt: skip


def test_the_page_leads_to_moving_and_cancelling_and_shows_what_is_free(asha, world):
    one = visit(world)
    visit(world, face="11:00", who=other(world))
    page = asha.get(f"/my/{one.reference}")
    assert f'href="/my/{one.reference}/move"' in page.text
    times = shown_times(asha.get(f"/my/{one.reference}/move?day={day_of(one)}"))
    assert times == ["9:00 am", "12:00 pm", "1:00 pm", "2:00 pm", "3:00 pm", "4:00 pm", "5:00 pm"]


def other(world: Clinic):
    with db.transaction():
        return make.patient("Ravi Kumar")


def test_it_is_moved_and_keeps_its_reference(asha, world):
    one = visit(world)
    answer = asha.post(f"/my/{one.reference}/move", wish(world, one))
    assert (answer.status_code, answer.location) == (303, f"/my/{one.reference}")
    assert "Your appointment is moved to" in words(asha.get(answer.location))
    assert now_of(one).starts_at == make.at("15:00", day_of(one, 1))
    assert (now_of(one).moves, now_of(one).moves_by_patient) == (1, 1)


def test_online_instead_at_any_centre(asha, world):
    one = visit(world)
    assert asha.post(f"/my/{one.reference}/move", wish(world, one, way="online")).status_code == 303
    assert now_of(one).mode == "ONLINE"


def test_a_time_just_taken_shows_the_nearest_and_nothing_moves(asha, world):
    one = visit(world)
    visit(world, 5, "15:00", who=other(world))
    answer = asha.post(f"/my/{one.reference}/move", wish(world, one))
    assert answer.status_code == 409
    assert problems(answer) == ["3:00 pm has just been taken."]
    assert shown_times(answer)[:3] == ["2:00 pm", "4:00 pm", "1:00 pm"]
    assert now_of(one).moves == 0


@pytest.mark.parametrize("wrong", [{"time": ""}, {"time": "x@y"}, {"version": "x"}, {"patient_id": "1"}])
def test_what_makes_no_sense_is_a_422(asha, world, wrong):
    one = visit(world)
    assert asha.post(f"/my/{one.reference}/move", wish(world, one, **wrong)).status_code == 422
    assert now_of(one).moves == 0


def test_a_stale_page_is_a_409(asha, world):
    one = visit(world)
    asha.post(f"/my/{one.reference}/move", wish(world, one))
    answer = asha.post(f"/my/{one.reference}/move", wish(world, one, "16:00"))
    assert answer.status_code == 409
    assert problems(answer)[0].startswith("The patient moved this at")


def test_after_two_moves_and_inside_the_cut_off_the_centre_is_called(asha, world):
    one = visit(world)
    with db.transaction() as session:
        session.get_one(Appointment, one.id).moves_by_patient = 2
    assert "can be moved 2 times online. Please call the centre." in words(asha.get(f"/my/{one.reference}/move"))
    assert asha.post(f"/my/{one.reference}/move", wish(world, one)).status_code == 409
    near = soon(world)
    assert "24 hours before" in words(asha.get(f"/my/{near.reference}/move"))


def test_the_terms_of_a_booking_hold_for_moving_it_whatever_the_policy_says_today(asha, world):
    near, far = soon(world), soon(world, hours=40)
    with db.transaction() as session:
        for one, hours in ((near, 2), (far, 48)):
            session.get_one(Payment, one.payment_id).cutoff_hours = hours
    assert "before it starts" not in words(asha.get(f"/my/{near.reference}/move"))
    assert "48 hours before" in words(asha.get(f"/my/{far.reference}/move"))
    assert asha.post(f"/my/{far.reference}/move", wish(world, far)).status_code == 409


def test_a_time_that_the_clinic_closed_may_always_be_moved(asha, world):
    near = soon(world)
    with db.transaction():
        starts = clock.local(near.starts_at).replace(tzinfo=None)
        make.block(starts, starts + timedelta(hours=1), who=world.anita)
    said = words(asha.get(f"/my/{near.reference}"))
    assert "This time is no longer open" in said
    answer = asha.post(f"/my/{near.reference}/move", wish(world, near))
    assert answer.status_code == 303
    assert now_of(near).moves_by_patient == 0


def test_in_time_it_is_cancelled_with_what_comes_back_told_before_and_after(asha, world):
    one = visit(world)
    said = words(asha.get(f"/my/{one.reference}/cancellation"))
    assert "If you cancel now you get back ₹1,600; the registration fee, paid once for life, stays." in said
    answer = asha.post(f"/my/{one.reference}/cancellation", {"reason": ""})
    assert answer.status_code == 303
    assert now_of(one).status == "CANCELLED"
    assert "A refund of ₹1,600 was requested on" in words(asha.get(answer.location))


def test_too_late_for_that_one_may_ask_and_is_told_what_would_come_back(asha, world):
    one = soon(world)
    said = words(asha.get(f"/my/{one.reference}/cancellation"))
    assert "the clinic decides" in said
    assert "the fee does not come back" in said
    late = asha.post(f"/my/{one.reference}/cancellation", {"reason": "My bus is late"})
    assert (late.status_code, "Nothing is lost" in problems(late)[0]) == (409, True)
    assert ">My bus is late</textarea>" in late.text.replace("\r\n", "").replace("\n", "")
    short = asha.post(f"/my/{one.reference}/cancellation-wish", {"reason": "ill"})
    assert (short.status_code, problems(short)) == (422, ["Please tell us why, in at least five letters."])
    assert asha.post(f"/my/{one.reference}/cancellation-wish", {"reason": "I am ill"}).status_code == 303
    assert now_of(one).status == "CANCELLATION_REQUESTED"
    assert "You asked us to cancel this" in words(asha.get(f"/my/{one.reference}"))
    again = asha.post(f"/my/{one.reference}/cancellation-wish", {"reason": "I am ill"})
    assert (again.status_code, problems(again)) == (409, ["Cancellation already requested"])


@pytest.mark.parametrize(
    ("granted", "read"), [(True, "The clinic writes: Get well"), (False, "This appointment stands")]
)
def test_the_answer_of_the_clinic_is_read_on_the_page(asha, world, granted, read):
    one = soon(world)
    with db.transaction():
        booking.ask_to_cancel(one.id, reason="I am ill", by=make.actor(world.asha))
        manager = make.actor(make.staff(Role.MANAGER), Role.MANAGER)
        decide = booking.grant_cancellation if granted else booking.refuse_cancellation
        decide(one.id, by=manager, words="Get well")
    said = words(asha.get(f"/my/{one.reference}"))
    assert read in said
    assert "refund of" not in said
    with db.reading() as session:
        assert session.scalars(select(Refund.id)).all() == []


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.CONFIRMED], ids=str.lower)
def test_what_cannot_be_changed_offers_nothing_and_refuses_with_a_409(asha, world, status):
    one = visit(world, status=status)
    page = asha.get(f"/my/{one.reference}")
    assert "/move" not in page.text
    assert "/cancellation" not in page.text
    assert asha.get(f"/my/{one.reference}/move").status_code == 200
    assert asha.get(f"/my/{one.reference}/cancellation").status_code == 200
    assert asha.post(f"/my/{one.reference}/move", wish(world, one)).status_code == 409
    assert asha.post(f"/my/{one.reference}/cancellation-wish", {"reason": "I am ill"}).status_code == 409
    assert now_of(one).status == status


def test_another_patients_is_not_there(app, world):
    one = visit(world)
    ravi = Visitor(app.test_client()).sign_in(other(world))
    assert ravi.get(f"/my/{one.reference}/move").status_code == 404
    for path, sent in (("move", wish(world, one)), ("cancellation", {}), ("cancellation-wish", {"reason": "I am ill"})):
        assert ravi.post(f"/my/{one.reference}/{path}", sent).status_code == 404
    assert now_of(one).status == "CONFIRMED"


def test_the_page_of_times_takes_the_same_statements_whatever_there_is(asha, world):
    one = visit(world)

    def count() -> int:
        with statements() as sent:
            asha.get(f"/my/{one.reference}/move?day={day_of(one)}")
        return len(sent)

    before = count()
    for n in range(5):
        visit(world, face=f"{11 + n}:00", who=other(world))
    assert count() == before <= 20

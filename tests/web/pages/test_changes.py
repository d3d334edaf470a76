"""What the desk does with an appointment: every button, its undo, its refusal, and the stale page."""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from mibo import booking, clock, db, messaging
from mibo.booking import Appointment, Status
from mibo.clinics import Holiday
from mibo.identity.permissions import Role
from mibo.messaging import Message
from tests import make
from tests.booking import changes
from tests.booking.changes import World, moves_of, now_of, refunds_of, told
from tests.web.pages.desk import Desk, statements

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def world() -> World:
    return changes.world()


@pytest.fixture
def desk(client, world) -> Desk:
    return Desk(client, world.accounts["desk"])


@pytest.fixture
def manager(app, world) -> Desk:
    return Desk(app.test_client(), world.accounts["manager"])


def text_of(answer) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", answer.text).split()))


def url(one: Appointment) -> str:
    return f"/desk/appointments/{one.id}"


def today(world: World, face: str = "10:00", **more: object) -> Appointment:
    """One on the clinic's today, however late it is."""
    with db.transaction():
        return make.appointment(world.asha, world.anita, world.kochi, make.at(face, clock.today()), **more)


def goal(world: World, one: Appointment, face: str = "15:00", **more: object) -> dict[str, object]:
    return {
        "clinician": world.anita.id, "centre": world.kochi.id, "mode": "IN_PERSON", "day": make.tomorrow(), "at": face,
        "version": one.version, **more,
    }  # fmt: skip


def test_the_page_of_times_shows_what_is_free_at_its_length_and_chooses_the_first(desk, world):
    one = world.book()
    world.book("15:00", who=world.other_patient())
    page = desk.get(f"{url(one)}/move?day={make.tomorrow()}").text
    times = re.findall(r'name="at" value="(\d\d:\d\d)"( checked)?', page)
    assert [face for face, _ in times] == [f"{h:02d}:00" for h in (9, 11, 12, 13, 14, 16, 17)]
    assert [face for face, checked in times if checked] == ["09:00"]
    assert "Booked from 3:00 pm to 4:00 pm" in page


def test_it_is_moved_with_a_button_and_without_script(desk, world):
    one = world.book()
    answer = desk.post(f"{url(one)}/move", **goal(world, one, reason="Asked for on the phone"))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{url(one)}?done=moved")
    said = text_of(desk.get(answer.headers["Location"]))
    assert re.search(r"Moved from .* 10:00 am to .* 3:00 pm, by Deepa Desk: Asked for on the phone", said)
    assert "Undo the move" in said
    assert "Moved once" in said


def test_an_undone_move_tells_nobody(desk, world, sandbox, work):
    one = world.book()
    desk.post(f"{url(one)}/move", **goal(world, one))
    assert desk.post(f"{url(one)}/move-undone", version=now_of(one).version).status_code == 303
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        messaging.deliver_due()
        work()
    assert now_of(one).starts_at == make.at("10:00")
    assert told(one) == []


def test_to_another_clinician_at_a_centre(desk, world):
    one = world.book()
    page = desk.get(f"{url(one)}/move?clinician={world.binu.id}").text
    assert f'name="clinician" value="{world.binu.id}"' in page
    desk.post(f"{url(one)}/move", **goal(world, one, clinician=world.binu.id))
    assert now_of(one).clinician_id == world.binu.id


def test_a_time_just_taken_is_a_409_with_what_is_free_and_what_was_typed(desk, world):
    one = world.book()
    world.book("15:00", who=world.other_patient())
    answer = desk.post(f"{url(one)}/move", **goal(world, one, reason="Prefers afternoons"))
    said = text_of(answer)
    assert answer.status_code == 409
    assert "3:00 pm has just been taken." in said
    assert re.search(r"Nearest free: .*2:00 pm", said)
    assert 'value="Prefers afternoons"' in answer.text
    assert now_of(one).starts_at == make.at("10:00")


@pytest.mark.parametrize(
    "wrong", [{"at": ""}, {"at": "25:99"}, {"day": "2031-02-31"}, {"mode": "PHONE"}, {"clinician": "x"}, {"extra": "1"}]
)
def test_what_makes_no_sense_is_a_422_and_nothing_moves(desk, world, wrong):
    one = world.book()
    assert desk.post(f"{url(one)}/move", **goal(world, one, **wrong)).status_code == 422
    assert moves_of(one) == []


def test_a_move_onto_a_holiday_says_that_it_is_one_and_one_onto_no_day_says_so_at_the_field(desk, world):
    one, shut = world.book(), make.tomorrow() + timedelta(days=1)
    with db.transaction() as session:
        session.add(Holiday(centre_id=world.kochi.id, day=shut, reason="Onam"))
    answer = desk.post(f"{url(one)}/move", **goal(world, one, day=shut))
    assert answer.status_code == 409
    assert "3:00 pm cannot be given. Holiday: Onam." in text_of(answer)
    assert "Nearest free:" in text_of(answer)
    answer = desk.post(f"{url(one)}/move", **goal(world, one, day="2031-02-31"))
    assert "That is no day of the calendar. Choose a real date." in text_of(answer)
    assert now_of(one).starts_at == make.at("10:00")


def test_a_stale_page_says_who_did_what_and_shows_how_it_stands(desk, manager, world):
    one = world.book()
    desk.post(f"{url(one)}/move", **goal(world, one))
    answer = manager.post(f"{url(one)}/move", **goal(world, one, "16:00"))
    assert answer.status_code == 409
    assert re.search(r"Deepa moved this at \d+:\d\d [ap]m", text_of(answer))
    assert f'name="version" value="{now_of(one).version}"' in answer.text
    assert now_of(one).starts_at == make.at("15:00")


def test_what_cannot_be_moved_leads_back_to_its_page(desk, world):
    one = world.book(status=Status.CANCELLED)
    answer = desk.get(f"{url(one)}/move")
    assert (answer.status_code, answer.headers["Location"]) == (303, url(one))
    assert desk.post(f"{url(one)}/move", **goal(world, one)).status_code == 409


def test_cancelling_is_asked_once_more_with_what_goes_back(desk, world):
    one = world.book()
    said = text_of(desk.get(f"{url(one)}/cancellation"))
    assert "₹1,700 goes back to the patient: all that was paid, with the registration." in said
    answer = desk.post(f"{url(one)}/cancellation", reason="Dr. Anita is ill", version=one.version)
    assert answer.status_code == 303
    said = text_of(desk.get(url(one)))
    assert "Cancelled by Deepa Desk: Dr. Anita is ill" in said
    assert "Refund ₹1,700 Cancelled by the clinic, to be decided" in said
    assert refunds_of(one) == [(170_000, "CANCELLED_BY_CLINIC")]


def test_cancelling_needs_a_reason_at_its_field(desk, world):
    one = world.book()
    answer = desk.post(f"{url(one)}/cancellation", reason="  ", version=one.version)
    assert answer.status_code == 422
    assert "Say why it is cancelled." in text_of(answer)
    assert now_of(one).status == "CONFIRMED"


def test_a_stale_cancellation_is_a_409_with_how_it_stands(desk, manager, world):
    one = world.book()
    desk.post(f"{url(one)}/move", **goal(world, one))
    answer = manager.post(f"{url(one)}/cancellation", reason="Ill", version=one.version)
    assert answer.status_code == 409
    assert "Deepa moved this" in text_of(answer)


def asked(world: World) -> Appointment:
    one = world.book()
    with db.transaction():
        booking.ask_to_cancel(one.id, reason="A private matter", by=world.by)
    return one


def test_a_wish_to_cancel_is_decided_by_who_may_and_its_reason_read_by_nobody_else(desk, manager, world):
    one = asked(world)
    assert "A private matter" not in desk.get(url(one)).text
    assert "A private matter" in manager.get(url(one)).text
    assert desk.post(f"{url(one)}/cancellation-decision", decision="GRANT").status_code == 403
    answer = manager.post(
        f"{url(one)}/cancellation-decision", decision="REFUSE", words="Please call us", version=now_of(one).version
    )
    assert answer.status_code == 303
    said = text_of(desk.get(url(one)))
    assert "Kept: the wish was refused by Maya Manager: Please call us" in said
    assert "A private matter" not in said


def test_a_granted_wish_cancels(manager, world):
    one = asked(world)
    manager.post(f"{url(one)}/cancellation-decision", decision="GRANT_ALL", version=now_of(one).version)
    assert now_of(one).status == "CANCELLED"
    assert "Cancelled as the patient asked by Maya Manager" in text_of(manager.get(url(one)))


def test_a_decision_must_be_one(manager, world):
    one = asked(world)
    for sent in ({}, {"decision": "MAYBE"}, {"decision": "GRANT", "words": "4111 1111 1111 1111"}):
        assert manager.post(f"{url(one)}/cancellation-decision", **sent).status_code == 422
    assert now_of(one).status == "CANCELLATION_REQUESTED"


def test_a_patient_is_checked_in_and_not_after_all(desk, world):
    one = today(world, "23:00")
    answer = desk.post(f"{url(one)}/arrival", version=one.version)
    assert answer.headers["Location"] == f"{url(one)}?done=arrived"
    page = text_of(desk.get(answer.headers["Location"]))
    assert "Undo the check-in" in page
    assert re.search(r"Arrived \d+:\d\d", page)
    assert desk.post(f"{url(one)}/arrival-undone", version=now_of(one).version).status_code == 303
    assert now_of(one).arrived_at is None


def test_of_two_desks_the_later_hears_who_checked_in(desk, manager, world):
    one = today(world)
    desk.post(f"{url(one)}/arrival", version=one.version)
    answer = manager.post(f"{url(one)}/arrival", version=one.version)
    assert answer.status_code == 409
    assert re.search(r"Deepa checked this in at \d+:\d\d [ap]m\. This is how it stands now\.", text_of(answer))
    assert "Undo the check-in" in text_of(answer)


def test_to_htmx_a_refusal_is_a_fragment_and_a_change_leads_on(desk, world):
    one = today(world)
    back = f"/desk?centre={world.kochi.id}"
    answer = desk.post(f"{url(one)}/arrival", part=True, version=one.version, next=back)
    assert (answer.status_code, answer.headers["HX-Location"]) == (204, back)
    with db.transaction() as session:
        session.get_one(Appointment, one.id).version += 1
    answer = desk.post(f"{url(one)}/arrival-undone", part=True, version=one.version)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (409, "#alert")


def test_who_is_late_is_expected_and_only_within_the_time(app, world):
    with time_machine.travel(make.at("09:00")):
        desk = Desk(app.test_client(), world.accounts["desk"])
        one = today(world, "10:00")
        assert desk.post(f"{url(one)}/lateness", expected_at="10:20", version=one.version).status_code == 303
        assert "Comes late about 10:20 am" in text_of(desk.get(url(one)))
        for wrong in ("11:30", "", "x"):
            answer = desk.post(f"{url(one)}/lateness", expected_at=wrong)
            assert answer.status_code == 422
    assert now_of(one).expected_at is not None


def test_a_no_show_and_its_correction(app, world):
    with time_machine.travel(make.at("10:10")):
        desk = Desk(app.test_client(), world.accounts["desk"])
        one = today(world, "10:00")
        assert desk.post(f"{url(one)}/no-show", version=one.version).status_code == 303
        assert "They came after all" in text_of(desk.get(url(one)))
        assert desk.post(f"{url(one)}/no-show-undone", version=now_of(one).version).status_code == 303
        assert "Not a no-show after all" in text_of(desk.get(url(one)))
    assert now_of(one).status == "CONFIRMED"


def test_what_is_over_is_completed(app, world):
    with time_machine.travel(make.at("12:00")):
        desk = Desk(app.test_client(), world.accounts["desk"])
        one = today(world, "10:00")
        assert "Mark as completed" in text_of(desk.get(url(one)))
        assert desk.post(f"{url(one)}/completion", version=one.version).status_code == 303
        assert desk.post(f"{url(one)}/completion").status_code == 409
    assert now_of(one).status == "COMPLETED"


@pytest.mark.parametrize("status", list(Status), ids=str.lower)
def test_the_page_offers_only_what_its_state_allows_and_every_refusal_is_a_409_with_the_state(desk, world, status):
    one = world.book(status=status, held_until=clock.now() + timedelta(days=2))
    page = desk.get(url(one)).text
    for verb in ("arrival", "no-show", "no-show-undone", "completion", "move-undone"):
        offered = f'action="{url(one)}/{verb}"' in page
        if not offered:
            answer = desk.post(f"{url(one)}/{verb}", version=one.version)
            assert answer.status_code in (409, 303), verb
            assert now_of(one).status == status
    assert ("Cancel it" in page) == (status in (Status.PENDING, Status.CONFIRMED, Status.CANCELLATION_REQUESTED,
                                               Status.IN_PROGRESS))  # fmt: skip


@pytest.mark.parametrize("path", ["arrival", "arrival-undone", "no-show", "no-show-undone", "completion", "lateness",
                                  "move", "cancellation", "move-undone"])  # fmt: skip
def test_a_desk_elsewhere_finds_nothing(app, world, path):
    one = world.book()
    with db.transaction():
        elsewhere = make.staff(Role.FRONT_DESK, world.mumbai)
    sent = goal(world, one) if path == "move" else {"reason": "Ill"} if path == "cancellation" else {}
    sent = {"expected_at": "10:20"} if path == "lateness" else sent
    assert Desk(app.test_client(), elsewhere).post(f"{url(one)}/{path}", **sent).status_code == 404
    with db.reading() as session:
        assert session.scalars(select(Message.id)).all() == []


def test_the_page_of_times_takes_the_same_statements_whatever_there_is(desk, world):
    one = world.book()

    def count() -> int:
        with statements() as sent:
            assert desk.get(f"{url(one)}/move").status_code == 200
        return len(sent)

    before = count()
    for n in range(5):
        world.book(f"{11 + n}:00", who=world.other_patient())
    assert count() == before <= 16


def test_its_clinician_is_led_to_the_consultation_and_nobody_else(app, desk, world):
    one = world.book()
    to_it = f'href="/my-day/{one.id}"'
    assert to_it in Desk(app.test_client(), world.accounts["anita"]).get(url(one)).text
    assert "To the consultation" not in desk.get(url(one)).text

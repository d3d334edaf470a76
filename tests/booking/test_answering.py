"""A reminder is answered from the phone it went to, through the provider and back, and what it says is done once."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, update

from mibo import booking, clinics, clock, db, jobs
from mibo.booking import Appointment, Status, StatusChange
from mibo.booking.answer_models import AnswerToken
from mibo.booking.answering import asks_to_stop, settle_replies
from mibo.booking.reminding import _remind, marks
from mibo.booking.ringing import ring_bell
from mibo.errors import Missing
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.messaging import Message, Reply, token_of
from mibo.messaging.delivery import deliver_due
from mibo.messaging.replies import forget_replies
from mibo.people import Patient
from tests import make
from tests.machine import Sandbox

pytestmark = pytest.mark.usefixtures("database", "live")

PHONE = "+919876500001"
LONG_AGO = timedelta(days=9)


class World:
    """Asha comes in some hours, and has her reminder on her phone; the real app hears what she answers."""

    def __init__(self, sandbox: Sandbox, hours: float = 30, **more: Any) -> None:
        self.sandbox = sandbox
        with db.transaction() as session:
            self.kochi, self.mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai")
            self.anita = make.clinician(self.kochi)
            self.asha = make.patient("Asha Menon", phone=PHONE)
            start = (clock.now() + timedelta(hours=hours)).replace(second=0, microsecond=0)
            self.one = make.appointment(self.asha, self.anita, self.kochi, start, **more)
            session.execute(update(Appointment).values(created_at=clock.now() - LONG_AGO))
            session.execute(update(StatusChange).values(at=clock.now() - LONG_AGO))
        for mark in marks(clinics.policy_in_force()):
            _remind(mark)
        deliver_due()
        jobs.work_off()

    def lead(self, *, here: bool = True) -> Actor:
        place = self.kochi if here else self.mumbai
        with db.transaction():
            return make.actor(make.staff(Role.CENTRE_MANAGER, place), Role.CENTRE_MANAGER, centres=(place,))

    @property
    def now(self) -> Appointment:
        with db.reading() as session:
            return session.get_one(Appointment, self.one.id)

    def press(self, label: str, phone: str = PHONE) -> None:
        message = next(each for each in self.sandbox.messages(PHONE) if each["template"].startswith("mibo_reminder"))
        payload = next(each["payload"] for each in message["buttons"] if each["text"] == label)
        self.sandbox.reply(phone, button=payload, message_id=message["id"])
        self._arrive()

    def write(self, text: str, phone: str = PHONE) -> None:
        self.sandbox.reply(phone, text=text)
        self._arrive()

    def _arrive(self) -> None:
        self.sandbox.idle()
        settle_replies()
        deliver_due()
        jobs.work_off()

    def told(self) -> list[str]:
        return [each["template"] for each in self.sandbox.messages(PHONE)]

    def outcomes(self) -> list[str | None]:
        with db.reading() as session:
            return list(session.scalars(select(Reply.outcome).order_by(Reply.id)))

    def waiting(self, who: Actor, part: str = "waiting") -> list[str]:
        with db.reading():
            found = booking.reply_inbox.replies(booking.reply_inbox.Part(part), by=who, limit=9)
            return [one.words for one in found]


def test_who_presses_that_they_come_is_noted_and_thanked_once(sandbox: Sandbox) -> None:
    world = World(sandbox)
    world.press("I will come")
    first = world.now.coming_at
    world.press("I will come")
    assert (first is not None, world.now.coming_at, world.now.status) == (True, first, Status.CONFIRMED)
    assert world.outcomes() == ["CONFIRMED", "CONFIRMED"]
    assert world.told() == ["mibo_reminder", "mibo_answer_thanks"]


def test_who_cancels_in_time_is_cancelled_once_with_what_comes_back(sandbox: Sandbox) -> None:
    world = World(sandbox)
    world.press("Cancel")
    world.press("Cancel")
    world.press("I will come")
    assert (world.now.status, world.outcomes()) == (Status.CANCELLED, ["CANCELLED", "CANCELLED", "OVER"])
    with db.reading() as session:
        keys = session.scalars(select(Message.template).where(Message.template == "mibo_booking_cancelled")).all()
    assert len(keys) == 1
    assert world.told().count("mibo_answer_over") == 1


def test_too_late_to_cancel_it_is_asked_for_and_the_clinic_decides(sandbox: Sandbox) -> None:
    world = World(sandbox, hours=12)
    world.press("Cancel")
    assert (world.now.status, world.outcomes()) == (Status.CANCELLATION_REQUESTED, ["ASKED"])
    assert "mibo_answer_asked" in world.told()


def times_of(page: Any) -> list[str]:
    return re.findall(r'name="time" value="([^"]+)"', page.text)


def test_who_wants_another_time_takes_one_by_the_link_without_signing_in_and_once(
    sandbox: Sandbox, client: Any, capfd: Any
) -> None:
    from tests.web.pages.visitor import Visitor, words

    world = World(sandbox)
    with db.transaction():
        make.hours(world.anita, world.kochi)
    world.press("Another time")
    link = next(each for each in sandbox.messages(PHONE) if each["template"] == "mibo_answer_move")["buttons"][0]["url"]
    page, was, visitor = urlsplit(link).path, world.now, Visitor(client)
    assert (page.startswith("/answer/"), was.status, world.outcomes()) == (True, Status.CONFIRMED, ["MOVES"])
    shown = visitor.get(page)
    assert "When suits you better?" in words(shown)
    first, second = times_of(shown)[:2]
    assert visitor.post(page).status_code == 422
    sent = {"way": str(world.kochi.id), "version": was.version}
    assert visitor.post(page, {**sent, "time": f"{world.kochi.id}@2031-01-01T10:00"}).status_code == 409
    assert [visitor.post(page, {**sent, "time": first}).status_code for _ in range(2)] == [303, 303]
    now = world.now
    assert f"{world.kochi.id}@{clock.local(now.starts_at):%Y-%m-%dT%H:%M}" == first
    assert (now.moves, now.moves_by_patient, now.payment_id, now.reference) == (1, 1, was.payment_id, was.reference)
    assert "It has changed" in words(visitor.get(page))
    with db.transaction() as session:  # back where it was: the link is used up for all that
        session.execute(update(Appointment).values(starts_at=was.starts_at, ends_at=was.ends_at))
    assert visitor.post(page, {**sent, "time": second}).status_code == 404
    assert world.now.starts_at == was.starts_at
    assert page.split("/")[2] not in "".join(capfd.readouterr())


def test_a_link_moves_nothing_past_the_cut_off_nor_from_a_phone_that_is_not_theirs_any_more(
    sandbox: Sandbox, client: Any
) -> None:
    from tests.web.pages.visitor import Visitor, words

    world = World(sandbox, hours=12)
    with db.transaction():
        make.hours(world.anita, world.kochi)
        assert booking.telling.please_move(booking.locked(world.one.id)) is None
        page = f"/answer/{token_of(f'please-move:{world.one.id}:{world.one.version}')}/another-time"
    visitor, time = Visitor(client), f"{world.kochi.id}@{make.tomorrow() + timedelta(days=3)}T10:00"
    assert "until 24 hours before it starts" in words(visitor.get(page))
    assert visitor.post(page, {"way": str(world.kochi.id), "time": time}).status_code == 409
    with db.transaction() as session:
        session.execute(update(Patient).values(phone="+919876500002"))
    assert "It has changed or is over" in words(visitor.get(page))
    assert visitor.post(page, {"way": str(world.kochi.id), "time": time}).status_code == 404
    assert world.now.moves == 0


def test_a_button_of_a_time_that_has_changed_does_nothing_and_is_told_kindly(sandbox: Sandbox) -> None:
    world = World(sandbox)
    with db.transaction() as session:
        later = Appointment.starts_at + timedelta(hours=2), Appointment.ends_at + timedelta(hours=2)
        session.execute(update(Appointment).values(starts_at=later[0], ends_at=later[1]))
    world.press("Cancel")
    assert (world.now.status, world.outcomes()) == (Status.CONFIRMED, ["OVER"])
    assert world.told()[-1] == "mibo_answer_over"


def test_a_strangers_phone_does_nothing_with_somebodys_button(sandbox: Sandbox) -> None:
    world = World(sandbox)
    world.press("Cancel", phone="+919876599999")
    sandbox.reply(PHONE, button="cancel-" + "x" * 43, message_id="")
    world.write("hello again")
    assert world.now.status == Status.CONFIRMED
    assert sorted(world.outcomes()) == ["STRANGER", "STRANGER", "WAITS"]
    assert sandbox.messages("+919876599999") == []


def test_an_online_reminder_has_its_call_and_the_three_answers(sandbox: Sandbox) -> None:
    world = World(sandbox, mode="ONLINE")
    buttons = next(each for each in sandbox.messages(PHONE) if each["template"] == "mibo_reminder_online")["buttons"]
    assert [each["kind"] for each in buttons] == ["url", "quick_reply", "quick_reply", "quick_reply"]
    world.press("I will come")
    assert world.now.coming_at is not None


def test_words_wait_sealed_for_the_staff_of_the_centre_who_answer_them_once(sandbox: Sandbox) -> None:
    world = World(sandbox)
    world.write("Can I bring my mother?")
    lead, elsewhere = world.lead(), world.lead(here=False)
    assert (world.waiting(lead), world.waiting(elsewhere)) == (["Can I bring my mother?"], [])
    with db.reading() as session:
        reply = session.scalars(select(Reply)).one()
    assert b"mother" not in (reply.sealed or b"")
    ring_bell()
    with db.reading():
        assert [one.kind for one in booking.bell.rings(by=lead, unseen=True, limit=5)] == ["REPLY"]
    with pytest.raises(Missing), db.transaction():
        booking.reply_inbox.handle(reply.id, by=elsewhere)
    with db.transaction():
        booking.reply_inbox.answer(reply.id, "please_call", by=lead)
    with pytest.raises(booking.reply_inbox.AlreadyHandled), db.transaction():
        booking.reply_inbox.answer(reply.id, "will_call", by=lead)
    deliver_due()
    jobs.work_off()
    assert world.told()[-1] == "mibo_please_call"
    assert (world.waiting(lead), world.waiting(lead, "handled")) == ([], ["Can I bring my mother?"])
    ring_bell()
    with db.reading():
        assert booking.bell.heard(by=lead).unseen == 0


def test_an_unknown_number_waits_for_managers_only(sandbox: Sandbox) -> None:
    world = World(sandbox)
    world.write("Who is this?", phone="+919876588888")
    with db.transaction():
        manager = make.actor(make.staff(Role.MANAGER), Role.MANAGER)
    assert (world.waiting(manager, "unknown"), world.waiting(world.lead(), "unknown")) == (["Who is this?"], [])


@pytest.mark.parametrize("word", ["STOP", " stop. ", "Unsubscribe", "बंद करें", "നിർത്തുക", "ನಿಲ್ಲಿಸಿ"])
def test_who_says_stop_gets_no_more_messages_and_staff_see_it(sandbox: Sandbox, word: str) -> None:
    world = World(sandbox)
    with db.transaction():
        child = make.patient("Ravi Menon", family_of=world.asha)
    world.write(word)
    with db.reading() as session:
        silent = dict(session.execute(select(Patient.id, Patient.no_messages)).all())
    assert (silent, world.outcomes()) == ({world.asha.id: True, child.id: True}, ["STOPPED"])
    lead = world.lead()
    assert [words.strip() for words in world.waiting(lead)] == [word.strip()]
    with db.reading() as session:
        reply_id = session.scalars(select(Reply.id)).one()
    with pytest.raises(booking.reply_inbox.WantsSilence), db.transaction():
        booking.reply_inbox.answer(reply_id, "will_call", by=lead)


def test_stop_is_heard_only_where_it_is_all_they_say() -> None:
    assert [asks_to_stop(word) for word in ("stop", "Stop!", "please stop by", "", "बंद", "band")] == [
        True, True, False, False, True, False,
    ]  # fmt: skip


def test_what_people_wrote_is_forgotten_as_the_policy_says(sandbox: Sandbox) -> None:
    world = World(sandbox)
    world.write("Thank you")
    forget_replies()
    assert len(world.outcomes()) == 1
    days = clinics.policy_in_force().replies_kept_days
    with db.transaction() as session:
        session.execute(update(Reply).values(received_at=clock.now() - timedelta(days=days, minutes=1)))
    forget_replies()
    assert world.outcomes() == []


def test_the_page_of_a_link_answers_as_the_button_does(sandbox: Sandbox, client: Any) -> None:
    from tests.web.pages.visitor import Visitor, words

    world = World(sandbox)
    with db.reading() as session:
        key = session.scalars(select(Message.dedupe_key).where(Message.kind == "REMINDER")).one()
        assert session.scalar(select(AnswerToken.appointment_id)) == world.one.id
    visitor, page = Visitor(client), f"/answer/{token_of(key)}"
    assert "Will you come?" in words(visitor.get(page))
    assert visitor.post(f"{page}/confirm").status_code == 303
    assert world.now.coming_at is not None
    assert "You said that you come" in words(visitor.get(page))
    assert f"{page}/another-time" in visitor.get(page).text
    assert visitor.post(f"{page}/dance").status_code == 404
    assert visitor.post(f"{page}/cancel").status_code == 303
    assert world.now.status == Status.CANCELLED
    assert "It is cancelled." in words(visitor.get(page))
    assert visitor.post(f"{page}/confirm").status_code == 404

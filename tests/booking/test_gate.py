"""The gate before an online appointment: who gets in, when, and what is kept of what they said."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from mibo import booking, care, clock, db
from mibo.audit import AuditEntry
from mibo.booking import Appointment, gate, gate_rules, video_links
from mibo.booking.by_video import NotByVideo
from mibo.booking.gate_rules import Answers
from mibo.booking.models import CallWish, VideoCheck
from mibo.care.rules import GuardianNeeded
from mibo.errors import Invalid, Missing
from mibo.identity.permissions import Role
from mibo.people import Clinician, Patient
from tests import make
from tests.booking.test_video_links import desk, online
from tests.web.pages.visitor import Clinic, clinic, now_of

pytestmark = pytest.mark.usefixtures("database")
SAID = Answers(
    joins_as="PATIENT", private=True, adult_present=False, place="12 Beach Road, Kochi", contact_name="Ravi, brother",
    contact_phone="+919876500002", agreed=True,
)  # fmt: skip
GUARDED = {
    "guardian_name": "Ravi Menon", "guardian_relation": "father", "guardian_phone": "+919876500002",
    "guardian_consent_at": clock.now(),
}  # fmt: skip
ROOM = "https://meet.google.com/made-by-google"


@pytest.fixture
def world() -> Clinic:
    return clinic()


@pytest.fixture
def soon(world: Clinic) -> Appointment:
    """It begins in ten minutes, so its call is open."""
    return online(world, clock.now() + timedelta(minutes=10), "READY")


def answer(one: Appointment, who: Patient, said: Answers = SAID) -> None:
    with db.transaction():
        gate.answer(one.reference, said, by=make.actor(who))


def enter(one: Appointment, who: Patient) -> str:
    with db.transaction():
        return gate.enter(one.reference, by=make.actor(who))


def joined(one: Appointment) -> list[str]:
    with db.reading() as session:
        acts = select(AuditEntry.details).where(AuditEntry.act == gate.JOINED, AuditEntry.subject_id == one.id)
        return [details["side"] for details in session.scalars(acts.order_by(AuditEntry.id))]


def test_the_room_opens_for_the_patient_once_the_questions_are_answered_and_each_time_is_noted(world, soon):
    with pytest.raises(gate_rules.CheckNeeded):
        enter(soon, world.asha)
    answer(soon, world.asha)
    assert [enter(soon, world.asha), enter(soon, world.asha)] == [ROOM, ROOM]
    assert joined(soon) == ["PATIENT", "PATIENT"]


@pytest.mark.parametrize(("minutes", "opens"), [(-16, False), (-14, True), (74, True), (76, False)])
def test_it_is_open_from_a_quarter_before_the_start_until_a_quarter_after_the_end(world, minutes, opens):
    one = online(world, status="READY")
    with time_machine.travel(one.starts_at + timedelta(minutes=minutes), tick=False):
        if opens:
            answer(one, world.asha)
            assert enter(one, world.asha) == ROOM
        else:
            for what in (answer, enter):
                with pytest.raises(gate_rules.NotOpen):
                    what(one, world.asha)


def test_nobody_elses_call_is_there_for_another_patient(world, soon):
    answer(soon, world.asha)
    with db.transaction():
        other = make.patient("Ravi Kumar")
    for what in (answer, enter):
        with pytest.raises(Missing):
            what(soon, other)
    with pytest.raises(Missing), db.transaction():
        gate.ask_for_call(soon.reference, by=make.actor(other))
    assert joined(soon) == []


def test_what_was_said_before_a_move_does_not_count_after_it(world, soon):
    answer(soon, world.asha)
    by = desk(world)
    with db.transaction():
        booking.reschedule(soon.id, starts_at=make.at("15:00"), by=by, centre_id=world.kochi.id, mode="ONLINE")
    with db.transaction():
        video_links.paste_link(soon.id, ROOM, by=by)
    with time_machine.travel(now_of(soon).starts_at, tick=False):
        with pytest.raises(gate_rules.CheckNeeded):
            enter(soon, world.asha)
        answer(soon, world.asha)
        assert enter(soon, world.asha) == ROOM


def test_a_child_joins_with_an_adult_and_an_adult_joins_as_themselves(world, soon):
    guardian = Answers(**{**vars_of(SAID), "joins_as": "GUARDIAN"})
    with pytest.raises(Invalid) as refused:
        answer(soon, world.asha, guardian)
    assert [each.field for each in refused.value.problems] == ["joins_as"]
    with db.transaction() as session:
        session.get_one(Patient, world.asha.id).age_told = 15
    with pytest.raises(NotByVideo, match="patient’s guardian"):
        answer(soon, world.asha, guardian)
    with db.transaction() as session:
        for name, value in GUARDED.items():
            setattr(session.get_one(Patient, world.asha.id), name, value)
    with pytest.raises(Invalid) as refused:
        answer(soon, world.asha, guardian)
    assert [each.field for each in refused.value.problems] == ["adult_present"]
    answer(soon, world.asha, Answers(**{**vars_of(guardian), "adult_present": True}))
    assert enter(soon, world.asha) == ROOM


def vars_of(said: Answers) -> dict[str, object]:
    return {name: getattr(said, name) for name in Answers.__slots__}


def test_nothing_is_kept_of_somebody_who_does_not_agree_or_says_no_place(world, soon):
    with pytest.raises(Invalid) as refused:
        answer(soon, world.asha, Answers(**{**vars_of(SAID), "agreed": False, "place": "home"}))
    assert {each.field for each in refused.value.problems} == {"agreed", "place"}
    with db.reading() as session:
        assert session.scalar(select(VideoCheck)) is None


def test_where_somebody_is_lies_sealed_is_offered_the_next_time_and_is_forgotten(world, soon):
    answer(soon, world.asha)
    with db.reading() as session:
        kept = session.scalars(select(VideoCheck)).one()
        assert b"Beach" not in (kept.whereabouts or b"")
        assert gate.said_last(world.asha.id) == gate.Whereabouts(
            "12 Beach Road, Kochi", "Ravi, brother", "+919876500002"
        )
        told = session.scalars(select(AuditEntry.details).where(AuditEntry.act == "appointment.call_checked")).one()
        assert told == {"joins_as": "PATIENT", "private": True, "adult_present": False, "consent": "2026-11"}
    with time_machine.travel(clock.now() + timedelta(days=89)):
        gate.forget_whereabouts()
    with db.reading():
        assert gate.said_last(world.asha.id) is not None
    with time_machine.travel(clock.now() + timedelta(days=91)):
        gate.forget_whereabouts()
    with db.reading() as session:
        assert session.scalars(select(VideoCheck.whereabouts)).one() is None
        assert session.scalars(select(VideoCheck.consent_version)).one() == "2026-11"
        assert gate.said_last(world.asha.id) is None


def test_only_the_treating_clinician_is_told_where_the_patient_is_and_only_then(world, soon):
    answer(soon, world.asha)
    with db.transaction():
        treating = make.actor(make.staff(Role.CLINICIAN, world.kochi), Role.CLINICIAN, clinician=world.anita)
        colleague = make.clinician(world.kochi)
        other = make.actor(make.staff(Role.CLINICIAN, world.kochi), Role.CLINICIAN, clinician=colleague)
    admin, one = make.actor(world.asha, Role.ADMIN), full(soon)

    def told(by) -> bool:
        with db.reading():
            return gate.told_clinician(one, by=by) is not None

    assert [told(treating), told(other), told(admin), told(desk(world))] == [True, False, False, False]
    with time_machine.travel(one.ends_at + timedelta(hours=2)):
        assert told(treating) is False


def full(one: Appointment) -> Appointment:
    with db.reading() as session:
        who = session.get_one(Patient, one.patient_id)
        return booking.own_appointment(make.actor(who), appointment_id=one.id)


def test_who_cannot_join_is_called_once_however_often_they_ask(world, soon):
    asha, by = make.actor(world.asha), desk(world)
    for _ in range(2):
        with db.transaction():
            gate.ask_for_call(soon.reference, by=asha)
    for _ in range(2):
        with db.transaction():
            gate.note_called(soon.id, by=by)
    with db.reading() as session:
        wish = session.scalars(select(CallWish)).one()
        assert wish.done_by == by.account_id
        answered = select(AuditEntry.id).where(AuditEntry.act == "appointment.call_answered")
        assert len(session.scalars(answered).all()) == 1


@pytest.mark.parametrize(
    ("lacks", "words"),
    [
        ({"registration_number": None}, "registration number"), ({"gender": None}, "gender"),
        ({"age_told": None, "age_told_on": None}, "date of birth or age"),
    ],
)  # fmt: skip
def test_a_call_is_neither_booked_nor_moved_to_nor_joined_without_what_the_law_asks_for(world, soon, lacks, words):
    answer(soon, world.asha)
    by = desk(world)
    with db.transaction() as session:
        in_person = make.appointment(world.asha, world.anita, world.kochi, make.at("15:00"))
        of = (Clinician, world.anita.id) if "registration_number" in lacks else (Patient, world.asha.id)
        for name, value in lacks.items():
            setattr(session.get_one(*of), name, value)
    wish = {
        "patient_id": world.asha.id, "clinician_id": world.anita.id, "centre_id": world.kochi.id,
        "starts_at": make.at("11:00"),
    }  # fmt: skip
    to_video = {"starts_at": make.at("11:00"), "mode": "ONLINE", "by": by}
    for refused in (
        lambda: booking.hold(**wish, mode="ONLINE", by=make.actor(world.asha)),
        lambda: booking.book_at_desk(**wish, mode="ONLINE", by=by, pay_by="CASH"),
        lambda: booking.reschedule(in_person.id, **to_video), lambda: enter(soon, world.asha),
    ):  # fmt: skip
        with pytest.raises(NotByVideo, match=words), db.transaction():
            refused()
    with db.transaction():
        assert booking.book_at_desk(**wish, mode="IN_PERSON", by=by, pay_by="CASH").mode == "IN_PERSON"


def test_the_clinician_sees_that_a_grown_up_is_with_a_child_before_they_start(world, soon):
    with db.transaction() as session:
        account = make.staff(Role.CLINICIAN, world.kochi)
        session.get_one(Clinician, world.anita.id).account_id = account.id
        session.get_one(Patient, world.asha.id).age_told = 15
        her = make.actor(account, Role.CLINICIAN, centres=(world.kochi,), clinician=world.anita)
    with pytest.raises(GuardianNeeded), db.transaction():
        care.start(soon.id, by=her)
    with db.transaction():
        care.start(soon.id, by=her, guardian_present=True)
    with db.reading() as session:
        seen = select(AuditEntry.by_account_id).where(AuditEntry.act == "appointment.guardian_seen")
        assert (now_of(soon).status, session.scalars(seen).all()) == ("IN_PROGRESS", [her.account_id])

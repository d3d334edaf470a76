"""Series: looked at, booked with the rest where some cannot be, once for one request; each visit its own appointment."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from mibo import booking, clock, db
from mibo.booking import Appointment, KeyReused, NotOffered, Series, series
from mibo.booking.at_desk import WrongPatient
from mibo.booking.series import Booked, Plan
from mibo.booking.series_rules import Rhythm
from mibo.booking.series_times import Seat
from mibo.clinics import Holiday
from mibo.errors import Invalid, Missing, Refused
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.people import Patient
from tests import make
from tests.booking import changes
from tests.booking.changes import World
from tests.invariants import broken
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("database")
REGISTRATION, FEE = 100_00, 160_000


@pytest.fixture
def world() -> World:
    return changes.world()


def plan(world: World, face: str = "10:00", **more) -> Plan:
    """Every other week from tomorrow, four times, unless told otherwise."""
    told = {"first": make.tomorrow(), "every_weeks": 2, "times": 4}
    who = more.pop("who", world.asha)
    seat = Seat(
        patient_id=who.id, clinician_id=world.anita.id, centre_id=world.kochi.id, mode=more.pop("mode", "IN_PERSON")
    )
    return Plan(seat=seat, rhythm=Rhythm(**{**told, **more}), at=time.fromisoformat(face))


def day(number: int, every: int = 2):
    return make.tomorrow() + timedelta(weeks=every * (number - 1))


def preview(world: World, **more):
    with db.reading():
        return series.preview_series(plan(world, **more), by=world.desk)


def book(world: World, face: str = "10:00", **more) -> Booked:
    how = {"pay_by": "LATER", "choices": {}, "request_key": "one-form-key", "by": world.desk}
    how.update({name: more.pop(name) for name in (*how, "last_four", "desk_note") if name in more})
    with db.transaction():
        return series.book_series(plan(world, face, **more), **how)


def visits() -> list[Appointment]:
    with db.reading() as session:
        return list(
            session.scalars(
                select(Appointment).where(Appointment.series_id.is_not(None)).order_by(Appointment.starts_at)
            )
        )


def owed() -> list[tuple[str, int]]:
    """What each visit owes or has paid, in the order of time."""
    with db.reading() as session:
        rows = session.scalars(
            select(Appointment.payment_id).where(Appointment.series_id.is_not(None)).order_by(Appointment.starts_at)
        ).all()
        from mibo.payments import Payment

        found = {one.id: one for one in session.scalars(select(Payment).where(Payment.id.in_(rows)))}
        return [(found[each].status, found[each].amount_paise) for each in rows]


def told() -> list[tuple[str, str]]:
    with db.reading() as session:
        wanted = select(Message.phone, Message.template).where(Message.status != "DROPPED").order_by(Message.id)
        return [(phone, name.removeprefix("mibo_")) for phone, name in session.execute(wanted)]


# looking first


def test_each_date_says_how_it_stands_and_what_is_near(world):
    with db.transaction() as session:
        make.appointment(make.patient("Ravi Kumar"), world.anita, world.kochi, make.at("10:00", day(2)))
        session.add(Holiday(centre_id=world.kochi.id, day=day(3), reason="Onam"))
    found = preview(world)
    assert [(one.number, one.starts_at, one.found.is_free) for one in found] == [
        (n, make.at("10:00", day(n)), n in (1, 4)) for n in (1, 2, 3, 4)
    ]
    assert found[1].found.reasons[0].text == "Booked from 10:00 am to 11:00 am"
    assert found[1].found.near == tuple(make.at(face, day(2)) for face in ("09:00", "11:00", "12:00"))
    assert (found[2].found.reasons[0].text, found[2].found.near) == ("Holiday: Onam", ())


def test_the_desks_series_goes_past_the_horizon_of_patients_and_says_so(world):
    found = preview(world, every_weeks=4, times=12)
    assert [one.found.is_free for one in found] == [True] * 12
    assert [one.far for one in found] == [False] * 3 + [True] * 9


def test_the_patients_own_time_at_another_clinician_is_a_clash_too(world):
    with db.transaction():
        make.appointment(world.asha, world.binu, world.kochi, make.at("10:00", day(2)))
    assert preview(world)[1].found.reasons[0].text == "The patient has another appointment at 10:00 am"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"first": date(2026, 1, 31)}, "day"),
        ({"times": 60}, "times"),
        ({"times": 0}, "times"),
        ({"every_weeks": 0}, "every_weeks"),
        ({"times": None, "until": date(2026, 1, 31)}, "until"),
        ({"face": "23:00"}, "at"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(world, more, field):
    face = more.pop("face", "10:00")
    with pytest.raises(Invalid) as found, db.reading():
        series.preview_series(plan(world, face, **more), by=world.desk)
    assert [problem.field for problem in found.value.problems] == [field]


def test_a_start_earlier_today_is_refused_at_the_time(world):
    with pytest.raises(Invalid, match="time has passed"), db.reading():
        series.preview_series(plan(world, "00:00", first=clock.today()), by=world.desk)


# booking


def test_each_visit_is_an_appointment_of_its_own_and_the_registration_is_owed_with_the_first(world):
    done = book(world)
    assert [(one.series_number, one.status, one.starts_at) for one in visits()] == [
        (n, "CONFIRMED", make.at("10:00", day(n))) for n in (1, 2, 3, 4)
    ]
    assert owed() == [("PENDING", FEE + REGISTRATION), *[("PENDING", FEE)] * 3]
    assert len({one.reference for one in done.visits}) == 4
    assert done.left == []
    assert {one.source for one in visits()} == {"FRONT_DESK"}


def test_paid_all_now_each_has_its_payment_and_the_registration_is_paid_once(world):
    book(world, pay_by="CASH", desk_note="Slip 7")
    assert owed() == [("PAID", FEE + REGISTRATION), *[("PAID", FEE)] * 3]
    with db.reading() as session:
        assert session.get_one(Patient, world.asha.id).registration_paid_at is not None


def test_one_transfer_that_pays_for_all_visits_is_noted_once_and_no_other_booking_may_have_it(world):
    book(world, pay_by="UPI", desk_note="UTR 4123 4567 8901")
    assert [status for status, _ in owed()] == ["PAID"] * 4
    assert broken(db.write_engine().url.render_as_string(hide_password=False)) == {}
    with pytest.raises(Invalid, match="noted before") as refused:
        book(world, "12:00", pay_by="UPI", desk_note="412345678901", request_key="another-form")
    assert refused.value.problems[0].field == "desk_note"


def test_patient_and_clinician_hear_of_it_once_after_the_undo(world):
    book(world)
    assert told() == [(world.asha.phone, "series_booked"), (world.accounts["anita"].phone, "clinician_series")]
    with db.reading() as session:
        message = session.scalars(select(Message)).first()
    assert message.body["count"] == "4"
    assert message.next_at - message.created_at == timedelta(seconds=20)


def test_online_visits_each_get_a_meeting(world):
    book(world, mode="ONLINE")
    assert len({one.meeting_id for one in visits()} - {None}) == 4


def test_the_rest_is_booked_and_what_clashes_is_left_or_takes_the_time_chosen(world):
    with db.transaction():
        for n in (2, 3):
            make.appointment(make.patient("Ravi Kumar"), world.anita, world.kochi, make.at("10:00", day(n)))
    done = book(world, choices={2: make.at("11:00", day(2)), 4: None})
    assert [(one.series_number, one.starts_at) for one in done.visits] == [
        (1, make.at("10:00", day(1))), (2, make.at("11:00", day(2)))
    ]  # fmt: skip
    assert [(one.number, one.found.reasons[0].text) for one in done.left] == [(3, "Booked from 10:00 am to 11:00 am")]
    with db.reading():
        assert [one.number for one in series.not_booked(done.series)] == [3, 4]


def test_taken_between_looking_and_booking_is_told_and_the_others_stand(world):
    preview(world)
    with db.transaction():
        make.appointment(make.patient("Ravi Kumar"), world.anita, world.kochi, make.at("10:00", day(3)))
    done = book(world)
    assert [one.series_number for one in done.visits] == [1, 2, 4]
    assert [one.found.near[0] for one in done.left] == [make.at("09:00", day(3))]


def test_when_nothing_can_be_booked_nothing_is_kept(world):
    with db.transaction():
        for n in (1, 2, 3, 4):
            make.appointment(make.patient("Ravi Kumar"), world.anita, world.kochi, make.at("10:00", day(n)))
    with pytest.raises(NotOffered):
        book(world)
    with db.reading() as session:
        assert session.scalars(select(Series)).all() == []


def test_a_time_of_another_day_is_no_choice(world):
    with pytest.raises(Invalid):
        book(world, choices={2: make.at("11:00", day(3))})


def test_what_was_left_is_booked_later_and_keeps_its_number(world):
    done = book(world, choices={2: None, 3: None})
    for _ in range(2):
        with db.transaction():
            series.book_missing(done.series.id, by=world.desk, pay_by="LATER", choices={2: make.at("12:00", day(2))})
    assert [(one.series_number, one.starts_at) for one in visits()] == [
        (1, make.at("10:00", day(1))), (2, make.at("12:00", day(2))), (4, make.at("10:00", day(4)))
    ]  # fmt: skip
    assert owed()[1] == ("PENDING", FEE)


def test_the_same_request_twice_is_one_series_and_for_something_else_it_is_refused(world):
    first, again = book(world), book(world)
    assert first.series.id == again.series.id
    assert [one.id for one in first.visits] == [one.id for one in again.visits]
    assert len(visits()) == 4
    with pytest.raises(KeyReused):
        book(world, "15:00")


def test_a_double_click_is_one_series(world):
    made = at_once(*[lambda: book(world)] * 4)
    assert len({one.series.id for one in made}) == 1
    assert len(visits()) == 4


@pytest.mark.parametrize("buffer", [0, 15])
def test_two_series_onto_one_slot_share_nothing_and_nobody_waits_for_ever(world, buffer, database):
    with db.transaction() as session:
        world.anita.buffer_minutes = buffer
        session.merge(world.anita)
        ravi = make.patient("Ravi Kumar")
        second = make.actor(make.staff(Role.FRONT_DESK, world.kochi), Role.FRONT_DESK, centres=(world.kochi,))
    for round_ in range(3):
        first = make.tomorrow() + timedelta(days=1 + round_)
        made = at_once(
            lambda first=first, n=round_: book(world, first=first, request_key=f"asha-key-{n}"),
            lambda first=first, n=round_: book(world, first=first, who=ravi, by=second, request_key=f"ravi-key-{n}"),
        )
        won = [one for one in made if isinstance(one, Booked)]
        assert [len(one.visits) for one in won] == [4]
        assert [one for one in made if isinstance(one, str)] == ["NotOffered"]
    assert broken(db.write_engine().url.render_as_string(hide_password=False)) == {}


def test_a_series_and_single_bookings_of_its_times_at_once_leave_each_time_to_one(world):
    with db.transaction() as session:
        world.anita.buffer_minutes = 10
        session.merge(world.anita)
        rivals = [make.patient(f"Ravi {n}") for n in range(3)]

    def single(n: int):
        with db.transaction():
            return booking.hold(
                patient_id=rivals[n].id, clinician_id=world.anita.id, centre_id=world.kochi.id, mode="IN_PERSON",
                starts_at=make.at("10:00", day(n + 1)), by=make.actor(rivals[n]),
            )  # fmt: skip

    made = at_once(lambda: book(world), *[lambda n=n: single(n) for n in range(3)])
    singles = sum(isinstance(one, Appointment) for one in made[1:])
    assert isinstance(made[0], Booked)
    assert len(made[0].visits) == 4 - singles
    assert len(made[0].left) == singles


# scope


def test_only_at_ones_own_centre_with_the_patient_read_back_and_no_money_without_the_right(world):
    with db.transaction():
        manager = make.staff(Role.CENTRE_MANAGER, world.kochi)
        other = make.staff(Role.FRONT_DESK, world.mumbai)
    elsewhere = make.actor(other, Role.FRONT_DESK, centres=(world.mumbai,))
    with pytest.raises(Missing):
        book(world, by=elsewhere)
    with pytest.raises(Missing), db.reading():
        series.preview_series(plan(world), by=elsewhere)
    with pytest.raises(Refused):
        book(world, by=make.actor(manager, Role.CENTRE_MANAGER, centres=(world.kochi,)), pay_by="CASH")
    with pytest.raises(WrongPatient):
        book(world, last_four="0000" if world.asha.phone[-4:] != "0000" else "1111")
    with pytest.raises(Invalid):
        book(world, pay_by="LINK")
    with pytest.raises(Invalid, match="card number"):
        book(world, pay_by="CARD", desk_note="4111 1111 1111 1111")
    assert visits() == []


# the registration is owed once, whatever becomes of the first visit


def test_when_the_first_is_cancelled_unpaid_the_next_owes_the_registration(world):
    done = book(world)
    with db.transaction():
        booking.call_off(done.visits[0].id, reason="Ill", by=world.desk)
    assert [paise for _, paise in owed()] == [FEE, FEE + REGISTRATION, FEE, FEE]
    with db.transaction():
        booking.pay_at_desk(done.visits[1].id, "CASH", None, by=world.desk)
    assert owed()[1] == ("PAID", FEE + REGISTRATION)


def test_paying_a_later_visit_first_leaves_the_registration_with_the_first(world):
    done = book(world)
    with db.transaction():
        booking.pay_at_desk(done.visits[2].id, "UPI", None, by=world.desk)
    assert owed() == [("PENDING", FEE + REGISTRATION), ("PENDING", FEE), ("PAID", FEE), ("PENDING", FEE)]

"""The pages of a series: planned, looked at, booked, seen as a whole, and changed from one on."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from mibo import booking, db
from mibo.audit import AuditEntry
from mibo.booking import Appointment, NotAllowed
from mibo.clinics import Holiday
from mibo.identity.permissions import Role
from mibo.messaging import Message
from tests import make
from tests.booking import changes
from tests.web.pages.desk import Desk, statements
from tests.web.pages.visitor import Visitor, problems, words

pytestmark = pytest.mark.usefixtures("database", "sandbox")
HIDDEN = re.compile(r'<input[^>]*type="hidden" name="([a-z_]+)" value="([^"]*)"')


class Front:
    """The desk of Kochi, and another at Mumbai."""

    def __init__(self, app) -> None:
        self.world = changes.world()
        accounts = self.world.accounts
        with db.transaction():
            elsewhere = make.staff(Role.FRONT_DESK, self.world.mumbai)
        self.desk, self.other = Desk(app.test_client(), accounts["desk"]), Desk(app.test_client(), elsewhere)
        self.herself = Desk(app.test_client(), accounts["anita"])

    def wish(self, **more: object) -> dict[str, object]:
        world = self.world
        told = {"patient": world.asha.id, "clinician": world.anita.id, "centre": world.kochi.id, "mode": "IN_PERSON"}
        return {**told, "day": make.tomorrow(), "at": "10:00", "every_weeks": 2, "times": 4, **more}

    def book(self, **more: object):
        looked = self.desk.post("/series/new", **self.wish())
        sent = {**hidden(looked), "pay_by": "LATER", **more}
        return self.desk.post("/series/new", **sent)


@pytest.fixture
def front(app) -> Front:
    return Front(app)


def hidden(answer) -> dict[str, str]:
    return {name: value for name, value in HIDDEN.findall(answer.text) if name != "csrf_token"}


def visits() -> list[Appointment]:
    with db.reading() as session:
        wanted = select(Appointment).where(Appointment.series_id.is_not(None))
        return list(session.scalars(wanted.order_by(Appointment.series_number)))


def day(number: int):
    return make.tomorrow() + timedelta(weeks=2 * (number - 1))


def taken(front: Front, number: int, face: str = "10:00") -> None:
    with db.transaction():
        make.appointment(make.patient("Ravi Kumar"), front.world.anita, front.world.kochi, make.at(face, day(number)))


def test_from_the_booking_page_to_a_booked_series_without_script(front):
    world = front.world
    page = front.desk.get(
        f"/desk/new?patient={world.asha.id}&centre={world.kochi.id}&clinician={world.anita.id}&day={make.tomorrow()}"
    )
    link = re.search(r'href="(/series/new\?[^"]+)"', page.text)
    assert link
    form = front.desk.get(link[1].replace("&amp;", "&"))
    assert form.status_code == 200
    assert "Asha Menon" in words(form)
    assert 'value="09:00"' in form.text
    looked = front.desk.post("/series/new", **front.wish())
    assert "All of them are free." in words(looked)
    assert "4 consultations at ₹1,600" in words(looked)
    assert "₹6,500" in words(looked)
    assert visits() == []
    done = front.desk.post("/series/new", **{**hidden(looked), "pay_by": "CASH"})
    assert done.status_code == 303, problems(done)
    shown = words(front.desk.get(done.location))
    assert "Paid ₹1,700" in shown
    assert len(visits()) == 4
    again = front.desk.post("/series/new", **{**hidden(looked), "pay_by": "CASH"})
    assert again.location == done.location
    assert len(visits()) == 4


def test_each_clash_has_its_reason_and_its_choices_and_the_rest_is_booked(front):
    taken(front, 2)
    with db.transaction() as session:
        session.add(Holiday(centre_id=front.world.kochi.id, day=day(3), reason="Onam"))
    looked = front.desk.post("/series/new", **front.wish())
    shown = words(looked)
    assert "2 of 4 are free." in shown
    assert "Booked from 10:00 am to 11:00 am" in shown
    assert "Holiday: Onam" in shown
    done = front.desk.post(
        "/series/new", **{**hidden(looked), "pay_by": "LATER", "choice-2": "11:00", "choice-3": "skip"}
    )
    assert done.status_code == 303, problems(done)
    assert [(one.series_number, one.starts_at) for one in visits()] == [
        (1, make.at("10:00", day(1))), (2, make.at("11:00", day(2))), (4, make.at("10:00", day(4)))
    ]  # fmt: skip
    page = front.desk.get(done.location)
    assert "Not booked" in words(page)
    assert "Holiday: Onam" in words(page)


def test_taken_between_the_two_steps_is_told_and_can_be_booked_at_another_time(front):
    looked = front.desk.post("/series/new", **front.wish())
    taken(front, 3)
    done = front.desk.post("/series/new", **{**hidden(looked), "pay_by": "LATER"})
    page = front.desk.get(done.location)
    assert "is not booked: Booked from 10:00 am to 11:00 am." in page.text
    assert "Take 11:00 am instead" in page.text
    more = front.desk.post(f"{done.location}/missing", **{"pay_by": "LATER", "choice-3": "11:00"})
    assert more.status_code == 303, problems(more)
    assert [one.series_number for one in visits()] == [1, 2, 3, 4]
    assert visits()[2].starts_at == make.at("11:00", day(3))


@pytest.mark.parametrize(
    ("more", "field", "sentence"),
    [
        ({"day": "2027-02-31"}, "day", "That is no day of the calendar. Choose a real date."),
        ({"day": "2020-01-01"}, "day", "This day has passed. Choose a day to come."),
        ({"times": "", "until": "2020-01-01"}, "until", "The last day is before the first one."),
        ({"times": 0}, "times", "A series has 2 to 52 appointments."),
        ({"times": 60}, "times", "A series has 2 to 52 appointments."),
        ({"times": "many"}, "times", "Enter a whole number, for example 34."),
        ({"every_weeks": 0}, "every_weeks", "Choose every 1 to 12 weeks."),
        ({"every_weeks": 10**30}, "every_weeks", "Choose every 1 to 12 weeks."),
        ({"every_weeks": ""}, "every_weeks", "Say every how many weeks."),
        ({"at": "25:00"}, "at", "Choose a time."),
        ({"at": "23:00"}, "at", "No hours are kept then on any of these days. Choose another time."),
    ],
)
def test_what_makes_no_series_is_said_at_its_field_and_what_was_typed_stays(front, more, field, sentence):
    answer = front.desk.post("/series/new", **front.wish(**more))
    assert (answer.status_code, problems(answer)) == (422, [sentence])
    assert f'id="{field}-error"' in answer.text
    assert "Asha Menon" in words(answer)
    assert f'value="{next(iter(more.values()))}"' in answer.text


def test_without_a_way_to_pay_the_choices_are_kept(front):
    taken(front, 2)
    looked = front.desk.post("/series/new", **front.wish())
    answer = front.desk.post("/series/new", **{**hidden(looked), "choice-2": "11:00"})
    assert (answer.status_code, problems(answer)) == (422, ["Choose how the patient pays."])
    assert '<option value="11:00" selected>' in answer.text
    back = front.desk.post("/series/new", **{**hidden(looked), "back": "yes"})
    assert back.status_code == 200
    assert 'name="times"' in back.text


def test_nothing_free_any_more_is_said_and_nothing_booked(front):
    looked = front.desk.post("/series/new", **front.wish())
    for number in (1, 2, 3, 4):
        taken(front, number)
    answer = front.desk.post("/series/new", **{**hidden(looked), "pay_by": "LATER"})
    assert answer.status_code == 409
    assert problems(answer) == ["None of these times can be booked any more. Please look again."]
    assert "0 of 4 are free." in words(answer)


def test_each_appointment_says_which_it_is_and_leads_to_the_others(front, app):
    done = front.book()
    third = visits()[2]
    page = front.desk.get(f"/desk/appointments/{third.id}")
    assert "3 of 4 in a series" in words(page)
    assert f'href="{done.location}"' in page.text
    assert f"{done.location}/move?from=3" in page.text
    own = Visitor(app.test_client()).sign_in(front.world.asha)
    assert "3 of 4" in words(own.get(f"/my/{third.reference}"))
    assert "3 of 4" in words(own.get("/my"))


def test_this_and_the_following_are_moved_after_each_was_shown(front):
    series_id = front.book().location.rsplit("/", 1)[1]
    taken(front, 3, "15:00")
    form = front.desk.get(f"/series/{series_id}/move?from=2")
    assert f'value="{day(2)}"' in form.text
    first = {"from_number": 2, "day": day(2), "at": "15:00"}
    looked = front.desk.post(f"/series/{series_id}/move", **first)
    assert looked.status_code == 200, problems(looked)
    assert "Booked from 3:00 pm to 4:00 pm" in words(looked)
    done = front.desk.post(f"/series/{series_id}/move", **{**hidden(looked), "choice-3": "16:00"})
    assert done.status_code == 303, problems(done)
    assert [one.starts_at for one in visits()] == [
        make.at("10:00", day(1)), make.at("15:00", day(2)), make.at("16:00", day(3)), make.at("15:00", day(4))
    ]  # fmt: skip
    stale = front.desk.post(f"/series/{series_id}/move", **{**hidden(looked), "at": "11:00"})
    assert stale.status_code == 409
    assert "moved this at" in problems(stale)[0]


def test_this_and_the_following_are_cancelled_with_what_goes_back_shown_before(front):
    series_id = front.book(pay_by="UPI").location.rsplit("/", 1)[1]
    form = front.desk.get(f"/series/{series_id}/cancellation?from=3")
    assert "₹1,600" in words(form)
    sent = {**hidden(form), "from_number": 3, "wish": "PATIENT"}
    missing = front.desk.post(f"/series/{series_id}/cancellation", **sent)
    assert (missing.status_code, problems(missing)) == (422, ["Say why they are cancelled."])
    done = front.desk.post(f"/series/{series_id}/cancellation", **sent, reason="Moves to Pune")
    assert done.status_code == 303, problems(done)
    assert "2 appointments are cancelled. ₹3,200 goes back." in front.desk.get(done.location).text
    assert [one.status for one in visits()] == ["CONFIRMED", "CONFIRMED", "CANCELLED", "CANCELLED"]


def test_a_series_is_open_to_its_centre_and_clinician_and_missing_to_others(front):
    path = front.book().location
    assert [who.get(path).status_code for who in (front.desk, front.herself, front.other)] == [200, 200, 404]
    assert "To pay" not in words(front.herself.get(path))
    assert "/move" not in front.herself.get(path).text
    for what in ("/move", "/cancellation"):
        assert [who.get(path + what).status_code for who in (front.desk, front.herself, front.other)] == [200, 403, 404]
    looked = front.other.post("/series/new", **front.wish())
    assert looked.status_code == 404


def test_who_opens_a_series_is_noted(front):
    path = front.book().location
    for what in ("", "/move", "/cancellation"):
        front.desk.get(path + what)
    with db.reading() as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.act == "series.opened")).all()
    assert [str(one.subject_id) for one in noted] == [path.rsplit("/", 1)[1]]


def test_one_visit_of_a_series_is_not_undone_by_itself_and_all_of_it_can_be_before_anybody_hears(front):
    path = front.book().location
    with pytest.raises(NotAllowed), db.transaction():
        booking.undo_booking(visits()[0].id, by=front.world.desk)
    form = front.desk.get(f"{path}/cancellation")
    sent = {**hidden(form), "from_number": 1, "wish": "CLINIC", "reason": "Booked by mistake"}
    assert front.desk.post(f"{path}/cancellation", **sent).status_code == 303
    with db.reading() as session:
        assert set(session.scalars(select(Message.status))) == {"DROPPED"}


def test_looking_and_showing_take_as_many_statements_for_thirty_as_for_three(front):
    counted = []
    for times in (3, 30):
        with statements() as asked:
            looked = front.desk.post("/series/new", **front.wish(times=times, every_weeks=1))
        assert looked.status_code == 200
        counted.append(len(asked))
    assert counted[0] == counted[1]
    pages = []
    for times, hour in ((3, "10:00"), (30, "12:00")):
        looked = front.desk.post("/series/new", **front.wish(times=times, every_weeks=1, at=hour))
        path = front.desk.post("/series/new", **{**hidden(looked), "pay_by": "LATER"}).location
        front.desk.get(path)
        with statements() as asked:
            assert front.desk.get(path).status_code == 200
        pages.append(len(asked))
    assert pages[0] == pages[1]

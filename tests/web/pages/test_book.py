"""Choosing, holding, checking and paying, and everything that may go wrong on the way."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select, update

from mibo import clock, db, payments
from mibo.booking import Appointment, Status, StatusChange
from mibo.clinics.policy import Policy
from mibo.messaging import Message
from mibo.payments import Attempt, Payment, Refund
from tests import make
from tests.counting import statements
from tests.web.pages.visitor import (
    Clinic,
    Visitor,
    clinic,
    end_hold,
    now_of,
    problems,
    same_but_for_the_request,
    shown_times,
    title,
    words,
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def world(app) -> Clinic:
    return clinic()


@pytest.fixture
def visitor(client, world) -> Visitor:
    return Visitor(client)


@pytest.fixture
def asha(visitor, world) -> Visitor:
    return visitor.sign_in(world.asha)


def bookings() -> list[tuple[str, str]]:
    with db.reading() as session:
        rows = session.execute(select(Appointment.status, Appointment.source).order_by(Appointment.id))
        return [(row.status, row.source) for row in rows]


def hold(who: Visitor, world: Clinic, face: str = "10:00"):
    return who.post(world.choose, world.wish(face))


def held(who: Visitor, world: Clinic, face: str = "10:00") -> str:
    """The reference of a time just held through the page."""
    answer = hold(who, world, face)
    assert answer.status_code == 303
    return answer.location.split("/")[2]


def one(reference: str) -> Appointment:
    with db.reading() as session:
        return session.scalars(select(Appointment).where(Appointment.reference == reference)).one()


def link_of(reference: str) -> Attempt | None:
    with db.reading() as session:
        wanted = select(Attempt).join(Payment).join(Appointment, Appointment.payment_id == Payment.id)
        return session.scalars(
            wanted.where(Appointment.reference == reference, Attempt.status == "OPEN", Attempt.link_url.is_not(None))
        ).one_or_none()


# choosing


def test_the_days_strip_shows_fourteen_days_with_what_is_free(visitor: Visitor, world: Clinic) -> None:
    page = visitor.get(world.choose)
    days = re.findall(r'<(a|span) class="day[^"]*"[^>]*>.*?<i>([^<]+)</i>', page.text)
    assert len(days) == 14
    assert [words_ for _, words_ in days[1:]] == ["9 free"] * 13
    assert page.text.count('aria-current="date"') == 1


def test_a_day_off_is_closed_and_a_day_without_a_free_time_is_full(visitor: Visitor, world: Clinic) -> None:
    with db.transaction() as session:
        few = make.clinician(world.kochi, name="Few Hours")
        weekday = (make.tomorrow().weekday() + 1) % 7
        make.hours(few, world.kochi, weekdays=[weekday], opens="09:00", closes="10:00")
        make.appointment(make.patient(), few, world.kochi, make.at("09:00"))
        session.flush()
    page = visitor.get(f"/book/{few.id}")
    days = re.findall(r'class="day none"><small>(\w+)</small> <b>([^<]+)</b> <i>(\w+)</i>', page.text)
    tomorrow = make.tomorrow()
    assert (
        f"{tomorrow:%a}",
        f"{tomorrow.day} {tomorrow:%b}" if tomorrow.day == 1 else str(tomorrow.day),
        "full",
    ) in days
    assert {state for _, _, state in days} == {"full", "closed"}


def test_times_stand_under_the_part_of_the_day(visitor: Visitor, world: Clinic) -> None:
    page = visitor.get(f"{world.choose}?day={make.tomorrow()}")
    groups = re.findall(r"<legend>(\w+)<span", page.text)
    assert groups == ["Morning", "Afternoon", "Evening"]
    assert shown_times(page)[:4] == ["9:00 am", "10:00 am", "11:00 am", "12:00 pm"]


def test_a_taken_time_is_absent(visitor: Visitor, world: Clinic) -> None:
    world.book("10:00")
    assert "10:00 am" not in shown_times(visitor.get(f"{world.choose}?day={make.tomorrow()}"))


@pytest.mark.parametrize(
    "asked",
    ["day=x", "day=2001-01-01", "day=2999-01-01", "from=x", "from=0001-01-01", "from=9999-12-31", "way=x",
     "way=999999", "time=x", "patient=x", "taken=x", "taken=9999", "taken=2026-11-25T10:00", "day=%00",
     "taken=0001-01-01T00:00:00%2B00:00", "taken=9999-12-31T23:59:59-12:00"],
)  # fmt: skip
def test_an_address_that_makes_no_sense_shows_the_page_all_the_same(
    visitor: Visitor, world: Clinic, asked: str
) -> None:
    page = visitor.get(f"{world.choose}?{asked}")
    assert (page.status_code, "When suits you?" in words(page)) == (200, True)


def test_later_dates_go_on_to_the_horizon_and_end_there(visitor: Visitor, world: Clinic) -> None:
    address, turns = world.choose, 0
    while address and turns < 20:
        page = visitor.get(address)
        found = re.search(r'class="later" href="([^"]+)"', page.text)
        address, turns = (found[1].replace("&amp;", "&"), turns + 1) if found else ("", turns + 1)
    assert turns == -(-(Policy().horizon_days + 1) // 14)
    assert 'id="earlier"' in page.text


def test_where_no_day_shown_is_free_the_next_one_is_a_press_away(visitor: Visitor, world: Clinic) -> None:
    away = clock.today() + timedelta(days=20)
    with db.transaction():
        now = clock.local(clock.now()).replace(tzinfo=None)
        midnight = clock.local(make.at("00:00", away)).replace(tzinfo=None)
        make.block(now - timedelta(days=1), midnight, who=world.anita)
    page = visitor.get(world.choose)
    assert shown_times(page) == []
    found = re.search(r'<a class="btn quiet" href="([^"]+)">', page.text)
    assert found
    assert len(shown_times(visitor.get(found[1].replace("&amp;", "&")))) == 9


def test_htmx_gets_the_part_and_the_same_address_opens_cold(visitor: Visitor, world: Clinic) -> None:
    address = f"{world.choose}?day={make.tomorrow()}"
    part = visitor.part(address)
    assert "<html" not in part.text
    assert shown_times(part) == shown_times(visitor.get(address))
    assert "HX-Request" in part.headers["Vary"]


# holding


def test_a_stranger_signs_in_first_and_comes_back_to_the_time(visitor: Visitor, world: Clinic) -> None:
    answer = hold(visitor, world)
    path = urlsplit(answer.location)
    assert path.path == "/sign-in"
    assert bookings() == []
    visitor.sign_in(world.asha)
    back = visitor.get(answer.location)
    page = visitor.get(back.location)
    assert re.search(r'value="[^"]+T10:00" checked', page.text)
    assert "Hold 10:00 am" in page.text


def test_somebody_whose_details_are_missing_tells_them_first(visitor: Visitor, world: Clinic) -> None:
    with db.transaction() as session:
        session.get_one(make.Patient, world.asha.id).gender = None
    answer = hold(visitor.sign_in(world.asha), world)
    assert answer.location.startswith("/my/details?next=/book/")
    assert bookings() == []


def test_holding_keeps_the_time_for_a_quarter_of_an_hour(asha: Visitor, world: Clinic) -> None:
    answer = hold(asha, world)
    assert answer.status_code == 303
    assert re.fullmatch(r"/book/MB-\w{4,7}/pay", answer.location)
    assert bookings() == [("PENDING", "WEB_PATIENT")]
    page = asha.get(answer.location)
    said = words(page)
    until = one(answer.location.split("/")[2]).held_until
    assert until
    assert timedelta(minutes=14, seconds=50) < until - clock.now() <= timedelta(minutes=15)
    for fact in ("Held until", "10:00 am", "Dr. Anita Kurian", "Mibo Kochi", "Asha Menon", "Consultation ₹1,600",
                 "Registration, once ₹100", "To pay ₹1,700", "Confirm and pay ₹1,700", "I need more time"):  # fmt: skip
        assert fact in said
    assert 'data-until="' in page.text


def test_a_double_press_makes_one_booking(asha: Visitor, world: Clinic) -> None:
    answers = [hold(asha, world) for _ in range(3)]
    assert {(each.status_code, each.location) for each in answers} == {(303, answers[0].location)}
    assert len(bookings()) == 1


def test_ten_presses_at_the_same_moment_make_one_booking(app, world: Clinic) -> None:
    browsers = [Visitor(app.test_client()).sign_in(world.asha) for _ in range(5)]
    tokens = [each.token() for each in browsers]

    def press(n: int):
        return browsers[n].client.post(world.choose, data={**world.wish(), "csrf_token": tokens[n]})

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(press, range(5)))
    assert len(bookings()) == 1
    assert {each.status_code for each in answers} <= {303, 409}
    assert 303 in {each.status_code for each in answers}


def test_a_time_somebody_else_took_is_a_409_with_the_nearest_times(asha: Visitor, world: Clinic) -> None:
    with db.transaction():
        other = make.patient("Ravi Kumar")
    world.book("10:00", who=other)
    answer = hold(asha, world)
    assert answer.status_code == 409
    assert problems(answer) == ["10:00 am has just been taken."]
    assert title(answer) == "Error: When suits you? – Mibo"
    assert "Nearest to 10:00 am" in words(answer)
    assert shown_times(answer)[:3] == ["9:00 am", "11:00 am", "12:00 pm"]
    assert "checked" not in answer.text.split("Nearest to")[1].split("</fieldset>")[0]
    assert "Ravi" not in answer.text
    assert hold(asha, world, "11:00").status_code == 303


def test_the_409_keeps_who_it_was_for(asha: Visitor, world: Clinic) -> None:
    with db.transaction():
        child = make.patient("Mini Menon", family_of=world.asha)
        other = make.patient("Ravi Kumar")
    world.book("10:00", who=other)
    answer = asha.post(world.choose, world.wish(who=child))
    assert answer.status_code == 409
    assert re.search(rf'name="patient" value="{child.id}" checked', answer.text)


@pytest.mark.parametrize(
    "time",
    ["", "x", "@", "1@", "1@x", "@2026-11-25T10:00", "999999999999999999999@2026-11-25T10:00", "1@9999-99-99T10:00",
     "1@2026-11-25", "१@2026-11-25T10:00", "1@10000-01-01T10:00", "1@9999-12-31T23:59", "1@0001-01-01T00:00"],
)  # fmt: skip
def test_what_is_no_time_is_refused_and_the_page_stays(asha: Visitor, world: Clinic, time: str) -> None:
    answer = asha.post(world.choose, {**world.wish(), "time": time})
    assert answer.status_code in (404, 409, 422)
    if answer.status_code == 422:
        assert problems(answer) == ["Choose a time"]
        assert len(shown_times(answer)) == 9
    assert bookings() == []


def test_a_form_without_a_time_says_so_at_the_times(asha: Visitor, world: Clinic) -> None:
    wish = world.wish()
    del wish["time"]
    answer = asha.post(world.choose, wish)
    assert (answer.status_code, problems(answer)) == (422, ["Choose a time"])
    assert 'href="#times"' in answer.text
    assert title(answer).startswith("Error: ")


def test_a_past_time_is_a_409(asha: Visitor, world: Clinic) -> None:
    yesterday = clock.today() - timedelta(days=1)
    answer = asha.post(world.choose, {**world.wish(), "time": f"{world.kochi.id}@{yesterday}T10:00"})
    assert answer.status_code == 409
    assert problems(answer)
    assert bookings() == []


def test_a_time_beyond_the_horizon_is_a_409(asha: Visitor, world: Clinic) -> None:
    far = clock.today() + timedelta(days=Policy().horizon_days + 1)
    answer = asha.post(world.choose, {**world.wish(), "time": f"{world.kochi.id}@{far}T10:00"})
    assert (answer.status_code, bookings()) == (409, [])


def test_a_time_outside_the_hours_is_a_409(asha: Visitor, world: Clinic) -> None:
    for face in ("10:30", "08:00", "23:00"):
        assert hold(asha, world, face).status_code == 409
    assert bookings() == []


def test_a_centre_that_is_not_there_or_not_theirs_offers_no_time(asha: Visitor, world: Clinic) -> None:
    for centre_id in (world.mumbai.id, world.anita.id, 999_999_999):
        answer = asha.post(world.choose, {**world.wish(), "time": f"{centre_id}@{make.tomorrow()}T10:00"})
        assert answer.status_code in (404, 409)
    assert bookings() == []


def test_a_clinician_who_is_not_there_is_missing(asha: Visitor, world: Clinic) -> None:
    for clinician_id in (world.kochi.id, world.asha.id, 999_999_999):
        assert asha.post(f"/book/{clinician_id}", world.wish()).status_code == 404
    assert bookings() == []


def test_a_stranger_in_the_patient_field_is_as_missing_as_nobody(asha: Visitor, world: Clinic) -> None:
    with db.transaction():
        stranger = make.patient("Ravi Kumar")
    answers = [asha.post(world.choose, {**world.wish(), "patient": who}) for who in (stranger.id, 999_999_999)]
    assert [each.status_code for each in answers] == [404, 404]
    assert same_but_for_the_request(answers[0]) == same_but_for_the_request(answers[1])
    assert bookings() == []


def test_no_field_can_set_what_the_server_decides(asha: Visitor, world: Clinic) -> None:
    hostile = {
        "status": "CONFIRMED", "payment_status": "PAID", "fee": "1", "amount": "1", "paise": "1", "held_until": "2999-01-01",
        "centre_id": world.mumbai.id, "source": "FRONT_DESK", "patient_id": 1, "walk_in": "true",
    }  # fmt: skip
    answer = asha.post(world.choose, {**world.wish(), **hostile})
    assert answer.status_code in (303, 422)
    if answer.status_code == 303:
        made = one(answer.location.split("/")[2])
        assert (made.status, made.source, made.centre_id) == ("PENDING", "WEB_PATIENT", world.kochi.id)
        with db.reading() as session:
            assert session.get_one(Payment, made.payment_id).amount_paise == 170_000


def test_a_third_unpaid_hold_is_refused_in_words(asha: Visitor, world: Clinic) -> None:
    held(asha, world, "10:00")
    held(asha, world, "11:00")
    answer = hold(asha, world, "12:00")
    assert answer.status_code == 409
    assert problems(answer)[0].startswith("You already have a time waiting for payment.")


def test_a_page_that_is_two_statements_of_family_long_stays_so(asha: Visitor, world: Clinic) -> None:
    asha.get(world.choose)
    with statements() as few:
        asha.get(world.choose)
    with db.transaction():
        for name in ("Mini Menon", "Arun Menon", "Tara Menon"):
            make.patient(name, family_of=world.asha)
    world.book("11:00")
    with statements() as many:
        page = asha.get(world.choose)
    print(f"choose, signed in: {len(many)} statements")
    assert len(many) == len(few) <= 11
    assert "Tara Menon" in words(page)


# checking


def test_more_time_is_given_once(asha: Visitor, world: Clinic) -> None:
    reference = held(asha, world)
    before = one(reference).held_until
    answer = asha.post(f"/book/{reference}/more-time")
    assert answer.location == f"/book/{reference}/pay"
    after = one(reference).held_until
    assert before is not None
    assert after is not None
    assert after > before + timedelta(minutes=10)
    assert "I need more time" not in words(asha.get(f"/book/{reference}/pay"))
    asha.post(f"/book/{reference}/more-time")
    assert one(reference).held_until == after


def test_letting_the_time_go_frees_it_at_once(asha: Visitor, world: Clinic) -> None:
    reference = held(asha, world)
    answer = asha.post(f"/book/{reference}/release")
    assert answer.location == world.choose
    assert one(reference).status in ("CANCELLED", "EXPIRED")
    assert "10:00 am" in shown_times(asha.get(f"{world.choose}?day={make.tomorrow()}"))


def test_a_hold_that_ran_out_says_so_and_offers_the_times_again(asha: Visitor, world: Clinic) -> None:
    reference = held(asha, world)
    end_hold(one(reference))
    page = asha.get(f"/book/{reference}/pay")
    assert "The time was released" in words(page)
    assert f'href="{world.choose}?way={world.kochi.id}"' in page.text
    assert "Confirm and pay" not in page.text
    own = asha.get(f"/my/{reference}")
    assert "The time was released" in words(own)
    assert "Nothing was charged" in words(own)
    assert f'href="{world.choose}?way={world.kochi.id}"' in own.text


def test_a_try_that_failed_is_said_where_it_can_be_tried_again(asha: Visitor, world: Clinic) -> None:
    reference = held(asha, world)
    failed = "The last try to pay did not go through. You can try again."
    pages = (f"/book/{reference}/pay", f"/my/{reference}")
    assert [failed in words(asha.get(page)) for page in pages] == [False, False]
    with db.transaction() as session:
        attempt = session.scalars(select(Attempt).where(Attempt.payment_id == one(reference).payment_id)).one()
        payments.record_failure(attempt, "payment_failed")
    assert [failed in words(asha.get(page)) for page in pages] == [True, True]
    end_hold(one(reference))
    assert [failed in words(asha.get(page)) for page in pages] == [False, False]


@pytest.mark.parametrize("step", ["pay", "more-time", "release"])
def test_an_ended_hold_refuses_each_step_in_words(asha: Visitor, world: Clinic, step: str) -> None:
    reference = held(asha, world)
    end_hold(one(reference))
    answer = asha.post(f"/book/{reference}/{step}")
    assert answer.status_code in (303, 409)
    assert "Something went wrong" not in answer.text
    if answer.status_code == 409:
        assert "The time was released" in words(answer)


def test_a_hold_that_ended_leaves_its_time_to_others(asha: Visitor, app, world: Clinic) -> None:
    reference = held(asha, world)
    end_hold(one(reference))
    with db.transaction():
        ravi = make.patient("Ravi Kumar")
    other = Visitor(app.test_client()).sign_in(ravi)
    assert other.post(world.choose, world.wish(who=ravi)).status_code == 303
    assert one(reference).status == "EXPIRED"


@pytest.mark.parametrize("step", ["GET pay", "GET onward", "POST pay", "POST more-time", "POST release"])
def test_somebody_elses_booking_is_as_missing_as_one_that_never_was(
    asha: Visitor, app, world: Clinic, step: str
) -> None:
    reference = held(asha, world)
    with db.transaction():
        ravi = make.patient("Ravi Kumar")
    other = Visitor(app.test_client()).sign_in(ravi)
    method, path = step.split()
    ask = other.get if method == "GET" else other.post
    answers = [ask(f"/book/{which}/{path}") for which in (reference, "MB-ZZZZ")]
    assert [each.status_code for each in answers] == [404, 404]
    assert same_but_for_the_request(answers[0]) == same_but_for_the_request(answers[1])
    assert one(reference).status == "PENDING"


# paying


@pytest.mark.usefixtures("sandbox")
class TestPaying:
    def test_paying_leads_to_the_providers_page_and_keeps_the_note(self, asha: Visitor, world: Clinic) -> None:
        reference = held(asha, world)
        answer = asha.post(f"/book/{reference}/pay", {"note": "I would like to speak in Malayalam."})
        assert answer.location == f"/book/{reference}/onward"
        page = asha.get(answer.location)
        link = link_of(reference)
        assert link
        assert f'href="{link.link_url}"' in page.text
        assert f'content="0;url={link.link_url}"' in page.text
        assert one(reference).patient_note == "I would like to speak in Malayalam."

    def test_pressing_pay_twice_opens_one_link(self, asha: Visitor, world: Clinic) -> None:
        reference = held(asha, world)
        for _ in range(3):
            assert asha.post(f"/book/{reference}/pay").status_code == 303
        with db.reading() as session:
            assert session.scalar(select(func.count()).select_from(Attempt).where(Attempt.status == "OPEN")) == 1

    def test_the_provider_being_down_keeps_the_hold_and_says_what_to_do(
        self, asha: Visitor, world: Clinic, sandbox
    ) -> None:
        reference = held(asha, world)
        sandbox.fault("razorpay", "500", times=20)
        answer = asha.post(f"/book/{reference}/pay", {"note": "Please call me Asha."})
        assert answer.status_code == 409
        assert "Held until" in words(answer)
        assert problems(answer) == [
            "We could not reach the payment service. Your time is still held, so please try again in a moment."
        ]
        assert "Please call me Asha." in answer.text
        assert "Confirm and pay ₹1,700" in words(answer)
        assert title(answer) == "Error: Check and pay – Mibo"
        assert one(reference).status == "PENDING"
        sandbox.clear_faults()
        assert asha.post(f"/book/{reference}/pay").location == f"/book/{reference}/onward"

    def test_paid_at_the_providers_page_the_booking_stands_once_the_browser_is_back(
        self, asha: Visitor, world: Clinic, sandbox, live, work
    ) -> None:
        reference = held(asha, world)
        asha.post(f"/book/{reference}/pay")
        link = link_of(reference)
        assert link
        sandbox.pay(payment_link_id=link.provider_link_id)
        sandbox.idle()
        work()
        assert one(reference).status == "CONFIRMED"
        page = asha.get(f"/my/{reference}?paid=yes")
        assert "You are booked" in words(page)
        assert asha.get(f"/book/{reference}/pay").location == f"/my/{reference}"
        assert asha.get(f"/book/{reference}/onward").location == f"/book/{reference}/pay"
        sent = [each["template"] for each in sandbox.messages(world.asha.phone.removeprefix("+"))]
        assert sent.count("mibo_appointment_confirmed") + sent.count("mibo_booking_confirmed") <= 1
        assert len(sent) >= 1

    def test_money_for_an_ended_hold_takes_its_time_again_while_it_is_free(
        self, asha: Visitor, world: Clinic, sandbox, live, work
    ) -> None:
        reference = held(asha, world)
        asha.post(f"/book/{reference}/pay")
        link = link_of(reference)
        assert link
        end_hold(one(reference))
        sandbox.pay(payment_link_id=link.provider_link_id)
        sandbox.idle()
        work()
        assert one(reference).status == "CONFIRMED"
        assert "You are booked" in words(asha.get(f"/my/{reference}"))

    def test_money_for_an_ended_hold_whose_time_is_taken_goes_back(
        self, asha: Visitor, app, world: Clinic, sandbox, live, work
    ) -> None:
        reference = held(asha, world)
        asha.post(f"/book/{reference}/pay")
        link = link_of(reference)
        assert link
        end_hold(one(reference))
        with db.transaction():
            ravi = make.patient("Ravi Kumar")
        Visitor(app.test_client()).sign_in(ravi).post(world.choose, world.wish(who=ravi))
        sandbox.pay(payment_link_id=link.provider_link_id)
        sandbox.idle()
        work()
        assert one(reference).status == "EXPIRED"
        with db.reading() as session:
            refunds = session.execute(select(Refund.paise, Refund.reason)).all()
        assert [tuple(each) for each in refunds] == [(170_000, "PAID_TOO_LATE")]
        said = words(asha.get(f"/my/{reference}"))
        assert "A refund of ₹1,700 was requested" in said
        assert ("The time was released" in said, "Nothing was charged" in said) == (True, False)

    def test_redis_being_down_does_not_stop_a_booking(
        self, asha: Visitor, world: Clinic, sandbox, live, redis_down, work
    ) -> None:
        with redis_down():
            reference = held(asha, world)
            answer = asha.post(f"/book/{reference}/pay", {"note": "x"})
            assert answer.location == f"/book/{reference}/onward"
            link = link_of(reference)
            assert link
            assert asha.get(f"/book/{reference}/onward").status_code == 200

    def test_a_return_that_the_provider_did_not_sign_changes_nothing(self, asha: Visitor, world: Clinic) -> None:
        reference = held(asha, world)
        asha.post(f"/book/{reference}/pay")
        link = link_of(reference)
        assert link
        forged = {
            "razorpay_payment_link_id": link.provider_link_id, "razorpay_payment_id": "pay_1",
            "razorpay_payment_link_reference_id": f"mibo-{link.id}", "razorpay_payment_link_status": "paid",
            "razorpay_signature": "0" * 64,
        }  # fmt: skip
        page = asha.client.get("/pay/return", query_string=forged)
        assert (page.status_code, "We could not read that" in words(page)) == (200, True)
        assert one(reference).status == "PENDING"
        assert asha.get("/pay/return").status_code == 200
        assert asha.get("/pay/return?razorpay_signature=%00&razorpay_payment_link_id=%F0%9F%98%80").status_code == 200

    def test_the_hold_lasts_at_least_as_long_as_the_link(self, asha: Visitor, world: Clinic) -> None:
        reference = held(asha, world)
        asha.post(f"/book/{reference}/pay")
        link = link_of(reference)
        until = one(reference).held_until
        assert link
        assert until is not None
        assert link.expires_at is not None
        assert until >= link.expires_at


@pytest.mark.parametrize("token", ["x", "return/../x", "MB-7F3K", "x" * 300])
def test_a_link_nobody_sent_is_not_found(visitor: Visitor, token: str) -> None:
    assert visitor.get(f"/pay/{token}").status_code == 404


def test_a_sent_link_leads_on_while_its_hold_lives_and_says_so_when_it_ended(visitor: Visitor, world: Clinic) -> None:
    waiting = world.hold()
    with db.transaction() as session:
        session.execute(
            update(Attempt)
            .where(Attempt.payment_id == waiting.payment_id)
            .values(token="a-word", link_url="http://127.0.0.1:9/l/1", provider_link_id="plink_1")
        )
    answer = visitor.get("/pay/a-word")
    assert (answer.status_code, answer.location) == (303, "http://127.0.0.1:9/l/1")
    end_hold(waiting)
    over = visitor.get("/pay/a-word")
    assert (over.status_code, "This link has ended" in words(over)) == (200, True)
    for secret in (waiting.reference, "Asha", "Kurian", "10:00"):
        assert secret not in over.text


def test_a_note_that_is_too_long_comes_back_as_it_was_typed(asha: Visitor, world: Clinic) -> None:
    reference = held(asha, world)
    answer = asha.post(f"/book/{reference}/pay", {"note": "x" * 501})
    assert answer.status_code == 422
    assert problems(answer) == ["That is too long. It may have up to 500 letters."]
    assert "x" * 501 in answer.text
    assert now_of(one(reference)).patient_note is None


def test_history_tells_every_step(asha: Visitor, world: Clinic) -> None:
    reference = held(asha, world)
    asha.post(f"/book/{reference}/release")
    with db.reading() as session:
        steps = session.execute(
            select(StatusChange.previous, StatusChange.next)
            .where(StatusChange.appointment_id == one(reference).id)
            .order_by(StatusChange.id)
        ).all()
    assert steps[0] == (None, Status.PENDING)
    assert len(steps) == 2
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Message)) in (0, 1)

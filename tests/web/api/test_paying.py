"""An app pays: from the first code to the confirmed booking, and what can go wrong with the money."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from mibo import clock, db
from mibo.booking import Appointment, reconciling
from mibo.identity import Role
from mibo.messaging import Message
from mibo.payments import Attempt, Payment
from tests import make
from tests.counting import statements
from tests.machine import Sandbox
from tests.web.api.conftest import App, Clinic


def book(app: App, clinic: Clinic, at: str = "09:00") -> str:
    return str(app.post("/booking/create", clinic.booking(at)).get_json()["data"]["appointment"]["id"])


def order(app: App, appointment_id: str) -> str:
    return str(app.post("/payments/create-order", {"appointmentId": appointment_id}).get_json()["data"]["orderId"])


def proof(paid: dict[str, str], appointment_id: str) -> dict[str, str]:
    """What the checkout hands back."""
    return {
        "appointmentId": appointment_id,
        "razorpayOrderId": paid["razorpay_order_id"],
        "razorpayPaymentId": paid["razorpay_payment_id"],
        "razorpaySignature": paid["razorpay_signature"],
    }


@pytest.mark.usefixtures("live")
def test_the_whole_way_by_the_api_alone(
    stranger: App, clinic: Clinic, sandbox: Sandbox, work: Callable[[], None]
) -> None:
    phone = "919876544444"
    sent = stranger.post("/patient-auth/send-otp", {"phone": phone}).get_json()
    assert sent["data"] == {"phone": phone, "expiresIn": "10 minutes", "isNewUser": True}
    work()
    proved = stranger.post(
        "/patient-auth/verify-otp",
        {"phone": phone, "otp": sandbox.otp(phone), "first_name": "Test", "last_name": "Patient"},
    ).get_json()["data"]
    assert (proved["isNewUser"], proved["requiresProfileCompletion"]) == (True, False)
    app = App(stranger.client, proved["accessToken"])
    mine = book(app, clinic)
    paid = sandbox.pay(order_id=order(app, mine))
    sandbox.idle()
    work()
    row = app.get("/booking/my-appointments").get_json()["data"]["appointments"][0]
    assert (row["id"], row["status"], row["paymentStatus"]) == (mine, "CONFIRMED", "PAID")
    answer = app.post("/payments/verify", proof(paid, mine))
    assert answer.get_json()["data"]["paymentStatus"] == "PAID"
    work()
    assert len([one for one in sandbox.messages(phone) if "otp" not in one["values"]]) == 1


def test_the_returning_browser_alone_confirms(patients_app: App, clinic: Clinic, sandbox: Sandbox) -> None:
    mine = book(patients_app, clinic)
    paid = sandbox.pay(order_id=order(patients_app, mine))
    told = patients_app.post("/payments/verify", proof(paid, mine)).get_json()["data"]
    assert (told["success"], told["appointment"]["status"], told["payment"]["status"]) == (True, "CONFIRMED", "PAID")
    assert told["payment"]["amount"] == 1700
    assert patients_app.get("/payments/registration-fee-status").get_json()["data"] == {
        "hasPaidRegistrationFee": True,
        "registrationFee": 0,
    }
    again = patients_app.post("/payments/create-order", {"appointmentId": mine})
    assert (again.status_code, again.get_json()["code"]) == (400, "ALREADY_PAID")


def test_h5_a_good_signature_of_one_booking_opens_no_other(
    patients_app: App, clinic: Clinic, sandbox: Sandbox, signed_in: Callable[..., App]
) -> None:
    cheap, dear = book(patients_app, clinic, "09:00"), book(patients_app, clinic, "10:00")
    paid = sandbox.pay(order_id=order(patients_app, cheap))
    order(patients_app, dear)
    wrong = patients_app.post("/payments/verify", proof(paid, dear))
    assert wrong.status_code == 404
    with db.transaction():
        thief = signed_in(make.patient("Ravi Kumar"))
    assert thief.post("/payments/verify", proof(paid, cheap)).status_code == 404
    forged = {**proof(paid, cheap), "razorpaySignature": "0" * 64}
    refused = patients_app.post("/payments/verify", forged)
    assert (refused.status_code, refused.get_json()["code"]) == (400, "PAYMENT_NOT_VERIFIED")
    sandbox.idle()
    with db.reading() as session:
        assert session.get_one(Appointment, int(dear)).status == "PENDING"


def test_a_closed_checkout_lets_the_time_go_and_it_can_be_booked_anew(
    patients_app: App, clinic: Clinic, sandbox: Sandbox
) -> None:
    mine = book(patients_app, clinic)
    sent = {"appointmentId": mine, "razorpayOrderId": order(patients_app, mine), "errorCode": "PAYMENT_CANCELLED"}
    for _ in range(2):
        answer = patients_app.post("/payments/failure", sent)
        assert (answer.status_code, answer.get_json()) == (
            200,
            {"success": True, "message": "Payment failure recorded"},
        )
    row = patients_app.get(f"/payments/{mine}").get_json()["data"]
    assert (row["status"], patients_app.get(f"/booking/{mine}").get_json()["data"]["status"]) == ("FAILED", "EXPIRED")
    assert patients_app.post("/booking/create", clinic.booking()).status_code == 201
    with db.reading() as session:
        assert session.scalars(select(Message)).all() == []


def test_money_that_comes_after_the_checkout_was_closed_takes_the_time_again(
    patients_app: App, clinic: Clinic, sandbox: Sandbox
) -> None:
    mine = book(patients_app, clinic)
    opened = order(patients_app, mine)
    patients_app.post("/payments/failure", {"appointmentId": mine, "razorpayOrderId": opened})
    paid = sandbox.pay(order_id=opened)
    assert patients_app.post("/payments/verify", proof(paid, mine)).status_code == 200
    assert patients_app.get(f"/booking/{mine}").get_json()["data"]["status"] == "CONFIRMED"


def test_h15_a_failure_touches_only_an_unpaid_booking_of_ones_own(
    patients_app: App, clinic: Clinic, sandbox: Sandbox, signed_in: Callable[..., App]
) -> None:
    mine = book(patients_app, clinic)
    paid = sandbox.pay(order_id=order(patients_app, mine))
    patients_app.post("/payments/verify", proof(paid, mine))
    sent = {"appointmentId": mine, "razorpayOrderId": paid["razorpay_order_id"], "errorDescription": "made up"}
    with db.transaction():
        outsider = signed_in(make.patient("Ravi Kumar"))
    assert outsider.post("/payments/failure", sent).status_code == 404
    assert patients_app.post("/payments/failure", sent).status_code == 200
    assert patients_app.get(f"/payments/{mine}").get_json()["data"]["status"] == "PAID"
    assert patients_app.get(f"/booking/{mine}").get_json()["data"]["status"] == "CONFIRMED"


def test_with_the_provider_away_the_hold_goes_on(patients_app: App, clinic: Clinic, sandbox: Sandbox) -> None:
    mine = book(patients_app, clinic)
    sandbox.fault("razorpay", "500", times=9)
    away = patients_app.post("/payments/create-order", {"appointmentId": mine})
    assert (away.status_code, away.get_json()["code"]) == (503, "PAYMENT_UNAVAILABLE")
    assert "Retry-After" in away.headers
    sandbox.clear_faults()
    assert order(patients_app, mine).startswith("order_")


def test_nobody_pays_for_anothers_booking_or_for_nothing(
    patients_app: App, clinic: Clinic, signed_in: Callable[..., App]
) -> None:
    mine = book(patients_app, clinic)
    with db.transaction():
        outsider = signed_in(make.patient("Ravi Kumar"))
    assert outsider.post("/payments/create-order", {"appointmentId": mine}).status_code == 404
    nothing = outsider.post("/payments/create-order", {}).get_json()
    assert nothing["error"]["details"] == [{"field": "appointmentId", "message": "Appointment id is required."}]
    with db.reading() as session:
        assert session.scalars(select(Attempt.provider_order_id)).all() == [None]
    patients_app.post(f"/booking/{mine}/cancel")
    gone = patients_app.post("/payments/create-order", {"appointmentId": mine})
    assert (gone.status_code, gone.get_json()["code"]) == (400, "HOLD_OVER")


def test_payments_are_listed_newest_first_and_by_state(patients_app: App, clinic: Clinic) -> None:
    with db.transaction():
        make.appointment(clinic.patient, clinic.clinician, clinic.centre, make.at("09:00"))
    book(patients_app, clinic, "10:00")
    told = patients_app.get("/payments/history").get_json()["data"]
    assert [row["status"] for row in told["payments"]] == ["PENDING", "PAID"]
    for word in ("PAID", "SUCCESS"):
        only = patients_app.get("/payments/history", status=word).get_json()["data"]
        assert [row["clinicianName"] for row in only["payments"]] == ["Dr. Anita Kurian"]


def held(clinic: Clinic) -> Appointment:
    with db.transaction():
        until = clock.now() + timedelta(minutes=20)
        return make.appointment(
            clinic.patient, clinic.clinician, clinic.centre, make.at("11:00"), status="PENDING", held_until=until
        )  # fmt: skip


@pytest.mark.usefixtures("incumbent")
def test_the_desk_takes_the_money_from_an_app_once_and_no_link_is_open_any_more(
    signed_in: Callable[..., App], clinic: Clinic, sandbox: Sandbox
) -> None:
    one = held(clinic)
    with db.reading() as session:
        owed = session.get_one(Payment, one.payment_id).amount_paise // 100
    with db.transaction():
        desk = make.staff(Role.FRONT_DESK, clinic.centre)
    desk_app = signed_in(desk)
    answer = desk_app.post(f"/appointments/{one.id}/send-payment-link").get_json()
    asked = answer["data"]
    assert {**asked, "data": asked, "message": "Payment link sent successfully"} == answer  # flat, and in the envelope
    assert (asked["success"], asked["amount"], asked["whatsappSent"]) == (True, owed, True)
    assert asked["paymentLink"].startswith("http")
    wrong = desk_app.post(f"/appointments/{one.id}/confirm-direct-payment", {"paymentMethod": "CHEQUE"})
    assert wrong.status_code == 400
    taken = desk_app.post(
        f"/appointments/{one.id}/confirm-direct-payment", {"paymentMethod": "cash", "paymentNotes": "exact change"}
    )
    assert taken.status_code == 200, taken.text
    told = taken.get_json()["data"]
    assert {**told, "data": told, "message": "Payment confirmed successfully"} == taken.get_json()
    assert told["appointment"] == {"id": str(one.id), "status": "CONFIRMED"}
    assert (told["payment"]["method"], told["payment"]["status"]) == ("CASH", "SUCCESS")
    again = desk_app.post(f"/appointments/{one.id}/confirm-direct-payment", {"paymentMethod": "CASH"})
    assert (again.status_code, again.get_json()["code"]) == (400, "ALREADY_PAID")
    assert desk_app.post(f"/appointments/{one.id}/send-payment-link").status_code == 400
    with db.reading() as session:
        tries = {each.kind: each.status for each in session.scalars(select(Attempt))}
    assert tries["DESK"] == "PAID"
    assert tries["LINK"] != "OPEN"


def test_money_for_another_centre_s_appointment_is_not_taken(signed_in: Callable[..., App], clinic: Clinic) -> None:
    one = held(clinic)
    with db.transaction():
        elsewhere = make.staff(Role.FRONT_DESK, make.centre("Mibo Mumbai", city="mumbai"))
    app = signed_in(elsewhere)
    for verb, body in (("send-payment-link", None), ("confirm-direct-payment", {"paymentMethod": "CASH"})):
        assert app.post(f"/appointments/{one.id}/{verb}", body).status_code == 404


def test_a_link_is_made_sent_and_asked_about_under_all_its_names(
    signed_in: Callable[..., App], clinic: Clinic, sandbox: Sandbox
) -> None:
    one = held(clinic)
    with db.transaction():
        desk, stranger = make.staff(Role.FRONT_DESK, clinic.centre), make.patient()
    desk_app = signed_in(desk)
    for wrong, field in [({}, "appointmentId"), *(({"appointmentId": one.id, "amount": odd}, "amount")
                                                  for odd in (0, -5, 10**12, 0.5, "much", {}))]:  # fmt: skip
        refused = desk_app.post("/payments/create-link", wrong)
        body = refused.get_json()
        assert (refused.status_code, body["error"]["details"][0]["field"]) == (400, field), wrong
        assert body["message"] == body["error"]["message"]
    made = desk_app.post("/payment/create-link", {"appointmentId": one.id, "amount": 1700, "customerName": "Asha"})
    assert made.status_code == 201, made.text
    link = made.get_json()["data"]
    assert link["paymentLink"] == link["shortUrl"]
    assert link["orderId"] == link["paymentLinkId"]
    for path in ("payments/verify", "payments/link-status", "payment/verify"):
        stands = desk_app.get(f"/{path}/{link['paymentLinkId']}").get_json()["data"]
        assert (stands["status"], stands["amountPaid"], stands["amount"], stands["paymentId"]) == (
            "created",
            0,
            1700,
            None,
        )
    assert signed_in(stranger).get(f"/payments/verify/{link['paymentLinkId']}").status_code == 404
    assert signed_in(stranger).get("/payments/verify/plink_never").status_code == 404
    sent = desk_app.post("/payment/send-link", {"appointmentId": one.id, "patientPhone": "1", "patientName": "X"})
    assert sent.status_code == 200, sent.text
    told = sent.get_json()["data"]
    assert (told["whatsappSent"], told["amount"]) == (True, 1700)
    assert desk_app.get(f"/payments/verify/{link['paymentLinkId']}").get_json()["data"]["status"] == "cancelled"
    again = desk_app.post("/payments/send-payment-link", {"appointmentId": one.id}).get_json()["data"]
    assert (again["currency"], again["status"], again["amount"]) == ("INR", "created", 1700)
    for former, stands in ((told["paymentLinkId"], "cancelled"), (again["paymentLinkId"], "created")):
        assert desk_app.get(f"/payments/verify/{former}").get_json()["data"]["status"] == stands
    with db.reading() as session:
        attempt = session.scalars(select(Attempt).where(Attempt.status == "OPEN", Attempt.kind == "LINK")).one()
    sandbox.fault("razorpay", "drop_webhook", times=9)
    sandbox.pay(payment_link_id=attempt.provider_link_id)
    reconciling.ask(attempt.id)
    own = signed_in(clinic.patient).get(f"/payments/link-status/{attempt.provider_link_id}").get_json()["data"]
    assert (own["status"], own["amountPaid"], own["currency"]) == ("paid", 1700, "INR")
    assert own["paymentId"].startswith("pay_")
    over = desk_app.post("/payments/send-link", {"appointmentId": one.id})
    assert (over.status_code, over.get_json()["code"]) == (400, "ALREADY_PAID")


@pytest.mark.parametrize(
    "own_idea", [{"amount": 1}, {"amount": 1, "currency": "USD"}, {"currency": "???", "amount": "2"}]
)
def test_a_link_is_for_what_the_booking_costs_in_its_currency_whatever_an_app_sends(
    signed_in: Callable[..., App], clinic: Clinic, sandbox: Sandbox, own_idea: dict[str, object]
) -> None:
    one = held(clinic)
    with db.transaction():
        desk = make.staff(Role.FRONT_DESK, clinic.centre)
    app = signed_in(desk)
    sent = {"clinicianId": "1", "customerName": "X", "customerPhone": "1", "appointmentId": one.id, **own_idea}
    made = app.post("/payments/create-link", sent)
    assert (made.status_code, made.get_json()["data"]["amount"]) == (201, 1700)
    stands = app.get(f"/payments/verify/{made.get_json()['data']['paymentLinkId']}").get_json()["data"]
    assert (stands["amount"], stands["currency"]) == (1700, "INR")
    with db.reading() as session:
        asked = session.scalars(select(Attempt).where(Attempt.kind == "LINK")).one()
    assert (asked.paise, asked.currency) == (170_000, "INR")


def test_what_apps_ask_again_and_again_is_one_statement_beside_the_sign_in(
    signed_in: Callable[..., App], patients_app: App, clinic: Clinic, sandbox: Sandbox
) -> None:
    one = held(clinic)
    with db.transaction():
        desk, doctor = make.staff(Role.FRONT_DESK, clinic.centre), make.staff(Role.CLINICIAN, clinic.centre)
        db.session().merge(clinic.clinician).account_id = doctor.id
    app = signed_in(desk)
    made = app.post("/payments/create-link", {"appointmentId": one.id}).get_json()["data"]
    link = f"/payments/link-status/{made['paymentLinkId']}"
    polls = [(app, link), (patients_app, link), (patients_app, "/patient/notifications/unread-count"),
             (signed_in(doctor), "/appointments/dashboard/stats")]  # fmt: skip
    for who, path in polls:
        assert who.get(path).status_code == 200
        with statements() as asked:
            who.get(path)
        assert len(asked) == 2, (path, list(asked))


def test_an_order_is_for_what_the_booking_costs_whatever_an_app_sends(
    patients_app: App, clinic: Clinic, sandbox: Sandbox
) -> None:
    sent = {"appointmentId": book(patients_app, clinic), "amount": 1, "currency": "USD"}
    told = patients_app.post("/payments/create-order", sent).get_json()["data"]
    assert (told["amount"], told["currency"]) == (170_000, "INR")
    assert (told["consultationFee"], told["registrationFee"]) == (1600, 100)
    assert patients_app.post("/payments/create-order", sent).get_json()["data"]["orderId"] == told["orderId"]


def test_who_never_paid_owes_the_registration_fee_in_rupees(patients_app: App, clinic: Clinic) -> None:
    for path in ("/payments/registration-fee-status", "/payment/registration-fee-status"):
        told = patients_app.get(path).get_json()["data"]
        assert told == {"hasPaidRegistrationFee": False, "registrationFee": 100}


def test_a_closed_checkout_is_heard_under_both_names_and_hides_the_booking_from_staff(
    patients_app: App, clinic: Clinic, sandbox: Sandbox, signed_in: Callable[..., App]
) -> None:
    mine = book(patients_app, clinic)
    sent = {"appointmentId": mine, "razorpayOrderId": order(patients_app, mine), "errorCode": "BAD_REQUEST_ERROR",
            "errorDescription": "Payment was cancelled by user. " * 200}  # fmt: skip
    for missing in ("appointmentId", "razorpayOrderId"):
        refused = patients_app.post("/payment/failure", {key: one for key, one in sent.items() if key != missing})
        assert (refused.status_code, refused.get_json()["error"]["details"][0]["field"]) == (400, missing)
    assert patients_app.post("/payment/failure", sent).get_json() == {
        "success": True, "message": "Payment failure recorded",
    }  # fmt: skip
    with db.transaction():
        desk = make.staff(Role.FRONT_DESK, clinic.centre)
    assert signed_in(desk).get("/appointments").get_json()["data"] == []


def test_an_id_that_is_none_is_bad_and_anothers_payment_is_not_found(
    patients_app: App, clinic: Clinic, signed_in: Callable[..., App]
) -> None:
    mine = book(patients_app, clinic)
    with db.transaction():
        outsider = signed_in(make.patient("Ravi Kumar"))
    asked = [(patients_app, "abc"), (patients_app, "7"), (outsider, mine), (patients_app, mine)]
    assert [app.get(f"/payments/{one}").status_code for app, one in asked] == [400, 404, 404, 200]

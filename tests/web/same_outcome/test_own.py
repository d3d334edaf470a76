"""What patients do for themselves: take a time, let it go, cancel, ask to, pay, read what they were told, say who they are."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from mibo import db, jobs
from mibo.booking import Status
from mibo.identity import Role
from mibo.payments import Attempt
from mibo.people import Notice
from tests import make
from tests.web.same_outcome import test_video as video
from tests.web.same_outcome.twins import Twins
from tests.web.same_outcome.world import WHY, Verb, World

ABOUT = {
    "firstName": "Asha", "lastName": "Nair", "email": "asha@example.com", "age": 31, "gender": "OTHER",
    "emergencyContactName": "Ravi Nair", "emergencyContactPhone": "0484 400 0000",
}  # fmt: skip
CHANNEL = {
    "appointment.source": "by which of the two they booked is what the column says (R-BOOK-14)",
    "audit_entry.details": "and the audit",
    "status_change.reason": "and the first step",
}
CHECKOUT = (
    "a page leads to the provider's page by a link, an app opens its checkout for an order (clinic.md, Vocabulary)"
)


def taken_by_page(world: World, **more: Any) -> Any:
    wish = {
        "time": f"{world.kochi.id}@{make.tomorrow()}T10:00", "patient": world.asha.id, "key": "key-of-10:00",
        "way": world.kochi.id, "day": make.tomorrow(),
    }  # fmt: skip
    return world.page(world.asha, f"/book/{world.anita.id}", **{**wish, **more})


def taken_by_app(world: World, **more: Any) -> Any:
    wish = {
        "clinicianId": world.anita.id, "centreId": world.kochi.id, "appointmentDate": str(make.tomorrow()),
        "appointmentTime": "10:00", "appointmentType": "IN_PERSON",
    }  # fmt: skip
    return world.app(world.asha, "POST /booking/create", {**wish, **more})


def with_family(world: World) -> None:
    with db.transaction():
        world.other = make.patient("Anu Menon", family_of=world.asha)


def held(world: World) -> None:
    world.book(status=Status.PENDING)


def held_by_link(world: World) -> None:
    world.book(status=Status.PENDING, kind="LINK")


def soon(world: World) -> None:
    """Too soon to cancel by oneself."""
    world.book(at=world.now + timedelta(hours=3))


def later(world: World) -> None:
    world.book(at=make.at("10:00", make.tomorrow() + timedelta(days=3)))


def online_later(world: World) -> None:
    later = video.online("READY", make.tomorrow() + timedelta(days=3))
    later(world)


def own(path: str, **fields: Any) -> Any:
    return lambda world: world.page(world.asha, f"/my/{world.one.reference}/{path}", **fields)


def told(world: World) -> None:
    """Asha has a notice, and it is shown."""
    later(world)
    cancelled = world.page(
        Role.MANAGER, f"/desk/appointments/{world.one.id}/cancellation", reason=WHY, version=world.one.version
    )
    assert cancelled.status_code == 303
    with db.transaction() as session:
        world.one = session.scalars(select(Notice).order_by(Notice.id)).first()
        world.one.shows_at = world.now - timedelta(minutes=1)


def link() -> str:
    with db.reading() as session:
        return session.scalars(select(Attempt.provider_link_id).where(Attempt.kind == "LINK")).one() or ""


def paid_by_link(world: World) -> Any:
    started = world.page(world.asha, f"/book/{world.one.reference}/pay")
    paid = world.sandbox.pay(payment_link_id=link())
    back = urlsplit(paid["callback_url"])
    return [started, world.pages(world.asha).get(f"{back.path}?{back.query}")]


def paid_by_checkout(world: World) -> Any:
    opened = world.app(world.asha, "POST /payments/create-order", {"appointmentId": world.one.id})
    paid = world.sandbox.pay(order_id=opened.get_json()["data"]["orderId"])
    proof = {
        "razorpayOrderId": paid["razorpay_order_id"], "razorpayPaymentId": paid["razorpay_payment_id"],
        "razorpaySignature": paid["razorpay_signature"],
    }  # fmt: skip
    return [opened, world.app(world.asha, "POST /payments/verify", {"appointmentId": world.one.id, **proof})]


VERBS = {
    "take a time": Verb(
        "POST /booking/create", taken_by_page, taken_by_app,
        but={**CHANNEL, "attempt.kind": CHECKOUT},
    ),
    "take a time online": Verb(
        "POST /booking/create", lambda world: taken_by_page(world, way="online"),
        lambda world: taken_by_app(world, appointmentType="ONLINE"),
        but={**CHANNEL, "attempt.kind": CHECKOUT},
    ),
    "take a time for one's child": Verb(
        "POST /booking/create", lambda world: taken_by_page(world, patient=world.other.id),
        lambda world: taken_by_app(world, patientId=world.other.id), with_family, {**CHANNEL, "attempt.kind": CHECKOUT},
    ),
    "let a held time go": Verb(
        "POST /booking/{appointment_id}/cancel", lambda world: world.page(world.asha, f"/book/{world.one.reference}/release"),
        lambda world: world.app(world.asha, f"POST /booking/{world.one.id}/cancel"), held,
    ),
    "cancel in time": Verb(
        "POST /booking/{appointment_id}/cancel", own("cancellation", reason="I am away"),
        lambda world: world.app(world.asha, f"POST /booking/{world.one.id}/cancel", {"reason": "I am away"}), later,
    ),
    "cancel what is online": Verb(
        "POST /booking/{appointment_id}/cancel", own("cancellation"),
        lambda world: world.app(world.asha, f"POST /booking/{world.one.id}/cancel"),
        online_later, afterwards=jobs.work_off,
    ),
    "cancel in time without a word": Verb(
        "POST /booking/{appointment_id}/cancel", own("cancellation"),
        lambda world: world.app(world.asha, f"POST /booking/{world.one.id}/cancel"), later,
    ),
    "ask to cancel": Verb(
        "POST /patient/appointments/{appointment_id}/cancel", own("cancellation-wish", reason="I am away"),
        lambda world: world.app(world.asha, f"POST /patient/appointments/{world.one.id}/cancel", {"reason": "I am away"}),
        soon,
    ),
    "pay": Verb(
        "POST /payments/verify", paid_by_link, paid_by_checkout, held,
        but={"attempt": CHECKOUT}, also=("POST /payments/create-order",),
    ),
    "read a notice": Verb(
        "PUT /patient/notifications/{notice_id}/read",
        lambda world: world.page(world.asha, f"/my/notices/{world.one.id}/reading"),
        lambda world: world.app(world.asha, f"PUT /patient/notifications/{world.one.id}/read", {}), told,
    ),
    "say when one was born": Verb(
        "PUT /patient/profile",
        lambda world: world.page(
            world.asha, "/my/details", full_name="Asha Menon", gender="FEMALE", date_of_birth=["4", "2", "1994"]
        ),
        lambda world: world.app(world.asha, "PUT /patient/profile", {"dateOfBirth": "1994-02-04"}),
    ),
    "say who one is": Verb(
        "PUT /patient/profile",
        lambda world: world.page(
            world.asha, "/my/details", full_name="Asha Nair", email=ABOUT["email"], age="31", gender="OTHER",
            emergency_contact_name=ABOUT["emergencyContactName"], emergency_contact_phone=ABOUT["emergencyContactPhone"],
        ),
        lambda world: world.app(world.asha, "PUT /patient/profile", ABOUT),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", VERBS)
def test_a_patient_does_the_same_by_page_and_by_app(name: str, twins: Twins) -> None:
    twins.check_same(VERBS[name])

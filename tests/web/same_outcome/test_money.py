"""Money at the desk: taken in each way, and asked for by a link that is made, sent and sent again."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mibo import db, jobs
from mibo.booking import Appointment, Status
from mibo.identity import Role
from mibo.payments import Attempt
from tests.web.same_outcome.twins import Twins
from tests.web.same_outcome.world import Step, Verb, World

ONE = "POST /appointments/{appointment_id}"
TAKE, SEND = f"{ONE}/confirm-direct-payment", f"{ONE}/send-payment-link"


def held(world: World) -> None:
    world.book(status=Status.PENDING)


def with_link(world: World) -> None:
    """A link is out already."""
    held(world)
    assert sent(world).status_code == 303
    jobs.work_off()
    with db.transaction() as session:
        for attempt in session.scalars(select(Attempt).where(Attempt.expires_at.is_not(None))):
            attempt.expires_at = world.now + timedelta(minutes=10)
        session.get_one(Appointment, world.one.id).held_until = world.now + timedelta(minutes=10)


def taken(method: str, who: Role = Role.FRONT_DESK, **more: Any) -> Step:
    return lambda world: world.page(
        who, f"/desk/appointments/{world.one.id}/payment", method=method, shown_paise=170_000, **more
    )


def taken_by_app(method: str, who: Role = Role.FRONT_DESK, **more: Any) -> Step:
    path = "/appointments/{}/confirm-direct-payment"
    return lambda world: world.app(who, "POST " + path.format(world.one.id), {"paymentMethod": method, **more})


def sent(world: World) -> Any:
    return world.page(Role.FRONT_DESK, f"/desk/appointments/{world.one.id}/payment-link")


def sent_by_app(world: World) -> Any:
    return world.app(Role.FRONT_DESK, f"POST /appointments/{world.one.id}/send-payment-link")


def sent_by_phone(world: World) -> Any:
    """As the older app sends it, with whom it believes to send it to."""
    told = {"appointmentId": world.one.id, "patientPhone": "98765 00002", "patientName": "Somebody"}
    return world.app(Role.CARE_COORDINATOR, "POST /payments/send-link", told)


def sent_by_coordinator(world: World) -> Any:
    return world.page(Role.CARE_COORDINATOR, f"/desk/appointments/{world.one.id}/payment-link")


VERBS = {
    "cash": Verb(TAKE, taken("CASH"), taken_by_app("CASH"), held),
    "cash with a note": Verb(TAKE, taken("CASH", note="Her sister paid"), taken_by_app("CASH", paymentNotes="Her sister paid"),
                             held),
    "card": Verb(
        TAKE, taken("CARD", Role.MANAGER, note="Slip 7"), taken_by_app("CARD", Role.MANAGER, paymentNotes="Slip 7"), held,
    ),
    "UPI with its reference": Verb(
        TAKE, taken("UPI", reference="412345678901"), taken_by_app("UPI", paymentNotes="412345678901"), held,
        {"attempt.note": "an app has one field for both: a reference in it is kept as one, and stays the note"},
    ),
    "cash while a link is out": Verb(TAKE, taken("CASH"), taken_by_app("CASH"), with_link, afterwards=jobs.work_off),
    "a link is sent": Verb(SEND, sent, sent_by_app, held, afterwards=jobs.work_off),
    "a link is sent again": Verb(SEND, sent, sent_by_app, with_link, afterwards=jobs.work_off),
    "a link is sent to the phone on file": Verb(
        "POST /payments/send-link", sent_by_coordinator, sent_by_phone, held, afterwards=jobs.work_off,
    ),
    "a link is made": Verb(
        "POST /payments/create-link", lambda world: world.page(world.asha, f"/book/{world.one.reference}/pay"),
        lambda world: world.app(Role.FRONT_DESK, "POST /payments/create-link", {"appointmentId": world.one.id}), held,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", VERBS)
def test_the_desk_takes_and_asks_for_money_by_page_and_by_app(name: str, twins: Twins) -> None:
    twins.check_same(VERBS[name])

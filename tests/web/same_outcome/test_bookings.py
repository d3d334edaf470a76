"""The desk books: held for a link, or paid at once, for somebody known and for somebody new."""

from datetime import timedelta
from typing import Any

import pytest

from mibo import jobs
from mibo.booking import Status
from mibo.identity import Role
from tests import make
from tests.web.same_outcome.twins import Twins
from tests.web.same_outcome.world import Verb, World

BY_LINK = "POST /booking/front-desk"
BOOK, ONE = "POST /appointments", "POST /appointments/{appointment_id}"
SEND, TAKE = f"{ONE}/send-payment-link", f"{ONE}/confirm-direct-payment"
NEW = "98765 00003"

TOLD_AT_ONCE = {
    "rung for": "a booking of one press waits a moment, in which it can be undone; money for one that stands does not"
}


def by_page(world: World, pay_by: str, **more: Any) -> Any:
    wish = {
        "patient": world.asha.id, "centre": world.kochi.id, "clinician": world.anita.id, "mode": "IN_PERSON",
        "day": make.tomorrow(), "at": "10:00", "last_four": "0001", "pay_by": pay_by, "note": "With her sister",
        "request_key": "a-key-of-one-page",
    }  # fmt: skip
    return world.page(Role.FRONT_DESK, "/desk/new", **{**wish, **more})


def by_app(world: World, **more: Any) -> Any:
    """As the desk's app books: by phone, and a link goes out."""
    return world.app(
        Role.FRONT_DESK, BY_LINK, {
            "clinicianId": world.anita.id, "centreId": world.kochi.id, "patientPhone": "98765 00001",
            "patientName": "Asha Menon", "appointmentType": "IN_PERSON", "appointmentDate": str(make.tomorrow()),
            "appointmentTime": "10:00", "notes": "With her sister", **more,
        },
    )  # fmt: skip


def held(world: World, **more: object) -> Any:
    """As the other app books: the time is held until somebody asks for the money."""
    return world.app(
        Role.FRONT_DESK, BOOK, {
            "patient_id": world.asha.id, "clinician_id": world.anita.id, "centre_id": world.kochi.id,
            "appointment_type": "IN_PERSON", "scheduled_start_at": f"{make.tomorrow()}T10:00:00", "patient_notes": "With her sister",
            **more,
        },
    )  # fmt: skip


def due(world: World) -> None:
    """Asha was seen, and should come again."""
    world.book(at=world.now - timedelta(minutes=30), minutes=20, status=Status.IN_PROGRESS)
    told = {"follow_up_date": str(make.tomorrow())}
    world.other = world.app(Role.CLINICIAN, f"POST /appointments/{world.one.id}/schedule-followup", told).get_json()[
        "data"
    ]


def again(world: World) -> list[Any]:
    first = held(world, appointment_type="FOLLOW_UP", parent_appointment_id=world.one.id)
    return [first, _take(world, first, paymentMethod="CASH")]


def _take(world: World, first: Any, **sent: object) -> Any:
    made = first.get_json()["data"]["id"]
    return world.app(Role.FRONT_DESK, f"POST /appointments/{made}/confirm-direct-payment", sent)


def then(world: World, path: str, **sent: object) -> list[Any]:
    """Held, and then the money is asked for or taken."""
    first = held(world)
    made = first.get_json()["data"]["id"]
    return [first, world.app(Role.FRONT_DESK, f"POST /appointments/{made}/{path}", sent)]


def new_by_page(world: World) -> list[Any]:
    known = {"full_name": "Meera Nair", "phone": NEW, "age": "34", "gender": "FEMALE"}
    added = world.page(Role.FRONT_DESK, "/desk/patients", **known)
    patient = dict(part.split("=") for part in added.location.partition("?")[2].split("&"))["patient"]
    booked = by_page(world, "LINK", patient=patient, last_four="0003")
    return [added, booked]


VERBS = {
    "by a link": Verb(BY_LINK, lambda world: by_page(world, "LINK"), by_app),
    "by a link that leaves": Verb(
        BY_LINK, lambda world: by_page(world, "LINK"), by_app, afterwards=jobs.work_off,
    ),
    "somebody new": Verb(
        BY_LINK, new_by_page, lambda world: by_app(world, patientPhone=NEW, patientName="Meera Nair"),
        but={
            "patient.age_told": "the app has no words for the age", "patient.age_told_on": "the same",
            "patient.gender": "nor for the gender: the record stands as incomplete",
            "audit_entry.details": "it names the fields that were told",
        },
    ),
    "held, and a link is sent": Verb(
        BOOK, lambda world: by_page(world, "LINK"), lambda world: then(world, "send-payment-link"),
        but={"attempt.kind=DESK": "until the link is asked for, the desk could have taken the money"},
        afterwards=jobs.work_off, also=(SEND,),
    ),
    "what was due": Verb(
        BOOK, lambda world: by_page(world, "CASH", follow_up=world.other["id"]), again, due,
        TOLD_AT_ONCE | {"audit_entry.act=appointment.purpose": "an app says what it is for, whether or not it was due"},
    ),
    "held, and paid in cash": Verb(
        BOOK, lambda world: by_page(world, "CASH", desk_note="Slip 7"),
        lambda world: then(world, "confirm-direct-payment", paymentMethod="CASH", paymentNotes="Slip 7"), but=TOLD_AT_ONCE, also=(TAKE,),
    ),
    "held, and paid by UPI": Verb(
        BOOK, lambda world: by_page(world, "UPI", desk_note="412345678901"),
        lambda world: then(world, "confirm-direct-payment", paymentMethod="UPI", paymentNotes="412345678901"),
        but=TOLD_AT_ONCE, also=(TAKE,),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", VERBS)
def test_the_desk_books_by_page_and_by_app(name: str, twins: Twins) -> None:
    twins.check_same(VERBS[name])

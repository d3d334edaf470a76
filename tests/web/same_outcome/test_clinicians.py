"""Clinicians as staff keep them: added, changed, how they sign in, their picture, switched off and on."""

import io
from typing import Any

import pytest
from PIL import Image

from mibo import db
from mibo.identity import Account, Role
from mibo.people import Clinician
from tests.web.same_outcome.twins import Twins
from tests.web.same_outcome.world import Step, Verb, World

ADD, CHANGE = "POST /clinicians", "PUT /clinicians/{clinician_id}"
TOGGLE = "PATCH /clinicians/{clinician_id}/toggle-active"
TOLD = {
    "phone": "98450 11122", "email": "new@clinic.example", "username": "dr_leela", "full_name": "Dr. Leela D'Souza",
    "title": "Clinical Psychologist", "registration_number": "RCI-77", "specialisations": ["Psychiatrist", "Therapist"],
    "qualifications": ["MBBS", "MD"], "languages": ["English", "Tamil"], "expertise": ["OCD", "Sleep"],
    "years_of_experience": "12", "fee": "1,750.50", "modes": ["ONLINE"], "session_minutes": "45", "buffer_minutes": "10",
    "bio": "Sees adults.", "video_url": "https://video.example/leela", "picture_url": "https://pictures.example/leela.jpg",
}  # fmt: skip
SENT = {
    "phone": "98450 11122", "email": "new@clinic.example", "full_name": "Dr. Leela D'Souza",
    "designation": "Clinical Psychologist", "registration_number": "RCI-77",
    "specialization": ["Psychiatrist", "Therapist"], "qualification": ["MBBS", "MD"], "languages": ["English", "Tamil"],
    "expertise": ["OCD", "Sleep"], "years_of_experience": 12, "consultation_fee": 1750.50,
    "consultation_modes": ["ONLINE"], "default_duration_minutes": 45, "buffer_minutes": 10, "bio": "Sees adults.",
    "video_introduction_url": "https://video.example/leela", "profile_picture_url": "https://pictures.example/leela.jpg",
}  # fmt: skip


def places(world: World) -> dict[str, Any]:
    return {"centres": [world.kochi.id, world.mumbai.id], "primary": world.kochi.id}


def places_sent(world: World) -> dict[str, Any]:
    return {"primary_centre_id": world.kochi.id, "centre_ids": [world.kochi.id, world.mumbai.id]}


def added_by_page(world: World) -> Any:
    return world.page(Role.MANAGER, "/desk/clinicians/new", **TOLD, **places(world))


def added_by_app(world: World) -> Any:
    return world.app(Role.MANAGER, ADD, {**SENT, "username": "dr_leela", **places_sent(world)})


def changed_by_page(world: World, **more: Any) -> Any:
    told = {**TOLD, "username": "clinician_1", **places(world), **more}
    return world.page(Role.MANAGER, f"/desk/clinicians/{world.anita.id}/edit", **told)


def changed_by_app(world: World) -> Any:
    return world.app(Role.MANAGER, f"PUT /clinicians/{world.anita.id}", {**SENT, **places_sent(world)})


def with_another(world: World, **other: str) -> Any:
    """All as it is, but for one thing."""
    kept = {
        "phone": world.staff[Role.CLINICIAN].phone, "full_name": "Dr. Anita Kurian", "title": "Clinical Psychologist",
        "registration_number": "RCI-1001", "specialisations": ["Clinical Psychologist"], "qualifications": ["M.Phil"],
        "languages": ["English", "Malayalam"], "years_of_experience": "8", "fee": "1600", "modes": ["IN_PERSON", "ONLINE"],
        "session_minutes": "60", "centres": [world.kochi.id], "primary": world.kochi.id, "username": "clinician_1",
    }  # fmt: skip
    return world.page(Role.MANAGER, f"/desk/clinicians/{world.anita.id}/edit", **{**kept, **other})


def named_by_app(world: World) -> Any:
    return world.app(Role.MANAGER, f"PATCH /clinicians/{world.anita.id}/credentials", {"username": "anita_k"})


def closed(world: World) -> None:
    with db.transaction() as session:
        session.get_one(Clinician, world.anita.id).active = False
        session.get_one(Account, world.staff[Role.CLINICIAN].id).active = False


def picture() -> Any:
    drawn = io.BytesIO()
    Image.new("RGB", (400, 400), "teal").save(drawn, "PNG")
    drawn.seek(0)
    return drawn, "anita.png"


def shown_by_page(world: World) -> Any:
    return world.page(Role.MANAGER, f"/desk/clinicians/{world.anita.id}/picture", picture=picture())


def shown_by_app(world: World) -> Any:
    kept = world.upload(Role.MANAGER, "POST /upload/clinician-profile", profilePicture=picture())
    address = kept.get_json()["data"]["imageUrl"]
    shown = world.app(Role.MANAGER, f"PUT /clinicians/{world.anita.id}", {"profilePictureUrl": address})
    world.one = address
    return [kept, shown]


def has_picture(world: World) -> None:
    for answer in shown_by_app(world):
        assert answer.status_code == 200


def page(path: str) -> Step:
    return lambda world: world.page(Role.CENTRE_MANAGER, f"/desk/clinicians/{world.anita.id}/{path}")


def toggled(on: bool) -> Step:
    return lambda world: world.app(
        Role.CENTRE_MANAGER, f"PATCH /clinicians/{world.anita.id}/toggle-active", {"isActive": on}
    )


def signed_in(world: World) -> None:
    world.pages(Role.CLINICIAN)


VERBS = {
    "add": Verb(ADD, added_by_page, added_by_app),
    "change": Verb(CHANGE, changed_by_page, changed_by_app),
    "another phone": Verb(
        CHANGE, lambda world: with_another(world, phone="98450 11122"),
        lambda world: world.app(Role.MANAGER, f"PUT /clinicians/{world.anita.id}", {"phone": "98450 11122"}), signed_in,
    ),
    "a fee": Verb(
        CHANGE, lambda world: with_another(world, fee="1800"),
        lambda world: world.app(Role.MANAGER, f"PUT /clinicians/{world.anita.id}", {"consultationFee": 1800}),
    ),
    "a username": Verb(
        "PATCH /clinicians/{clinician_id}/credentials", lambda world: with_another(world, username="anita_k"), named_by_app,
        but={"audit_entry": "the page calls it a changed contact, the operation is about nothing but how they sign in"},
    ),
    "a picture": Verb("POST /upload/clinician-profile", shown_by_page, shown_by_app),
    "a picture taken away": Verb(
        "DELETE /upload/image",
        lambda world: world.page(Role.MANAGER, f"/desk/clinicians/{world.anita.id}/picture/removal"),
        lambda world: world.app(Role.MANAGER, "DELETE /upload/image", {"imageUrl": world.one}), has_picture,
    ),
    "delete": Verb(
        "DELETE /clinicians/{clinician_id}", page("closing"),
        lambda world: world.app(Role.CENTRE_MANAGER, f"DELETE /clinicians/{world.anita.id}"), signed_in,
    ),
    "switch off": Verb(TOGGLE, page("closing"), toggled(on=False), signed_in),
    "switch on": Verb(TOGGLE, page("opening"), toggled(on=True), closed),
}  # fmt: skip


@pytest.mark.parametrize("name", VERBS)
def test_a_clinician_is_kept_by_page_and_by_app(name: str, twins: Twins) -> None:
    twins.check_same(VERBS[name])

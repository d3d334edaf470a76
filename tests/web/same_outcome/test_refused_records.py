"""What may not be done to records, time, money and the clinic itself is refused by page and API alike."""

from typing import Any

import pytest

from mibo.identity import Role
from tests.web.same_outcome import test_centres as centres
from tests.web.same_outcome import test_changes as changes
from tests.web.same_outcome import test_clinicians as clinicians
from tests.web.same_outcome import test_closed_time as closed_time
from tests.web.same_outcome import test_hours as hours
from tests.web.same_outcome import test_money as money
from tests.web.same_outcome import test_people as people
from tests.web.same_outcome import test_staff as staff
from tests.web.same_outcome import test_video as video
from tests.web.same_outcome.test_refused_visits import CANCELLED, YESTERDAY, Refusal, at_mumbai, day, nothing
from tests.web.same_outcome.twins import Twins
from tests.web.same_outcome.world import Step, World


def closes(who: Role = Role.MANAGER, start: str = "10:00", end: str = "11:00", ahead: int = 1, **more: Any) -> Step:
    return lambda world: closed_time.by_page(world, start, end, who, **{"day": day(ahead), **more})


def closes_by_app(
    who: Role = Role.MANAGER, start: str = "10:00", end: str = "11:00", ahead: int = 1, **more: Any
) -> Step:
    def app(world: World) -> Any:
        sent = {"reason": closed_time.WHY, "date": day(ahead), **more}
        return world.app(who, closed_time.BLOCK, closed_time.slot(world, start, end) | sent)

    return app


def closed_wholly(world: World) -> None:
    assert closes_by_app(start="09:00", end="12:00")(world).status_code == 200


def keeps(*rows: Any) -> tuple[Step, Step]:
    def app(world: World) -> Any:
        rules = [
            {"centreId": world.kochi.id, "dayOfWeek": weekday, "startTime": opens, "endTime": ends, "mode": mode}
            for weekday, opens, ends, mode, _ in rows
        ]  # fmt: skip
        path = f"/clinicians/{world.anita.id}/availability"
        return world.app(Role.CENTRE_MANAGER, f"PUT {path}", {"availability_rules": rules})

    return lambda world: hours.by_page(world, rows), app


OF_TIME: dict[str, Refusal] = {
    "closed in the past": (nothing, closes(ahead=YESTERDAY), closes_by_app(ahead=YESTERDAY)),
    "closed backwards": (nothing, closes(start="11:00", end="10:00"), closes_by_app(start="11:00", end="10:00")),
    "closed twice": (closed_wholly, closes(), closes_by_app()),
    "closed without a day": (nothing, closes(day=""), closes_by_app(date="")),
    "closed by a coordinator": (nothing, closes(who=Role.CARE_COORDINATOR), closes_by_app(who=Role.CARE_COORDINATOR)),
    "closed with a reason that is too long": (nothing, closes(reason="x" * 501), closes_by_app(reason="x" * 501)),
    "hours backwards": (nothing, *keeps((1, "13:00", "09:00", "BOTH", ""))),
    "hours that overlap": (nothing, *keeps((1, "09:00", "13:00", "BOTH", ""), (1, "12:00", "18:00", "BOTH", ""))),
    "hours off the quarters": (nothing, *keeps((1, "09:07", "13:00", "BOTH", ""))),
}  # fmt: skip


RECORDS: dict[str, Refusal] = {
    "a patient without a name": (nothing, people.added(first_name=""), people.sent(fullName="", firstName="")),
    "a patient without a phone": (nothing, people.added(phone=""), people.sent(phone="")),
    "a phone that is none": (nothing, people.added(phone="12345"), people.sent(phone="12345")),
    "a phone that is somebody's": (nothing, people.added(phone="9876500001"), people.sent(phone="+91 98765 00001")),
    "a birthday to come": (nothing, people.added(date_of_birth=["1", "1", "2090"]), people.sent(dateOfBirth="2090-01-01")),
    "a number that is somebody's": (people.known, people.added(mrn="K-00418"), people.sent(mrn="K-00418")),
    "a number given by a coordinator": (
        people.known, people.edited(Role.CARE_COORDINATOR, mrn="K-00077"),
        people.changed(Role.CARE_COORDINATOR, mrn="K-00077"),
    ),
    "a new patient's number given by a coordinator": (
        nothing, people.added(Role.CARE_COORDINATOR, mrn="K-00077"), people.sent(Role.CARE_COORDINATOR, mrn="K-00077"),
    ),
    "a blood group that is none": (nothing, people.added(blood_group="C+"), people.sent(bloodGroup="C+")),
    "a patient out of reach": (at_mumbai, people.edited(), people.changed()),
    "another's phone": (people.known, people.edited(phone="98765 00002"), people.changed(phone="98765 00002")),
    "a note without a word": (
        people.known, lambda world: world.page(Role.CLINICIAN, f"/desk/patients/{world.asha.id}/notes", note=" "),
        lambda world: world.app(Role.CLINICIAN, f"POST /patients/{world.asha.id}/notes", {"note": " "}),
    ),
    "a note on somebody one does not treat": (
        people.known, lambda world: world.page(Role.CLINICIAN, f"/desk/patients/{world.ravi.id}/notes", note="Slept well"),
        lambda world: world.app(Role.CLINICIAN, f"POST /patients/{world.ravi.id}/notes", {"note": "Slept well"}),
    ),
}  # fmt: skip


def staff_added(who: Role = Role.ADMIN, **wrong: Any) -> Step:
    return lambda world: world.page(
        who, "/desk/staff/new", **{**staff.TOLD, "role": "FRONT_DESK", "primary": world.kochi.id, **wrong}
    )


def handled(path: str, who: Role, role: Role, **fields: Any) -> Step:
    return lambda world: world.page(who, f"/desk/staff/{world.staff[role].id}{path}", **fields)


def handled_by_app(who: Role, role: Role) -> Step:
    return lambda world: world.app(who, f"DELETE /users/{world.staff[role].id}")


def with_visits(world: World) -> None:
    world.book()


NO_PIN = {"pincode": "68"}
OF_THE_CLINIC: dict[str, Refusal] = {
    "staff with a phone that is taken": (
        nothing, staff_added(phone="97000 00005"), staff.sent("/front-desk", phone="9700000005"),
    ),
    "staff with a username that is taken": (
        nothing, staff_added(username="FRONT_DESK_1"), staff.sent("/front-desk", username="FRONT_DESK_1"),
    ),
    "staff with a username that is none": (nothing, staff_added(username="a b"), staff.sent("/front-desk", username="a b")),
    "staff without a name": (nothing, staff_added(full_name=""), staff.sent("/front-desk", full_name="")),
    "a front desk without a centre": (nothing, staff_added(primary=""), staff.sent("/front-desk", place=False)),
    "the last administrator's account closed": (
        nothing, handled("/access", Role.ADMIN, Role.ADMIN, active="no"), handled_by_app(Role.ADMIN, Role.ADMIN),
    ),
    "an administrator switched off by a manager": (
        nothing, handled("/access", Role.MANAGER, Role.ADMIN, active="no"),
        lambda world: world.app(
            Role.MANAGER, f"PATCH /users/{world.staff[Role.ADMIN].id}/toggle-active", {"isActive": False}
        ),
    ),
    "a centre of a name that is taken": (
        nothing, lambda world: world.page(Role.MANAGER, "/desk/centres/new", **{**centres.TOLD, "name": "Mibo Kochi"}),
        lambda world: world.app(Role.MANAGER, centres.ADD, {**centres.SENT, "name": "Mibo Kochi"}),
    ),
    "a centre with a PIN that is none": (
        nothing, lambda world: world.page(Role.MANAGER, "/desk/centres/new", **{**centres.TOLD, **NO_PIN}),
        lambda world: world.app(Role.MANAGER, centres.ADD, {**centres.SENT, **NO_PIN}),
    ),
    "a centre that is not theirs": (
        nothing, lambda world: world.page(Role.CENTRE_MANAGER, f"/desk/centres/{world.mumbai.id}", **centres.TOLD),
        lambda world: world.app(Role.CENTRE_MANAGER, f"PUT /centres/{world.mumbai.id}", centres.SENT),
    ),
    "a centre closed while visits are to come": (
        with_visits, lambda world: world.page(Role.ADMIN, f"/desk/centres/{world.kochi.id}/state", active="no"),
        lambda world: world.app(Role.ADMIN, f"DELETE /centres/{world.kochi.id}"),
    ),
    "a clinician closed while visits are to come": (
        with_visits, clinicians.page("closing"), clinicians.toggled(on=False),
    ),
    "a clinician without a fee": (
        nothing, lambda world: clinicians.changed_by_page(world, fee="0"),
        lambda world: world.app(Role.MANAGER, f"PUT /clinicians/{world.anita.id}", {"consultation_fee": 0}),
    ),
    "a clinician without a specialisation": (
        nothing, lambda world: clinicians.changed_by_page(world, specialisations=[]),
        lambda world: world.app(Role.MANAGER, f"PUT /clinicians/{world.anita.id}", {"specialization": []}),
    ),
    "a clinician with somebody's phone": (
        nothing, lambda world: clinicians.changed_by_page(world, phone="97000 00005"),
        lambda world: world.app(Role.MANAGER, f"PUT /clinicians/{world.anita.id}", {"phone": "97000 00005"}),
    ),
    "a clinician nowhere": (
        nothing, lambda world: world.page(Role.MANAGER, "/desk/clinicians/new", **clinicians.TOLD),
        lambda world: world.app(Role.MANAGER, clinicians.ADD, {**clinicians.SENT, "username": "dr_leela"}),
    ),
}  # fmt: skip
OF_MONEY: dict[str, Refusal] = {
    "taken twice": (changes.booked(), money.taken("CASH"), money.taken_by_app("CASH")),
    "taken in no way": (money.held, money.taken("CHEQUE"), money.taken_by_app("CHEQUE")),
    "taken with a card's number": (
        money.held, money.taken("CARD", note="4111 1111 1111 1111"),
        money.taken_by_app("CARD", paymentNotes="4111 1111 1111 1111"),
    ),
    "taken by a clinician": (money.held, money.taken("CASH", Role.CLINICIAN), money.taken_by_app("CASH", Role.CLINICIAN)),
    "taken at a centre that is not theirs": (at_mumbai, money.taken("CASH"), money.taken_by_app("CASH")),
    "a link for what is paid": (changes.booked(), money.sent, money.sent_by_app),
    "a link for what is cancelled": (CANCELLED, money.sent, money.sent_by_app),
    "a link for what is paid at the centre": (changes.booked(paid=False), money.sent, money.sent_by_app),
    "a video link of another site": (
        video.online("FAILED"), lambda world: world.page(
            Role.MANAGER, f"/video-links/{world.one.id}/link", link="https://evil.example/x", version=world.one.version
        ), lambda world: world.app(
            Role.MANAGER, f"PUT /video/appointment/{world.one.id}/meet-link", {"meet_link": "https://evil.example/x"}
        ),
    ),
    "a video link for a visit": (
        changes.booked(), lambda world: world.page(
            Role.MANAGER, f"/video-links/{world.one.id}/link", link=video.LINK, version=world.one.version
        ), lambda world: world.app(
            Role.MANAGER, f"PUT /video/appointment/{world.one.id}/meet-link", {"meet_link": video.LINK}
        ),
    ),
}  # fmt: skip

GROUPS = {"of time": OF_TIME, "records": RECORDS, "of the clinic": OF_THE_CLINIC, "of money": OF_MONEY}
ALL = {f"{kind}: {name}": refusal for kind, group in GROUPS.items() for name, refusal in group.items()}


@pytest.mark.parametrize("name", ALL)
def test_both_refuse_it_and_leave_nothing_behind(name: str, twins: Twins) -> None:
    twins.check_refused(*ALL[name])

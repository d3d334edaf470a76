"""Staff and centres for programs: who may do what (api-contract.md 7.1), and what goes in comes out again (P13)."""

import pytest

from mibo import db, identity
from mibo.identity.permissions import Role
from tests import make

pytestmark = pytest.mark.usefixtures("database")

ROLES = (Role.ADMIN, Role.MANAGER, Role.CENTRE_MANAGER, Role.CARE_COORDINATOR, Role.FRONT_DESK, Role.CLINICIAN)
GOOD = "correct horse battery staple"


class World:
    """Two centres and somebody of each role, all of the first."""

    def __init__(self, signed_in) -> None:
        with db.transaction():
            self.kochi, self.mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai", city="mumbai")
            self.people = {role: self._of(role) for role in ROLES}
            self.patient = make.patient()
        self.apps = {role: signed_in(account) for role, account in self.people.items()}
        self.apps[Role.PATIENT] = signed_in(self.patient)
        self.admin, self.manager = self.apps[Role.ADMIN], self.apps[Role.MANAGER]

    def _of(self, role: Role):
        places = () if role in (Role.ADMIN, Role.MANAGER) else (self.kochi,)
        made = make.staff(role, *places, name=f"Person {role.value.lower()}")
        if role == Role.CLINICIAN:
            make.clinician(self.kochi, account=made)
        return made

    def told(self, **more: object) -> dict[str, object]:
        return {
            "full_name": "Nila Nair", "phone": "9876540001", "username": "nila_n", "password": GOOD,
            "email": "nila@example.org", "designation": "Reception", "centreId": str(self.kochi.id), **more,
        }  # fmt: skip

    def centre(self, **more: object) -> dict[str, object]:
        return {
            "name": "Mibo Thrissur", "city": "Kochi", "addressLine1": "4 Round West", "addressLine2": "",
            "pincode": "680001", "contactPhone": "4872441234", **more,
        }  # fmt: skip


@pytest.fixture
def world(signed_in) -> World:
    return World(signed_in)


def send(app, method: str, path: str, body: object = None):
    return app.client.open("/api" + path, method=method, json=body, headers=app.headers)


def allowed(world: World, method: str, path: str, body: object = None) -> set[Role]:
    """The roles that are not refused; whether it then makes sense is another matter."""
    answers = {role: send(app, method, path, body).status_code for role, app in world.apps.items()}
    assert 401 not in answers.values()
    return {role for role, status in answers.items() if status != 403}


A, M, CM = {Role.ADMIN}, {Role.ADMIN, Role.MANAGER}, {Role.ADMIN, Role.MANAGER, Role.CENTRE_MANAGER}


@pytest.mark.parametrize(
    ("method", "path", "roles"),
    [
        ("GET", "/users", M),
        ("GET", "/users/1", M),
        ("POST", "/users", A),
        ("PUT", "/users/1", A),
        ("DELETE", "/users/1", A),
        ("PATCH", "/users/1/toggle-active", M),
        ("POST", "/users/managers", A),
        ("POST", "/users/centre-managers", A),
        ("POST", "/users/care-coordinators", A),
        ("POST", "/users/front-desk", M),
        ("POST", "/centres", M),
        ("PUT", "/centres/1", CM),
        ("DELETE", "/centres/1", A),
        ("PATCH", "/centres/1/toggle-active", M),
        ("GET", "/centres", {*ROLES, Role.PATIENT}),
    ],
)
def test_the_matrix(world, client, method, path, roles):
    assert allowed(world, method, path, {}) == roles
    stranger = client.open("/api" + path, method=method, json={})
    assert stranger.status_code == (200 if (method, path) == ("GET", "/centres") else 401)


@pytest.mark.parametrize("prefix", ["", "/v1"])
@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("managers", "MANAGER"),
        ("centre-managers", "CENTRE_MANAGER"),
        ("care-coordinators", "CARE_COORDINATOR"),
        ("front-desk", "FRONT_DESK"),
    ],
)
def test_all_that_is_told_of_somebody_comes_out_again(world, prefix, path, role):
    answer = send(world.admin, "POST", f"{prefix}/users/{path}", world.told())
    assert answer.status_code == 201
    user = answer.json["data"]["user"]
    assert (user["fullName"], user["phone"], user["username"]) == ("Nila Nair", "9876540001", "nila_n")
    assert (user["email"], user["designation"], user["role"], user["isActive"]) == (
        "nila@example.org", "Reception", role, True,
    )  # fmt: skip
    if role != "MANAGER":
        assert (user["centreId"], user["centreName"]) == (str(world.kochi.id), "Mibo Kochi")
    assert "assword" not in answer.text
    assert world.admin.get(f"{prefix}/users/{user['id']}").json["data"] == user
    signed_in = send(
        world.apps[Role.PATIENT], "POST", "/auth/login/username-password", {"username": "nila_n", "password": GOOD}
    )
    assert signed_in.status_code == 200


def test_older_clients_read_both_spellings(world, incumbent):
    rows = world.admin.get("/users", roleId="6").json["data"]
    assert [row["full_name"] for row in rows] == ["Person front_desk"]
    assert rows[0]["fullName"] == rows[0]["full_name"]
    assert rows[0]["isActive"] is rows[0]["is_active"] is True
    assert (rows[0]["centre_id"], rows[0]["centreName"]) == (str(world.kochi.id), "Kochi")
    made = send(world.admin, "POST", "/users", world.told(role_ids=[6], centre_ids=[world.kochi.id]))
    assert made.json["data"]["user"]["full_name"] == "Nila Nair"
    detail = made.json["data"]["user"]
    assert detail["roles"] == [
        {"id": "6", "name": "FRONT_DESK", "centreId": str(world.kochi.id), "centre_id": str(world.kochi.id)}
    ]


def test_lists_are_narrowed_and_paged(world):
    assert len(world.admin.get("/users").json["data"]) == len(ROLES)
    page = world.admin.get("/users", limit=2).json
    assert (len(page["data"]), page["meta"]["total"]) == (2, len(ROLES))
    assert world.admin.get("/users", isActive="false").json["data"] == []
    assert len(world.admin.get("/users", centreId=str(world.kochi.id)).json["data"]) == 4
    assert world.admin.get("/users", roleId="9").status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"phone": "12"}, {"username": "a b"}, {"password": "short"}, {"password": "passwordpassword"},
        {"email": "nobody"}, {"full_name": ""}, {"centreId": "1"}, {"centreId": "x"},
    ],
)  # fmt: skip
def test_what_is_wrong_is_a_400_and_nothing_is_saved(world, wrong):
    answer = send(world.admin, "POST", "/users/front-desk", world.told(**wrong))
    assert answer.status_code == 400
    assert answer.json["error"]["code"] == "VALIDATION_ERROR"
    assert len(world.admin.get("/users").json["data"]) == len(ROLES)


def test_a_phone_or_username_that_is_taken_is_a_409(world):
    send(world.admin, "POST", "/users/front-desk", world.told())
    same_phone = send(world.admin, "POST", "/users/managers", world.told(username="other"))
    assert (same_phone.status_code, "phone number already exists" in same_phone.json["message"]) == (409, True)
    same_name = send(world.admin, "POST", "/users/managers", world.told(phone="9876540002"))
    assert same_name.status_code == 409


def test_a_change_keeps_what_is_not_told_and_moves_centres_in_the_one_place(world):
    desk = world.people[Role.FRONT_DESK]
    answer = send(world.admin, "PUT", f"/users/{desk.id}", {"centre_ids": [world.mumbai.id], "email": ""})
    assert answer.status_code == 200
    told = answer.json["data"]
    assert (told["fullName"], told["centreId"]) == (desk.full_name, str(world.mumbai.id))
    assert world.apps[Role.FRONT_DESK].get("/auth/me").json["data"]["user"]["centreIds"] == [str(world.mumbai.id)]
    assert send(world.admin, "PUT", f"/users/{desk.id}", {}).status_code == 400
    assert send(world.admin, "PUT", f"/users/{world.patient.id}", {"full_name": "No One"}).status_code == 404
    assert send(world.admin, "PUT", "/users/abc", {"full_name": "No One"}).status_code == 400


def test_no_body_can_raise_a_right_or_close_an_account(world):
    desk = world.people[Role.FRONT_DESK]
    sent = {"full_name": "Deepa", "role": "ADMIN", "role_ids": [1], "isActive": False, "user_type": "PATIENT", "id": 1}
    assert send(world.admin, "PUT", f"/users/{desk.id}", sent).status_code == 200
    with db.reading():
        account = identity.staff_member(desk.id)
    assert (account.active, account.audience, identity.roles_of(account)) == (True, "STAFF", {Role.FRONT_DESK})
    made = send(world.manager, "POST", "/users/front-desk", world.told(role="ADMIN", role_ids=[1]))
    assert made.json["data"]["user"]["role"] == "FRONT_DESK"


def test_a_manager_switches_off_the_front_desk_and_nobody_above(world):
    path = "/users/{}/toggle-active"
    for role in (Role.ADMIN, Role.MANAGER, Role.CENTRE_MANAGER, Role.CLINICIAN):
        answer = send(world.manager, "PATCH", path.format(world.people[role].id), {"isActive": False})
        assert answer.status_code == 403, role
    desk = world.people[Role.FRONT_DESK].id
    answer = send(world.manager, "PATCH", path.format(desk), {"isActive": False})
    assert answer.json["message"] == "User deactivated successfully"
    assert world.apps[Role.FRONT_DESK].get("/auth/me").status_code == 401
    assert send(world.manager, "PATCH", path.format(desk), {"isActive": "no"}).status_code == 400
    assert send(world.manager, "PATCH", path.format(desk), {"isActive": True}).json["data"]["isActive"] is True


def test_the_last_administrator_is_not_deleted(world):
    assert send(world.admin, "DELETE", f"/users/{world.people[Role.ADMIN].id}").status_code == 409
    deleted = send(world.admin, "DELETE", f"/users/{world.people[Role.MANAGER].id}")
    assert deleted.json["data"]["message"] == "User deleted successfully"


def test_all_that_is_told_of_a_centre_comes_out_again(world):
    made = send(world.manager, "POST", "/centres", world.centre())
    assert made.status_code == 201
    told = made.json["data"]
    assert (told["name"], told["city"], told["addressLine1"], told["addressLine2"]) == (
        "Mibo Thrissur", "kochi", "4 Round West", None,
    )  # fmt: skip
    assert (told["pincode"], told["contactPhone"]) == ("680001", "4872441234")
    changed = send(world.manager, "PUT", f"/centres/{told['id']}", {"address_line_2": "Ground", "city": "Mumbai"})
    assert changed.json["data"]["address"] == "4 Round West, Ground"
    assert world.admin.get(f"/centres/{told['id']}").json["data"]["city"] == "mumbai"
    assert send(world.manager, "POST", "/centres", world.centre()).status_code == 409
    for wrong in ({"name": "M"}, {"pincode": "1"}, {"contactPhone": "1"}, {"city": ""}):
        assert send(world.manager, "POST", "/centres", world.centre(**wrong)).status_code == 400
    assert send(world.manager, "PUT", f"/centres/{told['id']}", {"nothing": 1}).status_code == 400


def test_a_centre_manager_changes_their_own_centre_only(world):
    head = world.apps[Role.CENTRE_MANAGER]
    assert send(head, "PUT", f"/centres/{world.kochi.id}", {"pincode": "682002"}).status_code == 200
    assert send(head, "PUT", f"/centres/{world.mumbai.id}", {"pincode": "682002"}).status_code == 404


def test_a_centre_with_appointments_to_come_stays_open(world):
    with db.transaction():
        make.appointment(world.patient, make.clinician(world.mumbai), world.mumbai, make.at("10:00"))
    toggle = f"/centres/{world.mumbai.id}/toggle-active"
    assert send(world.manager, "PATCH", toggle, {"isActive": False}).status_code == 409
    assert send(world.admin, "DELETE", f"/centres/{world.mumbai.id}").status_code == 409
    closed = send(world.manager, "PATCH", f"/centres/{world.kochi.id}/toggle-active", {"isActive": False})
    assert closed.json["data"]["isActive"] is False

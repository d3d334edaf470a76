"""The staff pages: who is listed, who may add and change whom, and what closing an account means."""

import csv
import io
import re

import pytest
from sqlalchemy import select

from mibo import booking, db, identity
from mibo.audit import AuditEntry
from mibo.identity import Account, RoleGrant
from mibo.identity.permissions import Role
from tests import make
from tests.web.pages.desk import Desk, statements
from tests.web.pages.visitor import problems, words

pytestmark = pytest.mark.usefixtures("database")


class World:
    """Two centres, an administrator, a manager and a front desk."""

    def __init__(self) -> None:
        with db.transaction():
            self.kochi, self.mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai", city="mumbai")
            self.admin = make.staff(Role.ADMIN, name="Ada Admin", username="ada")
            self.manager = make.staff(Role.MANAGER, name="Mala Manager", username="mala")
            self.desk = make.staff(Role.FRONT_DESK, self.kochi, name="Deepa Desk", username="deepa")

    def told(self, **more: object) -> dict[str, object]:
        return {
            "full_name": "Nila Nair", "phone": "98765 40001", "username": "nila_n", "email": "nila@example.org",
            "designation": "Reception", "role": "FRONT_DESK", "primary": self.kochi.id, "centres": [self.mumbai.id],
            **more,
        }  # fmt: skip


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def admin(app, world) -> Desk:
    return Desk(app.test_client(), world.admin)


@pytest.fixture
def manager(app, world) -> Desk:
    return Desk(app.test_client(), world.manager)


def again(account: Account) -> Account:
    with db.reading():
        return identity.staff_member(account.id)


def newest() -> Account:
    with db.reading() as session:
        found = session.scalars(
            select(Account.id).where(Account.audience == "STAFF").order_by(Account.id.desc())
        ).first()
        return identity.staff_member(found)


def names(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/desk/staff/\d+">([^<]+)</a>', page)


def test_the_staff_are_found_by_name_phone_username_role_centre_and_state(world, admin):
    assert names(admin.get("/desk/staff").text) == ["Ada Admin", "Deepa Desk", "Mala Manager"]
    for typed in ("deep", "DEEPA desk", world.desk.phone[-5:], "deepa"):
        assert names(admin.post("/desk/staff", q=typed).text) == ["Deepa Desk"]
    assert names(admin.post("/desk/staff", role="MANAGER").text) == ["Mala Manager"]
    assert names(admin.post("/desk/staff", centre=world.kochi.id).text) == ["Deepa Desk"]
    assert names(admin.post("/desk/staff", state="closed").text) == []
    assert names(admin.post("/desk/staff", sort="newest").text) == ["Deepa Desk", "Mala Manager", "Ada Admin"]
    assert "Nobody is found" in admin.post("/desk/staff", q="%").text


@pytest.mark.parametrize(
    "path", ["/desk/staff?centre=x", "/desk/staff?role=KING", "/desk/staff?page=0", "/desk/staff/1"]
)
def test_what_makes_no_sense_is_not_found(admin, path):
    assert admin.get(path).status_code == 404


def test_all_that_is_typed_is_kept_and_stands_in_the_form_again(world, admin):
    answer = admin.post("/desk/staff/new", **world.told())
    added = newest()
    assert answer.status_code == 303
    assert (added.full_name, added.phone, added.username) == ("Nila Nair", "+919876540001", "nila_n")
    assert identity.post_of(added) == identity.Post(role=Role.FRONT_DESK, centre_ids=(world.kochi.id, world.mumbai.id))
    page = admin.get(f"/desk/staff/{added.id}").text
    for typed in ("Nila Nair", "9876540001", "nila_n", "nila@example.org", "Reception"):
        assert f'value="{typed}"' in page
    assert f'<option selected value="{world.kochi.id}">' in page
    assert re.search(rf'<input checked id="centres-\d" name="centres" type="checkbox" value="{world.mumbai.id}">', page)


def test_they_get_a_link_and_no_password(world, admin):
    admin.post("/desk/staff/new", **world.told())
    with db.reading() as session:
        assert newest().password_hash is None
        assert session.scalar(select(identity.OneTimeLink).where(identity.OneTimeLink.account_id == newest().id))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"phone": "12"}, "Enter a 10-digit Indian mobile number, for example 98765 43210."),
        (
            {"username": "a b"},
            "A username has 3 to 50 letters, digits, dots, dashes or underscores, and at least one letter.",
        ),
        ({"email": "nobody"}, "Enter an email address like name@example.org."),
        ({"full_name": ""}, "Enter their name."),
        ({"role": "KING"}, "Choose a role."),
        ({"primary": "", "centres": []}, "Choose at least one centre: without one they see nothing."),
        ({"primary": "7", "centres": []}, "Choose centres that are open."),
        ({"role": "CLINICIAN"}, "Clinicians are added on the clinicians' page."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(world, admin, wrong, said):
    answer = admin.post("/desk/staff/new", **world.told(**wrong))
    assert answer.status_code == 422
    assert [each.replace("’", "'") for each in problems(answer)] == [said]
    assert newest().id == world.desk.id
    assert 'value="nila@example.org"' in answer.text or "email" in wrong


def test_a_phone_or_username_that_is_taken_is_said_at_the_field(world, admin):
    assert problems(admin.post("/desk/staff/new", **world.told(phone=world.desk.phone))) == [
        "An account with this phone number already exists."
    ]
    answer = admin.post("/desk/staff/new", **world.told(username="DEEPA"))
    assert (answer.status_code, problems(answer)) == (409, ["This username is taken."])
    answer = admin.post(f"/desk/staff/{world.manager.id}", **world.told(role="MANAGER", phone=world.desk.phone))
    assert answer.status_code == 409
    assert again(world.manager).full_name == "Mala Manager"


def test_a_new_role_and_centre_count_at_the_next_click(app, world, admin):
    hers = Desk(app.test_client(), world.desk)
    assert hers.get("/desk/staff").status_code == 403
    admin.post(f"/desk/staff/{world.desk.id}", **world.told(phone=world.desk.phone, role="MANAGER"))
    assert hers.get("/desk/staff").status_code == 200
    with db.reading() as session:
        changed = session.scalars(select(AuditEntry).where(AuditEntry.act == "staff.role_changed")).one()
        assert changed.details["after"]["role"] == "MANAGER"
        assert session.scalar(select(RoleGrant.centre_id).where(RoleGrant.account_id == world.desk.id)) is None


def test_a_manager_handles_the_front_desk_and_nobody_else(world, manager):
    assert manager.post("/desk/staff/new", **world.told()).status_code == 303
    for role in ("ADMIN", "MANAGER", "CENTRE_MANAGER", "CARE_COORDINATOR"):
        refused = manager.post("/desk/staff/new", **world.told(role=role, phone="98765 40002", username="other"))
        assert refused.status_code == 403
        raised = manager.post(f"/desk/staff/{world.desk.id}", **world.told(phone=world.desk.phone, role=role))
        assert raised.status_code == 403
    assert manager.post(f"/desk/staff/{world.admin.id}", **world.told()).status_code == 403
    for path in ("/access", "/password-link", "/sign-ins/end"):
        assert manager.post(f"/desk/staff/{world.admin.id}{path}").status_code == 403
    assert again(world.admin).active
    assert identity.roles_of(again(world.desk)) == {Role.FRONT_DESK}


def test_nobody_changes_their_own_rights(world, admin):
    with db.transaction():
        make.staff(Role.ADMIN, name="Bina Boss")
    demoted = admin.post(f"/desk/staff/{world.admin.id}", **world.told(phone=world.admin.phone))
    assert demoted.status_code == 403
    closed = admin.post(f"/desk/staff/{world.admin.id}/access")
    assert closed.status_code == 403
    assert again(world.admin).active
    assert identity.roles_of(again(world.admin)) == {Role.ADMIN}


def test_the_last_administrator_stays(world, admin):
    answer = admin.post(f"/desk/staff/{world.admin.id}/access")
    assert (answer.status_code, problems(answer)) == (
        409,
        ["This is the last active administrator. Make somebody else an administrator first."],
    )
    assert again(world.admin).active


def test_what_closing_means_is_shown_first_and_then_done_at_once(app, world, admin):
    hers = Desk(app.test_client(), world.desk)
    assert "1 open sign-in ends" in words(admin.get(f"/desk/staff/{world.desk.id}/access"))
    assert hers.get("/desk").status_code == 200
    assert admin.post(f"/desk/staff/{world.desk.id}/access").status_code == 303
    assert hers.get("/desk").status_code == 303
    assert names(admin.post("/desk/staff", state="closed").text) == ["Deepa Desk"]
    assert admin.post(f"/desk/staff/{world.desk.id}/access", active="yes").status_code == 303
    assert again(world.desk).active


def test_somebody_is_signed_out_everywhere_and_may_come_back(app, world, admin):
    hers = Desk(app.test_client(), world.desk)
    page = admin.get(f"/desk/staff/{world.desk.id}").text
    assert f'action="/desk/staff/{world.desk.id}/sign-ins/end"' in page
    assert admin.post(f"/desk/staff/{world.desk.id}/sign-ins/end").status_code == 303
    assert "Deepa Desk is signed out everywhere: 1 sign-in ended." in words(admin.get(f"/desk/staff/{world.desk.id}"))
    assert hers.get("/desk").status_code == 303
    assert again(world.desk).active
    assert Desk(app.test_client(), world.desk).get("/desk").status_code == 200
    with db.reading() as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.act == "end all sign-ins")).one()
    assert (noted.subject_id, noted.by_account_id) == (world.desk.id, world.admin.id)


def test_a_clinicians_appointments_are_counted_before_the_account_closes(world, admin):
    with db.transaction():
        account = make.staff(Role.CLINICIAN, world.kochi, name="Dr. Anita Kurian")
        make.appointment(make.patient(), make.clinician(world.kochi, account=account), world.kochi, make.at("10:00"))
    with db.reading():
        assert booking.ahead_of_account(account.id) == 1
    assert "1 appointment to come" in words(admin.get(f"/desk/staff/{account.id}/access"))
    kept = admin.post(
        f"/desk/staff/{account.id}", full_name="Dr. Anita Kurian", phone=account.phone, designation="Head"
    )
    assert kept.status_code == 303
    assert identity.roles_of(again(account)) == {Role.CLINICIAN}


def test_a_cell_that_looks_like_a_formula_is_plain_text_in_the_file(world, admin):
    with db.transaction():
        make.staff(Role.FRONT_DESK, world.kochi, name="=HYPERLINK(1)")
    answer = admin.post("/exports/staff", role="FRONT_DESK")
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert [row[0] for row in rows] == ["Name", "'=HYPERLINK(1)", "Deepa Desk"]


@pytest.mark.parametrize("path", ["", "/new"])
def test_the_desk_has_no_staff_pages(app, world, path):
    assert Desk(app.test_client(), world.desk).get(f"/desk/staff{path}").status_code == 403


def test_two_thousand_staff_take_no_more_statements_than_three(world, admin):
    with statements() as few:
        admin.get("/desk/staff")
    with db.transaction() as session:
        session.add_all(
            [
                Account(audience="STAFF", phone=f"+9196{n:08d}", full_name=f"Person {n}", username=f"p{n}")
                for n in range(2000)
            ]
        )
    with statements() as many:
        admin.get("/desk/staff")
    assert len(many) == len(few)
    assert "2003" in admin.get("/desk/staff?page=3").text

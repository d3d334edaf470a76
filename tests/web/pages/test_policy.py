"""The policy page and its commands: numbers within bounds, in force at once, with who and why."""

import re

import pytest

from mibo import booking, clinics, db
from mibo.booking import Status
from mibo.clinics.policy import BOUNDS
from mibo.errors import Invalid
from mibo.identity.permissions import Role
from mibo.web.forms.policy import GROUPS, SHOWN, WORDS
from tests import make
from tests.booking import money
from tests.counting import statements
from tests.web.pages.desk import Desk
from tests.web.pages.visitor import problems, words

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def admin(app) -> Desk:
    with db.transaction():
        return Desk(app.test_client(), make.staff(Role.ADMIN, name="Ada Admin"))


def standing(page: str) -> dict[str, str]:
    chosen = r'<select[^>]*?name="(\w+)"[^>]*>.*?<option selected value="(\d+)"'
    return dict(re.findall(r'<input[^>]*?name="(\w+)"[^>]*?value="(\d+)"', page) + re.findall(chosen, page, re.DOTALL))


def test_what_is_decided_is_in_force_and_in_the_history(admin):
    now = {name: value for name, value in standing(admin.get("/desk/policy").text).items() if name in BOUNDS}
    assert now.keys() == set(SHOWN)
    told = {
        **now,
        "hold_minutes": "25",
        "registration_fee_paise": "150",
        "drawer_opens_itself": "0",
        "reason": "Slow networks",
    }
    assert admin.post("/desk/policy", **told).status_code == 303
    assert clinics.policy_in_force().hold_minutes == 25
    assert clinics.policy_in_force().registration_fee_paise == 150_00
    page = words(admin.get("/desk/policy"))
    assert "Ada Admin: Slow networks" in page
    assert "Hold on the web, minutes: 15 → 25" in page
    assert "Registration fee, rupees: 100 → 150" in page
    assert "Drawers open by themselves: yes → no" in page


def test_every_number_stands_under_a_heading_with_its_unit(admin):
    page = words(admin.get("/desk/policy"))
    places = [page.index(title) for title, _ in GROUPS]
    assert places == sorted(places)
    assert all(WORDS[name][0] in page for name in SHOWN)
    assert set(SHOWN) == WORDS.keys() == BOUNDS.keys()


def test_a_number_out_of_its_bounds_is_said_at_its_field_and_nothing_is_saved(admin):
    answer = admin.post("/desk/policy", hold_minutes="3", horizon_days="x", reason="Because I can")
    assert answer.status_code == 422
    answer = admin.post("/desk/policy", hold_minutes="3", horizon_days="9999", reason="Because I can")
    assert problems(answer) == [
        "Booking horizon, days: enter a whole number from 1 to 366.",
        "Hold on the web, minutes: enter a whole number from 15 to 1440.",
    ]
    assert 'value="9999"' in answer.text
    assert clinics.policy_in_force().hold_minutes == 15
    assert problems(admin.post("/desk/policy", hold_minutes="20")) == ["Enter why."]


@pytest.mark.parametrize(("share", "refunds"), [("40", [(64_000, "CANCELLED_IN_TIME")]), ("0", [])])
def test_the_refund_share_that_is_decided_is_what_goes_back(admin, share, refunds):
    now = {name: value for name, value in standing(admin.get("/desk/policy").text).items() if name in BOUNDS}
    told = {**now, "refund_in_time_percent": share, "patient_cutoff_hours": "1", "reason": "New terms from today"}
    assert admin.post("/desk/policy", **told).status_code == 303
    paid = money.held(status=Status.CONFIRMED)
    with db.transaction():
        booking.cancel(paid.id, by=paid.by)
    assert money.standing(paid).refunds == refunds


def test_managers_read_it_and_the_desk_does_not(app):
    with db.transaction():
        manager, desk = make.staff(Role.MANAGER), make.staff(Role.FRONT_DESK, make.centre())
    manager = Desk(app.test_client(), manager)
    assert "Put in force" not in words(manager.get("/desk/policy"))
    assert manager.post("/desk/policy", hold_minutes="20", reason="No, no").status_code == 403
    assert Desk(app.test_client(), desk).get("/desk/policy").status_code == 403


def test_it_is_asked_for_once_in_a_while_and_anew_after_a_decision():
    with statements() as sent:
        clinics.policy_in_force()
    assert sent == []
    with pytest.raises(Invalid), db.transaction():
        clinics.decide_policy({"lead_minutes": -1}, "Never", by=None)
    with db.transaction():
        clinics.decide_policy({"lead_minutes": 60}, "Later", by=None)
    with statements() as sent:
        assert clinics.policy_in_force().lead_minutes == 60
    assert len(sent) == 1


def test_the_command_line_shows_and_sets_it(app):
    run = app.test_cli_runner().invoke
    assert "hold_minutes = 15" in run(args=["policy", "show"]).output
    assert (
        run(args=["policy", "set", "hold_minutes", "20", "--reason", "Slow networks"]).output == "hold_minutes = 20\n"
    )
    assert "hold_minutes = 20" in run(args=["policy", "show"]).output
    assert run(args=["policy", "set", "hold_minutes", "2", "--reason", "Slow networks"]).exit_code == 1
    assert run(args=["policy", "set", "nothing", "2", "--reason", "Slow networks"]).exit_code == 2

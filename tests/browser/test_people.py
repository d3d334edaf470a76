"""Who is who in a real browser: every screen of people and places looked at by each role with axe, and used without script."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from mibo import audit, care, clinics, db, identity
from mibo.clinics import Centre
from mibo.identity import Account
from mibo.identity.permissions import Role
from mibo.people import Patient
from tests import make
from tests.browser.axe import minds

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("database", "sandbox")]

LOOKS = [(width, scheme) for width in (1280, 360) for scheme in ("light", "dark")]
OPEN = "/staff/sign-in", "/staff/sign-in/phone", "/staff/forgot"
OWN = "/staff/sign-ins", "/staff/password", "/staff/second-factor", "/staff/phone"
Opens = Callable[..., Page]


class World:
    """A centre with one of each, and a little history."""

    def __init__(self) -> None:
        with db.transaction():
            self.kochi = make.centre("Mibo Kochi")
            self.kochi.map_url = "https://maps.example/kochi"
            make.centre("Mibo Mumbai", city="mumbai", active=False)
            self.staff = {
                role: make.staff(
                    role, *(() if role in (Role.ADMIN, Role.MANAGER) else (self.kochi,)),
                    name=f"{role.replace('_', ' ').title()} Person", username=role.lower(), email=f"{role.lower()}@mibo.example",
                )
                for role in identity.Role
                if role != Role.PATIENT
            }  # fmt: skip
            admin = self.staff[Role.ADMIN].id
            self.anita = make.clinician(
                self.kochi, account=self.staff[Role.CLINICIAN], bio="Sees adults and their families.",
                expertise=["OCD", "Sleep"],
            )  # fmt: skip
            make.hours(self.anita, self.kochi)
            self.asha = make.patient("Asha Menon", phone="+919876543210")
            self.asha.mrn, self.asha.notes = "MRN-2026-00001", "Prefers mornings."
            self.twin = make.patient("Asha Menon", phone="+919876543211")
            make.appointment(self.asha, self.anita, self.kochi, make.at("10:00"))
            boss = make.actor(self.staff[Role.ADMIN], Role.ADMIN)
            self.line = care.history.add(self.asha.id, "RISK", "Wrote letters of farewell.", by=boss).id
            paper = care.documents.store(b"%PDF-1.7\nstartxref\n9\n%%EOF\n", "letter.pdf")
            care.documents.add(paper, self.asha.id, by=boss)
            care.glass.break_glass(self.asha.id, "Her mother calls for help.", by=boss)
            clinics.decide_policy({"hold_minutes": 20, "refund_in_time_percent": 90}, "Slow networks", by=admin)
            clinics.set_door_hours(self.kochi.id, {1: [(540, 780), (840, 1080)], 6: [(600, 840)]}, by=admin)
            clinics.add_holiday(self.kochi.id, make.tomorrow(), "Onam", by=admin)
            audit.record("staff.closed", self.staff[Role.FRONT_DESK].id, by=admin, active=[True, False])
            self.keys = {
                role: identity.start_web_sign_in(who, "Firefox on Linux", proved=True)
                for role, who in self.staff.items()
            }

    def pages(self, role: Role) -> list[str]:
        """Where a role gets: the table of who gets where is proved elsewhere."""
        boss, head = role in (Role.ADMIN, Role.MANAGER), role == Role.CENTRE_MANAGER
        desk, who = role in (Role.CARE_COORDINATOR, Role.FRONT_DESK), self.staff[Role.FRONT_DESK].id
        one, centre, patient = self.anita.id, self.kochi.id, self.asha.id
        return [
            *OWN, "/desk/clinicians", f"/desk/clinicians/{one}", f"/desk/clinicians/{one}/preview", "/desk/centres",
            f"/desk/centres/{centre}", f"/desk/patients/{patient}",
            *(["/desk/clinicians/new", f"/desk/clinicians/{one}/edit", f"/desk/clinicians/{one}/closing"] * (boss or head)),
            *(["/desk/patients", "/desk/patients/new", f"/desk/patients/{patient}/edit"] * (boss or head or desk)),
            *(["/desk/staff", "/desk/staff/new", f"/desk/staff/{who}", f"/desk/staff/{who}/access", "/desk/centres/new",
               "/desk/policy", "/desk/audit", f"/desk/patients/{patient}/merge"] * boss),
            *([f"/desk/centres/{centre}/state", "/desk/emergency/openings", f"/desk/emergency/patients/{patient}"]
              * (role == Role.ADMIN)),
            *([f"/desk/patients/{patient}/record", f"/desk/patients/{patient}/record/{self.line}", "/desk/emergency"]
              * (role in (Role.ADMIN, Role.CLINICIAN))),
        ]  # fmt: skip


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def opens(browser: Browser, app: Flask, live: str, world: World) -> Iterator[Opens]:
    """Opens a browser in which a role is signed in: `opens(Role.ADMIN, javascript=False)`."""
    opened: list[BrowserContext] = []

    def page(role: Role | None, *, javascript: bool = True) -> Page:
        context = browser.new_context(
            base_url=live, java_script_enabled=javascript, bypass_csp=True, viewport={"width": 1280, "height": 860},
            locale="en-IN", timezone_id="Asia/Kolkata", reduced_motion="reduce",
        )  # fmt: skip
        context.set_default_timeout(15_000)
        if role:
            serializer = SecureCookieSessionInterface().get_signing_serializer(app)
            assert serializer
            value = str(serializer.dumps({"key": world.keys[role]}))
            context.add_cookies([{"name": app.config["SESSION_COOKIE_NAME"], "value": value, "url": live}])
        opened.append(context)
        return context.new_page()

    yield page
    for context in opened:
        context.close()


def seen(page: Page, path: str, looks: list[tuple[int, str]]) -> list[str]:
    """What is wrong with a page at these widths and in these colours."""
    answer = page.goto(path)
    assert answer
    assert answer.status == 200, path
    wrong = []
    for width, scheme in looks:
        page.set_viewport_size({"width": width, "height": 860})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        wrong += [f"{path} {width} {scheme} {each}" for each in _violations(page)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append(f"{path} {width} is wider than its window")
    return wrong


def _violations(page: Page) -> list[str]:
    page.evaluate("document.getAnimations().forEach(each => each.finish())")  # a colour on its way is no colour yet
    found = minds(page)
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found]


def test_axe_finds_nothing_on_any_screen_of_an_administrator(opens: Opens, world: World) -> None:
    page = opens(Role.ADMIN)
    looks = [LOOKS[0], LOOKS[3]]  # the wide light and the narrow dark; the other roles' look at the other two
    assert [wrong for path in world.pages(Role.ADMIN) for wrong in seen(page, path, looks)] == []


def test_axe_finds_nothing_before_the_sign_in(opens: Opens) -> None:
    page = opens(None)
    assert [wrong for path in OPEN for wrong in seen(page, path, LOOKS)] == []


@pytest.mark.parametrize("role", [each for each in Role if each not in (Role.ADMIN, Role.PATIENT)])
def test_axe_finds_nothing_on_any_screen_of_a_role(opens: Opens, world: World, role: Role) -> None:
    page, wrong = opens(role), []
    for n, path in enumerate(
        world.pages(role)
    ):  # the administrator's screens with less on them: one look each, by turns
        wrong += seen(page, path, [LOOKS[1 + n % 2]])
    assert wrong == []


def test_axe_finds_nothing_on_forms_that_were_refused(opens: Opens, world: World) -> None:
    page = opens(Role.ADMIN)
    for path, button in (
        ("/desk/staff/new", "Add"), ("/desk/patients/new", "Add"), ("/desk/clinicians/new", "Add"),
        ("/desk/centres/new", "Add"), ("/desk/policy", "Put in force"), (f"/desk/patients/{world.asha.id}/record", "Add"),
    ):  # fmt: skip
        page.goto(path)
        page.locator("main").get_by_role("button", name=button).last.click()
        page.wait_for_selector(".problem")
        assert (path, _violations(page)) == (path, [])


def test_the_main_forms_work_without_script(opens: Opens, world: World) -> None:
    page = opens(Role.ADMIN, javascript=False)
    page.goto("/desk/staff/new")
    page.get_by_label("Full name").fill("Nila Nair")
    page.get_by_label("Mobile number").fill("98765 40001")
    page.get_by_label("Role").select_option(Role.FRONT_DESK)
    page.get_by_label("Main centre").select_option(str(world.kochi.id))
    page.locator("main").get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Nila Nair")).to_be_visible()
    page.goto("/desk/patients/new")
    page.get_by_label("First name").fill("Ravi")
    page.get_by_label("Mobile number").first.fill("98765 00020")
    page.get_by_label("Or age in years").fill("40")
    page.get_by_label("Male", exact=True).check()
    page.locator("main").get_by_role("button", name="Add").last.click()
    expect(page.get_by_text("Ravi is added")).to_be_visible()
    page.goto(f"/desk/clinicians/{world.anita.id}/edit")
    page.get_by_label("Fee in rupees").fill("2100")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("₹2,100").first).to_be_visible()
    page.goto(f"/desk/centres/{world.kochi.id}")
    page.get_by_label("PIN code").fill("682002")
    page.get_by_role("button", name="Save").first.click()
    page.goto("/desk/policy")
    page.get_by_label("Refund in time, percent").fill("80")
    page.get_by_label("Why").fill("New terms from today")
    page.get_by_role("button", name="Put in force").click()
    expect(page.get_by_text("Refund in time, percent: 90 → 80")).to_be_visible()
    with db.reading() as session:
        assert session.scalar(select(Account.phone).where(Account.full_name == "Nila Nair")) == "+919876540001"
        assert session.scalar(select(Patient.phone).where(Patient.full_name == "Ravi")) == "+919876500020"
        assert session.get_one(Centre, world.kochi.id).pincode == "682002"
    assert clinics.policy_in_force().refund_in_time_percent == 80

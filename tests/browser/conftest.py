"""A clinic that is really served, a worker beside it, and a browser that reports what it minds."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event, Thread

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from mibo import db, jobs
from tests import make
from tests.machine import Sandbox
from tests.web.pages.visitor import PHONE, Clinic

POLL_S = 0.1
MINDED = re.compile(r"Content Security Policy|Refused to|violates|Uncaught", re.IGNORECASE)


@pytest.fixture
def world(live: str) -> Clinic:
    """Two centres, three clinicians with hours, one patient who has been here before."""
    with db.transaction():
        kochi, mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai", city="mumbai")
        kochi.map_url = "https://maps.example/kochi"
        anita = make.clinician(kochi, mumbai)
        make.hours(anita, kochi, opens="09:00", closes="13:00")
        make.hours(anita, mumbai, opens="15:00", closes="18:00")
        for name in ("Farah Ali", "Omana Babu"):
            other = make.clinician(kochi, name=name)
            make.hours(other, kochi)
        return Clinic(kochi, mumbai, anita, make.patient("Asha Menon", phone=f"+91{PHONE}", registered=True))


@pytest.fixture
def worker(live: str) -> Iterator[None]:
    """Does, a moment later and in this process, all that is rung for."""
    over = Event()

    def work() -> None:
        while not over.wait(POLL_S):
            jobs.work_off()

    thread = Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join()


@dataclass
class Person:
    """Somebody at a real browser."""

    page: Page
    sandbox: Sandbox
    phone: str = "9876500009"
    minded: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda said: self.minded.append(said.text) if MINDED.search(said.text) else None)
        self.page.on("pageerror", lambda error: self.minded.append(str(error)))

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()
        self.page.wait_for_load_state()

    def follow(self, name: str, nth: int = 0) -> None:
        self.page.get_by_role("link", name=name).nth(nth).click()
        self.page.wait_for_load_state()

    def code(self) -> str:
        """The code that has come to the phone."""
        for _ in range(100):
            found = [
                m["values"]["otp"] for m in self.sandbox.messages(f"91{self.phone}") if "otp" in (m["values"] or {})
            ]
            if found:
                return found[-1]
            self.page.wait_for_timeout(100)
        raise AssertionError("no code has come")

    def sign_in(self) -> None:
        """From the page that asks for the phone to where they wanted to go."""
        self.page.get_by_label("Mobile number").fill(self.phone)
        self.press("Send code")
        self.page.get_by_label("Six-digit code").fill(self.code())
        self.press("Continue")

    def heading(self) -> str:
        return self.page.locator("h1").first.inner_text()


Arrive = Callable[..., Person]


@pytest.fixture
def arrive(browser: Browser, sandbox: Sandbox, live: str, worker: None) -> Iterator[Arrive]:
    """`arrive(width=360, script=False, dark=True)`: somebody opens a browser. Nobody may have minded anything."""
    open_contexts: list[BrowserContext] = []
    people: list[Person] = []

    def open_one(
        width: int = 1280, *, script: bool = True, dark: bool = False, phone: str = "9876500009", **more: object
    ) -> Person:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=script, locale="en-IN",
            timezone_id="Asia/Kolkata", color_scheme="dark" if dark else "light", base_url=live, **more,  # type: ignore[arg-type]
        )  # fmt: skip
        context.set_default_timeout(15_000)
        open_contexts.append(context)
        people.append(Person(context.new_page(), sandbox, phone))
        return people[-1]

    yield open_one
    for context in open_contexts:
        context.close()
    assert [said for person in people for said in person.minded] == []

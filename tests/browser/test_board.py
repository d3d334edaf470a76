"""The live boards in a real browser: walked by keys, opened beside, stepped on, moved, printed; with and without script."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext, Page, expect

from mibo import booking, clock, db, identity
from mibo.booking import Appointment, Status
from mibo.identity.permissions import Role
from tests import make
from tests.browser.axe import minds

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("database", "sandbox")]

Opens = Callable[..., Page]


class World:
    """A centre with three clinicians; a day with something in every state."""

    def __init__(self) -> None:
        with db.transaction():
            self.kochi = make.centre("Mibo Kochi")
            self.anita = make.clinician(self.kochi)
            self.latha = make.clinician(self.kochi, name="Dr. Latha Varma", minutes=30)
            self.omana = make.clinician(self.kochi, name="Ms. Omana Babu")
            today = clock.today().isoweekday() % 7
            make.hours(self.anita, self.kochi, weekdays=[today], opens="00:00", closes="24:00")
            make.hours(self.anita, self.kochi, weekdays=[day for day in range(7) if day != today], closes="18:00")
            for one, opens in ((self.latha, "08:00"), (self.omana, "09:00")):
                make.hours(one, self.kochi, opens=opens)
            self.staff = make.staff(Role.MANAGER, name="Meera Manager")
            self.asha = make.staff(Role.FRONT_DESK, self.kochi, name="Asha Desk")
            self.day = make.tomorrow()

    def book(self, face: str, name: str = "Sana Pillai", who: object = None, **more: object) -> Appointment:
        with db.transaction():
            at = make.at(face, more.pop("day", self.day))  # type: ignore[arg-type]
            return make.appointment(make.patient(name), who or self.anita, self.kochi, at, **more)  # type: ignore[arg-type]

    def full(self) -> None:
        """Something of everything."""
        self.book("09:00", "Ravi Menon", status=Status.COMPLETED)
        self.book("10:00", "Sana Pillai", status=Status.IN_PROGRESS)
        self.book("11:00", "Jaya Mathew")
        self.book("12:00", "Nila Iyer", status=Status.PENDING, held_until=clock.now() + timedelta(minutes=12))
        self.book("13:00", "Kiran Rao", status=Status.NO_SHOW)
        self.book("14:00", "Imran Khan", status=Status.CANCELLATION_REQUESTED)
        self.book("15:00", "Prem Das", mode="ONLINE")
        self.book("10:00", "Tara Shah", self.latha)
        self.book("10:30", "Divya George", self.latha, status=Status.CANCELLED)
        self.book("11:00", "Leo Fernandes", self.omana)
        late = self.book("14:00", "Hari Paul", self.omana)
        with db.transaction() as session:
            at = make.at("11:30", self.day)
            self.over = make.appointment(make.patient("Gita Hegde"), self.omana, self.kochi, at, status=Status.NO_SHOW)
            self.over.overbooked, self.over.overbook_reason = True, "Came from far away"
            session.flush()
            booking.change_status(self.over, Status.CONFIRMED, by=self.staff.id)
            session.merge(late).expected_at = make.at("14:20", self.day)
            local = datetime.combine(self.day, datetime.min.time())
            make.block(local.replace(hour=16), local.replace(hour=18), who=self.omana)

    @property
    def board(self) -> str:
        return f"/desk?centre={self.kochi.id}&day={self.day}"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def signed_in(browser: Browser, app: Flask, live: str, world: World) -> Iterator[Opens]:
    """Opens a browser of a member of staff: `signed_in(script=False, width=360)`."""
    opened: list[BrowserContext] = []

    def page(*, script: bool = True, width: int = 1280, dark: bool = False, who: object = None) -> Page:
        context = browser.new_context(
            base_url=live, java_script_enabled=script, bypass_csp=True, viewport={"width": width, "height": 900},
            locale="en-IN", timezone_id="Asia/Kolkata", color_scheme="dark" if dark else "light",
        )  # fmt: skip
        with db.transaction():
            key = identity.start_web_sign_in(who or world.staff, "a test", proved=True)
        serializer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert serializer
        context.add_cookies(
            [{"name": app.config["SESSION_COOKIE_NAME"], "value": str(serializer.dumps({"key": key})), "url": live}]
        )
        opened.append(context)
        return context.new_page()

    yield page
    for context in opened:
        context.close()


def keep(page: Page, name: str) -> None:
    """A picture to look at, where somebody asks for them."""
    if folder := os.environ.get("BOARD_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def violations(page: Page) -> list[str]:
    found = minds(page)
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def at(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def arrived(one: Appointment) -> bool:
    with db.reading() as session:
        return session.get_one(Appointment, one.id).arrived_at is not None


def starts(one: Appointment) -> datetime:
    with db.reading() as session:
        return session.get_one(Appointment, one.id).starts_at


def test_the_arrow_keys_walk_over_the_board_and_only_one_thing_on_it_is_a_tab_stop(
    signed_in: Opens, world: World
) -> None:
    first, second = world.book("10:00"), world.book("11:00")
    beside = world.book("10:30", who=world.latha)
    page = signed_in()
    page.goto(world.board)
    press(page, "Alt+Shift+D")
    assert at(page) == f"a-{first.id}"
    press(page, "ArrowDown")
    assert at(page) == f"a-{second.id}"
    press(page, "ArrowUp", "ArrowRight")
    assert at(page) == f"f-{world.latha.id}-600"
    press(page, "ArrowDown")
    assert at(page) == f"a-{beside.id}"
    press(page, "ArrowLeft")
    assert at(page) in (f"a-{first.id}", f"a-{second.id}")
    assert page.locator("#board a[tabindex='0']").count() == 1
    press(page, "End", "Home")
    assert page.evaluate("document.activeElement.closest('.head') !== null")


def test_somebody_is_checked_in_from_the_board_in_eight_keys_and_it_can_be_undone(
    signed_in: Opens, world: World
) -> None:
    one = world.book("23:00", day=clock.today())
    page = signed_in(who=world.asha)
    page.goto(f"/desk?centre={world.kochi.id}")
    keys = ["Alt+Shift+D", "Enter", "Tab", "Enter"]
    assert len(keys) <= 8
    press(page, *keys[:2])
    expect(page.locator("#panel h2")).to_be_focused()
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        press(page, *keys[2:])
    assert answered.value.status == 200
    expect(page.locator(f"#a-{one.id}")).to_contain_text("Arrived")
    expect(page.locator(f"#a-{one.id}")).to_be_focused()
    expect(page.locator("#counts")).to_contain_text("1 waiting")
    assert arrived(one)
    page.locator("#status").get_by_role("button", name="Undo").click()
    expect(page.locator(f"#a-{one.id}")).to_contain_text("Confirmed")
    assert not arrived(one)


def test_two_people_on_one_row_the_later_reads_who_was_quicker(signed_in: Opens, world: World) -> None:
    one = world.book("23:00", day=clock.today())
    page = signed_in()
    page.goto(f"/desk?centre={world.kochi.id}")
    page.locator(f"#a-{one.id}").click()
    expect(page.get_by_role("button", name="Check in")).to_be_visible()
    with db.transaction():
        booking.check_in(one.id, by=make.actor(world.asha, Role.FRONT_DESK, centres=(world.kochi,)))
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        page.get_by_role("button", name="Check in").click()
    assert answered.value.status == 409
    expect(page.locator("#panel .note.bad")).to_contain_text("Asha checked this in at")
    expect(page.locator("#panel .note.bad")).to_be_focused()
    expect(page.locator(f"#a-{one.id}")).to_contain_text("Arrived")


def test_an_appointment_moves_by_keys_with_names_and_times_read_back(signed_in: Opens, world: World) -> None:
    one = world.book("10:00")
    page = signed_in()
    page.goto(world.board)
    press(page, "Alt+Shift+D", "Enter")
    expect(page.locator("#panel")).to_contain_text("Sana Pillai")
    page.get_by_role("link", name="Move", exact=True).focus()
    press(page, "Enter")
    expect(page.locator("#moving")).to_contain_text("Moving S. Pillai, 10:00 am")
    assert at(page).startswith(f"f-{world.anita.id}-")
    page.locator(f"#f-{world.anita.id}-660").focus()
    press(page, "Enter")
    expect(page.get_by_role("button", name="Move it")).to_be_focused()
    assert violations(page) == []
    expect(page.locator("#panel")).to_contain_text("Sana Pillai")
    expect(page.locator("#panel")).to_contain_text("10:00 am")
    expect(page.locator("#panel")).to_contain_text("11:00 am")
    press(page, "Enter")
    expect(page.get_by_role("button", name="Undo the move")).to_be_visible()
    assert starts(one) == make.at("11:00")
    page.get_by_role("button", name="Undo the move").click()
    page.wait_for_load_state()
    assert starts(one) == make.at("10:00")


def test_escape_leaves_the_moving_and_nothing_has_moved(signed_in: Opens, world: World) -> None:
    one = world.book("10:00")
    page = signed_in()
    page.goto(world.board)
    page.locator(f"#a-{one.id}").click()
    page.get_by_role("link", name="Move", exact=True).click()
    expect(page.locator("#board")).to_have_class(re.compile("moving"))
    press(page, "Escape")
    expect(page.locator("#moving")).to_be_hidden()
    assert at(page) == f"a-{one.id}"
    assert starts(one) == make.at("10:00")


def test_an_appointment_moves_by_drag_and_a_taken_time_says_why_not(signed_in: Opens, world: World) -> None:
    one, other = world.book("10:00"), world.book("11:00", "Jaya Mathew")
    page = signed_in()
    page.goto(world.board)
    with page.expect_response(lambda answer: "/move?" in answer.url) as answered:
        page.locator(f"#a-{one.id}").drag_to(page.locator(f"#a-{other.id}"))
    assert answered.value.status == 409
    expect(page.locator("#panel")).to_contain_text("Booked from 11:00 am to 12:00 pm")
    expect(page.locator("#panel h2")).to_be_focused()
    press(page, "Escape")
    page.locator(f"#a-{one.id}").drag_to(page.locator(f"#f-{world.omana.id}-720"))
    expect(page.locator("#panel")).to_contain_text("Ms. Omana Babu")
    page.get_by_role("button", name="Move it").click()
    expect(page.get_by_text("Moved to")).to_be_visible()
    assert starts(one) == make.at("12:00")


def test_time_is_closed_by_drawing_over_the_week_and_by_shift_and_the_arrows(signed_in: Opens, world: World) -> None:
    booked = world.book("10:00")
    page = signed_in()
    week = f"/week/{world.anita.id}?day={world.day}"
    page.goto(week)
    page.locator(f"#f-{world.day:%d}-13\\:00").evaluate("one => one.scrollIntoView({block: 'center'})")
    begins = page.locator(f"#f-{world.day:%d}-12\\:00").bounding_box()
    ends = page.locator(f"#f-{world.day:%d}-14\\:00").bounding_box()
    assert begins
    assert ends
    page.mouse.move(begins["x"] + 20, begins["y"] + 2)
    page.mouse.down()
    page.mouse.move(begins["x"] + 20, ends["y"] + 20)
    page.mouse.move(begins["x"] + 20, ends["y"] + ends["height"] - 4)
    expect(page.locator(".drawn")).to_have_text("12:00 pm – 3:00 pm")
    page.mouse.up()
    expect(page.locator("#panel h2")).to_have_text("Close time")
    expect(page.locator("#panel")).to_contain_text("12:00 pm to 3:00 pm")
    assert violations(page) == []
    page.locator("#panel").get_by_label("Reason").fill("Dentist")
    page.get_by_role("button", name="Close this time").click()
    expect(page.get_by_text("The time is closed.")).to_be_visible()
    expect(page).to_have_url(re.compile(week.partition("?")[0]))
    expect(page.locator(".shut", has_text="Dentist")).to_be_visible()
    page.get_by_role("button", name="Open it again").click()
    expect(page.locator(f"#f-{world.day:%d}-12\\:00")).to_be_visible()

    page.locator(f"#f-{world.day:%d}-09\\:00").focus()
    press(page, "Shift+ArrowDown", *["Shift+ArrowDown"] * 4)
    expect(page.locator(".drawn")).to_have_text("9:00 am – 11:00 am")
    press(page, "Enter")
    expect(page.locator("#panel")).to_contain_text("1 appointment is booked in it")
    expect(page.locator("#panel")).to_contain_text("Sana Pillai")
    press(page, "Escape")
    expect(page.locator(".drawn")).to_have_count(0)
    page.locator(f"#f-{world.day:%d}-09\\:00").focus()
    press(page, *["Shift+ArrowDown"] * 5, "Enter")
    page.get_by_role("button", name="Close this time").click()
    expect(page.get_by_role("heading", name="1 appointment is booked in this time")).to_be_visible()
    page.get_by_role("button", name="Close the time", exact=True).click()
    expect(page.get_by_text("The time is closed.")).to_be_visible()
    with db.reading() as session:
        assert session.get_one(Appointment, booked.id).status == Status.CANCELLED


def test_a_time_taken_between_the_question_and_the_answer_is_refused_with_what_is_free(
    signed_in: Opens, world: World
) -> None:
    one = world.book("10:00")
    page = signed_in()
    page.goto(world.board)
    page.locator(f"#a-{one.id}").drag_to(page.locator(f"#f-{world.anita.id}-720"))
    expect(page.get_by_role("button", name="Move it")).to_be_visible()
    world.book("12:00", "Jaya Mathew")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        page.get_by_role("button", name="Move it").click()
    assert answered.value.status == 409
    expect(page.get_by_role("group", name="There is a problem")).to_contain_text("12:00 pm has just been taken")
    assert starts(one) == make.at("10:00")


def test_the_closed_nine_o_clock_of_a_test_long_ago_is_reopened_from_the_board(signed_in: Opens, world: World) -> None:
    local = datetime.combine(world.day, datetime.min.time())
    with db.transaction():
        make.block(local.replace(hour=9), local.replace(hour=10), who=world.omana)
    page = signed_in(who=world.asha)
    page.goto(world.board)
    page.locator(f"#s-{world.omana.id}-540").click()
    expect(page.locator("#panel")).to_contain_text("Blocked: Training")
    assert violations(page) == []
    page.get_by_role("button", name="Reopen this time").click()
    expect(page.get_by_text("The time is open again.")).to_be_visible()
    page.goto(world.board)
    expect(page.locator(f"#f-{world.omana.id}-540")).to_be_visible()


def test_the_board_takes_in_news_and_keeps_focus_and_panel(signed_in: Opens, world: World) -> None:
    one = world.book("10:00")
    page = signed_in()
    page.goto(world.board)
    page.locator(f"#a-{one.id}").click()
    expect(page.locator("#panel h2")).to_be_focused()  # the panel takes the focus once it has settled
    page.locator(f"#f-{world.anita.id}-660").focus()
    page.evaluate("document.querySelectorAll('[data-k]').forEach((row) => { row.stays = true; })")
    world.book("11:00")
    with page.expect_response(lambda answer: "span=" in answer.url):
        page.evaluate("htmx.trigger(document.getElementById('board'), 'poll')")
    expect(page.locator(".ev")).to_have_count(2)
    # only the row of eleven is new, and it stands where that time was free
    rows = "[...document.querySelectorAll('#board li')].filter((row) => {}).map((row) => row.firstElementChild.dataset.from)"
    assert page.evaluate(rows.format("!row.stays")) == ["11:00"]
    order = page.evaluate(rows.format("row.parentElement === document.querySelector('.lane .track')"))
    assert order == sorted(order)
    expect(page.locator("#panel h2")).to_be_visible()
    # what was focused is gone; its neighbour is not, and is given the focus when the news has settled
    expect(page.locator("#board :focus")).to_have_count(1)


def test_without_script_everything_of_the_board_is_a_page(signed_in: Opens, world: World) -> None:
    one = world.book("10:00")
    page = signed_in(script=False)
    page.goto(world.board)
    page.locator(f"#a-{one.id}").click()
    expect(page.get_by_role("link", name="Move", exact=True)).to_be_visible()
    page.goto(world.board)
    page.locator(f"#s-{world.omana.id}-480").click()
    expect(page.get_by_role("heading", name="Why is this time not offered?")).to_be_visible()
    page.goto(f"/desk/board/{one.id}")
    expect(page.get_by_role("heading", name=re.compile("Sana Pillai"))).to_be_visible()
    page.goto(f"/week/{world.anita.id}?day={world.day}")
    page.locator(f"#a-{one.id}").click()
    expect(page.get_by_role("link", name="Move", exact=True)).to_be_visible()


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (360, False), (360, True)])
def test_the_boards_the_panel_and_the_answers_are_accessible_and_fit(
    signed_in: Opens, world: World, width: int, dark: bool
) -> None:
    world.full()
    page = signed_in(width=width, dark=dark)
    why = f"/why?clinician={world.omana.id}&centre={world.kochi.id}&day={world.day}&at=16:30"
    for name, path in (("board", world.board), ("week", f"/week/{world.anita.id}?day={world.day}"), ("why", why)):
        page.goto(path)
        assert (path, violations(page)) == (path, [])
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        keep(page, f"{name}-{width}-{'dark' if dark else 'light'}")
    page.goto(world.board)
    page.locator(f"#a-{world.over.id}").click()
    expect(page.locator("#panel h2")).to_be_visible()
    assert violations(page) == []
    keep(page, f"panel-{width}-{'dark' if dark else 'light'}")
    if width > 768:
        page.get_by_role("link", name="Move", exact=True).click()
        assert violations(page) == []
        keep(page, f"moving-{width}-{'dark' if dark else 'light'}")

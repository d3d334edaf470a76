"""The main job as a patient does it: found, chosen, signed in, held, paid, told; on a phone, a desk, without script."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select, update

from mibo import clock, db
from mibo.booking import Appointment
from tests import make
from tests.browser.axe import RULES, minds
from tests.browser.conftest import Arrive, Person
from tests.machine import Sandbox
from tests.web.pages.visitor import PHONE, Clinic

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("world")]

FIRST_VISIT_BYTES = 60_000
FIRST_VISIT_REQUESTS = 8
WCAG = [*RULES, "best-practice"]


def bookings() -> list[tuple[str, str]]:
    with db.reading() as session:
        rows = session.execute(select(Appointment.status, Appointment.reference).order_by(Appointment.id))
        return [(row.status, row.reference) for row in rows]


def choose(person: Person, face: str = "10:00 am") -> None:
    """Tomorrow at this time with Dr. Kurian in Kochi, from the start page."""
    person.page.goto("/")
    person.follow("Find a clinician", nth=1)
    person.follow("Dr. Anita Kurian")
    person.page.get_by_role("link", name=re.compile("See times.*In person, Kochi")).click()
    tomorrow = make.tomorrow()
    day = person.page.locator(f"a#day-{tomorrow}")
    if day.get_attribute("aria-current") is None:
        day.click()
    expect(person.page.locator(f"#day-{tomorrow}")).to_have_attribute("aria-current", "date")
    person.page.get_by_label(face, exact=True).check(force=True)


def tell_details(person: Person) -> None:
    page = person.page
    page.get_by_label("Full name").fill("Ravi Kumar")
    page.get_by_label("Age in years").fill("34")
    page.get_by_label("Male", exact=True).check()
    page.get_by_label("I agree that the clinic keeps my records").check()
    page.get_by_label("Send me messages about my appointments").check()
    person.press("Continue")


def pay(person: Person) -> None:
    """From the check page over the provider's page and back."""
    page = person.page
    person.press("Confirm and pay")
    page.wait_for_url(re.compile(r"/l/"))
    person.press("Pay by UPI")
    page.wait_for_url(re.compile(r"/my/MB-"))


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("width", [1280, 360])
def test_a_new_patient_books_and_pays(arrive: Arrive, sandbox: Sandbox, width: int, script: bool) -> None:
    ravi = arrive(width, script=script)
    page = ravi.page
    choose(ravi)
    ravi.press("Continue with this time")
    assert ravi.heading() == "Sign in with your phone"
    ravi.sign_in()
    assert ravi.heading() == "Who are you?"
    tell_details(ravi)
    assert ravi.heading() == "When suits you?"
    expect(page.get_by_label("10:00 am", exact=True)).to_be_checked()
    ravi.press("Hold 10:00 am")
    assert ravi.heading() == "Check and pay"
    expect(page.locator(".hold")).to_contain_text("15 min left" if script else "Held until")
    expect(page.locator(".money .total")).to_contain_text("₹1,700")
    page.get_by_label("Anything the clinician should know").fill("I would like to speak in Malayalam.")
    pay(ravi)
    expect(page.locator("h1")).to_have_text("You are booked")
    ((status, reference),) = bookings()
    assert (status, reference in page.locator(".step").inner_text()) == ("CONFIRMED", True)
    expect(page.locator("main")).to_contain_text("I would like to speak in Malayalam.")
    for _ in range(50):
        told = [each for each in sandbox.messages(f"91{ravi.phone}") if each["template"] != "mibo_sign_in_code"]
        if told:
            break
        page.wait_for_timeout(100)
    assert len(told) == 1
    page.goto(f"{sandbox.url}/phones/91{ravi.phone}")
    expect(page.locator("body")).to_contain_text("Anita Kurian")
    page.goto("/my")
    expect(page.locator("article")).to_contain_text(f"Confirmed · {reference}")
    ravi.press("Sign out")
    page.goto("/my")
    assert ravi.heading() == "Sign in with your phone"


def test_a_known_patient_is_not_asked_who_they_are(arrive: Arrive) -> None:
    asha = arrive(360, phone=PHONE)
    asha.page.goto("/sign-in")
    asha.sign_in()
    expect(asha.page.locator("main")).to_contain_text("Hello Asha")
    choose(asha)
    asha.press("Hold")
    expect(asha.page.locator(".money .total")).to_contain_text("₹1,600")


def test_a_known_clinician_is_booked_again_in_four_taps_and_a_phone_without_a_connection_says_when_and_where(
    arrive: Arrive, world: Clinic
) -> None:
    with db.transaction():
        make.appointment(
            world.asha, world.anita, world.kochi, clock.now() - timedelta(days=9), status=make.Status.COMPLETED
        )
    asha = signed_in(arrive)
    page, taps = asha.page, 0

    def tap(what: Locator) -> None:
        nonlocal taps
        what.click()
        page.wait_for_load_state()
        taps += 1

    page.goto("/my")
    tap(page.get_by_role("link", name="Choose a time"))
    tap(page.locator(".time").first)
    tap(page.get_by_role("button", name=re.compile("^Hold")))
    tap(page.get_by_role("button", name="Confirm and pay"))
    page.wait_for_url(re.compile(r"/l/"))
    assert taps <= 4
    asha.press("Pay by UPI")
    page.wait_for_url(re.compile(r"/my/MB-"))

    page.goto("/my")
    page.get_by_text("Without a connection").click()
    asha.press("Keep it on this phone")
    page.wait_for_function("caches.has('mibo-own')")
    page.wait_for_function("navigator.serviceWorker.ready.then((it) => !!it.active)")
    page.reload()
    page.wait_for_function("navigator.serviceWorker.controller")
    page.context.set_offline(True)
    page.goto("/my/payments")
    expect(page.locator("h1")).to_have_text("There is no connection")
    expect(page.locator("section")).to_contain_text("Kochi")
    assert "Asha" not in page.content()
    page.context.set_offline(False)
    page.goto("/my")
    asha.press("Sign out")
    assert page.evaluate("caches.has('mibo-own')") is False


def signed_in(arrive: Arrive, width: int = 360, **more: object) -> Person:
    asha = arrive(width, phone=PHONE, **more)
    asha.page.goto("/sign-in")
    asha.sign_in()
    return asha


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_of_two_who_want_one_time_the_second_is_offered_the_nearest(arrive: Arrive, script: bool) -> None:
    asha = signed_in(arrive, script=script)
    ravi = arrive(1280)
    choose(asha)
    choose(ravi)
    ravi.press("Continue with this time")
    ravi.sign_in()
    tell_details(ravi)
    ravi.press("Hold 10:00 am")
    asha.press("Hold")
    page = asha.page
    expect(page.locator(".problem")).to_contain_text("10:00 am has just been taken.")
    expect(page.locator(".problem")).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    near = page.locator("fieldset", has_text="Nearest to 10:00 am")
    expect(near.locator(".time")).to_have_text(["9:00 am", "11:00 am", "12:00 pm"])
    near.get_by_label("11:00 am").check(force=True)
    asha.press("Hold")
    assert asha.heading() == "Check and pay"
    assert [status for status, _ in bookings()] == ["PENDING", "PENDING"]


def test_a_hold_that_runs_out_is_told_and_the_time_can_be_chosen_again(arrive: Arrive) -> None:
    asha = signed_in(arrive)
    choose(asha)
    asha.press("Hold")
    with db.transaction() as session:
        session.execute(update(Appointment).values(held_until=clock.now() - timedelta(seconds=1)))
    asha.press("Confirm and pay")
    assert asha.heading() == "The time was released"
    asha.follow("Choose a time again")
    assert asha.heading() == "When suits you?"


def test_more_time_can_be_had_once(arrive: Arrive) -> None:
    asha = signed_in(arrive)
    choose(asha)
    asha.press("Hold")
    asha.press("I need more time")
    expect(asha.page.locator(".hold")).to_contain_text(re.compile(r"(29|30) min left"))
    expect(asha.page.get_by_role("button", name="I need more time")).to_have_count(0)


def test_a_double_click_makes_one_booking(arrive: Arrive) -> None:
    asha = signed_in(arrive, 1280)
    choose(asha)
    asha.page.get_by_role("button", name="Hold").dblclick()
    asha.page.wait_for_url(re.compile("/pay$"))
    assert len(bookings()) == 1


def test_back_after_holding_and_pressing_again_is_the_same_booking(arrive: Arrive) -> None:
    asha = signed_in(arrive)
    choose(asha)
    asha.press("Hold")
    first = asha.page.url
    asha.page.go_back()
    asha.page.wait_for_load_state()
    assert asha.heading() == "When suits you?"
    asha.page.go_forward()
    asha.page.wait_for_load_state()
    assert asha.page.url == first
    assert len(bookings()) == 1


def test_back_from_the_providers_page_leads_to_the_held_time(arrive: Arrive) -> None:
    asha = signed_in(arrive)
    choose(asha)
    asha.press("Hold")
    check = asha.page.url
    asha.press("Confirm and pay")
    asha.page.wait_for_url(re.compile(r"/l/"))
    asha.page.goto(check)
    assert asha.heading() == "Check and pay"
    pay(asha)
    expect(asha.page.locator("h1")).to_have_text("You are booked")
    assert [status for status, _ in bookings()] == ["CONFIRMED"]


def test_a_payment_that_fails_leaves_the_hold_and_another_try(arrive: Arrive) -> None:
    asha = signed_in(arrive)
    choose(asha)
    asha.press("Hold")
    asha.press("Confirm and pay")
    asha.page.wait_for_url(re.compile(r"/l/"))
    asha.press("Fail the payment")
    asha.press("Pay by card")
    asha.page.wait_for_url(re.compile(r"/my/MB-"))
    expect(asha.page.locator("h1")).to_have_text("You are booked")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_payment_that_is_heard_of_late_shows_by_itself(arrive: Arrive, sandbox: Sandbox, script: bool) -> None:
    asha = signed_in(arrive, script=script)
    page = asha.page
    choose(asha)
    asha.press("Hold")
    reference = page.url.split("/")[-2]
    page.goto(f"/my/{reference}?paid=yes")
    assert asha.heading() == "We are waiting for your bank"
    with db.reading() as session:
        one = session.scalars(select(Appointment).where(Appointment.reference == reference)).one()
    from mibo import booking

    link = booking.open_link(one.id, by=make.actor(session.get_one(make.Patient, one.patient_id)))
    sandbox.pay(payment_link_id=link.link_id)
    expect(page.locator("h1")).to_have_text("You are booked", timeout=15_000)


# HTMX


def test_a_day_and_a_way_change_only_their_part_and_each_address_opens_cold(arrive: Arrive) -> None:
    person = arrive()
    page = person.page
    page.goto(f"/book/{_anita()}")
    page.evaluate("window.stayed = true")
    day = make.tomorrow() + timedelta(days=1)
    page.locator(f"#day-{day}").click()
    expect(page.locator(f"#day-{day}")).to_have_attribute("aria-current", "date")
    expect(page.locator(f"#day-{day}")).to_be_focused()
    page.locator("#way-online").click()
    expect(page.locator("#way-online")).to_have_attribute("aria-current", "page")
    assert page.evaluate("window.stayed") is True
    times = page.locator(".time").all_inner_texts()
    page.reload()
    assert page.locator(".time").all_inner_texts() == times
    page.go_back()
    page.wait_for_load_state()
    expect(page.locator(f"#day-{day}")).to_have_attribute("aria-current", "date")


def test_a_filter_of_the_directory_acts_at_once_and_stands_in_the_address(arrive: Arrive) -> None:
    page = arrive(360).page
    page.goto("/clinicians")
    page.evaluate("window.stayed = true")
    page.get_by_label("Centre").select_option(label="Mumbai")
    expect(page.locator("li.clinician")).to_have_count(1)
    expect(page).to_have_url(re.compile("centre="))
    assert page.evaluate("window.stayed") is True
    page.reload()
    expect(page.locator("li.clinician")).to_have_count(1)


def test_offline_the_page_says_so_and_stays(arrive: Arrive) -> None:
    page = arrive(360).page
    page.goto("/clinicians")
    page.context.set_offline(True)
    page.get_by_label("Centre").select_option(label="Mumbai")
    expect(page.locator("[data-lost]")).to_contain_text("Not saved")
    page.context.set_offline(False)
    page.get_by_label("Centre").select_option(label="Kochi")
    expect(page.locator("[data-lost]")).to_have_count(0)


def _anita() -> int:
    from mibo.people import Clinician

    with db.reading() as session:
        return session.scalars(select(Clinician.id).where(Clinician.full_name.contains("Kurian"))).one()


# leaving


def test_exit_leads_away_and_back_does_not_come_home(arrive: Arrive) -> None:
    asha = signed_in(arrive)
    page = asha.page
    page.route("https://www.google.com/**", lambda route: route.fulfill(body="weather"))
    page.goto("/my/details")
    page.get_by_role("link", name="Exit this page").click()
    page.wait_for_url("https://www.google.com/**")
    page.go_back()
    assert not page.url.endswith("/my/details")


def test_three_shifts_leave_too(arrive: Arrive) -> None:
    asha = signed_in(arrive)
    asha.page.route("https://www.google.com/**", lambda route: route.fulfill(body="weather"))
    for _ in range(3):
        asha.page.keyboard.press("Shift")
    asha.page.wait_for_url("https://www.google.com/**")


def test_nothing_personal_is_stored_and_back_after_signing_out_shows_nothing(arrive: Arrive) -> None:
    asha = signed_in(arrive)
    page = asha.page
    choose(asha)
    asha.press("Hold")
    asha.page.goto("/my")
    kept = page.evaluate("({...localStorage, ...sessionStorage})")
    assert set(kept) <= {"htmx-current-path-for-history"}
    assert not re.search("Asha|Kurian|MB-|[0-9]{10}", str(kept))
    asha.press("Sign out")
    page.go_back()
    page.wait_for_load_state()
    assert "Asha" not in page.content()
    assert "Anita" not in page.content()


# for everybody's eyes and hands


def visit_every_state(person: Person, sandbox: Sandbox, world: Clinic, look: object) -> None:
    """Every page and state of the patient's side, one after the other."""
    page = person.page

    def see(path: str) -> None:
        page.goto(path)
        look(page)  # type: ignore[operator]

    for path in (
        "/",
        "/clinicians",
        "/clinicians?fee=over-2500",
        f"/clinicians/{world.anita.id}",
        world.choose,
        "/privacy",
        "/offline",
        "/nothing",
    ):
        see(path)
    see("/enquire")
    person.press("Ask for a call")
    look(page)  # type: ignore[operator]
    see("/staff/sign-in")
    person.press("Sign in")
    look(page)  # type: ignore[operator]
    see("/sign-in")
    person.press("Send code")
    look(page)  # type: ignore[operator]
    page.get_by_label("Mobile number").fill(person.phone)
    person.press("Send code")
    look(page)  # type: ignore[operator]
    page.get_by_label("Six-digit code").fill("1")
    person.press("Continue")
    look(page)  # type: ignore[operator]
    page.get_by_label("Six-digit code").fill(person.code())
    person.press("Continue")
    look(page)  # type: ignore[operator]
    person.press("Continue")
    look(page)  # type: ignore[operator]
    tell_details(person)
    see("/my")
    see("/my/family")
    person.press("Add")
    look(page)  # type: ignore[operator]
    with db.transaction() as session:
        own = session.scalars(select(make.Patient).where(make.Patient.phone == f"+91{person.phone}")).one()
        make.patient("Mini Kumar", family_of=own)
        make.appointment(own, world.anita, world.kochi, clock.now() - timedelta(days=2), status=make.Status.COMPLETED)
    choose(person)
    look(page)  # type: ignore[operator]
    world.book("10:00")
    person.press("Hold")
    look(page)  # type: ignore[operator]
    page.locator(".times").first.get_by_label("11:00 am").check(force=True)
    person.press("Hold")
    look(page)  # type: ignore[operator]
    check = page.url
    sandbox.fault("razorpay", "500", times=20)
    person.press("Confirm and pay")
    look(page)  # type: ignore[operator]
    sandbox.clear_faults()
    see("/my")
    see("/my/" + check.split("/")[-2])
    see("/my/" + check.split("/")[-2] + "?paid=yes")
    page.goto(check)
    pay(person)
    look(page)  # type: ignore[operator]
    for path in (
        "/my",
        "/my/appointments?show=past",
        "/my/details",
        "/my/consents",
        "/my/requests",
        "/my/data",
        f"/my/data/{own.id}",
    ):
        see(path)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_on_any_page_in_any_state(
    arrive: Arrive, sandbox: Sandbox, world: Clinic, dark: bool
) -> None:
    found = []

    def look(page: Page) -> None:
        page.wait_for_load_state()
        for each in minds(page, WCAG):
            nodes = [node["html"][:160] for node in each["nodes"][:2]]
            found.append((page.url.split("?")[0][-30:], each["id"], *nodes))

    visit_every_state(arrive(1280, dark=dark, bypass_csp=True), sandbox, world, look)
    assert found == []


def test_nothing_scrolls_sideways_on_the_smallest_phone_and_targets_are_big_enough(
    arrive: Arrive, sandbox: Sandbox, world: Clinic
) -> None:
    found = []

    def look(page: Page) -> None:
        page.wait_for_load_state()
        place = page.url.split("?")[0][-30:]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((place, "scrolls"))
        small = page.evaluate(
            """[...document.querySelectorAll(".btn, .day, .time, .choice, select, input.input, .ways a, .exit, .tile, nav a")]
               .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 39.5)
               .map((e) => e.outerHTML.slice(0, 90))"""
        )
        found.extend((place, each) for each in small)

    visit_every_state(arrive(320), sandbox, world, look)
    assert found == []


def test_titles_name_nobody(arrive: Arrive, sandbox: Sandbox, world: Clinic) -> None:
    titles: set[str] = set()
    visit_every_state(arrive(1280), sandbox, world, lambda page: titles.add(page.title()))
    assert len(titles) > 10
    for title in titles:
        assert title.endswith(" – Mibo")
        assert not re.search("Ravi|Kumar|Asha|Menon|Anita|Kurian|[0-9]{5}", title)


def test_the_whole_way_to_the_check_page_goes_by_keyboard(arrive: Arrive) -> None:
    asha = signed_in(arrive, 1280)
    page = asha.page
    page.goto(f"/book/{_anita()}?day={make.tomorrow()}")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "time":
            break
    page.keyboard.press("Space")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('button.btn.big')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/pay$"))
    assert asha.heading() == "Check and pay"


@pytest.mark.parametrize("path", ["/", "/clinicians", "/clinicians/{}", "/book/{}"])
def test_a_first_visit_is_small(arrive: Arrive, world: Clinic, path: str) -> None:
    page = arrive(360).page
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(path.format(world.anita.id), wait_until="networkidle")
    print(f"{path}: {sum(sizes):.0f} bytes in {len(sizes)} requests")
    assert 0 < len(sizes) <= FIRST_VISIT_REQUESTS
    assert sum(sizes) <= FIRST_VISIT_BYTES

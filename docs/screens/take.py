"""Takes the pictures of the README from a running clinic: `.venv/bin/python docs/screens/take.py [--data DIR]`.

Start `bin/run` first. It books an appointment as the demo's patient, pays for it at the sandbox, and looks at the desk and at the figures.
"""

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from mibo.dev import browser

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
LARGEST = 150 * 1024  # bytes of a picture


class Clinic:
    """The running clinic, as `run.json` tells."""

    def __init__(self, data: Path, phone: str | None) -> None:
        told: dict[str, Any] = json.loads((data / "run.json").read_text())
        self.web, self.sandbox, self.accounts = told["web"], told["sandbox"], told["accounts"]
        self.phone = phone or self.account("PATIENT")["phone"]

    def account(self, role: str, centre: str | None = None) -> dict[str, str]:
        """The first sign-in of a role, at a centre if one is named."""
        return next(each for each in self.accounts if each["role"] == role and centre in (None, each["centre"]))


def main() -> None:
    """Take all of them."""
    parser = argparse.ArgumentParser(description="Takes the pictures of the README from a running clinic.")
    parser.add_argument("--data", type=Path, default=ROOT / ".mibo", help="the folder that bin/run was given")
    parser.add_argument("--phone", help="of the patient, when the first one has asked for three codes already")
    asked = parser.parse_args()
    clinic = Clinic(asked.data, asked.phone)
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser.find(), args=["--disable-dev-shm-usage"])
        patient_books(chromium, clinic)
        desk_looks(chromium, clinic)
        manager_looks(chromium, clinic)
        chromium.close()


def patient_books(chromium: Browser, clinic: Clinic) -> None:
    """A patient chooses a time, pays, and is told that it stands."""
    page = opened(chromium, PHONE, scale=1.5)
    sign_in_by_code(page, clinic)
    page.goto(f"{clinic.web}/clinicians")
    page.locator("main a[href*='/clinicians/']").nth(1).click()
    page.locator("main a[href*='/book/']").first.click()
    with page.expect_response(re.compile("day=")):
        page.locator(".days a:not([aria-disabled])").nth(1).click()
    page.wait_for_load_state("networkidle")
    page.locator("#times label:has(input[name=time])").nth(2).click()
    page.evaluate("scrollTo(0, 0)")
    take(page, "patient-choose")
    page.locator("#times button[type=submit]").click()
    page.wait_for_url("**/pay")
    page.locator("form[action$='/pay'] button[type=submit]").click()
    page.get_by_role("button", name="Pay by UPI").click()
    page.wait_for_url(re.compile(r"/my/MB-"))
    page.goto(page.url.partition("?")[0])
    take(page, "patient-confirmed")


def sign_in_by_code(page: Page, clinic: Clinic) -> None:
    """As the demo's patient, with the code that stands on the sandbox's phone."""
    number = clinic.phone
    before = len(codes_on(page, clinic, number))
    page.goto(f"{clinic.web}/sign-in")
    page.locator("input[name=phone]").fill(number)
    page.get_by_role("button", name="Send code").click()
    page.locator("input[name=code]").wait_for()
    for _ in range(50):  # the message leaves in the background
        if len(codes := codes_on(page, clinic, number)) > before:
            break
        page.wait_for_timeout(200)
    else:
        raise SystemExit("No code came: is the worker running?")
    page.locator("input[name=code]").fill(codes[-1])
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/my")


def codes_on(page: Page, clinic: Clinic, number: str) -> Sequence[str]:
    """The codes that a phone has got so far, newest last."""
    messages = page.request.get(f"{clinic.sandbox}/_sandbox/messages?phone=91{number}").json()
    return [each["values"]["otp"] for each in messages if "otp" in each["values"]]


def desk_looks(chromium: Browser, clinic: Clinic) -> None:
    """The day board in both themes, and the page on which the desk books."""
    page = opened(chromium, DESK, scale=1)
    enter(page, clinic, clinic.account("FRONT_DESK", "Mibo Kochi"))
    page.evaluate("document.querySelector('.now')?.scrollIntoView({block: 'center'}); scrollTo(0, 0)")
    take(page, "day-board")
    page.emulate_media(color_scheme="dark")
    take(page, "day-board-dark")
    page.emulate_media(color_scheme="light")
    begin_a_booking(page, clinic)
    take(page, "desk-booking")


def manager_looks(chromium: Browser, clinic: Clinic) -> None:
    """What the clinic's figures say, each against the days before."""
    page = opened(chromium, DESK, scale=1)
    enter(page, clinic, clinic.account("MANAGER"))
    page.goto(f"{clinic.web}/figures")
    take(page, "figures")
    page.goto(f"{clinic.web}/enquiries")
    take(page, "enquiries")


def enter(page: Page, clinic: Clinic, who: dict[str, str]) -> None:
    """One of the staff signs in."""
    page.goto(f"{clinic.web}/staff/sign-in")
    page.locator("input[name=name]").fill(who["username"])
    page.locator("input[name=password]").fill(who["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/desk")


def begin_a_booking(page: Page, clinic: Clinic) -> None:
    """A patient is found and a free time chosen; nothing is booked."""
    page.goto(f"{clinic.web}/desk/new")
    page.locator("input[name=q]").fill(clinic.account("PATIENT")["phone"])
    page.locator("#found a").filter(has_not_text=re.compile(r"Age \d\b")).first.click()
    page.wait_for_url(re.compile("patient="))
    with page.expect_response(re.compile("/desk/new")):
        page.locator("#clinician").select_option(index=1)
    page.wait_for_load_state("networkidle")
    page.locator(".days a:not([aria-disabled]):not([aria-current])").nth(1).click()
    page.locator("#at label").nth(2).click()


def opened(chromium: Browser, size: dict[str, int], *, scale: float) -> Page:
    """A window of a size, in India, without motion, so that pictures of one page are alike."""
    context = chromium.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        device_scale_factor=scale,
        locale="en-IN",
        timezone_id="Asia/Kolkata",
        reduced_motion="reduce",
        color_scheme="light",
    )
    return context.new_page()


def take(page: Page, name: str) -> None:
    """One picture of what is to be seen without scrolling. Refuses one that is too large for a README."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.activeElement?.blur()")
    file = HERE / f"{name}.png"
    page.screenshot(path=file, animations="disabled", caret="hide")
    Image.open(file).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
        file, optimize=True
    )  # flat colours: a third of the bytes
    if file.stat().st_size > LARGEST:
        raise SystemExit(f"{file.name} is larger than {LARGEST // 1024} KB.")


if __name__ == "__main__":
    main()

"""Takes the main pages of patients in four languages, on a phone and on a desk: `.venv/bin/python docs/screens/languages.py OUT`.

Start `bin/run` first. These pictures are for looking at, not for keeping: letters that run out of their boxes, lines too close.
"""

import argparse
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from take import ROOT, Clinic, sign_in_by_code

from mibo.dev import browser
from mibo.messaging import LANGUAGES

WIDTHS = (360, 1280)
OPEN = {"start": "/", "clinicians": "/clinicians", "sign-in": "/sign-in", "lost": "/nowhere", "privacy": "/privacy"}
OWN = {
    "home": "/my", "details": "/my/details", "family": "/my/family", "messages": "/my/messages", "payments": "/my/payments",
    "calendar": "/my/calendar", "sign-ins": "/my/sign-ins", "notices": "/my/notices", "agreed": "/my/consents",
}  # fmt: skip


def main() -> None:
    """Take all of them, and say which pages are wider than their window."""
    parser = argparse.ArgumentParser(description="Takes the main pages of patients in four languages.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, default=ROOT / ".mibo", help="the folder that bin/run was given")
    parser.add_argument("--phone", help="of the patient, when the first one has asked for three codes already")
    parser.add_argument("--dark", action="store_true")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    clinic = Clinic(asked.data, asked.phone)
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser.find(), args=["--disable-dev-shm-usage"])
        look(chromium, clinic, asked.out, "dark" if asked.dark else "light")
        chromium.close()


def look(chromium: Browser, clinic: Clinic, out: Path, scheme: str) -> None:
    """One visitor signs in once, and goes through the pages in each language."""
    context = chromium.new_context(locale="en-IN", timezone_id="Asia/Kolkata", color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    take(page, clinic, OPEN, out, scheme)
    page.goto(f"{clinic.web}/")
    page.locator(".tongues button[value=en]").click()
    sign_in_by_code(page, clinic)
    book = page.request.get(f"{clinic.web}/clinicians").text().partition('href="/clinicians/')[2].partition('"')[0]
    take(page, clinic, OWN | {"times": f"/book/{book.partition('?')[0]}"}, out, scheme)


def take(page: Page, clinic: Clinic, pages: dict[str, str], out: Path, scheme: str) -> None:
    for language in LANGUAGES:
        page.goto(f"{clinic.web}/")
        page.locator(f".tongues button[value={language}]").click()
        for name, path in pages.items():
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                page.goto(f"{clinic.web}{path}")
                page.screenshot(path=out / f"{name}-{language}-{width}-{scheme}.png", full_page=True)
                wide = page.evaluate("document.documentElement.scrollWidth")
                if wide > width:
                    sys.stdout.write(f"{path} in {language} is {wide} px wide in a window of {width} px\n")


if __name__ == "__main__":
    main()

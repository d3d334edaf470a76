"""Takes the main pages of patients in four languages, on a phone and on a desk: `.venv/bin/python docs/screens/languages.py [OUT]`.

Start `bin/run` first. What is kept are sheets of small pictures in docs/screens/languages/, one for each language and width, light over
dark. OUT gets every picture whole, for looking at: letters that run out of their boxes, lines too close.
"""

import argparse
import io
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from take import HERE, ROOT, Clinic, sign_in_by_code

from mibo.dev import browser
from mibo.messaging import LANGUAGES

WIDTHS = {360: 220, 1280: 400}  # of a window, and of its picture on a sheet
SCHEMES = ("light", "dark")
OPEN = {
    "start": "/", "clinicians": "/clinicians", "sign-in": "/sign-in", "enquire": "/enquire", "thanks": "/enquire/thanks",
    "privacy": "/privacy", "lost": "/nowhere",
}  # fmt: skip
OWN = {
    "home": "/my", "details": "/my/details", "family": "/my/family", "messages": "/my/messages", "payments": "/my/payments",
    "requests": "/my/requests", "agreed": "/my/consents", "calendar": "/my/calendar", "sign-ins": "/my/sign-ins", "notices": "/my/notices",
}  # fmt: skip
TALLEST, GAP = 1.2, 8  # of a picture on a desk's sheet, in widths; a phone's may be twice as tall
LARGEST = 250 * 1024  # bytes of a sheet: eight of them are 2 MB at most
Sheets = dict[tuple[str, int, str], list[Image.Image]]


def main() -> None:
    """Take all of them, keep the sheets, and say which pages are wider than their window."""
    parser = argparse.ArgumentParser(description="Takes the main pages of patients in four languages.")
    parser.add_argument("out", type=Path, nargs="?", help="a folder for every picture, whole")
    parser.add_argument("--data", type=Path, default=ROOT / ".mibo", help="the folder that bin/run was given")
    parser.add_argument("--phone", help="of the patient, when the first one has asked for three codes already")
    asked = parser.parse_args()
    if asked.out:
        asked.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser.find(), args=["--disable-dev-shm-usage"])
        context = chromium.new_context(locale="en-IN", timezone_id="Asia/Kolkata", reduced_motion="reduce")
        keep(look(context.new_page(), Clinic(asked.data, asked.phone), asked.out))
        chromium.close()


def look(page: Page, clinic: Clinic, out: Path | None) -> Sheets:
    """One visitor goes through the open pages in each language, signs in once, and goes through their own."""
    sheets: Sheets = {}
    take(page, clinic, OPEN, out, sheets)
    speak(page, clinic, "en")
    sign_in_by_code(page, clinic)
    book = re.search(r'href="/clinicians/([^"?]+)', page.request.get(f"{clinic.web}/clinicians").text())
    visit = re.search(r'href="(/my/MB-[^"/?]+)', page.request.get(f"{clinic.web}/my").text())
    if not book or not visit:
        raise SystemExit("The demo's patient has no appointment, or there is no clinician.")
    take(page, clinic, OWN | {"times": f"/book/{book[1]}", "visit": visit[1]}, out, sheets)
    return sheets


def speak(page: Page, clinic: Clinic, language: str) -> None:
    page.goto(f"{clinic.web}/")
    page.locator(f".tongues button[value={language}]").click()


def take(page: Page, clinic: Clinic, pages: dict[str, str], out: Path | None, sheets: Sheets) -> None:
    for language in LANGUAGES:
        speak(page, clinic, language)
        for name, path in pages.items():
            page.goto(f"{clinic.web}{path}")
            for width, small in WIDTHS.items():
                page.set_viewport_size({"width": width, "height": 800})
                if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
                    sys.stdout.write(f"{path} in {language} is {wide} px wide in a window of {width} px\n")
                for scheme in SCHEMES:
                    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                    whole = Image.open(io.BytesIO(page.screenshot(full_page=True, animations="disabled")))
                    if out:
                        whole.save(out / f"{name}-{language}-{width}-{scheme}.png")
                    sheets.setdefault((language, width, scheme), []).append(reduced(whole, small))


def reduced(whole: Image.Image, width: int) -> Image.Image:
    """A picture as small as on the sheet, without what is far below."""
    tallest = round(TALLEST * whole.width * (1 if whole.width > min(WIDTHS) else 2))
    top = whole.convert("RGB").crop((0, 0, whole.width, min(whole.height, tallest)))
    return top.resize((width, round(top.height * width / top.width)), Image.Resampling.LANCZOS)


def keep(sheets: Sheets) -> None:
    """One file for each language and width: every page light, and below it dark."""
    kept = HERE / "languages"
    kept.mkdir(exist_ok=True)
    for language in LANGUAGES:
        for width in WIDTHS:
            rows = [row for scheme in SCHEMES for row in in_rows(sheets[language, width, scheme])]
            file = kept / f"{language}-{width}.webp"
            sheet(rows).save(file, quality=15, method=4)
            if file.stat().st_size > LARGEST:
                raise SystemExit(f"{file.name} is larger than {LARGEST // 1024} KB.")


def in_rows(pictures: Sequence[Image.Image], columns: int = 7) -> list[Sequence[Image.Image]]:
    return [pictures[at : at + columns] for at in range(0, len(pictures), columns)]


def sheet(rows: Sequence[Sequence[Image.Image]]) -> Image.Image:
    """Pictures side by side, row under row."""
    heights = [max(each.height for each in row) for row in rows]
    wide = max(sum(each.width + GAP for each in row) for row in rows) + GAP
    made = Image.new("RGB", (wide, sum(heights) + GAP * (len(rows) + 1)), "#8a8a8a")
    top = GAP
    for row, height in zip(rows, heights, strict=True):
        left = GAP
        for each in row:
            made.paste(each, (left, top))
            left += each.width + GAP
        top += height + GAP
    return made


if __name__ == "__main__":
    main()

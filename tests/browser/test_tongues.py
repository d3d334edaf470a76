"""The patient's and the public pages in Hindi, Malayalam and Kannada: axe, and nothing over the edge of the narrowest window.

Each page is asked in one of the three, by turns: a whole round takes a minute and a half.
320 px is a small phone, and what a window of 1280 px leaves at 400 % zoom.
"""

from itertools import cycle

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, Page

from mibo import db, identity
from mibo.identity import Account
from mibo.web.languages import COOKIE
from tests import make
from tests.browser.axe import minds
from tests.web.pages.visitor import Clinic

pytestmark = pytest.mark.browser

NARROWEST = 320
OPEN = "/", "/clinicians", "/sign-in", "/enquire", "/enquire/thanks", "/privacy"
BROKEN = """[...document.querySelectorAll(".day > *")].map(each => [each.textContent, each.offsetHeight,
    parseFloat(getComputedStyle(each).lineHeight)]).filter(([, height, line]) => height > 1.5 * line)"""
OWN = "/my", "/my/requests", "/my/details"


def trouble(page: Page, language: str, path: str) -> list[object]:
    """What is wrong with one page in one language."""
    answer = page.goto(path)
    found = [(each["id"], each["nodes"][0]["html"]) for each in minds(page)]
    over = page.evaluate("document.documentElement.scrollWidth") - NARROWEST
    said = page.evaluate("document.documentElement.lang")
    status = answer.status if answer else 0
    return [(path, language, status, said, over, found)] * bool(found or over > 0 or said != language or status != 200)


def test_axe_minds_nothing_in_any_language_and_nothing_runs_over_the_edge(
    app: Flask, world: Clinic, sandbox: object, live: str, browser: Browser
) -> None:
    with db.transaction() as session:
        visit = make.appointment(world.asha, world.anita, world.kochi, make.at("10:00")).reference
        account = session.get_one(Account, world.asha.account_id)
        key = identity.start_web_sign_in(account, "Firefox on Android", by_code=True)
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer
    mine = {"name": "mibo", "value": str(signer.dumps({"key": key})), "url": live}
    context = browser.new_context(viewport={"width": NARROWEST, "height": 800}, base_url=live, bypass_csp=True)
    context.add_cookies([mine])  # type: ignore[list-item]
    page, found = context.new_page(), []
    paths = (*OPEN, f"/book/{world.anita.id}", *OWN, f"/my/{visit}")
    for path, (language, scheme) in zip(paths, cycle((("hi", "light"), ("ml", "dark"), ("kn", "light"))), strict=False):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        context.add_cookies([{"name": COOKIE, "value": language, "url": live}])
        found += trouble(page, language, path)
    page.set_viewport_size({"width": 360, "height": 800})
    for language in ("hi", "ml", "kn"):
        context.add_cookies([{"name": COOKIE, "value": language, "url": live}])
        page.goto(f"/book/{world.anita.id}")
        found += page.evaluate(BROKEN)  # words of a day that do not stand in one line
    context.close()
    assert found == []

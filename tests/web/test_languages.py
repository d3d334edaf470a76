"""In which language a page is, and whether its words are all there."""

import pytest
from flask.testing import FlaskClient

from mibo import db
from mibo.identity.permissions import Role
from tests import make
from tests.web.pages.visitor import Clinic, Visitor, clinic

pytestmark = pytest.mark.usefixtures("database", "sandbox")


@pytest.fixture
def visitor(client: FlaskClient) -> Visitor:
    return Visitor(client)


@pytest.fixture
def world() -> Clinic:
    return clinic()


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "en"),
        ("hi-IN,hi;q=0.9,en;q=0.8", "hi"),
        ("ta-IN,ml;q=0.5", "ml"),
        ("fr", "en"),
        ("kn", "kn"),
        ("%%%", "en"),
    ],
)
def test_a_page_is_in_the_language_the_browser_asks_for(visitor: Visitor, asked: str, language: str) -> None:
    page = visitor.get("/clinicians", Accept_Language=asked)
    assert f'<html lang="{language}"' in page.text
    assert page.headers["Content-Language"] == language
    assert {"Accept-Language", "Cookie", "HX-Request"} <= set(page.vary)
    assert "Content-Language" not in visitor.get("/api/clinicians", Accept_Language=asked).headers


def test_a_chosen_language_goes_before_that_and_outlives_signing_out(visitor: Visitor, world: Clinic) -> None:
    assert (
        visitor.post("/language", {"language": "ml", "next": "/clinicians?centre=1"}).location == "/clinicians?centre=1"
    )
    assert '<html lang="ml"' in visitor.get("/", Accept_Language="hi").text
    visitor.sign_in(world.asha)
    visitor.post("/sign-out")
    assert '<html lang="ml"' in visitor.get("/").text
    refused = visitor.post("/language", {"language": "xx"})
    assert (refused.status_code, refused.headers.getlist("Set-Cookie")) == (422, [])
    visitor.client.set_cookie("language", '"><script>')
    assert '<html lang="en"' in visitor.get("/").text


def test_the_staff_read_english_whatever_was_chosen(visitor: Visitor, world: Clinic) -> None:
    visitor.post("/language", {"language": "hi"})
    assert '<html lang="en"' in visitor.get("/staff/sign-in").text
    assert '<html lang="hi"' in visitor.get("/nowhere").text
    with db.transaction():
        somebody = make.staff(Role.FRONT_DESK, world.kochi)
    visitor.sign_in(somebody)
    assert '<html lang="en"' in visitor.get("/desk").text

"""In which language a page is, and whether its words are all there."""

import re
from html.parser import HTMLParser

import pytest
from babel.support import NullTranslations
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from mibo import care, db, people
from mibo.booking import Status
from mibo.identity import Account
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.people import Patient
from mibo.web import directory_words, languages, words_commands
from mibo.web.words_commands import forms
from tests import make
from tests.web.pages.visitor import PHONE, Clinic, Visitor, clinic

pytestmark = pytest.mark.usefixtures("database", "sandbox")

GAP = re.compile(r"%\(\w+\)[sd]|\{\w+\}|</?[a-z][^>]*>")
GAP_OR_LETTER = re.compile(rf"{GAP.pattern}|[A-Za-z]")
LATIN = re.compile("[A-Za-z]{2}")
VOID = {"meta", "link", "input", "br", "use", "img", "hr"}
SPOKEN_ATTRIBUTES = ("aria-label", "title", "placeholder", "alt", "data-left", "data-over", "data-busy")
NAMES = re.compile(
    r"Tele-MANAS|dpb.gov.in|"
    r"Mibo|Kochi|Mumbai|Asha Menon|Asha|Menon|a test|Dr\. Anita Kurian|AK|MG Road|Ernakulam|M\.Phil|RCI-\d+|MB-\w+|[0-9a-f]{16}|English"
)


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
    visitor.post("/sign-in", {"phone": "98765 40002"})
    with db.reading() as session:
        assert session.scalars(select(Message.language).where(Message.phone == "+919876540002")).all() == ["ml"]
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


def test_a_patients_choice_is_their_accounts_and_that_of_their_messages(visitor: Visitor, world: Clinic) -> None:
    visitor.sign_in(world.asha)
    assert '<html lang="kn"' in visitor.get("/my", Accept_Language="kn").text
    visitor.post("/language", {"language": "ml"})
    visitor.client.delete_cookie("language")
    assert '<html lang="ml"' in visitor.get("/my", Accept_Language="kn").text
    with db.reading() as session:
        own = session.get_one(Patient, world.asha.id)
        assert (own.message_language, session.get_one(Account, own.account_id).language) == ("ml", "ml")


# the words


def test_the_catalogues_say_what_the_sources_say_whole_and_with_the_same_gaps() -> None:
    marked = {entry.id: entry for entry in words_commands.marked_words() if entry.id}
    assert len(marked) > 600
    for language in words_commands.TRANSLATED:
        catalogue = words_commands.written(language)
        said = {entry.id: entry for entry in catalogue if entry.id}
        assert (language, said.keys() ^ marked.keys()) == (language, set())
        assert (language, [entry.id for entry in said.values() if not all(forms(entry.string))]) == (language, [])
        assert (language, [entry.id for entry in said.values() if entry.fuzzy]) == (language, [])
        other = [
            one for key, one in said.items() for form in forms(one.string) if gaps(form) not in map(gaps, forms(key))
        ]
        assert (language, [entry.id for entry in other]) == (language, [])


def test_the_clinics_own_lists_are_marked() -> None:
    assert (directory_words.SPECIALISATIONS, directory_words.LANGUAGES) == (people.SPECIALISATIONS, people.LANGUAGES)
    assert directory_words.EXPERTISE == people.EXPERTISE


def gaps(text: str) -> list[str]:
    """What stands for something else in a text: gaps, and tags with all that they hold."""
    return sorted(GAP.findall(text))


class Marked(NullTranslations):  # type: ignore[misc]
    """Every text as it is, but not in Latin letters: whatever still is in them on a page was never marked."""

    def gettext(self, message: str) -> str:
        return GAP_OR_LETTER.sub(lambda found: "अ" if len(found[0]) == 1 else found[0], message)

    def ngettext(self, one: str, many: str, count: int) -> str:
        return self.gettext(one if count == 1 else many)

    def pgettext(self, _: str, message: str) -> str:
        return self.gettext(message)

    ugettext, ungettext, upgettext = gettext, ngettext, pgettext


class Latin(HTMLParser):
    """What a person reads of a page in Latin letters."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.found += [told[name] or "" for name in SPOKEN_ATTRIBUTES if LATIN.search(told.get(name) or "")]
        if self.silent or tag in ("style", "script") or told.get("lang", "hi") != "hi":
            self.silent += tag not in VOID

    def handle_endtag(self, tag: str) -> None:
        self.silent -= bool(self.silent) and tag not in VOID

    def handle_data(self, data: str) -> None:
        if not self.silent and LATIN.search(data):
            self.found.append(data.strip())


def _ask_for_everything(world: Clinic) -> None:
    """Every kind of request about one's data, and every answer."""
    answers = {"RECORDS": ("PARTLY", "HARM"), "CORRECTION": ("REFUSED", "IDENTITY"), "NOMINEE": ("DONE", None)}
    with db.transaction():
        manager = make.actor(make.staff(Role.MANAGER), Role.MANAGER)
        for kind in people.rights_rules.KINDS:
            made = people.rights.ask(world.asha.id, kind, "अ", by=make.actor(world.asha))
            if kind in answers:
                care.requests.answer(made.id, 1, answers[kind][0], "अ", answers[kind][1], by=manager)


def test_nothing_on_a_public_or_patient_page_is_left_unmarked(
    visitor: Visitor, world: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(languages, "words_of", lambda _: Marked())
    visitor.post("/language", {"language": "hi"})
    left = {
        path: unmarked(visitor.get(path))
        for path in ("/", "/clinicians", "/nowhere", "/sign-in", "/privacy", world.choose)
    }
    left |= {"clinician": unmarked(visitor.get(f"/clinicians/{world.anita.id}"))}
    left |= {"wrong phone": unmarked(visitor.post("/sign-in", {"phone": "12"}))}
    visitor.post("/sign-in", {"phone": PHONE})
    left |= {"code": unmarked(visitor.get("/sign-in/code")), "no code": unmarked(visitor.post("/sign-in/code"))}
    left |= {"wrong code": unmarked(visitor.post("/sign-in/code", {"code": "000000"}))}
    visitor.sign_in(world.asha)
    visitor.post("/language", {"language": "hi"})
    kept, online, hold = world.book("10:00"), world.book("12:00", mode="ONLINE"), world.hold("15:00")
    over = world.book("16:00", status=Status.CANCELLED)
    _ask_for_everything(world)
    for one in (kept, online, over):
        left |= {path: unmarked(visitor.get(path)) for path in (f"/my/{one.reference}", f"/my/{one.reference}/move")}
        left |= {f"cancel {one.status}": unmarked(visitor.get(f"/my/{one.reference}/cancellation"))}
    left |= {path: unmarked(visitor.get(path)) for path in (
        "/my", "/my/appointments", "/my/appointments?show=past", "/my/details", "/my/family", "/my/messages", "/my/notices",
        "/my/payments", "/my/receipts", "/my/phone", "/my/sign-ins", "/my/calendar", "/my/consents", "/my/data", "/my/requests",
        f"/my/data/{world.asha.id}", "/my/offline", f"/my/{online.reference}/call",
        f"/book/{hold.reference}/pay", "/pay/return", world.choose,
    )}  # fmt: skip
    left |= {
        f"wrong {path}": unmarked(visitor.post(path, {"age": "x"}))
        for path in ("/my/details", "/my/family", "/my/requests")
    }

    assert {where: words for where, words in left.items() if words} == {}


def unmarked(page: TestResponse) -> set[str]:
    """What is neither marked nor a name, a number or an address."""
    assert page.status_code in (200, 404, 409, 422), page.status_code
    return {words for words in Latin(page.text).found if LATIN.search(NAMES.sub("", words))}

"""Somebody at a browser without pages, and a clinic to book at."""

import html
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from mibo import clock, db, identity
from mibo.booking import Appointment, Status
from mibo.clinics import Centre
from mibo.identity import Account
from mibo.people import Clinician, Patient
from mibo.web.access import SESSION_KEY
from tests import make
from tests.web.pages.forms import csrf_token

TITLE = re.compile(r"<title>(.*?)</title>")
PHONE = "9876500001"


class Visitor:
    """A browser: it keeps cookies, and sends what the forms of the last page hold."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def sign_in(self, who: Patient | Account, *, proved: bool = True, by_code: bool = False) -> "Visitor":
        """Begin a stay without the code, as every test but those of signing in needs it; `proved` by a second factor."""
        account_id = who.account_id if isinstance(who, Patient) else who.id
        with db.transaction() as session:
            key = identity.start_web_sign_in(
                session.get_one(Account, account_id), "a test", proved=proved, by_code=by_code
            )
        with self.client.session_transaction() as cookie:
            cookie[SESSION_KEY] = key
        return self

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def part(self, path: str) -> TestResponse:
        """The same as HTMX asks for it."""
        return self.get(path, HX_Request="true")

    def token(self) -> str:
        return csrf_token(self.client)

    def post(self, path: str, fields: dict[str, Any] | None = None, **headers: str) -> TestResponse:
        sent = {"csrf_token": self.token(), **(fields or {})}
        plain = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(path, data=sent, headers=plain)


@dataclass
class Clinic:
    """Two centres; one clinician who is at the first from 9 to 6 every day, in hours of 60 minutes; one patient."""

    kochi: Centre
    mumbai: Centre
    anita: Clinician
    asha: Patient

    @property
    def choose(self) -> str:
        return f"/book/{self.anita.id}"

    def time(self, face: str = "10:00") -> str:
        """Tomorrow's time at Kochi as the page's radio holds it."""
        return f"{self.kochi.id}@{make.tomorrow()}T{face}"

    def wish(self, face: str = "10:00", *, who: Patient | None = None, **more: object) -> dict[str, object]:
        """What the form of the choosing page sends."""
        return {
            "time": self.time(face),
            "patient": (who or self.asha).id,
            "key": f"key-of-{face}",
            "way": self.kochi.id,
            "day": make.tomorrow(),
            **more,
        }

    def book(
        self, face: str = "10:00", *, who: Patient | None = None, day: date | None = None, **more: Any
    ) -> Appointment:
        with db.transaction():
            return make.appointment(who or self.asha, self.anita, self.kochi, make.at(face, day), **more)

    def hold(self, face: str = "10:00", **more: Any) -> Appointment:
        """A time that waits for its money by a link."""
        return self.book(face, status=Status.PENDING, kind="LINK", **more)


def clinic() -> Clinic:
    with db.transaction():
        kochi, mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai", city="mumbai")
        anita = make.clinician(kochi)
        make.hours(anita, kochi)
        return Clinic(kochi, mumbai, anita, make.patient("Asha Menon", phone=f"+91{PHONE}"))


def end_hold(one: Appointment) -> None:
    """Let the hold have run out a second ago."""
    with db.transaction() as session:
        over = clock.now() - timedelta(seconds=1)
        session.execute(update(Appointment).where(Appointment.id == one.id).values(held_until=over))


def now_of(one: Appointment) -> Appointment:
    """The appointment as it stands now."""
    with db.reading() as session:
        return session.get_one(Appointment, one.id)


def title(answer: TestResponse) -> str:
    found = TITLE.search(answer.text)
    return html.unescape(found[1]) if found else ""


def words(answer: TestResponse, within: str = "main") -> str:
    """What a reader reads in the first element of this name."""
    found = re.search(rf"<{within}\b.*?</{within}>", answer.text, re.DOTALL)
    inside = re.sub(r"<(script|style)\b.*?</\1>", "", found[0] if found else answer.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", inside)).split())


def problems(answer: TestResponse) -> list[str]:
    """The sentences of the box that says what is wrong."""
    box = re.search(r'<div class="problem".*?</div>', answer.text, re.DOTALL)
    said = re.findall(r"<li>(.*?)</li>", box[0] if box else "", re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", each)).split()) for each in said]


def shown_times(answer: TestResponse) -> list[str]:
    """The times that can be chosen, in the order of the page."""
    return re.findall(r'name="time" value="[^"]+"[^>]*><span>([^<]+)</span>', answer.text)


def same_but_for_the_request(answer: TestResponse) -> str:
    """The page without what is new on every request: its id, nonce, token and clock."""
    text = re.sub(r'(nonce|csrf_token" value|data-now)="[^"]*"', "", answer.text)
    text = re.sub(r'"X-CSRFToken": "[^"]*"', "", text)
    return text.replace(answer.headers["X-Request-ID"], "")

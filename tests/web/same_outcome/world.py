"""A clinic that can be made twice, the same each time: what is done in one by a page is done in the other by an app."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Flask

from mibo import clock, db, identity
from mibo.booking import Appointment
from mibo.identity import Account, Role, RoleGrant
from mibo.people import Patient
from tests import make
from tests.machine import Sandbox
from tests.web.pages.desk import Desk
from tests.web.pages.visitor import Visitor
from tests.web.same_outcome.rows import DEVICE

STAFF = tuple(role for role in Role if role is not Role.PATIENT)
WHY = "Dr. Anita is ill"


class World:
    """Two centres, one clinician at the first, somebody of the staff in each role, and two patients: Asha and Ravi."""

    def __init__(self, app: Flask, sandbox: Sandbox, now: datetime) -> None:
        self.flask, self.sandbox, self.now = app, sandbox, now
        self.asked: list[tuple[str, str]] = []
        self.one: Any = None  # what it is about, where there is one thing
        self.other: Any = None
        with db.transaction():
            self.kochi = make.centre("Mibo Kochi")
            self.mumbai = make.centre("Mibo Mumbai", city="mumbai")
            self.kochi.address_line_1 = self.mumbai.address_line_1 = "1 MG Road"
            self.staff = self._everybody()
            self.anita = make.clinician(self.kochi, name="Dr. Anita Kurian", account=self.staff[Role.CLINICIAN])
            make.hours(self.anita, self.kochi)
            self.asha = make.patient("Asha Menon", phone="+919876500001")
            self.ravi = make.patient("Ravi Kumar", phone="+919876500002")

    def _everybody(self) -> dict[Role, Account]:
        """Somebody in each role, in few statements: every test makes them twice."""
        session = db.session()
        made = {
            role: Account(
                audience="STAFF", phone=f"+91970000000{number}", full_name=f"{role.value.title()} Somebody",
                username=f"{role.value.lower()}_1",
            )
            for number, role in enumerate(STAFF)
        }  # fmt: skip
        session.add_all(made.values())
        session.flush()
        session.add_all(RoleGrant(account_id=one.id, role=role, centre_id=self.kochi.id) for role, one in made.items())
        session.flush()
        return made

    @property
    def names(self) -> Mapping[int, str]:
        """Whose id is whose."""
        people = {account.id: role.value for role, account in self.staff.items()}
        return people | {
            self.kochi.id: "Kochi", self.mumbai.id: "Mumbai", self.anita.id: "Anita", self.asha.id: "Asha",
            self.ravi.id: "Ravi",
        }  # fmt: skip

    def book(
        self, face: str = "10:00", *, at: datetime | None = None, who: Patient | None = None, **more: Any
    ) -> Appointment:
        """Asha is booked; from now on it is about this appointment."""
        with db.transaction():
            made = make.appointment(who or self.asha, self.anita, self.kochi, at or make.at(face), **more)
        self.one = made
        return made

    def pages(self, who: Role | Patient) -> Desk | Visitor:
        """A browser in which somebody is signed in."""
        client = self.flask.test_client()
        return Visitor(client).sign_in(who) if isinstance(who, Patient) else Desk(client, self.staff[who])

    def stranger(self) -> Visitor:
        """A browser in which nobody is signed in."""
        return Visitor(self.flask.test_client())

    def page(self, who: Role | Patient, path: str, /, **fields: Any) -> Any:
        """Send the form of a page."""
        browser = self.pages(who)
        if isinstance(browser, Visitor):
            return browser.post(path, fields)
        return browser.post(path, **fields)

    def app(self, who: Role | Patient | None, call: str, sent: object = None) -> Any:
        """Ask the API: `PUT /appointments/7`."""
        return self._ask(who, call, json=sent)

    def upload(self, who: Role, call: str, **files: Any) -> Any:
        """Send files to the API."""
        return self._ask(who, call, data=files)

    def _ask(self, who: Role | Patient | None, call: str, **sent: Any) -> Any:
        verb, _, path = call.partition(" ")
        self.asked.append((verb, path))
        headers = {"Authorization": f"Bearer {self._token(who)}"} if who is not None else {}
        return self.flask.test_client().open("/api" + path, method=verb, headers=headers, **sent)

    def _token(self, who: Role | Patient) -> str:
        account_id = who.account_id if isinstance(who, Patient) else self.staff[who].id
        with db.transaction() as session:
            return identity.start_api_sign_in(session.get_one(Account, account_id), DEVICE, proved=True).access


Step = Callable[[World], Any]


@dataclass(frozen=True)
class Verb:
    """Something that a page and an operation of the API both do.

    `given` makes ready what it is about, `also` are operations that are asked before. `but` names what may differ, and why:
    a table, `table.column`, or `table.column=value` for the rows that say so. `afterwards` is done at the end of both.
    """

    operation: str
    page: Step
    app: Step
    given: Step = field(default=lambda world: None)
    but: Mapping[str, str] = field(default_factory=dict)
    afterwards: Callable[[], None] | None = None
    also: tuple[str, ...] = ()


def minute() -> datetime:
    """This minute's beginning."""
    return clock.now().replace(second=0, microsecond=0)

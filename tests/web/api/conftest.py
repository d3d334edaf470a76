"""A clinic to ask about, and apps that ask."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mibo import db, identity
from mibo.clinics import Centre
from mibo.identity import Account
from mibo.people import Clinician, Patient
from tests import make


@dataclass
class Clinic:
    """One centre, one clinician who keeps 9 to 12 every day in hours of 60 minutes, and one patient."""

    centre: Centre
    clinician: Clinician
    patient: Patient

    def booking(self, at: str = "09:00", day: date | None = None, **more: object) -> dict[str, object]:
        """What an app sends to book."""
        return {
            "clinicianId": self.clinician.id,
            "centreId": str(self.centre.id),
            "appointmentDate": str(day or make.tomorrow()),
            "appointmentTime": at,
            "appointmentType": "IN_PERSON",
            **more,
        }


@pytest.fixture
def clinic(app: Flask) -> Clinic:
    with db.transaction():
        where = make.centre("Mibo Kochi")
        account = make.staff(identity.Role.CLINICIAN, where, name="Dr. Anita Kurian", username="anita")
        who = make.clinician(where, account=account)
        make.hours(who, where, opens="09:00", closes="12:00")
        return Clinic(where, who, make.patient(phone="+919876500001"))


class App:
    """An app that speaks JSON, perhaps for somebody who is signed in."""

    def __init__(self, client: FlaskClient, token: str | None = None) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: object) -> Any:
        return self.client.get("/api" + path, query_string=query, headers=self.headers)

    def post(self, path: str, sent: object = None, **headers: str) -> Any:
        return self.client.post("/api" + path, json=sent, headers={**self.headers, **headers})


@pytest.fixture
def stranger(client: FlaskClient, clinic: Clinic) -> App:
    return App(client)


@pytest.fixture
def signed_in(client: FlaskClient) -> Callable[[Account | Patient], App]:
    """An app in which somebody is signed in."""

    def of(who: Account | Patient) -> App:
        account_id = who.account_id if isinstance(who, Patient) else who.id
        with db.transaction() as session:
            tokens = identity.start_api_sign_in(session.get_one(Account, account_id))
        return App(client, tokens.access)

    return of


@pytest.fixture
def patients_app(clinic: Clinic, signed_in: Callable[[Patient], App]) -> App:
    return signed_in(clinic.patient)


@pytest.fixture
def incumbent(app: Flask) -> Iterator[None]:
    """Older clients are answered in their own way."""
    app.config["API_DIALECT"] = "incumbent"
    yield
    app.config["API_DIALECT"] = "canonical"

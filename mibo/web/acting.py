"""Whom a patient acts for in this browser: everybody on their phone, as they begin, or one of them (M12)."""

from flask import session

from mibo.people import Household, Patient

KEY = "for"


def chosen(house: Household) -> Patient | None:
    """The one they act for; None for everybody, also where who was chosen is no longer theirs to act for."""
    return house.member(session.get(KEY)) if house.several else None


def choose(patient_id: int | None) -> None:
    """Act for this one from now on, or for everybody."""
    if patient_id is None:
        session.pop(KEY, None)
    else:
        session[KEY] = patient_id

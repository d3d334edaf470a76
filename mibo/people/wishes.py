"""How patients want to be told things: their language, discreetly, or not at all."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from mibo import audit, db, messaging
from mibo.errors import Invalid
from mibo.identity import Account, Actor
from mibo.people import consents, queries
from mibo.people.models import Patient
from mibo.phrases import phrase

NO_EMAIL = phrase("We have no e-mail address of yours. Please ask us to note it first.")
WISHES = ("message_language", "discreet_messages", "no_messages", "message_channel")


def put_wishes(one: Patient, told: Mapping[str, Any]) -> None:
    """Put what is told into the record; who wants no more messages is not sent those that wait either."""
    for field in WISHES:
        if field in told and told[field] is not None:
            setattr(one, field, told[field])
    if one.no_messages and one.id is not None:
        messaging.silence(one.id)


def wish_for_family(told: Mapping[str, Any], *, by: Actor) -> None:
    """Somebody says it for everybody they book for: one phone, one way of being told."""
    if told.get("message_channel") == "EMAIL" and not queries.own_patient(by.account_id, by=by).email:
        raise Invalid.field("message_channel", NO_EMAIL)
    family = [one.id for one in queries.family_of(by.account_id)]
    wanted = select(Patient).where(Patient.id.in_(family)).order_by(Patient.id).with_for_update()
    for one in db.session().scalars(wanted.execution_options(populate_existing=True)).all():
        before = {field: getattr(one, field) for field in WISHES}
        put_wishes(one, told)
        consents.note_messages(one, wanted_none=before["no_messages"], by=by)
        changed = sorted(field for field, value in before.items() if getattr(one, field) != value)
        if changed:
            audit.record("patient.changed", one.id, by=by.account_id, fields=changed, active=one.active)


def choose_language(language: str, *, by: Actor) -> None:
    """A patient reads pages in this language from now on, and messages for everybody on this phone come in it."""
    db.session().get_one(Account, by.account_id).language = language
    wish_for_family({"message_language": language}, by=by)


def begin_in(language: str, account: Account, own: Patient) -> None:
    """Whoever signs in for the first time goes on in the language in which they came; so do a new patient's messages."""
    if account.language is None:
        account.language = language
        if queries.missing_of(own):
            own.message_language = language

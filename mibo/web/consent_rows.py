"""Consents in words: what is asked for, whether it stands, and what was said before."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext

from mibo import care, people
from mibo.people import Consent, Patient, consents, guardians
from mibo.people.consent_rules import CARE, MESSAGES, ONLINE
from mibo.phrases import phrase
from mibo.web.filters import moment
from mibo.web.languages import put

TITLES = {
    CARE: phrase("My care"),
    MESSAGES: phrase("Messages about my appointments"),
    ONLINE: phrase("Consultations by video"),
}
WORDS = {
    CARE: phrase(
        "The clinic keeps my records, and books and bills my appointments. Taken back: nothing new can be booked here; what is"
        " booked stays until it is cancelled, and what the law asks us to keep is kept."
    ),
    MESSAGES: phrase(
        "Confirmations, changes and reminders come to my phone. Taken back: they stop at once; everything still stands here"
        " under Notices. Sign-in codes still come."
    ),
    ONLINE: phrase(
        "My clinician sees and hears me by video. Asked before the first call. Taken back: we meet in person, or you are asked"
        " again before a call."
    ),
}
YES = {CARE: phrase("I agree"), MESSAGES: phrase("Yes, write to me"), ONLINE: phrase("I agree")}
NO = {CARE: phrase("Take it back"), MESSAGES: phrase("Stop messages"), ONLINE: phrase("Take it back")}
STAFF_WORDS = {CARE: "care and records", MESSAGES: "messages", ONLINE: "video consultations"}
AS = {"SELF": "themselves", "GUARDIAN": "the guardian", "FAMILY": "family on their phone", "DESK": "noted at the desk"}


@dataclass(frozen=True, slots=True)
class Line:
    """One purpose of one person."""

    key: str
    title: str
    words: str
    stands: bool
    said: bool
    button: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, and all that they are asked."""

    id: int
    name: str
    guardian: str
    lines: Sequence[Line]


def person(one: Patient) -> Person:
    """What stands of theirs; messages as they leave now, whoever stopped them."""
    last = consents.latest(one.id)
    minor = guardians.is_minor(people.age_of(one))
    said_as = gettext("You say yes as the guardian.") if minor else ""
    return Person(one.id, one.full_name, said_as, [_line(one, key, last) for key in (CARE, MESSAGES, ONLINE)])


def _line(one: Patient, key: str, last: consents.Latest) -> Line:
    given = key in last and last[key].given
    now = {CARE: consents.stands(one, last, CARE), MESSAGES: not one.no_messages, ONLINE: given}[key]
    said = key in last or (key == MESSAGES and one.no_messages)
    return Line(key, TITLES[key], WORDS[key], now, said, NO[key] if now else YES[key])


def history(said: Sequence[Consent], names: dict[int, str]) -> list[tuple[str, str, str]]:
    """All that was said, the latest first; with `names`, of whom."""
    several = len(names) > 1
    return [
        (
            moment(one.said_at),
            f"{gettext(TITLES[one.purpose])}: {gettext('yes') if one.given else gettext('no')}",
            names[one.patient_id] if several else "",
        )
        for one in said
    ]


def emergencies(names: dict[int, str]) -> list[tuple[str, str, str]]:
    """Each time somebody read in an emergency, the latest first: when and who, not why; with `names`, of whom."""
    several = len(names) > 1
    return [
        (moment(one.opened_at), one.who, ", ".join([put(one.role), *([names[one.patient_id]] if several else [])]))
        for one in care.glass.readings_of(list(names))
    ]


def for_staff(said: Sequence[Consent], date_of: dict[int, str]) -> list[tuple[str, str, str]]:
    """The same as staff see it, with who said it and to which words."""
    return [
        (
            date_of[one.id], f"{'Agreed to' if one.given else 'Took back:'} {STAFF_WORDS[one.purpose]}",
            f"by {AS[one.capacity]}, notice {one.version}",
        )
        for one in said
    ]  # fmt: skip

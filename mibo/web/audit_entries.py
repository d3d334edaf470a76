"""Entries of the audit as its page and its file tell them: who, what, of which record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mibo import clock, identity
from mibo.audit import AuditEntry, AuditWish
from mibo.identity import StaffWish
from mibo.ledger import Named
from mibo.web.audit_words import AREAS, act_words, details_of, ids_in
from mibo.web.inputs.audit import AuditFilter


@dataclass(frozen=True, slots=True)
class Told:
    """One act in words."""

    at: datetime
    who: str
    act: str
    record: str
    details: list[tuple[str, str]]


def wish(asked: AuditFilter) -> AuditWish:
    """Which entries are asked for."""
    people = None
    if asked.who:
        people = tuple(row.id for row in identity.all_staff(StaffWish(q=asked.who)))
    return AuditWish(
        by_account_ids=people,
        acts=AREAS[asked.area][1] if asked.area in AREAS else (),
        subject_id=asked.subject,
        since=clock.day_span(asked.since)[0] if asked.since else None,
        until=clock.day_span(asked.until)[1] if asked.until else None,
    )


def ids_of(found: Sequence[AuditEntry]) -> set[int]:
    """Every record that these entries name: who acted, what it was about, and what stands in the details."""
    told = {one.by_account_id for one in found} | {one.subject_id for one in found}
    return {each for each in told if each} | {each for one in found for each in ids_in(one.details)}


def told(one: AuditEntry, names: Mapping[int, Named]) -> Told:
    """One of them."""
    by, subject = one.by_account_id, one.subject_id
    record = names.get(subject) if subject else None
    return Told(
        at=one.at,
        who=(names[by].name if by in names else f"no. {by}") if by else "Mibo",
        act=act_words(one.act),
        record=(record.name if record else f"no. {subject}") if subject else "–",
        details=details_of(one.details, names),
    )

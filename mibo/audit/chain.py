"""The chain: each entry's hash is made of its own words and the hash before it, so that no row can change unseen (M19).

Entries are written by many at once and must not wait for each other, so one job chains them a moment later. It does so
in the order in which it finds them: a transaction that took long gets its place behind those that were faster.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Row, func, select, text

from mibo import db
from mibo.audit.models import AuditEntry
from mibo.jobs import job

START = bytes(32)
BATCH = 1000
BATCHES = 20
ONE_CHAINER = 0x4D31395F  # the advisory lock of whoever chains

_CHAIN = text(
    """
    update audit_entry set place = new.place, previous_hash = new.previous_hash, hash = new.hash
    from unnest(cast(:ids as bigint[]), cast(:places as bigint[]), cast(:befores as bytea[]), cast(:hashes as bytea[]))
        as new(id, place, previous_hash, hash)
    where audit_entry.id = new.id
    """
)
_WORDS = (
    AuditEntry.id, AuditEntry.at, AuditEntry.by_account_id, AuditEntry.act, AuditEntry.subject_id, AuditEntry.details,
)  # fmt: skip
_LINKS = (AuditEntry.place, AuditEntry.previous_hash, AuditEntry.hash)


@dataclass(frozen=True)
class Verdict:
    """What a walk along the chain found. `broken_id` is the first entry that is not what it was when it was chained."""

    entries: int
    root: bytes
    unchained: int
    broken_id: int | None = None
    why: str = ""


@job
def chain_new() -> None:
    """Give the entries that have none their place in the chain, a thousand at a time."""
    for _ in range(BATCHES):
        with db.transaction():
            if _chain_some() < BATCH:
                return


def _chain_some() -> int:
    session = db.session()
    if not session.scalar(select(func.pg_try_advisory_xact_lock(ONE_CHAINER))):
        return 0
    last = session.execute(
        select(AuditEntry.place, AuditEntry.hash)
        .where(AuditEntry.place.is_not(None))
        .order_by(AuditEntry.place.desc())
        .limit(1)
    ).first()
    place, previous = (last.place or 0, last.hash or START) if last else (0, START)
    fresh = session.execute(select(*_WORDS).where(AuditEntry.hash.is_(None)).order_by(AuditEntry.id).limit(BATCH)).all()
    if fresh:
        session.execute(_CHAIN, _links(fresh, place, previous))
    return len(fresh)


def _links(fresh: Sequence[Row[Any]], place: int, previous: bytes) -> dict[str, list[Any]]:
    links: dict[str, list[Any]] = {"ids": [], "places": [], "befores": [], "hashes": []}
    for entry in fresh:
        place += 1
        own = hash_of(previous, place, entry)
        links["ids"].append(entry.id)
        links["places"].append(place)
        links["befores"].append(previous)
        links["hashes"].append(own)
        previous = own
    return links


def hash_of(previous: bytes, place: int, entry: Row[Any]) -> bytes:
    """SHA-256 of the hash before, and of the entry's words in one fixed spelling."""
    at: datetime = entry.at
    words = [place, entry.id, at.astimezone(UTC), entry.by_account_id, entry.act, entry.subject_id, entry.details]
    return hashlib.sha256(previous + orjson.dumps(words, option=orjson.OPT_SORT_KEYS)).digest()


def verify() -> Verdict:
    """Walk the whole chain, and stop at the first entry that was changed, taken away or put in between."""
    place, previous = 0, START
    for entry in _chained():
        place += 1
        if why := _wrong(entry, place, previous):
            return Verdict(place - 1, previous, _unchained(), entry.id, why)
        previous = entry.hash or START
    return Verdict(place, previous, _unchained())


def _wrong(entry: Row[Any], place: int, previous: bytes) -> str:
    if entry.place != place:
        return f"place {place} is missing before it"
    if entry.previous_hash != previous:
        return "it does not follow from the one before"
    return "" if entry.hash == hash_of(previous, place, entry) else "it was changed"


def _chained() -> Iterator[Row[Any]]:
    after = 0
    while True:
        some = (
            db.session()
            .execute(select(*_WORDS, *_LINKS).where(AuditEntry.place > after).order_by(AuditEntry.place).limit(BATCH))
            .all()
        )
        yield from some
        if len(some) < BATCH:
            return
        after = some[-1].place or after


def _unchained() -> int:
    return db.session().scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.hash.is_(None))) or 0

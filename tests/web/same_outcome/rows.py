"""Every row of the database, and what came of something: rows that are new, changed or gone, without ids and moments."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from mibo import db, jobs
from mibo.messaging.models import ARRIVED

Outcome = dict[str, list[dict[str, Any]]]

FIRST_ID = 700_000_000  # so that no price, no year and no length of anything looks like an id
WIRE = {"refresh_token", "answered_request", "delivery_report", "provider_event"}  # what programs are given and told
NEVER_SAME = {"id", "transaction_id", "place", "hash", "previous_hash", "key_name", "page", "request_key", "dedupe_key",
              "known_by"}  # fmt: skip
DRAWN = {"token", "provider_order_id", "provider_link_id", "provider_payment_id", "link_url", "event_id",
         "password_hash", "store_key", "picture_key", "provider_id"}  # fmt: skip
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:(\d\d(?:\.\d+)?)(?:[+-]\d\d:\d\d)?")
ID, REFERENCE = re.compile(r"(?<![\d+])\d{9}(?!\d)"), re.compile(r"MB-[0-9A-Z]{4,7}")
DEVICE = "a test"
NEARLY, SOON = timedelta(minutes=5), timedelta(hours=2)
ARRIVALS = ("delivered_at", "read_at")


def far_ids() -> None:
    """Ids begin so high that nothing else is mistaken for one."""
    with db.transaction() as session:
        session.execute(text(f"select setval('entity_id', greatest(nextval('entity_id'), {FIRST_ID}))"))


def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, and which jobs were rung for, in one statement and one look into Redis."""
    names = [one for one in db.Base.metadata.tables if one not in WIRE]
    asked = " union all ".join(f"select '{name}', to_jsonb(one) from \"{name}\" one" for name in names)
    found: dict[str, list[dict[str, Any]]] = {}
    with db.reading() as session:
        for name, row in session.execute(text(asked)):
            if not _is_of_the_frame(name, row):
                found.setdefault(name, []).append(_as_sent(row) if name == "message" else row)
    queue = jobs._queue()
    waiting = (queue.fetch_job(one) for one in queue.get_job_ids())
    found["rung for"] = [{"id": job, "job": job} for job in {one.args[0] for one in waiting if one}]
    return found


def _is_of_the_frame(name: str, row: Mapping[str, Any]) -> bool:
    """That somebody is signed in, so that they can do anything at all, is no outcome; that they signed out is one."""
    return name == "sign_in" and row["device"] == DEVICE and row["ended_at"] is None


def _as_sent(row: dict[str, Any]) -> dict[str, Any]:
    """A message without what the provider told of it since: it tells so whenever it likes, before or after this look."""
    return {**row, **dict.fromkeys(ARRIVALS), "status": "SENT" if row["status"] in ARRIVED else row["status"]}


def outcome(before: Mapping[str, list[dict[str, Any]]], names: Mapping[int, str], since: datetime) -> Outcome:
    """What came of what happened since then. The names say whose id is whose; any other is called after its table."""
    after = everything()
    known = {row["id"]: table for table, rows in after.items() for row in rows if is_id(row.get("id"))} | dict(names)
    drawn = {row[column]: column for rows in after.values() for row in rows for column in DRAWN & row.keys()}
    shown = Shown(known, {str(word): column for word, column in drawn.items() if word}, since)
    told: Outcome = {}
    for table in sorted({*before, *after}):
        if changes := [shown.row(one) for one in _changes(before.get(table, []), after.get(table, []))]:
            told[table] = sorted(changes, key=lambda one: json.dumps(one, sort_keys=True))
    return told


def is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and FIRST_ID <= value < 10 * FIRST_ID


def _changes(before: Iterable[dict[str, Any]], after: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """New rows whole, of changed ones what they say now, and those that are gone."""
    was = {_key(row): row for row in before}
    for row in after:
        former = was.pop(_key(row), None)
        if former is None:
            yield row
        elif former != row:
            yield {"changed": True} | {name: value for name, value in row.items() if value != former[name]}
    for row in was.values():
        yield {"gone": True} | row


def _key(row: Mapping[str, Any]) -> object:
    return row["id"] if "id" in row else json.dumps(row, sort_keys=True)


class Shown:
    """Rows as they can be compared: ids by whose they are, moments by how far from now, what is drawn as drawn."""

    def __init__(self, names: Mapping[int, str], drawn: Mapping[str, str], since: datetime) -> None:
        self.names, self.drawn, self.since = names, drawn, since

    def row(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self.value(value) for name, value in row.items() if name not in NEVER_SAME}

    def value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self.value(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.value(each) for each in value]
        if is_id(value):
            return self.names.get(value, "somebody")
        return self.words(value) if isinstance(value, str) else value

    def words(self, value: str) -> str:
        if found := MOMENT.fullmatch(value):
            return value if float(found[1]) == 0 and not self.is_soon(value) else self.moment(value)
        if value.startswith("\\x"):
            return f"{len(value) // 2 - 1} bytes"
        for drawn, column in self.drawn.items():
            value = value.replace(drawn, column)
        value = ID.sub(lambda found: self.names.get(int(found[0]), found[0]), value)
        return REFERENCE.sub("MB-…", value)

    def is_soon(self, value: str) -> bool:
        """Whether a whole minute is reckoned from now, and not a time of a day that somebody chose."""
        at = datetime.fromisoformat(value)
        return at.tzinfo is not None and abs(at - self.since) < SOON

    def moment(self, value: str) -> str:
        return f"{round((datetime.fromisoformat(value) - self.since) / NEARLY) * 5} minutes from now"

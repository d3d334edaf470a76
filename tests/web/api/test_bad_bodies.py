"""What bad input gets from every operation of the document: the contract's error body, at the field, and never a 500.

Nothing here is written down twice: what is sent is made from the document, so a new operation is asked too.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
import pytest
import time_machine
from flask import Flask

from mibo import clock, db
from mibo.identity import SignIn
from mibo.web.api.answers import _cursor
from mibo.web.api.document import openapi
from tests.machine import Bell
from tests.web.api.asking import VERBS
from tests.web.api.peopled import STRANGER, peopled

JSON = "application/json"
WHOLE = [  # what no body may be
    (b"{", JSON), (b'{"reason": "half a bo', JSON), (b"[1]", JSON), (b'"words"', JSON), (b"null", JSON), (b"17", JSON),
    (b"[" * 5000, JSON), (b'{"a":' * 5000 + b"1" + b"}" * 5000, JSON), (b"\xff\xfe\x00", JSON),
    (b'{"reason": "\\ud800"}', JSON), (b'{"reason": NaN}', JSON), (b"\x00", JSON), (b'{"a": 1}' * 2, JSON),
    (b"<reason/>", "text/xml"), (b"reason", "text/plain"), (b"{}", "application/octet-stream"), (b"{}", "nonsense"),
]  # fmt: skip
LARGE = b'{"reason": "' + b"x" * 10_000_000 + b'"}'
ODD = [
    {}, [[{}]], True, False, -1, 3.5, 10**30, "", "a\x00b", "NOT_A_WORD", "x" * 6_000, "2031-02-30", "9999-12-31T23:59:59-14:00",
]  # fmt: skip
IN_ADDRESS = ["%00", "%ED%A0%80", "[]", "-1", "99999999999999999999", "9999-12-31", "x" * 3_000, "١٢"]
NO_JSON = ("/upload/", "/hooks/", "/webhooks/")


@dataclass
class Door:
    """One operation, and somebody who is let in."""

    method: str
    path: str
    verb: dict[str, Any]
    schemas: dict[str, Any]

    @property
    def label(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def body(self) -> dict[str, Any] | None:
        """The schema of what it takes."""
        content = self.verb.get("requestBody", {}).get("content", {}).get(JSON)
        return self.known(content["schema"]) if content else None

    def known(self, schema: dict[str, Any]) -> dict[str, Any]:
        named = schema.get("$ref", "").rpartition("/")[2]
        return self.known(self.schemas[named]) if named else schema

    def queries(self) -> list[str]:
        return [one["name"] for one in self.verb.get("parameters", ()) if one.get("in") == "query"]


class Asker:
    """Asks every operation as somebody whom it lets in."""

    def __init__(self, app: Flask, bell: Bell) -> None:
        self.app, self.bell, self.clinic, self.dice = app, bell, peopled(), random.Random(5)
        document = openapi(app)
        self.doors = [
            Door(method, path, verb, document["components"]["schemas"])
            for path, verbs in document["paths"].items()
            for method, verb in verbs.items()
            if method in VERBS and not verb.get("deprecated") and not path.startswith(NO_JSON)
        ]

    def open(self, door: Door, token: str | None, *, query: str = "", **sent: Any) -> Any:
        names = [part[1:-1] for part in door.path.split("/") if part.startswith("{")]
        path = "/api" + door.path.format(**self.clinic.ways(names, self.dice)) + query
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.bell.clean()
        return self.app.test_client().open(path, method=door.method.upper(), headers=headers, **sent)

    def let_in(self, door: Door) -> str | None:
        """The token of somebody who gets further than the door, with a body that makes no sense."""
        first = ("patient", "admin") if door.path.startswith("/patient/") else ("admin", "patient")
        for who in (*first, "clinician", "manager", STRANGER):
            token = self.clinic.token(who)
            answer = self.open(door, token, query="?limit=x&date=x", data=b"{", content_type=JSON)
            if answer.status_code not in (401, 403):
                return token
        raise AssertionError(f"{door.label} lets nobody in")

    def sensible(self, door: Door) -> dict[str, Any]:
        """A body that looks right: what must be there, filled with what exists."""
        schema = door.body or {}
        made = {name: self._some(door, schema["properties"][name]) for name in schema.get("required", ())}
        return self.clinic.filled_in(made, random.Random(1))  # type: ignore[no-any-return]

    def _some(self, door: Door, schema: dict[str, Any]) -> Any:
        schema = door.known(schema)
        if "examples" in schema or "enum" in schema:
            return (schema.get("examples") or schema["enum"])[0]
        if "anyOf" in schema:
            return self._some(door, schema["anyOf"][0])
        kind = schema.get("type")
        if kind == "array":
            return [self._some(door, schema["items"])] * schema.get("minItems", 0)
        if kind == "object":
            return {name: self._some(door, schema["properties"][name]) for name in schema.get("required", ())}
        words = "Because it has to be so"
        return {"boolean": True, "integer": schema.get("minimum", 1), "number": 1}.get(str(kind), words)


@pytest.fixture
def asker(app: Flask, sandbox: object, _redis: Bell) -> Asker:
    return Asker(app, _redis)


def is_refusal(answer: Any) -> bool:
    """Whether it is the contract's error body: the text at both places (api-contract.md 1.3.3)."""
    told = answer.get_json(silent=True) or {}
    error = told.get("error") or {}
    return (
        told.get("success") is False
        and bool(told.get("message"))
        and told["message"] == error.get("message")
        and told.get("code") == error.get("code")
    )


def kinds_of(schema: dict[str, Any]) -> set[str]:
    return {str(one.get("type")) for one in schema.get("anyOf", [schema])}


def bodies(asker: Asker) -> Iterator[tuple[Door, str | None]]:
    for door in asker.doors:
        if door.body is not None:
            yield door, asker.let_in(door)


@pytest.mark.timeout(600)
def test_a_body_that_is_none_is_refused_by_every_operation_that_takes_one(asker: Asker) -> None:
    wrong = []
    for door, token in bodies(asker):
        for sent, kind in WHOLE:
            answer = asker.open(door, token, data=sent, content_type=kind)
            if answer.status_code != (400 if kind == JSON else 415) or not is_refusal(answer):
                wrong.append(f"{door.label} {sent[:30]!r} {kind}: {answer.status_code}")
        if asker.open(door, token, data=LARGE, content_type=JSON).status_code != 413:
            wrong.append(f"{door.label}: ten megabytes are taken")
    assert not wrong, "\n".join(wrong)


@pytest.mark.timeout(600)
def test_a_field_that_is_something_else_is_told_by_its_name(asker: Asker) -> None:
    wrong = []
    for door, token in bodies(asker):
        schema = door.body or {}
        for name, known in schema.get("properties", {}).items():
            free = door.known(known).get("type") in ("object", "array")
            never = dict | bool if "boolean" not in kinds_of(door.known(known)) else dict
            for odd in ODD:
                raw = json.dumps({**asker.sensible(door), name: odd}).encode()  # orjson writes no such numbers
                answer = asker.open(door, token, data=raw, content_type=JSON)
                told = (answer.get_json(silent=True) or {}).get("error", {})
                said_at = [one["field"] for one in told.get("details", ())]
                if answer.status_code >= 500 or (answer.status_code >= 400 and not is_refusal(answer)):
                    wrong.append(f"{door.label} {name}={odd!r:.40}: {answer.status_code}")
                elif isinstance(odd, never) and not free and (answer.status_code != 400 or name not in said_at):
                    wrong.append(f"{door.label} {name}={odd!r}: {answer.status_code} at {said_at}")
    assert not wrong, "\n".join(wrong)


def test_of_a_key_that_stands_twice_the_last_counts_everywhere(asker: Asker) -> None:
    wrong = []
    for door, token in bodies(asker):
        for name in (door.body or {}).get("required", ()):
            body = orjson.dumps(asker.sensible(door))[:-1] + orjson.dumps({name: {}}).replace(b"{", b",", 1)
            answer = asker.open(door, token, data=body, content_type=JSON)
            if answer.status_code != 400:
                wrong.append(f"{door.label} {name}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.timeout(600)
def test_nothing_that_stands_in_an_address_is_a_500(asker: Asker) -> None:
    wrong = []
    for door in asker.doors:
        token = asker.let_in(door) if door.queries() else None
        for name in door.queries():
            for odd in IN_ADDRESS:
                answer = asker.open(door, token, query=f"?{name}={odd}&{name}={odd}")
                if answer.status_code >= 500 or (answer.status_code >= 400 and not is_refusal(answer)):
                    wrong.append(f"{door.label} ?{name}={odd[:40]}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_an_old_token_is_a_401_wherever_somebody_must_be_signed_in(asker: Asker) -> None:
    ended = asker.clinic.token("admin")
    with db.transaction() as session:
        for one in session.query(SignIn).order_by(SignIn.id.desc()).limit(1):
            one.ended_at = clock.now()
    expired, wrong = asker.clinic.token("admin"), []
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=True):
        for token in (ended, expired, "x" * 5_000, "é"):
            for door in asker.doors:
                answer = asker.open(door, token, json=None if door.method == "get" else {})
                secured = bool(door.verb.get("security"))
                fine = answer.status_code == 401 and answer.get_json()["code"] == "TOKEN_EXPIRED" and is_refusal(answer)
                if fine != secured and not door.path.startswith(("/auth/", "/patient-auth/")):
                    wrong.append(f"{door.label} {token[:10]}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_a_page_beyond_the_end_is_empty_and_a_span_may_cross_a_year(asker: Asker) -> None:
    wrong = []
    for door in asker.doors:
        names = door.queries()
        for asked in (f"cursor={_cursor(900_000)}", "offset=900000", "startDate=2031-12-15&endDate=2032-01-20"):
            if door.method != "get" or asked.partition("=")[0] not in names:
                continue
            needed = [
                one["name"] for one in door.verb["parameters"] if one.get("in") == "query" and one.get("required")
            ]
            given = asker.clinic.filled_in({name: "x" for name in needed if name not in asked}, random.Random(2))
            query = "&".join([asked, *(f"{name}={value}" for name, value in given.items())])
            answer = asker.open(door, asker.let_in(door), query=f"?{query}")
            told = answer.get_json()
            if asked.startswith("cursor") and told.get("error", {}).get("details", [{}])[0].get("field") == "cursor":
                continue  # a list that goes on from a row and not from a number knows that this is none of its own
            data = told.get("data")
            lists = (
                [data] if isinstance(data, list) else [one for one in (data or {}).values() if isinstance(one, list)]
            )
            if answer.status_code != 200 or ("=9000" in asked and any(lists)):
                wrong.append(f"{door.label} {query}: {answer.status_code} {str(told)[:200]}")
    assert not wrong, "\n".join(wrong)

"""Row by row, in both dialects (api-contract.md 3 to 5)."""

from functools import cache
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mibo.identity.permissions import GRANTED
from mibo.web.api.dialect import snake
from mibo.web.api.document import openapi
from tests.web.api.contract import booking_rows, people_rows
from tests.web.api.contract.rows import SAME, Row
from tests.web.api.contract.shapes import exactly, ids_are_strings, refusal, well_formed
from tests.web.api.contract.world import GIVEN, World

pytestmark = pytest.mark.usefixtures("database", "sandbox")
ROWS: list[Row] = [*people_rows.ROWS, *booking_rows.ROWS]
STATES = {
    "PENDING",
    "CONFIRMED",
    "IN_PROGRESS",
    "COMPLETED",
    "CANCELLED",
    "NO_SHOW",
    "CANCELLATION_REQUESTED",
    "EXPIRED",
}
OLD_STATES = (STATES - {"PENDING", "EXPIRED"}) | {"BOOKED", "CANCELLED_BY_ADMIN"}
PAID = {"PENDING", "PAID", "FAILED", "REFUNDED"}
OLD_PAID = {"CREATED", "SUCCESS", "FAILED", "REFUNDED"}


def test_all_eighty_two_rows_are_here() -> None:
    assert {int(row.number) for row in ROWS if row.number.isdigit()} == set(range(1, 83))


@pytest.fixture
def world(app: Flask, client: FlaskClient, request: pytest.FixtureRequest) -> World:
    return World(client, lambda: request.getfixturevalue("sandbox"), request.getfixturevalue("work"))


def dialects(row: Row) -> list[tuple[str, ...]]:
    """A row that only reads is asked in both at once; another name of a path by older apps only, whose name it is."""
    if row.path.startswith(("/payment/", "/users/clinicians")):
        return [("incumbent",)]
    if row.path.startswith(("/payments/", "/clinicians")):
        return [("canonical",)]
    return [("canonical", "incumbent")] if row.verb == "GET" else [("canonical",), ("incumbent",)]


CASES = [
    pytest.param(row, spoken, id=f"{row.number} {row.asks} {row.who} {'+'.join(spoken)}")
    for row in ROWS
    for spoken in dialects(row)
]


@cache
def document(app: Flask) -> dict[str, Any]:
    return openapi(app)


@pytest.mark.parametrize(("row", "spoken"), CASES)
def test_row(row: Row, spoken: tuple[str, ...], world: World, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    if row.before is not None:
        row.before(world)
    path = row.path.format(w=world)
    for dialect in spoken:
        monkeypatch.setitem(app.config, "API_DIALECT", dialect)
        if row.keys != "!":
            _answers(row, path, world, app, incumbent=dialect == "incumbent")
        for no in row.no:
            sent = row.sent if no.sent is SAME else no.sent
            found = world.door(no.who or row.who).ask(row.verb, (no.path or path).format(w=world), _made(sent, world))
            refusal(found, no.status, no.says)
    _guarded(row, path, world, app)


def _made(sent: Any, world: World) -> Any:
    return sent(world) if callable(sent) else sent


def _answers(row: Row, path: str, world: World, app: Flask, *, incumbent: bool) -> None:
    answer = world.door(row.who).ask(row.verb, path, _made(row.sent, world))
    told = answer.get_json()
    assert answer.status_code == row.status, (answer.status_code, told)
    assert told["success"] is True
    if row.message:
        assert told["message"] == row.message
    well_formed(told, incumbent=incumbent)
    if not row.numbers:
        ids_are_strings(told.get("data"))
    if incumbent:
        assert "meta" not in told
    else:
        exactly(told, _schema(row, app), document(app))
    _words(told, incumbent=incumbent)
    _keys(row, told, incumbent=incumbent)


def _keys(row: Row, told: dict[str, Any], *, incumbent: bool) -> None:
    """Each key of the contract is there; to older clients in both spellings."""
    if row.keys == "-":
        assert "data" not in told
    elif row.keys == "0":
        assert told["data"] is None
    elif row.keys.startswith("*"):
        assert isinstance(told["data"], list)
        assert told["data"] or row.keys == "*" or row.asks.startswith("GET /analytics")
        for one in told["data"]:
            _has(one, row.keys[1:].split(), incumbent=incumbent)
    else:
        _has(told["data"], row.keys.split(), incumbent=incumbent)


def _has(value: Any, keys: list[str], *, incumbent: bool) -> None:
    for key in keys:
        found = value
        for part in key.split("."):
            if isinstance(found, list):
                assert found, f"there is no {key}"
                found = found[int(part)]
                continue
            assert part in found, f"{key} is missing"
            assert not incumbent or snake(part) in found, f"{key} has no twin"
            found = found[part]


def _words(value: Any, *, incumbent: bool, key: str = "") -> None:
    """States are told in the words of the dialect."""
    if isinstance(value, list):
        for one in value:
            _words(one, incumbent=incumbent, key=key)
    elif isinstance(value, dict):
        for name, one in value.items():
            _words(one, incumbent=incumbent, key=name)
            if name in ("paymentStatus", "payment_status") and one is not None:
                assert one in (OLD_PAID if incumbent else PAID)
            elif name == "status" and "scheduledStartAt" in value and not {"joinUrl", "orderId"} & set(value):
                assert one in (OLD_STATES if incumbent else STATES), one


def _schema(row: Row, app: Flask) -> dict[str, Any]:
    """What the document says that this row answers."""
    rule = _rule(row, app)
    answers = document(app)["paths"][rule][row.verb.lower()]["responses"]
    found: dict[str, Any] = answers[str(row.status)]["content"]["application/json"]["schema"]
    return found


def _rule(row: Row, app: Flask) -> str:
    adapter = app.url_map.bind("localhost")
    rule, _ = adapter.match("/api" + row.path.replace("{w.", "1").replace("}", ""), method=row.verb, return_rule=True)
    return str(rule.rule).removeprefix("/api").replace("<", "{").replace(">", "}")


def _guarded(row: Row, path: str, world: World, app: Flask) -> None:
    """Strangers are a 401, and who may not is a 403 (the two errors that every protected row has)."""
    adapter = app.url_map.bind("localhost")
    endpoint, _ = adapter.match("/api" + path, method=row.verb)
    permission = app.view_functions[endpoint].access.permission  # type: ignore[attr-defined]
    if permission is None:
        return
    refusal(world.door("pub").ask(row.verb, path, {}), 401, "TOKEN_EXPIRED")
    barred = next((who for who, role in GIVEN.items() if role not in GRANTED[permission]), None)
    if barred is not None:
        refusal(world.door(barred).ask(row.verb, path, {}), 403, "FORBIDDEN")

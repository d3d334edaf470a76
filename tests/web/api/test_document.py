"""The OpenAPI document is current, whole, and readable as a page."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import BaseModel

from mibo.web.api.document import as_text, openapi
from mibo.web.api.shown import Shown
from mibo.web.inputs import Input

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"


@pytest.fixture
def verbs(app: Flask) -> set[tuple[str, str]]:
    """Every path below /api with each of its verbs, as Flask knows them."""
    return {
        (rule.rule.removeprefix("/api").replace("<", "{").replace(">", "}") or "/", verb.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api") and not rule.rule.startswith("/api/v1")
        for verb in rule.methods or ()
        if verb not in {"HEAD", "OPTIONS"}
    }


def test_the_committed_document_is_current(app: Flask) -> None:
    """`flask openapi` writes it anew."""
    assert COMMITTED.read_text() == as_text(openapi(app))


def test_every_operation_but_the_callbacks_and_the_document_is_described(
    app: Flask, verbs: set[tuple[str, str]]
) -> None:
    document = openapi(app)
    assert document["openapi"] == "3.1.0"
    described = {(path, verb) for path, one in document["paths"].items() for verb in one}
    assert {path for path, _ in verbs - described} == {
        "/", "/docs", "/openapi.json", "/hooks/gallabox", "/payments/webhook", "/payments/admin-webhook",
        "/payment/webhook", "/payment/admin-webhook", "/webhooks/razorpay",
    }  # fmt: skip
    assert described <= verbs


def test_every_operation_has_a_name_of_its_own_and_points_at_models_that_are_there(app: Flask) -> None:
    document = openapi(app)
    operations = [one for verbs in document["paths"].values() for one in verbs.values()]
    assert len({one["operationId"] for one in operations}) == len(operations)
    text = as_text(document)
    models = document["components"]["schemas"]
    assert {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]} <= set(models)


def test_no_two_models_share_a_name(app: Flask) -> None:
    """The document would show one of them for both."""
    shown = openapi(app)["components"]["schemas"]
    documented = [one.__name__ for one in (*_below(Input), *_below(Shown)) if one.__name__ in shown]
    assert sorted(documented) == sorted(set(documented))


def _below(model: type[BaseModel]) -> set[type[BaseModel]]:
    """All that come from it, but not those of one envelope for several contents."""
    found = set(model.__subclasses__())
    return {one for each in found for one in ({each} | _below(each)) if "[" not in one.__name__}


def test_both_prefixes_serve_the_same_api(app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/") or rule.rule == "/api"}
    plain = {rule.removeprefix("/api") for rule in rules if not rule.startswith("/api/v1")}
    assert {rule.removeprefix("/api/v1") for rule in rules if rule.startswith("/api/v1")} == plain


def test_the_document_is_served_to_anybody(client: FlaskClient) -> None:
    assert client.get("/api/openapi.json").get_data(as_text=True) == COMMITTED.read_text()
    assert client.get("/api/v1/openapi.json").get_json()["info"]["title"] == "Mibo"


def test_the_page_shows_every_path_and_needs_nothing_from_elsewhere(client: FlaskClient) -> None:
    page = client.get("/api/docs").get_data(as_text=True)
    assert "/booking/available-slots" in page
    assert not re.findall(r"""(?:src|href|action)=["'](?:https?:)?//""", page.split("<main")[1].split("</main")[0])
    assert "curl -sf -X POST $API/booking/create" in page
    assert "style=" not in page

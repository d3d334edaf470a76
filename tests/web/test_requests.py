"""What surrounds every request: headers, policy, ids, log lines, and the answer to every kind of refusal."""

import json
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient

from mibo import db
from mibo.web import requests
from tests import make
from tests.web.pages.visitor import PHONE, Clinic, Visitor, clinic, title, words

pytestmark = pytest.mark.usefixtures("database")

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
PATHS = ["/", "/nothing-here", "/sign-in", "/my", "/healthz", "/api/health", "/clinicians?centre=1"]


@pytest.fixture
def world(app: Flask) -> Clinic:
    return clinic()


@pytest.fixture
def visitor(client: FlaskClient, world: Clinic) -> Visitor:
    return Visitor(client)


@pytest.fixture
def heard(app: Flask) -> Iterator[StringIO]:
    """What the app logs, as it leaves the process."""
    before, told = structlog.get_config()["logger_factory"], StringIO()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(told))
    yield told
    structlog.configure(logger_factory=before)


def lines(told: str, event: str = "request") -> list[dict[str, Any]]:
    each = [json.loads(line) for line in told.splitlines()]
    return [line for line in each if line["event"] == event]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers_that_protect_it(client: FlaskClient, path: str) -> None:
    head = client.get(path).headers
    assert {name: head[name] for name in HEADERS} == HEADERS
    assert "camera=()" in head["Permissions-Policy"]
    assert "Strict-Transport-Security" not in head  # http here; the setting decides
    for telling in ("Server", "X-Powered-By"):
        assert telling not in head


@pytest.mark.parametrize("path", PATHS)
def test_the_policy_of_every_answer_allows_our_own_and_nothing_inline(client: FlaskClient, path: str) -> None:
    policy = dict(
        part.split(" ", 1) for part in client.get(path).headers["Content-Security-Policy"].split("; ") if part
    )
    assert policy["default-src"] == policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert re.fullmatch(r"'self' 'nonce-[A-Za-z0-9+/=]{24}'", policy["script-src"])
    assert policy["form-action"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in str(policy)


def test_the_nonce_is_new_each_time_and_stands_on_every_script(client: FlaskClient) -> None:
    pages = [client.get("/") for _ in range(2)]
    nonces = [re.findall(r"nonce-([^']+)'", each.headers["Content-Security-Policy"])[0] for each in pages]
    assert nonces[0] != nonces[1]
    for nonce, each in zip(nonces, pages, strict=True):
        assert re.findall(r'<script nonce="([^"]+)"', each.text) == [nonce, nonce]


@pytest.mark.parametrize("path", ["/", "/clinicians", "/sign-in", "/staff/sign-in", "/nothing-here"])
def test_no_page_has_anything_inline_or_of_another_host(client: FlaskClient, path: str) -> None:
    text = client.get(path).text
    assert not re.search(r"\s(style|on\w+)=", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r'<(script|link|img)[^>]+(src|href)="https?://', text)


# ids and log lines


@pytest.mark.parametrize("told", ["abcdefgh", "A" * 64, "0f8fad5b-d9cb-469f-a165-70867728950e"])
def test_a_good_request_id_is_kept(client: FlaskClient, told: str) -> None:
    assert client.get("/", headers={"X-Request-ID": told}).headers["X-Request-ID"] == told


@pytest.mark.parametrize("told", ["", "short", "A" * 65, "a b c d e f", "<script>alert</script>", "abcdefgh\u00e9"])
def test_a_bad_request_id_is_replaced(client: FlaskClient, told: str) -> None:
    given = client.get("/", headers={"X-Request-ID": told}).headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{16}", given)


def test_one_line_for_each_request_names_the_route_and_nobody(visitor: Visitor, world: Clinic, heard: StringIO) -> None:
    one = world.book("10:00")
    visitor.sign_in(world.asha)
    heard.truncate(0)
    heard.seek(0)
    visitor.get(f"/my/{one.reference}?note=Asha")
    (line,) = lines(heard.getvalue())
    assert (line["method"], line["route"], line["status"]) == ("GET", "/my/<reference>", 200)
    assert line["account_id"] == world.asha.id
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", line["at"])
    assert line["ms"] >= 0
    assert set(line) <= {"event", "method", "route", "status", "ms", "account_id", "request_id", "level", "at"}


def test_no_log_line_holds_what_somebody_typed(visitor: Visitor, world: Clinic, heard: StringIO) -> None:
    canary = "canary-4711"
    visitor.sign_in(world.asha)
    one = world.hold("10:00")
    visitor.post("/sign-in", {"phone": PHONE})
    visitor.post("/sign-in/code", {"code": "481516"})
    visitor.post("/staff/sign-in", {"name": canary, "password": canary})
    visitor.post("/my/details", {"full_name": canary, "age": "31", "gender": "FEMALE"})
    visitor.post(f"/book/{one.reference}/pay", {"note": canary * 100})
    visitor.get(f"/clinicians?name={canary}")
    visitor.get(f"/{canary}")
    told = heard.getvalue()
    assert len(lines(told)) == 7
    for secret in (canary, PHONE, "481516"):
        assert secret not in told


# refusals


@pytest.mark.parametrize(
    ("method", "path", "status", "called"),
    [
        ("GET", "/nothing-here", 404, "Not found"),
        ("GET", "/.env", 404, "Not found"),
        ("GET", "/.git/config", 404, "Not found"),
        ("GET", "/console", 404, "Not found"),
        ("GET", "/static/../mibo/config.py", 404, "Not found"),
        ("GET", "/static/mibo.css.map", 404, "Not found"),
        ("POST", "/clinicians", 405, "Not possible here"),
        ("GET", "/sign-out", 405, "Not possible here"),
        ("PUT", "/", 405, "Not possible here"),
        ("DELETE", "/my", 405, "Not possible here"),
        ("TRACE", "/", 405, "Not possible here"),
    ],
)
def test_each_refusal_has_its_page(visitor: Visitor, method: str, path: str, status: int, called: str) -> None:
    headers = {"X-CSRFToken": visitor.token()}
    answer = visitor.client.open(path, method=method, headers=headers)
    assert (answer.status_code, title(answer)) == (status, f"{called} – Mibo")
    assert answer.headers["X-Request-ID"] in words(answer)
    assert "14416" in answer.text
    if status == 405:
        assert "GET" in answer.headers["Allow"] or "POST" in answer.headers["Allow"]


def test_a_method_cannot_be_smuggled_in_a_header(visitor: Visitor, world: Clinic) -> None:
    assert visitor.get("/sign-out", X_HTTP_Method_Override="POST").status_code == 405


def test_a_form_of_more_than_a_megabyte_is_refused(visitor: Visitor) -> None:
    token = visitor.token()
    answer = visitor.client.post("/theme", data={"csrf_token": token, "theme": "x" * 1_100_000})
    assert (answer.status_code, title(answer)) == (413, "Too large – Mibo")


def test_a_form_of_too_many_parts_is_refused(visitor: Visitor) -> None:
    many = {f"f{n}": "x" for n in range(250)}
    answer = visitor.client.post(
        "/theme", data={**many, "csrf_token": visitor.token()}, content_type="multipart/form-data"
    )
    assert answer.status_code in (400, 413)


def test_htmx_gets_a_refusal_as_a_fragment_at_the_alert(visitor: Visitor) -> None:
    answer = visitor.part("/clinicians/999999999")
    assert answer.status_code == 404
    assert (answer.headers["HX-Retarget"], answer.headers["HX-Reswap"]) == ("#alert", "innerHTML")
    assert "<html" not in answer.text
    assert "We could not find that clinician." in answer.text


@pytest.mark.parametrize("part", [False, True])
def test_a_bug_shows_a_number_and_nothing_else(
    visitor: Visitor, world: Clinic, monkeypatch: pytest.MonkeyPatch, heard: StringIO, part: bool
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("canary-4711")

    from mibo import people

    monkeypatch.setattr(people, "directory", broken)
    monkeypatch.setitem(visitor.client.application.config, "PROPAGATE_EXCEPTIONS", False)
    answer = visitor.part("/clinicians") if part else visitor.get("/clinicians")
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.text
    for inside in ("canary", "KeyError", "Traceback", ".py"):
        assert inside not in answer.text
    told = heard.getvalue()
    assert "KeyError" in told
    assert "canary" not in told


def test_without_the_database_at_the_codes_revision_nothing_is_served(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "_ready", False)
    monkeypatch.setattr(db, "revision", lambda: "0000_older")
    for path in ("/", "/clinicians", "/my", "/sign-in", "/api/clinicians"):
        assert client.get(path).status_code == 503
    assert "Back in a moment" in client.get("/").text
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    with client.get("/static/mibo.css") as style:
        assert style.status_code == 200
    monkeypatch.undo()
    assert client.get("/").status_code == 200


# where a request comes from


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://localhost"}, 303),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
    ],
)
def test_another_site_cannot_post_here_even_with_a_token(
    visitor: Visitor, headers: dict[str, str], status: int
) -> None:
    token = visitor.token()
    answer = visitor.client.post("/theme", data={"csrf_token": token, "theme": "dark"}, headers=headers)
    assert answer.status_code == status


def test_an_unknown_host_is_refused(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "TRUSTED_HOSTS", ["mibo.example"])
    assert client.get("/sign-in", headers={"Host": "mibo.example"}).status_code == 200
    for host in ("evil.example", "mibo.example.evil.example", "mibo.example:80@evil"):
        assert client.get("/sign-in", headers={"Host": host}).status_code == 400


def test_a_page_takes_no_bearer_token(client: FlaskClient, world: Clinic) -> None:
    from mibo import identity

    with db.transaction() as session:
        tokens = identity.start_api_sign_in(session.get_one(identity.Account, world.asha.id))
    answer = client.get("/my", headers={"Authorization": f"Bearer {tokens.access}"})
    assert answer.status_code == 303


# what is kept, and what is small


def test_static_files_are_kept_for_ever_under_a_name_that_changes(client: FlaskClient) -> None:
    address = re.findall(r'href="(/static/mibo\.css\?v=\w+)"', client.get("/").text)[0]
    with client.get(address) as stamped, client.get("/static/mibo.css") as bare:
        assert stamped.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "immutable" not in bare.headers["Cache-Control"]


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_pages_leave_compressed(client: FlaskClient, encoding: str) -> None:
    with db.transaction():
        make.clinician()
    answer = client.get("/clinicians", headers={"Accept-Encoding": encoding})
    assert answer.headers["Content-Encoding"] == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]

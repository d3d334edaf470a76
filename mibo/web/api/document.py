"""The OpenAPI 3.1 document, made from the models by spectree, and the decorator that reads a view's input.

spectree only describes: it never sees a request, because its own validation logs and echoes what was sent. And it does so
when the document is asked for: to make the schemas of all models takes as long as everything else of a start.
"""

import re
from collections.abc import Callable
from copy import deepcopy
from functools import wraps
from typing import Any, TypeVar

import click
import orjson
from flask import Flask, current_app, g, request
from flask.cli import with_appcontext
from pydantic import BaseModel
from spectree import Response as Answers
from spectree import SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData
from werkzeug.exceptions import UnsupportedMediaType

import mibo
from mibo.errors import Invalid
from mibo.web.api import finishing
from mibo.web.api.shown import Answer, Done, Listed, Part, Refusal
from mibo.web.inputs import Input, keys_of, read
from mibo.web.inputs.proving import ProvedAlong
from mibo.web.requests import ROOT

View = TypeVar("View", bound=Callable[..., Any])

FORM = "application/x-www-form-urlencoded"
PREFIX, TWIN = "/api", "/api/v1"
COMMITTED = ROOT / "docs" / "openapi.json"


def _component(name: str) -> str:
    """`Answer[list[Clinician]]` → `ClinicianListAnswer`."""
    return "".join(word[:1].upper() + word[1:] for word in reversed(re.findall(r"\w+", name)))


spec = SpecTree(
    "flask",
    mode="strict",
    title="Mibo",
    version=mibo.__version__,
    before=lambda *_: None,
    after=lambda *_: None,
    validation_error_status=400,
    validation_error_model=Refusal,
    naming_strategy=lambda model: _component(model.__name__),
    nested_naming_strategy=lambda _, child: _component(child),
    security_schemes=[SecurityScheme(name="bearer", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer"))],
)


UNDESCRIBED: list[
    tuple[Callable[..., Any], Callable[[], Callable[..., Any]]]
] = []  # views that spectree has yet to see


def documented(
    *,
    tag: str,
    gives: Any,
    body: type[Input] | None = None,
    query: type[Input] | None = None,
    status: int = 200,
    refuses: tuple[int, ...] = (),
) -> Callable[[View], View]:
    """Describe a view, and hand it its input: the body as `told`, what stands in the address as `asked`.

    `gives` is the model inside the envelope; a subclass of Done, Listed or Part is the envelope itself.
    """

    def around(view: View) -> View:
        def described() -> Callable[..., Any]:
            who = getattr(view, "access", None)
            secured = who is not None and who.permission is not None
            answers = {f"HTTP_{status}": _enveloped(gives)}
            answers |= {f"HTTP_{one}": Refusal for one in (*refuses, *((401, 403) if secured else ()), 429)}
            described: Callable[..., Any] = spec.validate(
                json=body, query=query, headers=ProvedAlong if who is not None and who.fresh else None,
                resp=Answers(**answers), tags=[tag], security=[{"bearer": []}] if secured else [],
            )(view)  # fmt: skip
            return described

        @wraps(view)
        def told(**arguments: Any) -> Any:
            if query is not None:
                arguments["asked"] = _read(query, request.args.to_dict())
            if body is not None:
                arguments["told"] = _read(body, sent())
            return view(**arguments)

        UNDESCRIBED.append((told, described))
        return told  # type: ignore[return-value]

    return around


def _read(model: type[Input], told: dict[str, Any]) -> Input:
    """The input; a refusal of it, here or by a rule, names each field by the key that it came by (web/errors.py)."""
    g.called = g.get("called", {}) | keys_of(model, told)
    return read(model, told, strangers="ignore")


def _enveloped(gives: Any) -> type[BaseModel]:
    if isinstance(gives, type) and issubclass(gives, Done | Listed | Part):
        return gives
    return Answer[gives]


def sent() -> dict[str, Any]:
    """What stands in the body; nothing at all is as good as an empty object. Raises Invalid."""
    raw = request.get_data()
    if request.mimetype == FORM:
        return request.form.to_dict()
    if not raw.strip():
        return {}
    if request.mimetype and request.mimetype != "application/json" and not request.mimetype.endswith("+json"):
        raise UnsupportedMediaType
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Invalid("The body is not valid JSON.") from None
    if not isinstance(found, dict):
        raise Invalid("The body must be a JSON object.")
    return found


def openapi(app: Flask) -> dict[str, Any]:
    """The document; every path stands once, without its prefix, and other names of a path are marked as deprecated."""
    while UNDESCRIBED:
        view, described = UNDESCRIBED.pop(0)
        view.__wrapped__ = described()  # type: ignore[attr-defined]
    with app.app_context():
        whole = deepcopy(spec.spec)  # spectree keeps it, and what follows completes it
    paths = {
        path.removeprefix(PREFIX) or "/": dict(sorted(verbs.items()))
        for path, verbs in whole["paths"].items()
        if path.startswith(PREFIX) and not path.startswith(TWIN)
    }
    views = _views(app)
    for path, verbs in paths.items():
        for verb, operation in verbs.items():
            finishing.finish(path, verb, operation, views[verb, path].access.permission)  # type: ignore[attr-defined]
    return finishing.whole(whole, dict(sorted(paths.items())), [{"url": PREFIX}, {"url": TWIN}])


def _views(app: Flask) -> dict[tuple[str, str], Callable[..., Any]]:
    """The view of each verb and path, as the document writes them."""
    return {
        (verb.lower(), re.sub(r"<(?:[^:>]*:)?([^>]+)>", r"{\1}", rule.rule.removeprefix(PREFIX)) or "/"): (
            app.view_functions[rule.endpoint]
        )
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(PREFIX) and not rule.rule.startswith(TWIN)
        for verb in rule.methods or ()
    }


@click.command("openapi")
@with_appcontext
def write_openapi() -> None:
    """Write the OpenAPI document to docs/openapi.json, where a test compares it."""
    COMMITTED.write_text(as_text(openapi(current_app)))


def as_text(document: dict[str, Any]) -> str:
    """The document as it is committed."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode() + "\n"

"""What there is: the index, the OpenAPI document, and a page to read it."""

from functools import cache
from typing import Any

from flask import Blueprint, current_app, render_template, session, url_for
from flask.typing import ResponseReturnValue

import mibo
from mibo import identity
from mibo.config import settings
from mibo.errors import Missing
from mibo.web.access import SESSION_KEY, public
from mibo.web.api import docs_page
from mibo.web.api.answers import plain
from mibo.web.api.document import as_text, openapi

bp = Blueprint("index", __name__)


@bp.get("/")
@public
def index() -> ResponseReturnValue:
    """Where everything is."""
    return plain(
        {"name": "Mibo API", "version": mibo.__version__, "openapi": "/api/openapi.json", "health": "/api/health"}
    )


@bp.get("/openapi.json")
@public
def document() -> ResponseReturnValue:
    """The document of this API."""
    return current_app.response_class(as_text(_document()), mimetype="application/json")


@bp.get("/docs")
@public
def docs() -> ResponseReturnValue:
    """The document as a page; in production for staff who are signed in to the desk in the same browser."""
    if settings().production and not _is_staff():
        raise Missing("Route not found")
    return render_template(
        "api/docs.html", document=_document(), json=url_for(".document"), rules=docs_page.rules(),
        quick_start=docs_page.quick_start(), words=docs_page.words, resolved=docs_page.resolved, without=docs_page.without,
    )  # fmt: skip


@cache
def _document() -> dict[str, Any]:
    return openapi(current_app)


def _is_staff() -> bool:
    """By cookie, because this is a page for people; nothing else under /api reads one."""
    who = identity.who_by_key(str(session.get(SESSION_KEY, "")))
    return who is not None and who.audience == "STAFF"

"""The one place that speaks HTMX: a page or its part, and where to go after a change."""

from typing import Any
from urllib.parse import urlsplit

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response


def wants_part() -> bool:
    """Whether HTMX asks for a fragment; a boosted link or a restored page wants all of it."""
    asked = request.headers
    return "HX-Request" in asked and "HX-Boosted" not in asked and "HX-History-Restore-Request" not in asked


def show(page: str, part: str | None = None, /, *, status: int = 200, **facts: Any) -> ResponseReturnValue:
    """The page, or only its part when HTMX asks for a fragment of the same URL."""
    template = part if part and wants_part() else page
    response = make_response(render_template(template, **facts), status)
    response.vary.add("HX-Request")
    return response


def go(endpoint: str, **values: Any) -> Response:
    """Where to go after a change: 303, or HX-Location for HTMX."""
    return go_to(url_for(endpoint, **values))


def go_to(path: str) -> Response:
    """The same, to a local path."""
    if "HX-Request" in request.headers:
        response = make_response("", 204)
        response.headers["HX-Location" if path.startswith("/") else "HX-Redirect"] = path
        return response
    return redirect(path, 303)


def page_around() -> str:
    """The page beside which a fragment is shown, as a local path; empty where there is none."""
    told = urlsplit(request.headers.get("HX-Current-URL", ""))
    return local_path(f"{told.path}?{told.query}" if told.query else told.path, "")


def local_path(wanted: str | None, otherwise: str) -> str:
    """`wanted` if it is a path of ours, else `otherwise`: no open redirect (security.md line 54)."""
    plain = wanted or ""
    safe = plain.startswith("/") and not plain.startswith(("//", "/\\")) and "\\" not in plain and plain.isprintable()
    return plain if safe else otherwise

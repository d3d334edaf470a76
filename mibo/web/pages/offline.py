"""Without a connection: what makes the pages installable, and the page that is shown meanwhile.

Nothing of a patient is kept on a phone unless they ask for it, and then only when and where they come next, without a name.
"""

from functools import cache

from flask import Blueprint, Response, flash, jsonify, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mibo import booking, clock
from mibo.identity.permissions import Permission
from mibo.web.access import actor, may, public
from mibo.web.htmx import go, show
from mibo.web.keys import takes
from mibo.web.requests import ROOT, static_url

bp = Blueprint("offline", __name__)

KEY = "offline"
BRAND = "#0F5C63"


@bp.get("/manifest.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    """What a phone shows where the pages are installed: a name and a sign that say nothing of what they are for."""
    answer = jsonify(
        name="Mibo", short_name="Mibo", start_url="/my", scope="/", display="standalone", lang="en-IN",
        theme_color=BRAND, background_color="#F6F8F8",
        icons=[{"src": static_url("favicon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    )  # fmt: skip
    answer.mimetype = "application/manifest+json"
    return answer


@bp.get("/sw.js")
@public
def worker() -> ResponseReturnValue:
    """The service worker; at the root, because it looks after all pages."""
    answer = Response(_script(), mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@cache
def _script() -> str:
    return (ROOT / "static" / "sw.js").read_text()


@bp.get("/offline")
@public
def page() -> ResponseReturnValue:
    """That there is no connection, and whom to call."""
    return show("offline/page.html", one=None)


@bp.get("/my/offline")
@may(Permission.SEE_OWN)
def own() -> ResponseReturnValue:
    """The same with the time and place of the next appointment, for a browser whose user asked for it."""
    ahead = booking.upcoming(actor(), limit=1) if session.get(KEY) else []
    return show("offline/page.html", one=ahead[0] if ahead else None, made=clock.now())


@bp.post("/my/offline")
@may(Permission.SEE_OWN)
@takes("keep")
def keep() -> ResponseReturnValue:
    """Keep it on this phone, or no longer."""
    session[KEY] = request.form.get("keep") == "yes"
    flash(gettext("Saved."), "success")
    return go("my.home")

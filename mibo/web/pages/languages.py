"""Choosing the language of the pages."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from mibo import people
from mibo.errors import Invalid
from mibo.messaging import LANGUAGES
from mibo.phrases import phrase
from mibo.web import access, languages
from mibo.web.access import public
from mibo.web.htmx import go_to, local_path
from mibo.web.keys import takes
from mibo.web.proving import NEXT

bp = Blueprint("languages", __name__)


@bp.post("/language")
@public
@takes("language")
def choose() -> ResponseReturnValue:
    """From now on in this language, and back to where they were."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        raise Invalid(phrase("Please choose one of the languages."))
    who = access.visitor()
    if who is not None and who.audience == "PATIENT":
        people.choose_language(chosen, by=who)
    return languages.remember(go_to(local_path(request.form.get(NEXT), url_for("home.start"))), chosen)

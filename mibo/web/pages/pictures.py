"""The clinicians' pictures: always the one kind we drew ourselves, and nothing that could act as a page (line 57)."""

from flask import Blueprint, make_response
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import ServiceUnavailable

from mibo import people
from mibo.integrations.http import ProviderError
from mibo.web.access import public_in_steps

bp = Blueprint("pictures", __name__)


@bp.get("/pictures/<name>")
@public_in_steps
def show_picture(name: str) -> ResponseReturnValue:
    """A picture; its name changes whenever it does, so it may be kept for a year, and other sites may show it."""
    try:
        answer = make_response(people.picture(name))
    except ProviderError:
        raise ServiceUnavailable from None
    answer.mimetype = people.PICTURE_TYPE
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer

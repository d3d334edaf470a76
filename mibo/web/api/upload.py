"""Pictures of clinicians, sent before they are shown anywhere (api-contract.md 5.5, hole H6)."""

from contextlib import closing

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import ServiceUnavailable

from mibo import db, people
from mibo.config import settings
from mibo.errors import Invalid, Missing
from mibo.identity import Permission
from mibo.integrations.http import ProviderError
from mibo.web.access import actor, may
from mibo.web.api.answers import said
from mibo.web.api.document import documented
from mibo.web.api.shown import Done, Shown
from mibo.web.inputs.clinician_records import PictureGone

bp = Blueprint("upload", __name__, url_prefix="/upload")

NAME_SHOWN = 200


class Uploaded(Shown):
    """A picture that is kept; the size is what was sent, in bytes."""

    image_url: str
    original_name: str
    size: int
    format: str


@bp.post("/clinician-profile")
@documented(gives=Uploaded, tag="Pictures", refuses=(400, 413, 422, 503))
@may(Permission.EDIT_CLINICIANS, own_transactions=True)
def keep_picture() -> ResponseReturnValue:
    """Keep a picture, sent as the file `profilePicture`: a JPEG, PNG or WebP of at most 2 MB."""
    file = request.files.get("profilePicture") or request.files.get("profile_picture")
    if file is None:
        raise Invalid.field("profile_picture", "Send a picture as the file profilePicture.")
    with closing(file):
        sent = file.read(people.LARGEST_PICTURE + 1)
    try:
        key = people.keep_picture(sent)
    except ProviderError:
        raise ServiceUnavailable from None
    name = "".join(ch for ch in file.filename or "" if ch.isprintable())[:NAME_SHOWN]
    kind = key.rpartition(".")[2]
    address = f"{settings().base_url.rstrip('/')}/{key}"
    return said(
        Uploaded(image_url=address, original_name=name, size=len(sent), format=kind), "Image uploaded successfully"
    )


@bp.delete("/image")
@documented(gives=Done, body=PictureGone, tag="Pictures", refuses=(400, 404))
@may(Permission.EDIT_CLINICIANS)
def forget_picture(told: PictureGone) -> ResponseReturnValue:
    """Show a picture nowhere any more, and keep it no longer; only one of ours, and of one's own centres."""
    key = people.own_picture(told.image_url)
    if key is None:
        raise Missing("We could not find that picture.")
    people.let_go_of_picture(key, by=actor())
    db.session().flush()
    people.forget_picture_later(key)
    return said(message="Image deleted successfully")

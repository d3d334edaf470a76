"""A copy of what is kept: of oneself and of those one acts for, on paper and as a file (security.md line 76)."""

import json

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from mibo import people
from mibo.care import own_copy
from mibo.clock import now
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.web.access import actor, may
from mibo.web.htmx import show
from mibo.web.limits import limiter
from mibo.web.own_data_words import lines
from mibo.web.reads import noted

bp = Blueprint("own_data", __name__, url_prefix="/my/data")

ONE = f"/<int(max={GREATEST_ID}):patient_id>"
OFTEN = "20 per hour"


def account() -> str:
    """Whoever asks, from wherever they do."""
    return f"account:{actor().account_id}"


def was_made(response: Response) -> bool:
    """What led nowhere is not counted."""
    return response.status_code == 200


sparingly = limiter.shared_limit(OFTEN, scope="own-copy", key_func=account, deduct_when=was_made)


@bp.get("")
@may(Permission.SEE_OWN)
def listing() -> ResponseReturnValue:
    """Of whom a copy can be had, and how."""
    return show("own_data/listing.html", family=people.family_of(actor().account_id))


@bp.get(ONE)
@sparingly
@may(Permission.SEE_OWN)
@noted("patient.copied", "patient_id")
def paper(patient_id: int) -> ResponseReturnValue:
    """To read and to print."""
    copy = own_copy.own_copy(patient_id, by=actor())
    parts = {key: [lines(row) for row in rows] for key, rows in copy.parts.items() if rows}
    return show("own_data/paper.html", whose=copy.whose, known=lines(copy.known), parts=parts, made=now())


@bp.get(f"{ONE}/file")
@sparingly
@may(Permission.SEE_OWN)
@noted("patient.copied", "patient_id")
def file(patient_id: int) -> ResponseReturnValue:
    """As JSON, which another clinic's programs can read."""
    copy = own_copy.own_copy(patient_id, by=actor())
    told = {"made_at": now().isoformat(), "known": copy.known, **copy.parts, "not_included": copy.not_in_it}
    words = json.dumps(told, ensure_ascii=False, indent=1, default=lambda at: at.isoformat())
    answer = Response(words, mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="my-data-{now():%Y-%m-%d}.json"'
    return answer

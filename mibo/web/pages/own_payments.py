"""A patient's own payments: what they paid and how, what is still to pay, and what goes back to them."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from mibo import ledger, people
from mibo.identity.permissions import Permission
from mibo.web import own_payment_rows
from mibo.web.access import actor, may
from mibo.web.htmx import show
from mibo.web.inputs.appointments import read_place, write_place

bp = Blueprint("own_payments", __name__, url_prefix="/my/payments")

ORDER = "-booked"


@bp.get("")
@may(Permission.SEE_OWN)
def payments() -> ResponseReturnValue:
    """Theirs and their family's, what was booked last first."""
    after = read_place(request.args.get("after", "")[:80], ORDER)
    found, onward = ledger.own_payments(actor(), after=after)
    several = len(people.family_of(actor().account_id)) > 1
    return show(
        "own_payments/payments.html", rows=own_payment_rows.look(found, several=several), paged=after is not None,
        more=write_place(onward, ORDER),
    )  # fmt: skip

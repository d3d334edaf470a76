"""What is taken off the price of a booking, by somebody who may, and what is owed again (R-PAY-6, 7)."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from mibo import booking, db, money, payments
from mibo.errors import Conflict, Invalid, Refused
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID, read_id
from mibo.payments import AdjustmentKind
from mibo.web.access import actor, may
from mibo.web.desk_page import record_page
from mibo.web.forms.desk import PriceForm
from mibo.web.htmx import go
from mibo.web.inputs.desk import PriceInput
from mibo.web.keys import takes

bp = Blueprint("prices", __name__, url_prefix=f"/desk/appointments/<int(max={GREATEST_ID}):appointment_id>")


@bp.post("/price")
@may(Permission.TAKE_PAYMENT, own_transactions=True)
def adjust(appointment_id: int) -> ResponseReturnValue:
    """A discount or a waiver, with its reason; a booking that costs nothing any more is confirmed."""
    form, status, problem = PriceForm(), 422, ""
    if said := form.read(PriceInput):
        try:
            with db.transaction():
                words = _adjusted(appointment_id, said)
        except Invalid as error:
            form.refuse(error)
        except Refused as error:
            form.say("kind", error.message)
        except Conflict as error:
            status, problem = 409, error.message
        else:
            flash(words, "success")
            return go("desk.appointment", appointment_id=appointment_id)
    with db.reading():
        return record_page(appointment_id, form, problem=problem, status=status)


@bp.post("/price-undone")
@may(Permission.TAKE_PAYMENT, own_transactions=True)
@takes("adjustment")
def undo(appointment_id: int) -> ResponseReturnValue:
    """What was taken off by mistake is owed again."""
    try:
        with db.transaction():
            booking.adjusting.undo_price(appointment_id, read_id(request.form.get("adjustment", "")) or 0, by=actor())
    except (Conflict, Refused) as error:
        with db.reading():
            return record_page(appointment_id, problem=error.message, status=409)
    flash("It is owed again. What asks for the money asks for the price of now.", "success")
    return go("desk.appointment", appointment_id=appointment_id)


def _adjusted(appointment_id: int, said: PriceInput) -> str:
    """Take it off, and say what is to pay now."""
    if said.kind == AdjustmentKind.PAID_ELSEWHERE:
        one = booking.staff_appointment(appointment_id, by=actor())
        payments.registration_paid_elsewhere(one.patient_id, said.reason, by=actor())
        return "The registration is noted as paid elsewhere, and is asked for no more."
    paise = said.rupees * 100 if said.rupees is not None else None
    one = booking.adjusting.adjust_price(appointment_id, said.kind, paise, said.reason, by=actor())
    if one.payment.status == "PAID":
        return "Nothing is left to pay. The appointment is confirmed."
    return f"The price is {money.rupees(one.payment.amount_paise)} now."

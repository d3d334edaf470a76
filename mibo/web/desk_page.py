"""The page of one appointment, as whoever changes something about it comes back to it."""

from collections.abc import Mapping, Sequence

from flask import request
from flask.typing import ResponseReturnValue
from wtforms import Form

from mibo import booking, clinics, clock, identity, messaging, payments
from mibo.booking import Appointment
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.web import desk_record, receipt_rows
from mibo.web.access import actor
from mibo.web.forms.changes import DecisionForm, LateForm
from mibo.web.forms.desk import PaymentForm, PriceForm
from mibo.web.htmx import show

DONE = ("booked", "arrived", "moved", "missed")  # what the page has just been told, and can take back


def record_page(
    appointment_id: int,
    form: Form | None = None,
    *,
    problem: str = "",
    status: int = 200,
    asks_for_drawer: bool = False,
) -> ResponseReturnValue:
    """All about an appointment, as it stands now; `form` is the one that was refused. Raises Missing."""
    one = booking.staff_appointment(appointment_id, by=actor())
    money_of = _money_of(one, actor())
    names = identity.names_of(desk_record.accounts_of(one, money_of))
    told, refunds = messaging.messages_about(one.id), payments.refunds_of(one.payment_id)
    done = request.args.get("done", "")
    return show(
        "desk/appointment.html",
        one=one,
        record=desk_record.look(one, names, told, refunds, actor(), money_of=money_of),
        form=_payment_form(one, form),
        price_form=_drawn(PriceForm, form),
        adjusts=_adjusts(actor()),
        asks_for_drawer=asks_for_drawer,
        decision=_drawn(DecisionForm, form),
        lateness=_drawn(LateForm, form),
        refused=form,
        problem_words=problem,
        done=done if done in DONE and request.method == "GET" else "",
        undo_seconds=clinics.policy_in_force().undo_seconds,
        now_wall=f"{clock.local(clock.now()):%H:%M}",
        papers=_papers(one.payment_id) if one.payment.paid_at else [],
        centre_name=one.centre.short_name,
        status=status,
    )


def _papers(payment_id: int) -> Sequence[Mapping[str, str]]:
    """Its receipts, for those who give them."""
    if not actor().may(Permission.GIVE_RECEIPTS):
        return []
    return receipt_rows.links(payments.receipts_of([payment_id]), "/money/receipts")


def _money_of(one: Appointment, who: Actor) -> desk_record.Money:
    """What was handed over and taken off; clinicians see no money."""
    if not who.may(Permission.BOOK_AT_DESK):
        return desk_record.Money()
    at_desk = any(attempt.kind == "DESK" and attempt.status == "PAID" for attempt in one.payment.attempts)
    return desk_record.Money(payments.tenders_of(one.payment_id) if at_desk else (), one.payment.adjusted)


def _adjusts(who: Actor) -> bool:
    """Whether they may take something off the price: managers, and the desk where the policy grants it (R-PAY-7)."""
    granted = who.may(Permission.TAKE_PAYMENT) and clinics.policy_in_force().desk_discount_percent > 0
    return granted or who.may(Permission.ADJUST_PRICE)


def _payment_form(one: Appointment, refused: Form | None) -> PaymentForm:
    """The refused one, or an empty one; what it shows as the price is the price of now."""
    form = _drawn(PaymentForm, refused)
    assert isinstance(form, PaymentForm)
    form.shown_paise.raw_data, form.shown_paise.data = None, one.payment.amount_paise
    return form


def _drawn(kind: type[Form], refused: Form | None) -> Form:
    """The form that was refused, with what was typed, or an empty one."""
    return refused if isinstance(refused, kind) else kind(formdata=None)

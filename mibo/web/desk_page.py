"""The page of one appointment, as whoever changes something about it comes back to it."""

from collections.abc import Mapping, Sequence

from flask import request
from flask.typing import ResponseReturnValue
from wtforms import Form

from mibo import booking, clinics, clock, identity, messaging, payments
from mibo.identity.permissions import Permission
from mibo.web import desk_record, receipt_rows
from mibo.web.access import actor
from mibo.web.forms.changes import DecisionForm, LateForm
from mibo.web.forms.desk import PaymentForm
from mibo.web.htmx import show

DONE = ("booked", "arrived", "moved", "missed")  # what the page has just been told, and can take back


def record_page(
    appointment_id: int, form: Form | None = None, *, problem: str = "", status: int = 200
) -> ResponseReturnValue:
    """All about an appointment, as it stands now; `form` is the one that was refused. Raises Missing."""
    one = booking.staff_appointment(appointment_id, by=actor())
    names = identity.names_of(desk_record.accounts_of(one))
    told, refunds = messaging.messages_about(one.id), payments.refunds_of(one.payment_id)
    done = request.args.get("done", "")
    return show(
        "desk/appointment.html",
        one=one,
        record=desk_record.look(one, names, told, refunds, actor()),
        form=_drawn(PaymentForm, form),
        decision=_drawn(DecisionForm, form),
        lateness=_drawn(LateForm, form),
        refused=form,
        problem_words=problem,
        done=done if done in DONE and request.method == "GET" else "",
        undo_seconds=clinics.policy_in_force().undo_seconds,
        now_wall=f"{clock.local(clock.now()):%H:%M}",
        papers=_papers(one.payment_id),
        centre_name=one.centre.short_name,
        status=status,
    )


def _papers(payment_id: int) -> Sequence[Mapping[str, str]]:
    """Its receipts, for those who give them."""
    if not actor().may(Permission.GIVE_RECEIPTS):
        return []
    return receipt_rows.links(payments.receipts_of([payment_id]), "/money/receipts")


def _drawn(kind: type[Form], refused: Form | None) -> Form:
    """The form that was refused, with what was typed, or an empty one."""
    return refused if isinstance(refused, kind) else kind(formdata=None)

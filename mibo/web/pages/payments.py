"""Payments: looked for, filtered, added up, taken along as a file and on paper, and one in full."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, make_response, request, url_for
from flask.typing import ResponseReturnValue

from mibo import booking, clinics, clock, db, identity, ledger, people
from mibo.errors import Conflict, Invalid
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.web import payment_page, payment_rows, reads
from mibo.web.access import actor, may
from mibo.web.forms.payments import PaymentsForm, ReferenceForm, offer
from mibo.web.htmx import go, show, wants_part
from mibo.web.inputs.appointments import write_place
from mibo.web.inputs.payments import PaymentsInput, ReferenceInput, of_address
from mibo.web.mismatch_rows import silent_words

bp = Blueprint("payments", __name__, url_prefix="/money/payments")

PRINTED_AT_MOST = 1_000


@bp.get("")
@may(Permission.SEE_PAYMENTS)
def index() -> ResponseReturnValue:
    """The payments within reach that an address asks for: the last thirty days', unless it says otherwise."""
    asked = of_address(request.args).asked
    return _list(PaymentsForm(formdata=None, data=_drawn(asked)), asked)


@bp.post("/find")
@may(Permission.SEE_PAYMENTS)
def find() -> ResponseReturnValue:
    """Look for payments. What is typed travels in the body; the filters alone have an address of their own."""
    form = PaymentsForm()
    told = form.read(PaymentsInput)
    if told is None:
        return _list(form, PaymentsInput(), status=422)
    asked = told.asked
    if asked.kept and not (asked.q or asked.sums or wants_part()):
        return go("payments.index", **asked.kept)
    answer = make_response(_list(PaymentsForm(formdata=None, data=_drawn(asked)), asked))
    answer.headers["HX-Push-Url"] = _address(asked.kept)
    return answer


@bp.post("/paper")
@may(Permission.SEE_PAYMENTS, fresh=True)
def paper() -> ResponseReturnValue:
    """The same list as it is printed: all of it, not a page."""
    form = PaymentsForm()
    told = form.read(PaymentsInput)
    if told is None:
        return _list(form, PaymentsInput(), status=422)
    asked, who = told.asked, actor()
    found = ledger.lists.every(asked.wish, by=who, limit=PRINTED_AT_MOST)
    reads.exported("payments on paper", len(found))
    return show(
        "payments/paper.html", rows=payment_rows.lines(found), made_at=clock.local(clock.now()), back=asked.kept,
        cut=len(found) == PRINTED_AT_MOST, days=payment_rows.span(asked.wish),
        sums=payment_rows.sums(ledger.lists.page(asked.wish, by=who, size=1)),
    )  # fmt: skip


@bp.get(f"/<int(max={GREATEST_ID}):payment_id>")
@may(Permission.SEE_PAYMENTS)
@reads.noted("payment.opened", "payment_id")
def one(payment_id: int) -> ResponseReturnValue:
    """One payment: what is owed, every try, what went back, and who did what."""
    return _one(payment_id)


@bp.post(f"/<int(max={GREATEST_ID}):payment_id>/parts/<int(max={GREATEST_ID}):tender_id>/reference")
@may(Permission.TAKE_PAYMENT, own_transactions=True)
def add_reference(payment_id: int, tender_id: int) -> ResponseReturnValue:
    """The reference of money that was taken without one, noted later and once."""
    form, problem = ReferenceForm(), ""
    with db.reading():
        ledger.payment_in_full(payment_id, by=actor())
    if told := form.read(ReferenceInput):
        try:
            with db.transaction():
                booking.desk_money.add_reference(payment_id, tender_id, told.reference, by=actor())
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            problem = error.message
        else:
            flash("The reference is noted.", "success")
            return go("payments.one", payment_id=payment_id)
    with db.reading():
        return _one(payment_id, {tender_id: form}, problem=problem, status=409 if problem else 422)


def _one(
    payment_id: int, sent: Mapping[int, ReferenceForm] | None = None, *, problem: str = "", status: int = 200
) -> ResponseReturnValue:
    found = ledger.payment_in_full(payment_id, by=actor())
    page = payment_page.look(found, identity.names_of(found.people), actor())
    forms = {part: (sent or {}).get(part) or ReferenceForm(formdata=None) for each in page.tries for part in each.bare}
    for part, form in forms.items():
        form.reference.id = f"reference-{part}"
    return show(
        "payments/one.html", one=found.booking, page=page, forms=forms, problem_words=problem, status=status
    )  # fmt: skip


def _list(form: PaymentsForm, asked: PaymentsInput, status: int = 200) -> ResponseReturnValue:
    who = actor()
    if not (who.everywhere or who.centre_ids):
        return show("desk/no_centre.html")
    centres = [one for one in clinics.centres() if who.reaches(one.id)]
    offer(form, centres, people.clinician_names(who, centre_id=asked.centre))
    return show("payments/index.html", "payments/_found.html", form=form, status=status, **_found(asked))


def _found(asked: PaymentsInput) -> dict[str, Any]:
    """A page of them, how many there are and are hidden, what they come to, and where its neighbours begin."""
    who, order = actor(), asked.sorted_by
    found = ledger.lists.page(asked.wish, by=who, place=asked.where)
    return {
        "rows": payment_rows.lines(found.rows), "asked": asked, "found": found, "counted_to": ledger.lists.COUNTED_TO,
        "sums": payment_rows.sums(found), "adds_up": who.may(Permission.SEE_REVENUE),
        "added_up_to": f"{ledger.lists.ADDED_UP_TO:,}", "turns": _turns(order), "before": write_place(found.before, order),
        "after": write_place(found.after, order), "bare": _bare(asked), "part": wants_part(),
        "silent": "" if wants_part() else silent_words(who),
    }  # fmt: skip


def _turns(order: str) -> dict[str, tuple[str, str]]:
    """For each heading by which one may sort: the order a press asks for, and how it is sorted now."""

    def turn(key: str) -> tuple[str, str]:
        now = {key: "ascending", f"-{key}": "descending"}.get(order, "")
        return (f"-{key}" if now != "descending" else key), now

    return {"made": turn("made"), "paid": turn("paid")}


def _bare(asked: PaymentsInput) -> str:
    """The address of the same days without filters."""
    kept = {name: value for name, value in asked.kept.items() if name in ("time", "dates", "since", "until", "order")}
    return _address(kept)


def _address(kept: dict[str, Any]) -> str:
    return url_for("payments.index", **kept)


def _drawn(asked: PaymentsInput) -> dict[str, Any]:
    """What the form shows of it."""
    drawn = asked.model_dump(exclude={"turn", "place", "show", "sums"})
    return drawn | {name: str(drawn[name] or "") for name in ("centre", "clinician", "state")}

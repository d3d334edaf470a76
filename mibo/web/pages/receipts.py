"""Receipts at the desk: their register, one on paper, sent by link; and how a centre issues them."""

from collections.abc import Sequence

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from mibo import booking, clinics, clock, db, payments
from mibo.clinics import Centre
from mibo.errors import Invalid, Missing
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID, read_id
from mibo.payments import ReceiptCopy
from mibo.payments.receipt_rules import year_of, year_shown
from mibo.web import receipt_rows
from mibo.web.access import actor, may
from mibo.web.forms.receipts import BillingForm, ReceiptsForm
from mibo.web.htmx import go, show
from mibo.web.inputs.receipts import BillingInput, ReceiptsInput
from mibo.web.keys import takes
from mibo.web.reads import noted
from mibo.web.receipt_paper import paper_of
from mibo.web.receipt_pdf import pdf_answer

bp = Blueprint("receipts", __name__)

ONE = f"/money/receipts/<int(max={GREATEST_ID}):receipt_id>"


@bp.route("/money/receipts", methods=["GET", "POST"])
@may(Permission.SEE_RECEIPTS)
def index() -> ResponseReturnValue:
    """The register of documents, the newest first, a page at a time."""
    form = _form()
    return _register(form, form.read(ReceiptsInput) or ReceiptsInput(), 422 if form.errors else 200)


def _form() -> ReceiptsForm:
    return ReceiptsForm().offer([one for one in clinics.centres() if actor().reaches(one.id)])


def _register(form: ReceiptsForm, asked: ReceiptsInput, status: int) -> ResponseReturnValue:
    who = actor()
    if not (who.everywhere or who.centre_ids):
        return show("desk/no_centre.html")
    after = payments.staff_receipt(asked.after, by=who) if asked.after else None
    found = payments.register(asked.wish, by=who, after=after)
    year = year_of(asked.since or clock.today())
    return show(
        "receipts/index.html", form=form, rows=receipt_rows.rows(found[: payments.RECEIPTS_PAGE]),
        next_id=found[payments.RECEIPTS_PAGE - 1].id if len(found) > payments.RECEIPTS_PAGE else None,
        is_first=after is None, year=year_shown(year), any_wish=asked != ReceiptsInput(),
        series=receipt_rows.completeness(payments.series(by=who, year=year)), status=status,
    )  # fmt: skip


@bp.get(ONE)
@may(Permission.GIVE_RECEIPTS)
@noted("receipt.opened", "receipt_id")
def one(receipt_id: int) -> ResponseReturnValue:
    """One document as it was issued, to print, to keep as a file, or to send."""
    found, copies = payments.staff_receipt(receipt_id, by=actor()), payments.copies_of(receipt_id)
    return show(
        "receipts/one.html", one=found, paper=paper_of(found, mark=_mark(copies)), copies=len(copies),
        prints=_mark(copies) != "Copy", copy=request.args.get("copy"), link=payments.live_link(receipt_id),
        others=receipt_rows.links(
            [each for each in payments.receipts_of([found.payment_id]) if each.id != receipt_id], "/money/receipts"
        ),
    )  # fmt: skip


@bp.get(f"{ONE}/pdf")
@may(Permission.GIVE_RECEIPTS)
@noted("receipt.opened", "receipt_id")
def pdf(receipt_id: int) -> ResponseReturnValue:
    """The same as a file."""
    found = payments.staff_receipt(receipt_id, by=actor())
    return pdf_answer(paper_of(found, mark=_mark(payments.copies_of(receipt_id))), found)


@bp.post(f"{ONE}/copies")
@may(Permission.GIVE_RECEIPTS)
@takes()
def copy(receipt_id: int) -> ResponseReturnValue:
    """It is printed now. What is printed again says that it is a duplicate."""
    made = payments.note_copy(payments.staff_receipt(receipt_id, by=actor()), by=actor())
    return go("receipts.one", receipt_id=receipt_id, copy=made.id)


@bp.post(f"{ONE}/link")
@may(Permission.GIVE_RECEIPTS)
@takes()
def send(receipt_id: int) -> ResponseReturnValue:
    """Send it to the patient's phone."""
    payments.send_receipt(payments.staff_receipt(receipt_id, by=actor()), by=actor())
    flash("The receipt is on its way by WhatsApp. Its link works for 30 days.", "success")
    return go("receipts.one", receipt_id=receipt_id)


@bp.post(f"{ONE}/link/removal")
@may(Permission.GIVE_RECEIPTS)
@takes()
def take_back(receipt_id: int) -> ResponseReturnValue:
    """The link that was sent works no more."""
    found = payments.staff_receipt(receipt_id, by=actor())
    if payments.revoke_links(found.id, by=actor()):
        flash("The link that was sent works no more.", "success")
    return go("receipts.one", receipt_id=receipt_id)


@bp.post(f"/desk/appointments/<int(max={GREATEST_ID}):appointment_id>/receipt")
@may(Permission.GIVE_RECEIPTS)
@takes()
def issue(appointment_id: int) -> ResponseReturnValue:
    """A receipt for what was paid before there were any; where there is one, that one."""
    about = booking.staff_appointment(appointment_id, by=actor())
    made = payments.issue_receipt(about.payment_id, by=actor().account_id)
    if made is None:
        flash("Nothing was to be paid, so there is no receipt.", "warn")
        return go("desk.appointment", appointment_id=appointment_id)
    return go("receipts.one", receipt_id=made.id)


@bp.get(f"/desk/centres/<int(max={GREATEST_ID}):centre_id>/billing")
@may(Permission.SEE_POLICY)
def billing(centre_id: int) -> ResponseReturnValue:
    """How a centre issues documents."""
    return _billing(_centre(centre_id))


@bp.post(f"/desk/centres/<int(max={GREATEST_ID}):centre_id>/billing")
@may(Permission.SET_BILLING, own_transactions=True)
def set_billing(centre_id: int) -> ResponseReturnValue:
    """Decide it anew; what was issued stays as it is."""
    form = BillingForm()
    if said := form.read(BillingInput):
        try:
            with db.transaction():
                payments.set_billing(centre_id, said.model_dump(), by=actor().account_id)
        except Invalid as error:
            form.refuse(error)
        else:
            flash("Saved. It holds for what is paid from now on.", "success")
            return go("receipts.billing", centre_id=centre_id)
    with db.reading():
        return _billing(_centre(centre_id), form, status=422)


def _billing(centre: Centre, form: BillingForm | None = None, status: int = 200) -> ResponseReturnValue:
    shown = payments.billing_of(centre.id) or payments.suggested_billing(centre)
    drawn = form or BillingForm(formdata=None).show(shown)
    return show(
        "receipts/billing.html", centre=centre, form=drawn, shown=shown, status=status,
        sets=actor().may(Permission.SET_BILLING), year=year_shown(year_of(clock.today())),
    )  # fmt: skip


def _centre(centre_id: int) -> Centre:
    found = clinics.centre(centre_id)
    if found is None or not actor().reaches(centre_id):
        raise Missing("We could not find that centre.")
    return found


def _mark(copies: Sequence[ReceiptCopy]) -> str:
    """What is printed for the first time bears no mark; what was only looked at is a copy."""
    wanted = read_id(request.args.get("copy", ""))
    place = next((n for n, each in enumerate(copies) if each.id == wanted), None)
    return "Copy" if place is None else "Duplicate" if place else ""

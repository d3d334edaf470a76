"""Money that goes back: the worklist, one refund with what may be done about it, and one that a manager opens."""

from collections.abc import Callable

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from wtforms import Form

from mibo import booking, clock, db, payments
from mibo.booking import giving_back, refund_list
from mibo.errors import Conflict, Invalid
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID, read_id
from mibo.money import rupees
from mibo.payments import DrawerClosed, Refund
from mibo.web import desk_record, receipt_rows, refund_rows
from mibo.web.access import actor, may
from mibo.web.forms.base import InputForm
from mibo.web.forms.refunds import ApprovalForm, ByHandForm, DeclineForm, HandingOverForm, OwnerForm
from mibo.web.htmx import go, show
from mibo.web.inputs.refunds import ApprovalInput, ByHandInput, DeclineInput, HandingOverInput, OwnerInput
from mibo.web.keys import takes
from mibo.web.reads import noted

bp = Blueprint("refunds", __name__)

PAGE, Which = refund_list.PAGE, refund_list.Which
ONE = f"/money/refunds/<int(max={GREATEST_ID}):refund_id>"
BY_HAND = f"/desk/appointments/<int(max={GREATEST_ID}):appointment_id>/refund"
NOBODY = "nobody"


@bp.get("/money/refunds")
@may(Permission.GIVE_BACK)
def index() -> ResponseReturnValue:
    """What goes back, by how far it has come."""
    which, who = _which(), actor()
    found = refund_list.refunds(which, by=who, after=_place(request.args.get("after", "")))
    more = found[PAGE - 1].place if len(found) > PAGE else None
    return show(
        "refunds/index.html", which=which, tabs=refund_rows.TABS, counts=refund_list.counts(by=who),
        rows=refund_rows.lines(found[:PAGE]), empty_words=refund_rows.EMPTY[which],
        after=f"{more[0].isoformat()}~{more[1]}" if more else "", decides=who.may(Permission.DECIDE_REFUNDS),
    )  # fmt: skip


def _which() -> refund_list.Which:
    asked = request.args.get("which", "")
    first = Which.WAITING if actor().may(Permission.DECIDE_REFUNDS) else Which.APPROVED
    return Which(asked) if asked in set(Which) else first


def _place(text: str) -> refund_list.Place | None:
    """Where a page goes on; None for what is no such place."""
    at, _, row_id = text.replace(" ", "+").partition("~")
    found = read_id(row_id)
    try:
        return (clock.read_instant(at), found) if found else None
    except ValueError:
        return None


@bp.get(ONE)
@may(Permission.GIVE_BACK)
@noted("refund.read", "refund_id")
def one(refund_id: int) -> ResponseReturnValue:
    """One refund in full."""
    return _one(refund_id)


@bp.post(f"{ONE}/approval")
@may(Permission.DECIDE_REFUNDS, own_transactions=True, fresh=True)
def approve(refund_id: int) -> ResponseReturnValue:
    """It goes back."""
    form = ApprovalForm()
    said = form.read(ApprovalInput)
    if said is None:
        return _refused(refund_id, form)
    at_desk = said.way == "DESK"
    words = "Approved. It can be handed over at the desk now." if at_desk else "Approved. It leaves in a moment."
    return _do(
        refund_id, form, words,
        lambda: giving_back.approve(refund_id, at_desk=at_desk, by=actor(), version=said.version),
    )  # fmt: skip


@bp.post(f"{ONE}/approval-undone")
@may(Permission.DECIDE_REFUNDS, own_transactions=True)
@takes("version")
def undo_approval(refund_id: int) -> ResponseReturnValue:
    """Not approved after all, while nothing has left."""
    words = "The approval is taken back. Nothing has left."
    return _do(refund_id, None, words, lambda: giving_back.undo_approval(refund_id, by=actor(), version=_version()))


@bp.post(f"{ONE}/decline")
@may(Permission.DECIDE_REFUNDS, own_transactions=True)
def decline(refund_id: int) -> ResponseReturnValue:
    """It does not go back."""
    form = DeclineForm()
    said = form.read(DeclineInput)
    if said is None:
        return _refused(refund_id, form)
    return _do(
        refund_id, form, "Declined. The patient hears of it on WhatsApp.",
        lambda: giving_back.decline(refund_id, said.reason, by=actor(), version=said.version),
    )  # fmt: skip


@bp.post(f"{ONE}/retry")
@may(Permission.DECIDE_REFUNDS, own_transactions=True, fresh=True)
@takes("version")
def retry(refund_id: int) -> ResponseReturnValue:
    """The provider is asked once more."""
    words = "The payment provider is asked once more."
    return _do(refund_id, None, words, lambda: giving_back.retry(refund_id, by=actor(), version=_version()))


@bp.post(f"{ONE}/handing-over")
@may(Permission.GIVE_BACK, own_transactions=True, fresh=True)
def hand_over(refund_id: int) -> ResponseReturnValue:
    """The money was handed over at the desk."""
    form = HandingOverForm()
    said = form.read(HandingOverInput)
    if said is None:
        return _refused(refund_id, form)
    return _do(
        refund_id, form, "Noted as given back. The slip can be printed from this page.",
        lambda: _handed_over(refund_id, said),
    )  # fmt: skip


def _handed_over(refund_id: int, said: HandingOverInput) -> Refund:
    if said.open_drawer:
        giving_back.open_drawer_for(refund_id, by=actor())
    return giving_back.hand_over(refund_id, said.method, said.reference, by=actor(), version=said.version)


@bp.post(f"{ONE}/owner")
@may(Permission.DECIDE_REFUNDS, own_transactions=True)
def assign(refund_id: int) -> ResponseReturnValue:
    """Somebody sees to it."""
    form = OwnerForm()
    said = form.read(OwnerInput)
    if said is None:
        return _refused(refund_id, form)
    words = "It is yours now." if said.owner == actor().account_id else "Saved."
    return _do(
        refund_id, form, words,
        lambda: giving_back.assign(refund_id, said.owner or None, by=actor(), version=said.version),
    )  # fmt: skip


@bp.get(BY_HAND)
@may(Permission.DECIDE_REFUNDS)
@noted("appointment.opened", "appointment_id")
def new(appointment_id: int) -> ResponseReturnValue:
    """How much goes back of a booking's money by a manager's decision."""
    return _new(appointment_id)


@bp.post(BY_HAND)
@may(Permission.DECIDE_REFUNDS, own_transactions=True, fresh=True)
def open_by_hand(appointment_id: int) -> ResponseReturnValue:
    """It is put on the list, to be approved like any other."""
    form, problem, status = ByHandForm(), "", 422
    if said := form.read(ByHandInput):
        try:
            with db.transaction():
                paise, left = said.rupees * 100, said.left
                opened = giving_back.open_by_hand(appointment_id, paise, said.reason, by=actor(), shown_left=left)
                refund_id = opened.id
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            problem, status = error.message, 409
        else:
            flash("The refund is opened and is yours. Approve it to send it.", "success")
            return go("refunds.one", refund_id=refund_id)
    with db.reading():
        return _new(appointment_id, form, problem=problem, status=status)


def _new(
    appointment_id: int, form: ByHandForm | None = None, *, problem: str = "", status: int = 200
) -> ResponseReturnValue:
    seen = booking.staff_appointment(appointment_id, by=actor())
    paid = payments.paid_attempt(seen.payment)
    left = payments.left_of(paid) if paid else 0
    form = form or ByHandForm(formdata=None)
    form.left.raw_data, form.left.data = None, str(left)
    return show(
        "refunds/new.html", one=seen, facts=desk_record.facts_of(seen, actor()), form=form,
        paid=rupees(paid.paise) if paid else "", left=left, problem_words=problem, centre_name=seen.centre.short_name,
        going=[refund_rows.STATES[each.status][0] + f", {rupees(each.paise)}" for each in payments.refunds_of(seen.payment_id)],
        status=status,
    )  # fmt: skip


def _do(refund_id: int, form: InputForm | None, words: str, act: Callable[[], Refund]) -> ResponseReturnValue:
    """Do it, and show how it stands; a refusal keeps what was typed."""
    try:
        with db.transaction():
            act()
    except Invalid as error:
        if form is None:
            raise
        form.refuse(error)
        return _refused(refund_id, form)
    except Conflict as error:
        with db.reading():
            closed = isinstance(error, DrawerClosed)
            return _one(refund_id, form if closed else None, problem=error.message, status=409, asks_for_drawer=closed)
    flash(words, "success")
    return go("refunds.one", refund_id=refund_id)


def _refused(refund_id: int, form: InputForm) -> ResponseReturnValue:
    with db.reading():
        return _one(refund_id, form, status=422)


def _version() -> int | None:
    return read_id(request.form.get("version", ""))


def _one(
    refund_id: int, refused: InputForm | None = None, *, problem: str = "", status: int = 200,
    asks_for_drawer: bool = False,
) -> ResponseReturnValue:  # fmt: skip
    row = refund_list.refund(refund_id, by=actor())
    seen = refund_rows.in_full(row, actor())
    notes = [each for each in payments.receipts_of([row.payment_id]) if each.refund_id == refund_id]
    approval = _drawn(ApprovalForm, refused)
    if approval.way.data is None:
        approval.way.data = "PROVIDER" if row.paid_online else "DESK"
    owner = _drawn(OwnerForm, refused)
    if "own" in seen.may:
        owner.owner.choices = [
            (NOBODY, "Nobody yet"),
            *((str(key), name) for key, name in giving_back.owners().items()),
        ]
        owner.owner.data = str(row.owner_id or NOBODY)
    return show(
        "refunds/one.html", papers=receipt_rows.links(notes, "/money/receipts"),
        refund=seen, approval=approval, owner=owner, decline=_drawn(DeclineForm, refused),
        handing=_drawn(HandingOverForm, refused), asks_for_drawer=asks_for_drawer, me=actor().account_id,
        refused=refused, problem_words=problem,
        centre_name=row.centre, status=status,
    )  # fmt: skip


def _drawn(kind: type[InputForm], refused: Form | None) -> InputForm:
    """The form that was refused, with what was typed, or an empty one."""
    return refused if isinstance(refused, kind) else kind(formdata=None)

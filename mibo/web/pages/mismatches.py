"""Money that does not match: what waits for a person, and what that person does about it."""

from urllib.parse import urlencode

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from mibo import db, identity
from mibo.booking import Outcome, listening, mismatches, parked, sweeping, writing_in
from mibo.errors import Conflict, Invalid
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.money import rupees
from mibo.payments.rules import MismatchReason
from mibo.web import mismatch_rows
from mibo.web.access import actor, may
from mibo.web.forms.mismatches import AsideForm, AttachForm, ReturnForm, WriteInForm
from mibo.web.htmx import go, show
from mibo.web.inputs.mismatches import AsideInput, AttachInput, MismatchFilter, ReturnInput, WriteInInput
from mibo.web.keys import takes

bp = Blueprint("mismatches", __name__, url_prefix="/money/mismatches")

ONE = f"/<int(max={GREATEST_ID}):mismatch_id>"
LOOKED = {
    mismatches.Look.SETTLED: ("It fits now, and is settled.", "success"),
    mismatches.Look.GIVEN_BACK: (
        "The payment service says that it has been given back, so nothing is left to do.",
        "success",
    ),
    mismatches.Look.AS_BEFORE: ("Asked again: it still does not match.", "info"),
    mismatches.Look.NOT_THERE: ("The payment service does not know this payment.", "warn"),
}
ATTACHED = {
    Outcome.CONFIRMED: ("The booking is paid by it and confirmed. The patient is told.", "success"),
    Outcome.RESEATED: ("The booking is paid by it and has its time again. The patient is told.", "success"),
    Outcome.TOO_LATE: ("The time of that booking is gone, so the money goes back: its refund is on the list.", "warn"),
}


@bp.get("")
@may(Permission.SETTLE_MISMATCHES)
def index() -> ResponseReturnValue:
    """What waits, the longest wait first; or what is resolved."""
    told = {name: value for name, value in request.args.items() if name in MismatchFilter.model_fields and value}
    try:
        asked = MismatchFilter.model_validate(told)
    except ValueError:
        return go("mismatches.index")
    wish = parked.MismatchWish(resolved=asked.resolved, reason=asked.reason)
    found, total = parked.page(wish, offset=(asked.page - 1) * parked.PAGE)
    looks = [] if asked.resolved else sweeping.looks()
    people = {each.one.resolved_by for each in found} | {each.asked_by for each in looks}
    names = identity.names_of({each for each in people if each})
    return show(
        "mismatches/index.html", rows=mismatch_rows.lines(found, names), total=total, page=asked.page, asked=asked,
        looks=mismatch_rows.looks(looks, names), silent=mismatch_rows.silence_words(listening.silence()),
        pages=-(-total // parked.PAGE), reasons=[(each, mismatch_rows.TITLES[each]) for each in MismatchReason],
        address=f"{url_for('mismatches.index')}?{urlencode({**told, 'page': ''})}{{page}}",
    )  # fmt: skip


@bp.post("/reconciliation")
@may(Permission.SETTLE_MISMATCHES)
@takes()
def reconcile() -> ResponseReturnValue:
    """Have the last three days of the payment service's list held against our books, now."""
    sweeping.reconcile_now(by=actor())
    flash("Going through the last three days. What comes of it stands below in a moment.", "info")
    return go("mismatches.index")


@bp.get(ONE)
@may(Permission.SETTLE_MISMATCHES)
def one(mismatch_id: int) -> ResponseReturnValue:
    """One of them, and what may be done."""
    return _one(mismatch_id)


@bp.post(f"{ONE}/look")
@may(Permission.SETTLE_MISMATCHES, own_transactions=True)
@takes()
def look(mismatch_id: int) -> ResponseReturnValue:
    """Ask the payment service once more."""
    try:
        words, kind = LOOKED[mismatches.look_again(mismatch_id, by=actor())]
    except Conflict as error:
        words, kind = error.message, "warn"
    flash(words, kind)
    return go("mismatches.one", mismatch_id=mismatch_id)


@bp.post(f"{ONE}/booking")
@may(Permission.SETTLE_MISMATCHES, own_transactions=True)
def attach(mismatch_id: int) -> ResponseReturnValue:
    """The money is for a booking."""
    form = AttachForm()
    if said := form.read(AttachInput):
        try:
            outcome = mismatches.attach(mismatch_id, said.reference, by=actor())
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            return _refused(mismatch_id, error)
        else:
            flash(*ATTACHED.get(outcome, ("The money is settled.", "success")))
            return go("mismatches.one", mismatch_id=mismatch_id)
    with db.reading():
        return _one(mismatch_id, attaching=form, status=422)


@bp.post(f"{ONE}/return")
@may(Permission.SETTLE_MISMATCHES, own_transactions=True)
def give_back(mismatch_id: int) -> ResponseReturnValue:
    """The money goes back: its refund is put on the list."""
    form = ReturnForm()
    if said := form.read(ReturnInput):
        try:
            paise = mismatches.give_back(mismatch_id, said.meant_for, by=actor())
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            return _refused(mismatch_id, error)
        else:
            flash(f"{rupees(paise)} goes back: its refund is on the list.", "success")
            return go("mismatches.one", mismatch_id=mismatch_id)
    with db.reading():
        return _one(mismatch_id, returning=form, status=422)


@bp.post(f"{ONE}/refund")
@may(Permission.SETTLE_MISMATCHES, own_transactions=True)
def write_in(mismatch_id: int) -> ResponseReturnValue:
    """It was given back at the payment service itself, and our books say so from now on."""
    form = WriteInForm()
    if said := form.read(WriteInInput):
        try:
            refund = writing_in.write_in(mismatch_id, said.reason, by=actor())
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            return _refused(mismatch_id, error)
        else:
            flash(f"{rupees(refund.paise)} given back now stands in the books.", "success")
            return go("mismatches.one", mismatch_id=mismatch_id)
    with db.reading():
        return _one(mismatch_id, writing=form, status=422)


@bp.post(f"{ONE}/set-aside")
@may(Permission.SETTLE_MISMATCHES, own_transactions=True)
def set_aside(mismatch_id: int) -> ResponseReturnValue:
    """Nothing is to be done, for a reason."""
    form = AsideForm()
    if said := form.read(AsideInput):
        try:
            mismatches.set_aside(mismatch_id, said.note, by=actor())
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            return _refused(mismatch_id, error)
        else:
            flash("Set aside. It stays in the list of what is resolved.", "success")
            return go("mismatches.index")
    with db.reading():
        return _one(mismatch_id, aside=form, status=422)


def _refused(mismatch_id: int, error: Conflict) -> ResponseReturnValue:
    with db.reading():
        return _one(mismatch_id, problem=error.message, status=409)


def _one(
    mismatch_id: int, *, attaching: AttachForm | None = None, returning: ReturnForm | None = None,
    writing: WriteInForm | None = None, aside: AsideForm | None = None, problem: str = "", status: int = 200,
) -> ResponseReturnValue:  # fmt: skip
    found = parked.one(mismatch_id)
    names = identity.names_of({found.one.resolved_by} if found.one.resolved_by else ())
    shown = mismatch_rows.whole(found, parked.event_of(found), names)
    return show(
        "mismatches/one.html", one=shown, problem_words=problem, status=status,
        meant=parked.may_be_meant(found) if shown.is_open and shown.may_be_placed else [],
        attaching=attaching or AttachForm(formdata=None), returning=returning or ReturnForm(formdata=None),
        writing=writing or WriteInForm(formdata=None), aside=aside or AsideForm(formdata=None),
        waits=writing_in.waits_as(found.one) if shown.is_open and shown.may_be_written_in else None,
    )  # fmt: skip

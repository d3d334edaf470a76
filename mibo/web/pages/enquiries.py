"""Enquiries as staff work on them: whom to call now, one in full, and what may be done about it."""

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from mibo import clock, db, identity, leads
from mibo.clinics import Centre
from mibo.errors import Conflict, Invalid, Missing
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.leads import Asked
from mibo.web import desk_booking, enquiry_rows, enquiry_words
from mibo.web.access import actor, may
from mibo.web.forms.enquiries import (
    CallForm,
    LaterForm,
    LostForm,
    PlaceForm,
    SearchForm,
    SeenForm,
    StaffEnquiryForm,
    offer_centres,
)
from mibo.web.htmx import go, show
from mibo.web.inputs.enquiries import (
    CallInput,
    LaterInput,
    ListInput,
    LostInput,
    PlaceInput,
    SearchInput,
    SeenInput,
    StaffEnquiryInput,
)
from mibo.web.inputs.takings import of_address
from mibo.web.reads import noted

bp = Blueprint("enquiries", __name__, url_prefix="/enquiries")

ONE = f"/<int(max={GREATEST_ID}):enquiry_id>"
OUTCOMES = {
    "REACHED": "Noted: reached.",
    "NO_ANSWER": "Noted: no answer. They come up again later.",
    "WRONG_NUMBER": "Noted: wrong number. The enquiry is closed.",
}
Said = TypeVar("Said", bound=SeenInput)
Form = SeenForm


@bp.get("")
@may(Permission.ANSWER_ENQUIRIES)
def listing() -> ResponseReturnValue:
    """Whom to call, those that nobody has taken first."""
    told, problem = of_address(ListInput, request.args)
    return _listing(told, SearchForm(formdata=None), status=422 if problem else 200)


@bp.post("/find")
@may(Permission.ANSWER_ENQUIRIES)
def find() -> ResponseReturnValue:
    """Somebody by name or number; what is typed travels in the body, so that it stands in no address."""
    form = SearchForm()
    said = form.read(SearchInput)
    return _listing(ListInput(part="all"), form, typed=said.typed if said else "", status=200 if said else 422)


def _listing(told: ListInput, form: SearchForm, *, typed: str = "", status: int = 200) -> ResponseReturnValue:
    found, total = leads.enquiries(told.wish(typed), by=actor(), offset=(told.page - 1) * leads.PAGE)
    kept = {name: value for name, value in told.kept.items() if value}
    return show(
        "enquiries/listing.html", rows=enquiry_rows.lines(found), total=total, form=form, typed=typed, asked=told,
        parts=enquiry_words.PARTS, kept=kept, centres=_centres(), page=told.page, pages=-(-total // leads.PAGE) if not typed else 1,
        address=f"{url_for('enquiries.listing', **kept)}&page={{page}}", cut=told.cut, status=status,
    )  # fmt: skip


@bp.get("/new")
@may(Permission.ANSWER_ENQUIRIES)
def new() -> ResponseReturnValue:
    """The form for what somebody told on the phone or at the desk."""
    return _new(StaffEnquiryForm(formdata=None))


@bp.post("/new")
@may(Permission.ANSWER_ENQUIRIES, own_transactions=True)
def add() -> ResponseReturnValue:
    """Note it; a number that has an open enquiry joins that one."""
    form = StaffEnquiryForm()
    if said := form.read(StaffEnquiryInput):
        try:
            with db.transaction():
                made = leads.ask(_asked(said), by=actor())
                again = made.added_by != actor().account_id or made.version > 1
        except Invalid as error:
            form.refuse(error)
        except Missing as error:
            form.say("where", error.message)
        else:
            flash("This number has an open enquiry: it was added there." if again else "Noted.", "success")
            return go("enquiries.one", enquiry_id=made.id)
    with db.reading():
        return _new(form, status=422)


def _asked(said: StaffEnquiryInput) -> Asked:
    centre_id, online = said.where
    return Asked(
        full_name=said.full_name, phone=said.phone, request_key=said.key, centre_id=centre_id, online=online, care=said.care,
        for_other=said.whose == "OTHER", call_at=said.call_at, words=said.words, source=said.source, heard_of=said.heard_of,
        campaign=said.campaign, referrer=said.referrer,
    )  # fmt: skip


def _new(form: StaffEnquiryForm, *, status: int = 200) -> ResponseReturnValue:
    offer_centres(form, _centres())
    running = [
        one
        for one, _ in leads.campaigns()
        if one.from_on <= clock.today() and (one.to_on is None or one.to_on >= clock.today())
    ]
    form.campaign.choices = [SelectChoice("", "None"), *(SelectChoice(one.code, one.name) for one in running)]
    form.key.data = form.key.data or secrets.token_urlsafe(16)
    return show("enquiries/new.html", form=form, status=status)


@bp.get(ONE)
@may(Permission.ANSWER_ENQUIRIES)
@noted("enquiry.opened", "enquiry_id")
def one(enquiry_id: int) -> ResponseReturnValue:
    """One enquiry in full."""
    return _page(enquiry_id)


@bp.post(f"{ONE}/taking")
@may(Permission.ANSWER_ENQUIRIES, own_transactions=True)
def take(enquiry_id: int) -> ResponseReturnValue:
    """It is theirs to see to."""
    return _press(
        enquiry_id,
        SeenForm(),
        SeenInput,
        lambda said: leads.take(enquiry_id, by=actor(), seen=said.seen),
        "It is yours.",
    )


@bp.post(f"{ONE}/calls")
@may(Permission.ANSWER_ENQUIRIES, own_transactions=True)
def call(enquiry_id: int) -> ResponseReturnValue:
    """What came of a call."""
    return _press(
        enquiry_id, CallForm(), CallInput,
        lambda said: leads.note_call(enquiry_id, said.outcome, said.note, said.next_call_at, by=actor(), seen=said.seen),
        lambda said: OUTCOMES[said.outcome],
    )  # fmt: skip


@bp.post(f"{ONE}/later")
@may(Permission.ANSWER_ENQUIRIES, own_transactions=True)
def later(enquiry_id: int) -> ResponseReturnValue:
    """They are called then."""
    return _press(
        enquiry_id, LaterForm(), LaterInput,
        lambda said: leads.call_later(enquiry_id, said.next_call_at, said.note, by=actor(), seen=said.seen),
        "They come up again then.",
    )  # fmt: skip


@bp.post(f"{ONE}/loss")
@may(Permission.ANSWER_ENQUIRIES, own_transactions=True)
def lose(enquiry_id: int) -> ResponseReturnValue:
    """It came to nothing."""
    return _press(
        enquiry_id, LostForm(), LostInput,
        lambda said: leads.lose(enquiry_id, said.reason, said.note, by=actor(), seen=said.seen),
        "Closed. It can be opened again.",
    )  # fmt: skip


@bp.post(f"{ONE}/reopening")
@may(Permission.ANSWER_ENQUIRIES, own_transactions=True)
def reopen(enquiry_id: int) -> ResponseReturnValue:
    """Somebody should see to it again."""
    return _press(
        enquiry_id, SeenForm(), SeenInput, lambda said: leads.reopen(enquiry_id, by=actor(), seen=said.seen),
        "Open again, and yours.",
    )  # fmt: skip


@bp.post(f"{ONE}/undoing")
@may(Permission.ANSWER_ENQUIRIES, own_transactions=True)
def undo(enquiry_id: int) -> ResponseReturnValue:
    """The last step was a slip."""
    return _press(
        enquiry_id,
        SeenForm(),
        SeenInput,
        lambda said: leads.undo(enquiry_id, by=actor(), seen=said.seen),
        "Taken back.",
    )


@bp.post(f"{ONE}/centre")
@may(Permission.ANSWER_ENQUIRIES, own_transactions=True)
def place(enquiry_id: int) -> ResponseReturnValue:
    """It belongs to a centre from now on."""
    return _press(
        enquiry_id, PlaceForm(), PlaceInput,
        lambda said: leads.place(enquiry_id, said.centre, by=actor(), seen=said.seen), "It belongs to that centre now.",
    )  # fmt: skip


@bp.post(f"{ONE}/forgetting")
@may(Permission.KEEP_CAMPAIGNS, own_transactions=True)
def forget(enquiry_id: int) -> ResponseReturnValue:
    """They ask that we forget them: at once, for good."""
    form = SeenForm()
    if said := form.read(SeenInput):
        with db.transaction():
            leads.forget_now(enquiry_id, by=actor(), seen=said.seen)
        flash("Forgotten. Only the numbers stay.", "success")
        return go("enquiries.listing")
    with db.reading():
        return _page(enquiry_id, form, status=422)


def _press(
    enquiry_id: int,
    form: Form,
    kind: type[Said],
    act: Callable[[Said], object],
    words: str | Callable[[Said], str],
) -> ResponseReturnValue:
    status, problem = 422, ""
    if said := form.read(kind):
        try:
            with db.transaction():
                act(said)
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            status, problem = 409, error.message
        else:
            flash(words if isinstance(words, str) else words(said), "success")
            return go("enquiries.one", enquiry_id=enquiry_id)
    with db.reading():
        return _page(enquiry_id, form, problem=problem, status=status)


def _page(enquiry_id: int, refused: Form | None = None, *, problem: str = "", status: int = 200) -> ResponseReturnValue:
    found = leads.enquiry(enquiry_id, by=actor())
    names = identity.names_of({each.by_account_id for each in found.steps if each.by_account_id})
    forms = _forms(refused)
    shown = refused in forms.values()
    wrong = [(f"#{field.id}" if shown else "", str(each)) for field in refused or () for each in field.errors] + [
        ("", each) for each in (refused.form_errors if refused else ())
    ]
    last = leads.undoable(found.id, by=actor())
    return show(
        "enquiries/one.html", one=found, state=enquiry_words.STATES[found.status], facts=enquiry_rows.facts(found),
        words=leads.unseal(found.words), steps=enquiry_rows.steps(found, names),
        patients=enquiry_rows.patients(found, leads.patients_of(found)), booking=enquiry_rows.booking_of(found),
        visit=enquiry_rows.visit(found), is_open=leads.rules.is_open(found.status), undo=enquiry_rows.SAID[last.kind] if last else "",
        mine=found.owner_id == actor().account_id, centres=_centres(), problems=[("", problem)] if problem else wrong,
        **forms, status=status,
    )  # fmt: skip


def _forms(refused: Form | None) -> dict[str, Any]:
    """The forms of the page; the one that was refused keeps what was typed."""
    kinds = {"calling": CallForm, "later": LaterForm, "losing": LostForm}
    forms = {name: refused if type(refused) is kind else kind(formdata=None) for name, kind in kinds.items()}
    for name, form in forms.items():  # a note has the same name in each of them, and a label of its own
        for field in form:
            field.id = field.label.field_id = f"{name}-{field.id}"
    return forms


def _centres() -> list[Centre]:
    return [centre for centre in desk_booking.centres() if actor().reaches(centre.id)]

"""What patients ask about their data, as managers see to it: by its clock, taken on, answered (security.md lines 76, 80)."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from mibo import care, db
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.people import rights_rules
from mibo.web import request_rows
from mibo.web.access import actor, may
from mibo.web.forms.requests import AnswerForm, TakeForm
from mibo.web.htmx import go, show
from mibo.web.inputs.requests import AnswerInput, TakeInput
from mibo.web.paging import page_asked
from mibo.web.reads import noted

bp = Blueprint("data_requests", __name__, url_prefix="/worklists/requests")

ONE = f"/<int(max={GREATEST_ID}):request_id>"
PAGE = 50


@bp.get("")
@may(Permission.ANSWER_REQUESTS)
def listing() -> ResponseReturnValue:
    """What waits, by its clock; or what is over."""
    closed, page = request.args.get("part") == "closed", page_asked(PAGE)
    found = care.requests.requests(closed=closed, by=actor(), **page.reach)
    rows = [request_rows.line(one) for one in page.shown(found)]
    return show("data_requests/listing.html", rows=rows, closed=closed, **page.facts(found))


@bp.get(ONE)
@may(Permission.ANSWER_REQUESTS)
@noted("request.opened", "request_id")
def one(request_id: int) -> ResponseReturnValue:
    """One request, with what is to be done."""
    return _one(request_id)


@bp.post(f"{ONE}/owner")
@may(Permission.ANSWER_REQUESTS, own_transactions=True)
def take(request_id: int) -> ResponseReturnValue:
    """They see to it from now on."""
    form = TakeForm()
    if form.done(TakeInput, lambda said: care.requests.take(request_id, said.version, by=actor())):
        flash("It is yours.", "success")
        return go("data_requests.one", request_id=request_id)
    with db.reading():
        return _one(request_id, problems=form, status=form.status)


@bp.post(f"{ONE}/answer")
@may(Permission.ANSWER_REQUESTS, own_transactions=True)
def answer(request_id: int) -> ResponseReturnValue:
    """The patient is told what became of it."""
    form = AnswerForm()
    if form.done(AnswerInput, lambda said: _answer(request_id, said)):
        flash("Answered. The patient reads it under “My requests”.", "success")
        return go("data_requests.listing")
    with db.reading():
        return _one(request_id, form, problems=form, status=form.status)


def _answer(request_id: int, said: AnswerInput) -> None:
    care.requests.answer(request_id, said.version, said.outcome, said.words, said.ground, by=actor())


def _one(
    request_id: int, form: AnswerForm | None = None, *, problems: AnswerForm | TakeForm | None = None, status: int = 200
) -> ResponseReturnValue:
    found = care.requests.request(request_id, by=actor())
    form = form or AnswerForm(formdata=None)
    form.version.data = str(found.version)
    return show(
        "data_requests/one.html", one=found, line=request_rows.line(found), form=form, problems=problems or form,
        to_do=request_rows.TO_DO[found.kind], mine=found.owner_id == actor().account_id, status=status,
        held=request_rows.held(care.requests.held_back(found.patient_id)) if found.kind == rights_rules.ERASURE else [],
        because=request_rows.because(found), longest=rights_rules.WORDS_LENGTH,
    )  # fmt: skip

"""What a patient asks about their data, and what became of it (security.md line 76)."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from mibo import clinics, db, people
from mibo.errors import Invalid
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.people import rights, rights_rules
from mibo.web import request_rows
from mibo.web.access import actor, may
from mibo.web.filters import day_and_year
from mibo.web.forms.requests import AskForm
from mibo.web.htmx import go, show
from mibo.web.inputs.requests import AskInput
from mibo.web.keys import takes

bp = Blueprint("own_requests", __name__, url_prefix="/my/requests")


@bp.get("")
@may(Permission.SEE_OWN)
def listing() -> ResponseReturnValue:
    """What was asked, with its clock and its answer, and one thing more to ask."""
    wanted = request.args.get("kind", "")
    return _listing(AskForm(formdata=None, data={"kind": wanted if wanted in rights_rules.KINDS else None}))


@bp.post("")
@may(Permission.BOOK_OWN, own_transactions=True)
def ask() -> ResponseReturnValue:
    """Something is asked for."""
    form = AskForm()
    if said := form.read(AskInput):
        try:
            with db.transaction():
                made = rights.ask(said.patient, said.kind, said.words, by=actor())
        except Invalid as error:
            form.refuse(error)
        else:
            flash(gettext("We have your request, and answer by %(day)s.", day=day_and_year(made.due_at)), "success")
            return go("own_requests.listing")
    with db.reading():
        return _listing(form, status=422)


@bp.post(f"/<int(max={GREATEST_ID}):request_id>/withdrawal")
@may(Permission.BOOK_OWN)
@takes()
def take_back(request_id: int) -> ResponseReturnValue:
    """It is not wanted any more."""
    rights.take_back(request_id, by=actor())
    flash(gettext("Taken back."), "success")
    return go("own_requests.listing")


def _listing(form: AskForm, *, status: int = 200) -> ResponseReturnValue:
    family = people.family_of(actor().account_id)
    nominees = [(one.full_name, named[0]) for one in family if (named := rights.nominee_of(one.id))]
    return show(
        "own_requests/listing.html", form=form.offer(list(family)), family=family, nominees=nominees,
        rows=[request_rows.own(one, several=len(family) > 1) for one in rights.own(by=actor())],
        notes=request_rows.notes(clinics.policy_in_force()), longest=rights_rules.WORDS_LENGTH, status=status,
    )  # fmt: skip

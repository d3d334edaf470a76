"""The staff: who works here, as what and where; added, changed, closed and opened again."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from mibo import booking, clinics, db, identity
from mibo.clinics import Centre
from mibo.errors import Conflict, Invalid, Missing, Refused
from mibo.identity import Account, PhoneTaken, Role, UsernameTaken
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.web.access import actor, may
from mibo.web.devices import signed_out
from mibo.web.forms.staff import StaffFilterForm, StaffForm
from mibo.web.htmx import go, show
from mibo.web.inputs.staff import StaffFilter, StaffInput
from mibo.web.keys import takes
from mibo.web.menu import ROLE_WORDS

bp = Blueprint("staff", __name__, url_prefix="/desk/staff")

ONE = f"/<int(max={GREATEST_ID}):account_id>"
PAGE = 50


@bp.route("", methods=["GET", "POST"])
@may(Permission.SEE_STAFF)
def listing() -> ResponseReturnValue:
    """The staff, a page at a time."""
    return _list(*_asked())


def _list(form: StaffFilterForm, asked: StaffFilter) -> ResponseReturnValue:
    rows, total = identity.staff_page(asked.wish, asked.page, size=PAGE)
    handled = {row.id for row in rows if identity.may_handle(actor().roles, frozenset(row.roles))}
    return show(
        "staff/listing.html",
        form=form,
        rows=rows,
        total=total,
        page=asked.page,
        pages=-(-total // PAGE),
        handled=handled,
        role_words=ROLE_WORDS,
        status=422 if form.errors else 200,
    )


@bp.get("/new")
@may(Permission.ADD_FRONT_DESK)
def new() -> ResponseReturnValue:
    """The form for somebody new, for a role that was asked for."""
    form = _offered(StaffForm(formdata=None))
    form.role.data = request.args.get("role", Role.FRONT_DESK.value)
    return show("staff/new.html", form=form)


@bp.post("/new")
@may(Permission.ADD_FRONT_DESK, own_transactions=True, fresh=True)
def add() -> ResponseReturnValue:
    """Add them, and send the link with which they set their password. A refusal keeps all that was typed."""
    form, status = StaffForm(), 422
    if (said := form.read(StaffInput)) and _has_role(form, said):
        try:
            with db.transaction():
                added = identity.add_staff(said.details, said.post, by=actor())  # type: ignore[arg-type]
                identity.send_password_link(added, by=actor())
        except (Invalid, Conflict) as error:
            status = _refuse(form, error)
        else:
            flash(f"{added.full_name} is added. A link to set a password is on its way to their phone.", "success")
            return go("staff.member", account_id=added.id)
    with db.reading():
        return show("staff/new.html", form=_offered(form), status=status)


@bp.get(ONE)
@may(Permission.SEE_STAFF)
def member(account_id: int) -> ResponseReturnValue:
    """One member of staff."""
    return _member(account_id)


@bp.post(ONE)
@may(Permission.ADD_FRONT_DESK, own_transactions=True, fresh=True)
def change(account_id: int) -> ResponseReturnValue:
    """Change who they are, and what they may do where. A refusal keeps all that was typed."""
    form, status = StaffForm(), 422
    if said := form.read(StaffInput):
        try:
            with db.transaction():
                identity.change_staff(account_id, said.details, said.post, by=actor())
        except (Invalid, Conflict, identity.OwnRights) as error:
            status = _refuse(form, error)
        else:
            flash("The changes are saved. They count from their next click.", "success")
            return go("staff.member", account_id=account_id)
    with db.reading():
        return _member(account_id, form, status=status)


@bp.get(f"{ONE}/access")
@may(Permission.ADD_FRONT_DESK)
def access(account_id: int) -> ResponseReturnValue:
    """What it means to close this account, or to open it again."""
    return _access(account_id)


@bp.post(f"{ONE}/access")
@may(Permission.ADD_FRONT_DESK, own_transactions=True, fresh=True)
@takes("active")
def set_access(account_id: int) -> ResponseReturnValue:
    """Close the account, or open it again."""
    opens = request.form.get("active") == "yes"
    try:
        with db.transaction():
            done = (identity.reopen_account if opens else identity.close_account)(account_id, by=actor())
    except (Conflict, identity.OwnRights) as error:
        with db.reading():
            return _access(account_id, problem=error.message, status=409 if isinstance(error, Conflict) else 403)
    flash(f"{done.full_name} {'may sign in again' if opens else 'can no longer sign in'}.", "success")
    return go("staff.member", account_id=account_id)


@bp.post(f"{ONE}/password-link")
@may(Permission.ADD_FRONT_DESK, fresh=True)
@takes()
def send_link(account_id: int) -> ResponseReturnValue:
    """Send the link to set a password once more; the former one stops working."""
    account = identity.staff_to_handle(account_id, by=actor())
    if not account.active:
        raise Refused("This account is closed. Open it first.")
    identity.send_password_link(account, by=actor())
    flash("A link to set a password is on its way to their phone.", "success")
    return go("staff.member", account_id=account_id)


@bp.post(f"{ONE}/sign-ins/end")
@may(Permission.ADD_FRONT_DESK, fresh=True)
@takes()
def end_sign_ins(account_id: int) -> ResponseReturnValue:
    """Sign them out of every browser and app: a lost phone, a doubt. They may sign in again (clinic.md P23)."""
    account = identity.staff_to_handle(account_id, by=actor())
    flash(signed_out(account.full_name, identity.end_stays_of(account.id, by=actor())), "success")
    return go("staff.member", account_id=account_id)


def _asked() -> tuple[StaffFilterForm, StaffFilter]:
    """What the list is narrowed to; what makes no sense is said beside its field, and asks for nothing."""
    if request.method == "POST":
        form = StaffFilterForm()
        asked = form.read(StaffFilter)
    else:
        form = StaffFilterForm(formdata=None, data=request.args.to_dict())
        asked = _by_address()
    return form.offer(clinics.centres()), asked or StaffFilter()


def _by_address() -> StaffFilter:
    told = {name: value for name, value in request.args.items() if name in StaffFilter.model_fields and value}
    try:
        return StaffFilter.model_validate(told)
    except ValueError:
        raise Missing("We could not find that list.") from None


def _offered(form: StaffForm) -> StaffForm:
    return form.offer(identity.roles_within_reach(actor().roles), _centres())


def _centres() -> Sequence[Centre]:
    return clinics.centres(active=True)


def _has_role(form: StaffForm, said: StaffInput) -> bool:
    if said.role is None:
        form.say("role", "Choose a role.")
    return said.role is not None


def _refuse(form: StaffForm, error: Invalid | Conflict | Refused) -> int:
    """Say it where it belongs, and with which status."""
    if isinstance(error, Invalid):
        form.refuse(error)
        return 422
    taken = {PhoneTaken.code: "phone", UsernameTaken.code: "username"}
    form.say(taken.get(error.code, ""), error.message)
    return 409 if isinstance(error, Conflict) else 403


def _member(account_id: int, form: StaffForm | None = None, *, status: int = 200) -> ResponseReturnValue:
    account = identity.staff_member(account_id)
    handles = identity.may_handle(actor().roles, identity.roles_of(account))
    return show(
        "staff/member.html",
        form=_offered(form or StaffForm(formdata=None).show(account)),
        handles=handles and actor().may(Permission.ADD_FRONT_DESK),
        is_self=account.id == actor().account_id,
        status=status,
        **_about(account),
    )


def _access(account_id: int, *, problem: str = "", status: int = 200) -> ResponseReturnValue:
    account = identity.staff_to_handle(account_id, by=actor())
    return show(
        "staff/access.html",
        sign_ins=identity.open_sign_ins(account.id),
        ahead=booking.ahead_of_account(account.id),
        problem_words=problem,
        status=status,
        **_about(account),
    )


def _about(account: Account) -> dict[str, Any]:
    post, roles = identity.post_of(account), identity.roles_of(account)
    names = {one.id: one.short_name for one in clinics.centres()}
    places = dict.fromkeys([*(post.centre_ids if post else ()), *(each.centre_id for each in account.grants)])
    return {
        "account": account,
        "post": post,
        "roles": [ROLE_WORDS[role] for role in Role if role in roles],
        "places": [names[place] for place in places if place in names],
        "everywhere": identity.everywhere(roles),
        "is_clinician": Role.CLINICIAN in roles,
    }

"""Clinicians as staff keep them: found, added, changed, shown in a picture, switched off and on."""

from collections.abc import Sequence
from contextlib import closing

import structlog
from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from mibo import booking, clinics, db, identity, people
from mibo.booking import VisitAhead, VisitsToCome
from mibo.errors import Conflict, DomainError, Invalid
from mibo.identity import PhoneTaken, UsernameTaken
from mibo.identity.permissions import Permission
from mibo.integrations.http import ProviderError
from mibo.people import Clinician
from mibo.web import clinician_rows
from mibo.web.access import actor, may
from mibo.web.clinician_rows import MODE_WORDS, SORT_WORDS, STATE_WORDS
from mibo.web.forms.clinicians import ClinicianForm, PictureForm, clinician_form
from mibo.web.htmx import go, show
from mibo.web.inputs.clinicians import ClinicianInput, ClinicianSearch
from mibo.web.keys import takes
from mibo.web.pages import home

bp = Blueprint("clinicians", __name__, url_prefix="/desk/clinicians")

ONE = "/<int:clinician_id>"
AWAY = "The picture could not be kept just now. Please try again in a moment."

log = structlog.get_logger(__name__)


@bp.get("")
@may(Permission.SEE_CLINICIANS)
def index() -> ResponseReturnValue:
    """The clinicians within reach, searched, filtered, sorted and paged."""
    who = actor()
    if not (who.everywhere or who.centre_ids or who.clinician_id):
        return show("desk/no_centre.html")
    search = _search()
    found, total = people.clinicians_page(search.wish, search.page, by=who)
    return show(
        "clinicians/index.html",
        "clinicians/_list.html",
        rows=clinician_rows.rows(found),
        total=total,
        search=search,
        pages=max(1, -(-total // people.CLINICIANS_PAGE)),
        url=clinician_rows.page_url(search),
        heads=clinician_rows.heads(search),
        centres=_centres(),
        modes=MODE_WORDS,
        states=STATE_WORDS,
        sorts=SORT_WORDS,
    )


@bp.get("/new")
@may(Permission.EDIT_CLINICIANS)
def new() -> ResponseReturnValue:
    """The form for a new clinician."""
    return _edit(None, _form(None))


@bp.post("/new")
@may(Permission.EDIT_CLINICIANS, own_transactions=True, fresh=True)
def add() -> ResponseReturnValue:
    """Add a clinician; a link with which they set their password goes to their phone."""
    with db.reading():
        form = _form(None)
    if said := form.read(ClinicianInput):
        try:
            with db.transaction():
                added = people.add_clinician(said.profile, said.contact, said.places(frozenset()), by=actor())
                _send_link(added)
        except DomainError as error:
            return _refused(None, form, error)
        flash(f"{added.full_name} is added. A link to set a password is on its way to their phone.", "success")
        return go("clinicians.one", clinician_id=added.id)
    with db.reading():
        return _edit(None, form, status=422)


@bp.get(ONE)
@may(Permission.SEE_CLINICIANS)
def one(clinician_id: int) -> ResponseReturnValue:
    """One clinician in full, with their picture and what can be done."""
    return _one(people.staff_clinician(clinician_id, by=actor()), PictureForm())


@bp.get(f"{ONE}/preview")
@may(Permission.SEE_CLINICIANS)
def preview(clinician_id: int) -> ResponseReturnValue:
    """The page that patients see."""
    return home.profile(people.staff_clinician(clinician_id, by=actor()), preview=True)


@bp.get(f"{ONE}/edit")
@may(Permission.EDIT_CLINICIANS)
def edit(clinician_id: int) -> ResponseReturnValue:
    """The form with all that is kept."""
    found = people.staff_clinician(clinician_id, by=actor())
    return _edit(found, _form(found))


@bp.post(f"{ONE}/edit")
@may(Permission.EDIT_CLINICIANS, own_transactions=True, fresh=True)
def change(clinician_id: int) -> ResponseReturnValue:
    """Change all that is kept. A refusal keeps what was typed."""
    with db.reading():
        found = people.staff_clinician(clinician_id, by=actor())
        form = _form(found)
    if said := form.read(ClinicianInput):
        others = frozenset(place.centre_id for place in found.places if not actor().reaches(place.centre_id))
        try:
            with db.transaction():
                booking.change_clinician(clinician_id, said.profile, said.contact, said.places(others), by=actor())
        except DomainError as error:
            return _refused(found, form, error)
        flash("The changes are saved.", "success")
        return go("clinicians.one", clinician_id=clinician_id)
    with db.reading():
        return _edit(found, form, status=422)


@bp.post(f"{ONE}/picture")
@may(Permission.EDIT_CLINICIANS, own_transactions=True, fresh=True)
def set_picture(clinician_id: int) -> ResponseReturnValue:
    """Show a picture: what was sent is drawn anew and kept before anything is written."""
    with db.reading():
        found = people.staff_clinician(clinician_id, by=actor())
    form, status = PictureForm(), 422
    if form.validate_on_submit():
        try:
            _show_picture(clinician_id, form)
        except people.PictureTooLarge as error:
            status = 413
            form.refuse(error)
        except Invalid as error:
            form.refuse(error)
        except ProviderError:
            status = 503
            form.say("picture", AWAY)
        else:
            flash("The picture is shown.", "success")
            return go("clinicians.one", clinician_id=clinician_id)
    with db.reading():
        return _one(found, form, status=status)


@bp.post(f"{ONE}/picture/removal")
@may(Permission.EDIT_CLINICIANS, own_transactions=True, fresh=True)
@takes()
def remove_picture(clinician_id: int) -> ResponseReturnValue:
    """Show the first letters of the name again."""
    with db.transaction():
        former = people.set_picture(clinician_id, None, by=actor())
    _forget(former)
    flash("The picture is removed.", "success")
    return go("clinicians.one", clinician_id=clinician_id)


@bp.get(f"{ONE}/closing")
@may(Permission.EDIT_CLINICIANS)
def before_closing(clinician_id: int) -> ResponseReturnValue:
    """What switching off would mean, before it is done."""
    found = people.staff_clinician(clinician_id, by=actor())
    return _closing(found, booking.visits_ahead(clinician_id))


@bp.post(f"{ONE}/closing")
@may(Permission.EDIT_CLINICIANS, own_transactions=True, fresh=True)
@takes()
def close(clinician_id: int) -> ResponseReturnValue:
    """Switch off, unless somebody is still coming (R-ACL-5)."""
    try:
        with db.transaction():
            closed = booking.close_clinician(clinician_id, by=actor())
    except VisitsToCome as error:
        with db.reading():
            return _closing(people.staff_clinician(clinician_id, by=actor()), error.visits, status=409)
    flash(f"{closed.full_name} is switched off and signed out.", "success")
    return go("clinicians.one", clinician_id=clinician_id)


@bp.post(f"{ONE}/opening")
@may(Permission.EDIT_CLINICIANS, fresh=True)
@takes()
def reopen(clinician_id: int) -> ResponseReturnValue:
    """Switch on again."""
    opened = people.reopen_clinician(clinician_id, by=actor())
    flash(f"{opened.full_name} can be booked again.", "success")
    return go("clinicians.one", clinician_id=clinician_id)


@bp.post(f"{ONE}/password-link")
@may(Permission.EDIT_CLINICIANS, fresh=True)
@takes()
def send_password_link(clinician_id: int) -> ResponseReturnValue:
    """Send a link with which they set a password themselves; nobody here reads it."""
    found = people.clinician_to_change(clinician_id, by=actor())
    if found.account and found.active:
        _send_link(found)
        flash("A link to set a password is on its way to their phone.", "success")
    else:
        flash("Nobody can sign in as this clinician: there is no phone number, or they are switched off.", "warn")
    return go("clinicians.one", clinician_id=clinician_id)


def _send_link(found: Clinician) -> None:
    """To their own phone."""
    if found.account:
        identity.send_password_link(found.account, by=actor())


def _show_picture(clinician_id: int, form: PictureForm) -> None:
    key = people.keep_picture(_sent(form))
    try:
        with db.transaction():
            former = people.set_picture(clinician_id, key, by=actor())
    except BaseException:
        _forget(key)
        raise
    _forget(former)


def _sent(form: PictureForm) -> bytes:
    """What was sent, up to a byte more than it may be. Raises Invalid when it is nothing."""
    sent = b""
    if form.picture.data:
        with closing(form.picture.data) as file:
            sent = file.read(people.LARGEST_PICTURE + 1)
    if not sent:
        raise Invalid.field("picture", "Choose a picture.")
    return sent


def _forget(key: str | None) -> None:
    """What nobody shows any more may stay for a while when the store is away."""
    try:
        people.forget_picture(key)
    except ProviderError as error:
        log.warning("picture.not_forgotten", because=str(error))


def _search() -> ClinicianSearch:
    known = {name: value for name, value in request.args.items() if name in ClinicianSearch.model_fields}
    return ClinicianSearch.model_validate(known)


def _centres() -> Sequence[tuple[int, str]]:
    return [(each.id, each.short_name) for each in clinics.centres() if actor().reaches(each.id)]


def _form(found: Clinician | None) -> ClinicianForm:
    """Centres that are theirs to give; those of the clinician that are not stay, and may be the primary one."""
    held = {place.centre_id: place.centre.short_name for place in found.places} if found else {}
    own = [each for each in clinics.centres() if actor().reaches(each.id) and (each.active or each.id in held)]
    given = {each.id: each.short_name for each in own}
    return clinician_form(found, given.items(), (held | given).items())


def _refused(found: Clinician | None, form: ClinicianForm, error: DomainError) -> ResponseReturnValue:
    status = 409 if isinstance(error, Conflict) else 422
    visits: Sequence[VisitAhead] = ()
    if isinstance(error, Invalid):
        form.refuse(error)
    elif isinstance(error, PhoneTaken | UsernameTaken):
        form.say("phone" if isinstance(error, PhoneTaken) else "username", error.message)
    elif isinstance(error, VisitsToCome):
        form.say("centres", error.message)
        visits = error.visits
    elif isinstance(error, people.NotTheirAccount):
        status = 403
        form.say("phone", error.message)
    else:
        raise error
    with db.reading():
        return _edit(found, form, status=status, visits=visits)


def _edit(
    found: Clinician | None, form: ClinicianForm, *, status: int = 200, visits: Sequence[VisitAhead] = ()
) -> ResponseReturnValue:
    other = [place.centre.short_name for place in found.places if not actor().reaches(place.centre_id)] if found else []
    return show(
        "clinicians/edit.html",
        found=found,
        form=form,
        other=other,
        visits=clinician_rows.seen(visits, actor()),
        status=status,
    )


def _one(found: Clinician, form: PictureForm, *, status: int = 200) -> ResponseReturnValue:
    return show(
        "clinicians/one.html", one=found, form=form, modes=[MODE_WORDS[mode] for mode in found.modes], status=status
    )


def _closing(found: Clinician, visits: Sequence[VisitAhead], *, status: int = 200) -> ResponseReturnValue:
    return show("clinicians/closing.html", one=found, visits=clinician_rows.seen(visits, actor()), status=status)

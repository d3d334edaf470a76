"""Clinicians, for those who look after them (api-contract.md 3.6, and the credentials of 5.3)."""

from dataclasses import replace
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mibo import booking, db, identity, people, scheduling
from mibo.errors import Invalid, Problem
from mibo.identity import Permission
from mibo.people import Clinician, Contact, Places, Profile
from mibo.web.access import actor, may
from mibo.web.api import clinic_shapes
from mibo.web.api.answers import said, the_id
from mibo.web.api.clinic_shapes import ClinicianInFull
from mibo.web.api.clinician_hours import keep_rules
from mibo.web.api.document import documented
from mibo.web.api.shown import Told
from mibo.web.inputs.clinician_records import ClinicianAdded, ClinicianChange, Credentials
from mibo.web.inputs.clinicians import https_address
from mibo.web.inputs.users import ActiveWish

bp = Blueprint("clinician_records", __name__)

NAMES = {
    "full_name": "full_name", "designation": "title", "specialization": "specialisations",
    "qualification": "qualifications", "languages": "languages", "expertise": "expertise",
    "consultation_fee": "fee_paise", "registration_number": "registration_number",
    "years_of_experience": "years_of_experience", "bio": "bio", "consultation_modes": "modes",
    "default_duration_minutes": "session_minutes", "buffer_minutes": "buffer_minutes",
    "video_introduction_url": "video_url",
}  # fmt: skip


@bp.post("/clinicians")
@bp.post("/users/clinicians")
@documented(gives=ClinicianInFull, body=ClinicianAdded, tag="Clinicians", status=201, refuses=(400, 404, 409))
@may(Permission.EDIT_CLINICIANS, fresh=True)
def add_clinician(told: ClinicianAdded) -> ResponseReturnValue:
    """A new clinician, all of it or nothing. Without a password they get a link to set one."""
    _check_who(told)
    name = told.full_name or (identity.staff_member(told.user_id).full_name if told.user_id else "")
    values = {ours: getattr(told, theirs) for theirs, ours in NAMES.items()} | {"full_name": name}
    added = people.add_clinician(
        Profile(**values, picture_url=_foreign(told.profile_picture_url)),
        Contact(phone=told.phone, email=told.email, username=told.username),
        Places(centre_ids=frozenset({told.primary_centre_id, *told.centre_ids}), primary_id=told.primary_centre_id),
        by=actor(),
        account_id=told.user_id,
    )
    if key := people.own_picture(told.profile_picture_url):
        people.set_picture(added.id, key, by=actor())
    if told.password and not told.user_id:
        people.set_credentials(added.id, None, told.password, by=actor())
    elif added.account and not added.account.password_hash:
        identity.send_password_link(added.account, by=actor())
    if told.availability_rules:
        keep_rules(added, told.availability_rules, by=actor())
    return _shown(added, "Clinician created successfully", 201)


def _check_who(told: ClinicianAdded) -> None:
    """A new account needs a name and a phone; that of a member of staff has both."""
    missing = [] if told.user_id else [name for name in ("full_name", "phone") if not getattr(told, name)]
    if missing:
        words = {name: name.replace("_", " ").capitalize() for name in missing}
        raise Invalid(problems=[Problem(name, f"{words[name]} is required.") for name in missing])


@bp.put("/clinicians/<clinician_id>")
@bp.put("/users/clinicians/<clinician_id>")
@documented(gives=ClinicianInFull, body=ClinicianChange, tag="Clinicians", refuses=(400, 404, 409))
@may(Permission.EDIT_CLINICIANS, fresh=True)
def change_clinician(clinician_id: str, told: ClinicianChange) -> ResponseReturnValue:
    """Change what is told; bookings that are made keep their fee."""
    if not told.model_fields_set:
        raise Invalid("Tell at least one thing to change.")
    one = people.clinician_to_change(the_id(clinician_id), by=actor())
    sent = told.told
    profile = replace(people.profile_of(one), **{NAMES[name]: value for name, value in sent.items() if name in NAMES})
    contact = replace(people.contact_of(one), **{name: sent[name] for name in ("phone", "email") if name in sent})
    if "profile_picture_url" in sent:
        profile = replace(profile, picture_url=_foreign(sent["profile_picture_url"]))
        _show(one, people.own_picture(sent["profile_picture_url"]))
    changed = booking.change_clinician(one.id, profile, contact, _places(one, sent), by=actor())
    return _shown(changed, "Clinician updated successfully")


@bp.delete("/clinicians/<clinician_id>")
@bp.delete("/users/clinicians/<clinician_id>")
@documented(gives=Told, tag="Clinicians", refuses=(400, 404))
@may(Permission.EDIT_CLINICIANS, fresh=True)
def remove_clinician(clinician_id: str) -> ResponseReturnValue:
    """Switch off; refused while visits are to come. What was stays."""
    booking.close_clinician(the_id(clinician_id), by=actor())
    return said(Told(message="Clinician deleted successfully"))


@bp.patch("/clinicians/<clinician_id>/toggle-active")
@bp.patch("/users/clinicians/<clinician_id>/toggle-active")
@documented(gives=ClinicianInFull, body=ActiveWish, tag="Clinicians", refuses=(400, 404))
@may(Permission.EDIT_CLINICIANS, fresh=True)
def toggle_clinician(clinician_id: str, told: ActiveWish) -> ResponseReturnValue:
    """Switch on or off; the id is the clinician's under both prefixes."""
    switch = people.reopen_clinician if told.is_active else booking.close_clinician
    return _shown(switch(the_id(clinician_id), by=actor()))


@bp.patch("/clinicians/<clinician_id>/credentials")
@bp.patch("/users/clinicians/<clinician_id>/credentials")
@documented(gives=ClinicianInFull, body=Credentials, tag="Clinicians", refuses=(400, 404, 409))
@may(Permission.SET_CLINICIAN_CREDENTIALS, fresh=True)
def set_credentials(clinician_id: str, told: Credentials) -> ResponseReturnValue:
    """Give a username or a password; a new password ends every sign-in of theirs."""
    if not (told.username or told.password):
        raise Invalid("Tell a username or a password.")
    return _shown(people.set_credentials(the_id(clinician_id), told.username, told.password, by=actor()))


def _places(one: Clinician, sent: dict[str, Any]) -> Places:
    """Told centres are all of them; a told primary one alone joins those they have."""
    held = people.places_of(one)
    primary = sent.get("primary_centre_id") or (held.primary_id if held else 0)
    centres = frozenset(sent.get("centre_ids") or (held.centre_ids if held else ()))
    if "primary_centre_id" not in sent and sent.get("centre_ids") and primary not in centres:
        primary = sent["centre_ids"][0]
    return Places(centre_ids=centres | {primary}, primary_id=primary)


def _foreign(address: str | None) -> str | None:
    """An address that is kept and never fetched; one of ours is a picture of ours. Raises Invalid."""
    if not address or people.own_picture(address):
        return None
    try:
        return https_address(address)
    except ValueError as error:
        raise Invalid.field("profile_picture_url", str(error)) from None


def _show(one: Clinician, key: str | None) -> None:
    if key != one.picture_key:
        people.forget_picture_later(people.set_picture(one.id, key, by=actor()))


def _shown(one: Clinician, message: str | None = None, status: int = 200) -> ResponseReturnValue:
    db.session().flush()
    rules = [clinic_shapes.hours(each) for each in scheduling.weekly_hours(one.id)]
    return said(clinic_shapes.clinician_in_full(one, rules, to_staff=True), message, status)

"""Clinicians as the clinic keeps them: added, changed, switched off and on again (R-ACL, P13)."""

import re
from dataclasses import dataclass, fields

from sqlalchemy import ColumnElement, delete, exists, or_, select

from mibo import audit, db, identity
from mibo.clinics import Centre
from mibo.config import settings
from mibo.errors import Conflict, Invalid, Missing
from mibo.identity import Account, Actor
from mibo.people.clinician_accounts import NotTheirAccount, grant, is_only_clinician, may_touch, put
from mibo.people.models import Clinician, ClinicianCentre
from mibo.people.queries import clinician

OUR_PICTURE = re.compile(r"/(pictures/[A-Za-z0-9_-]{16,64}\.[a-z0-9]{2,5})")


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What a clinician is to patients. The fee is in paise; bookings that are made keep the fee they were made with."""

    full_name: str
    title: str | None = None
    registration_number: str | None = None
    specialisations: list[str]
    qualifications: list[str]
    expertise: list[str]
    languages: list[str]
    modes: list[str]
    years_of_experience: int | None = None
    fee_paise: int | None = None
    session_minutes: int = 50
    buffer_minutes: int = 0
    bio: str | None = None
    picture_url: str | None = None
    video_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Contact:
    """How a clinician is reached and signs in; the phone is canonical. None: no account yet."""

    phone: str | None = None
    email: str | None = None
    username: str | None = None


@dataclass(frozen=True, kw_only=True)
class Places:
    """The centres at which a clinician works, one of them the primary one."""

    centre_ids: frozenset[int]
    primary_id: int


class AlreadyClinician(Conflict):
    """One account is at most one clinician."""

    code = "ALREADY_CLINICIAN"
    message = "This member of staff is a clinician already."


def add_clinician(
    profile: Profile, contact: Contact, places: Places, *, by: Actor, account_id: int | None = None
) -> Clinician:
    """A new clinician, with a new account or that of a member of staff; the role is CLINICIAN and no other (hole H4).

    Raises Invalid, PhoneTaken, UsernameTaken, AlreadyClinician, Missing, or NotTheirAccount.
    """
    _check_places(places, frozenset(), None, by)
    account = _account_of_staff(account_id, by) if account_id else _opened(profile, contact)
    added = Clinician(account_id=account.id, **_values(profile))
    db.session().add(added)
    db.session().flush()
    _settle(added.id, places)
    grant(account.id, places)
    audit.record(
        "clinician.added", added.id, by=by.account_id, account=account.id, centres=sorted(places.centre_ids),
        fee_paise=profile.fee_paise,
    )  # fmt: skip
    return clinician(added.id, active=None)


def change_clinician(clinician_id: int, profile: Profile, contact: Contact, places: Places, *, by: Actor) -> Clinician:
    """Change all that is kept of a clinician. A fee holds for what is booked from now on (R-PAY).

    Raises Missing, Invalid, PhoneTaken, UsernameTaken, or NotTheirAccount.
    """
    one = clinician_to_change(clinician_id, by=by)
    before = places_of(one)
    _check_places(places, before.centre_ids if before else frozenset(), before.primary_id if before else None, by)
    changed = [field.name for field in fields(Profile) if getattr(profile, field.name) != getattr(one, field.name)]
    if changed:
        fees = {"fee_paise": [one.fee_paise, profile.fee_paise]} if "fee_paise" in changed else {}
        for name, value in _values(profile).items():
            setattr(one, name, value)
        audit.record("clinician.changed", one.id, by=by.account_id, fields=changed, **fees)
    if contact != contact_of(one):
        _reach(one, contact, by)
    if places != before or one.account_id is None:
        _settle(one.id, places)
        audit.record(
            "clinician.centres_changed", one.id, by=by.account_id, primary=places.primary_id,
            before=sorted(before.centre_ids) if before else [], after=sorted(places.centre_ids),
        )  # fmt: skip
    if one.account_id:
        grant(one.account_id, places)
        if one.account and "full_name" in changed and is_only_clinician(one.account_id):
            one.account.full_name = profile.full_name
    db.session().flush()
    db.session().expire(one)
    return clinician(one.id, active=None)


def switch_off(one: Clinician, *, by: Actor) -> None:
    """They are gone from booking and the public pages at once, and signed out; what was stays (R-ACL-6).

    Whether somebody still comes to see them is asked by `booking.close_clinician`, which calls this.
    """
    if not one.active:
        return
    one.active = False
    if one.account_id:
        if is_only_clinician(one.account_id) and one.account:
            one.account.active = False
        identity.end_all(one.account_id, "clinician switched off")
    audit.record("clinician.closed", one.id, by=by.account_id, active=[True, False])
    db.session().flush()


def reopen_clinician(clinician_id: int, *, by: Actor) -> Clinician:
    """They may be booked again, and sign in. Raises Missing."""
    one = clinician_to_change(clinician_id, by=by)
    if not one.active:
        one.active = True
        if one.account and is_only_clinician(one.account.id):
            one.account.active = True
        audit.record("clinician.opened", one.id, by=by.account_id, active=[False, True])
        db.session().flush()
    return one


def set_picture(clinician_id: int, key: str | None, *, by: Actor) -> str | None:
    """Show this picture of ours, or none; the key of the former one when nobody needs it any more. Raises Missing."""
    one = clinician_to_change(clinician_id, by=by)
    former, one.picture_key = one.picture_key, key
    audit.record("clinician.picture_changed", one.id, by=by.account_id, picture=[bool(former), bool(key)])
    db.session().flush()
    shared = (
        db.session().scalar(select(Clinician.id).where(Clinician.picture_key == former).limit(1)) if former else None
    )
    return None if shared or former == key else former


def let_go_of_picture(key: str, *, by: Actor) -> None:
    """Show a picture nowhere any more. Raises Missing when it is that of a clinician of other centres (hole H6)."""
    for clinician_id in db.session().scalars(select(Clinician.id).where(Clinician.picture_key == key)).all():
        set_picture(clinician_id, None, by=by)


def set_credentials(clinician_id: int, username: str | None, password: str | None, *, by: Actor) -> Clinician:
    """A username, a password or both; a new password ends every sign-in.

    Raises Missing, UsernameTaken, NotTheirAccount, or Invalid at `password`.
    """
    one = clinician_to_change(clinician_id, by=by)
    if one.account is None:
        raise Invalid.field("username", "This clinician has no account yet. Add their phone number first.")
    if not may_touch(one.account.id, by):
        raise NotTheirAccount
    if username and username != one.account.username:
        put(one.account, username=username)
    if password:
        identity.set_password(one.account, password)
    audit.record(
        "clinician.credentials_set", one.id, by=by.account_id, username=bool(username), password=bool(password)
    )
    return one


def clinician_to_change(clinician_id: int, *, by: Actor) -> Clinician:
    """A clinician who works at a centre within reach, their row held until the end. Raises Missing (R-ACL-1)."""
    found = select(Clinician.id).where(Clinician.id == clinician_id, within_reach(by)).with_for_update()
    if db.session().scalar(found) is None:
        raise Missing("We could not find that clinician.")
    return clinician(clinician_id, active=None)


def staff_clinician(clinician_id: int, *, by: Actor) -> Clinician:
    """A clinician as staff see them. Raises Missing for one of other centres (R-ACL-1)."""
    if db.session().scalar(select(Clinician.id).where(Clinician.id == clinician_id, within_reach(by))) is None:
        raise Missing("We could not find that clinician.")
    return clinician(clinician_id, active=None)


def within_reach(by: Actor) -> ColumnElement[bool]:
    """The condition under which a clinician is somebody's to see: everywhere, at their centres, or themselves."""
    if by.everywhere:
        return Clinician.id > 0
    here = exists().where(
        ClinicianCentre.clinician_id == Clinician.id, ClinicianCentre.centre_id.in_(sorted(by.centre_ids))
    )
    return or_(here, Clinician.id == by.clinician_id) if by.clinician_id else here


def profile_of(one: Clinician) -> Profile:
    """What is kept of a clinician, as it was told."""
    return Profile(**{field.name: getattr(one, field.name) for field in fields(Profile)})


def contact_of(one: Clinician) -> Contact:
    """How they are reached; nothing when they have no account."""
    account = one.account
    return Contact(phone=account.phone, email=account.email, username=account.username) if account else Contact()


def places_of(one: Clinician) -> Places | None:
    """Where they work; None for somebody who was never given a centre."""
    if not one.places:
        return None
    primary = next((place.centre_id for place in one.places if place.is_primary), one.places[0].centre_id)
    return Places(centre_ids=frozenset(place.centre_id for place in one.places), primary_id=primary)


def own_picture(url: str | None) -> str | None:
    """The key of a picture of ours that an address shows; None for any other address (which is never fetched)."""
    path = (url or "").removeprefix(settings().base_url.rstrip("/"))
    found = OUR_PICTURE.fullmatch(path)
    return found[1] if found else None


def _values(profile: Profile) -> dict[str, object]:
    return {field.name: getattr(profile, field.name) for field in fields(Profile)}


def _check_places(places: Places, before: frozenset[int], was_primary: int | None, by: Actor) -> None:
    """Centres that are there and open; one's own ones may be given and taken, others stay as they were. Raises Invalid."""
    new = places.centre_ids - before
    open_ids = frozenset(db.session().scalars(select(Centre.id).where(Centre.active, Centre.id.in_(sorted(new)))))
    if not places.centre_ids:
        raise Invalid.field("centres", "Choose at least one centre.")
    if new - open_ids or any(not by.reaches(centre_id) for centre_id in new ^ (before - places.centre_ids)):
        raise Invalid.field("centres", "Choose centres that are open and yours.")
    if places.primary_id not in places.centre_ids:
        raise Invalid.field("primary", "The primary centre must be one of the clinician's centres.")
    if was_primary is not None and places.primary_id != was_primary and not by.reaches(places.primary_id):
        raise Invalid.field("primary", "Choose a primary centre that is yours.")


def _opened(profile: Profile, contact: Contact) -> Account:
    if contact.phone is None:
        raise Invalid.field("phone", "Enter the clinician's mobile number.")
    return identity.open_account(
        "STAFF", contact.phone, full_name=profile.full_name, email=contact.email, username=contact.username
    )


def _account_of_staff(account_id: int, by: Actor) -> Account:
    """A member of staff who becomes a clinician as well. Raises Missing, AlreadyClinician, NotTheirAccount."""
    account = db.session().get(Account, account_id)
    if account is None or account.audience != "STAFF" or not account.active:
        raise Missing("We could not find that member of staff.")
    if not may_touch(account_id, by):
        raise NotTheirAccount
    if db.session().scalar(select(Clinician.id).where(Clinician.account_id == account_id)):
        raise AlreadyClinician
    return account


def _reach(one: Clinician, contact: Contact, by: Actor) -> None:
    """Change the account's phone, e-mail and username; somebody without one gets one."""
    if one.account is None:
        if contact.phone is None:
            raise Invalid.field("phone", "Enter the clinician's mobile number; e-mail and username go with it.")
        one.account_id = _opened(profile_of(one), contact).id
        audit.record("clinician.account_opened", one.id, by=by.account_id, account=one.account_id)
        return
    if not may_touch(one.account.id, by):
        raise NotTheirAccount
    if contact.phone is None:
        raise Invalid.field("phone", "Enter the clinician's mobile number.")
    before = contact_of(one)
    changed = [field.name for field in fields(Contact) if getattr(contact, field.name) != getattr(before, field.name)]
    put(one.account, **{name: getattr(contact, name) for name in changed})
    if "phone" in changed:
        identity.leave_phone(one.account, before.phone or "")
    audit.record("clinician.contact_changed", one.id, by=by.account_id, fields=changed)


def _settle(clinician_id: int, places: Places) -> None:
    db.session().execute(delete(ClinicianCentre).where(ClinicianCentre.clinician_id == clinician_id))
    db.session().add_all(
        ClinicianCentre(clinician_id=clinician_id, centre_id=each, is_primary=each == places.primary_id)
        for each in sorted(places.centre_ids)
    )
    db.session().flush()

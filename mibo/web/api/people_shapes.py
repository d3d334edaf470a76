"""How the API shows people to themselves."""

from datetime import date

from mibo import people, phone
from mibo.identity import Account, Actor, Role, Tokens
from mibo.people import Patient
from mibo.web.api.shown import Id, Instant, Shown

HOME_ROLES = (Role.FRONT_DESK, Role.CENTRE_MANAGER)


class PatientUser(Shown):
    """Who signs in."""

    id: Id
    phone: str
    email: str | None
    full_name: str
    first_name: str | None
    last_name: str | None
    user_type: str = "PATIENT"
    is_active: bool
    created_at: Instant


class PatientRecord(Shown):
    """Who is in care; the id is the same as the account's."""

    id: Id
    date_of_birth: date | None
    age: int | None
    gender: str | None
    blood_group: str | None
    emergency_contact_name: str | None
    emergency_contact_phone: str | None
    notes: None  # older apps read the key; what stands in the record are the desk's own words (hole H20)
    is_active: bool


class PatientSignedIn(Shown):
    """A patient who has just proved their phone."""

    user: PatientUser
    patient: PatientRecord
    access_token: str
    refresh_token: str
    is_new_user: bool
    requires_profile_completion: bool


class PatientSelf(Shown):
    """A patient to themselves, in two parts and, for those who want it so, in one."""

    user: PatientUser
    patient: PatientRecord
    id: Id
    phone: str
    email: str | None
    full_name: str
    first_name: str | None
    last_name: str | None
    date_of_birth: date | None
    age: int | None
    gender: str | None
    blood_group: str | None


class StaffUser(Shown):
    """A member of staff to themselves."""

    id: Id
    name: str
    full_name: str
    email: str | None
    phone: str
    username: str | None
    role: str | None
    roles: list[str]
    avatar: None = None
    centre_ids: list[str]
    assigned_centre_id: Id | None
    clinician_id: Id | None
    is_active: bool
    created_at: Instant
    updated_at: Instant


class StaffSignedIn(Shown):
    """A member of staff who has just signed in."""

    user: StaffUser
    access_token: str
    refresh_token: str


class StaffSelf(Shown):
    """A member of staff, looked up."""

    user: StaffUser


class TokenPair(Shown):
    """A token for the next 15 minutes, and one to get the next with."""

    access_token: str
    refresh_token: str


def patient_user(account: Account, own: Patient) -> PatientUser:
    """The account's half."""
    return PatientUser(
        id=account.id, phone=phone.digits(account.phone), email=own.email or account.email, full_name=own.full_name,
        first_name=own.first_name, last_name=own.last_name, is_active=account.active, created_at=account.created_at,
    )  # fmt: skip


def patient_record(own: Patient) -> PatientRecord:
    """The record's half."""
    return PatientRecord(
        id=own.id, date_of_birth=own.date_of_birth, age=people.age_of(own), gender=own.gender,
        blood_group=own.blood_group, emergency_contact_name=own.emergency_contact_name,
        emergency_contact_phone=own.emergency_contact_phone, notes=None, is_active=own.active,
    )  # fmt: skip


def patient_self(account: Account, own: Patient) -> PatientSelf:
    """Both, nested and flat."""
    user, record = patient_user(account, own), patient_record(own)
    return PatientSelf(
        user=user, patient=record, id=own.id, phone=user.phone, email=user.email, full_name=user.full_name,
        first_name=user.first_name, last_name=user.last_name, date_of_birth=record.date_of_birth, age=record.age,
        gender=record.gender, blood_group=record.blood_group,
    )  # fmt: skip


def staff_user(account: Account, who: Actor) -> StaffUser:
    """The account with what it may do where."""
    roles = [role.value for role in Role if role in who.roles]
    homes = sorted(account.grants, key=lambda grant: (not grant.is_primary, grant.id))
    assigned = next((grant.centre_id for grant in homes if grant.role in HOME_ROLES and grant.centre_id), None)
    return StaffUser(
        id=account.id, name=account.full_name, full_name=account.full_name, email=account.email,
        phone=phone.ten_digits(account.phone), username=account.username, role=roles[0] if roles else None, roles=roles,
        centre_ids=[str(centre_id) for centre_id in sorted(who.centre_ids | who.practice_ids)], assigned_centre_id=assigned,
        clinician_id=who.clinician_id, is_active=account.active, created_at=account.created_at,
        updated_at=account.updated_at,
    )  # fmt: skip


def token_pair(tokens: Tokens) -> TokenPair:
    """What an app keeps."""
    return TokenPair(access_token=tokens.access, refresh_token=tokens.refresh)

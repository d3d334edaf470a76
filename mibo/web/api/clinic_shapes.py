"""How the API shows centres and clinicians."""

from datetime import date

from mibo import phone
from mibo.clinics import Centre
from mibo.config import settings
from mibo.people import Clinician
from mibo.scheduling import WeeklyHours
from mibo.web.api.shown import Id, Instant, Rupees, Shown


class CentreShown(Shown):
    """A centre."""

    id: Id
    name: str
    city: str
    address: str
    address_line_1: str
    address_line_2: str | None
    pincode: str
    phone: str
    contact_phone: str
    short_name: str
    map_url: str | None
    email: None = None
    timezone: str
    is_active: bool
    created_at: Instant
    updated_at: Instant


class HoursShown(Shown):
    """A window of a weekday (0 is Sunday) that a clinician keeps at a centre."""

    id: Id
    clinician_id: Id
    centre_id: Id
    day_of_week: int
    start_time: str
    end_time: str
    slot_duration_minutes: int
    mode: str
    consultation_mode: str
    effective_from: date
    effective_to: date | None
    is_active: bool
    created_at: Instant
    updated_at: Instant


class ClinicianShown(Shown):
    """A clinician; how to reach them is shown to staff only."""

    id: Id
    user_id: Id | None
    full_name: str
    name: str
    phone: str | None
    email: str | None
    primary_centre_id: Id | None
    primary_centre_name: str | None
    centre_city: str | None
    centre_ids: list[str]
    specialization: list[str]
    qualification: list[str]
    expertise: list[str]
    languages: list[str]
    registration_number: str | None
    years_of_experience: int | None
    consultation_fee: Rupees
    bio: str | None
    consultation_modes: list[str]
    default_duration_minutes: int
    default_consultation_duration_minutes: int
    buffer_minutes: int | None
    profile_picture_url: str | None
    video_introduction_url: str | None
    designation: str | None
    is_active: bool


class ClinicianInFull(ClinicianShown):
    """A clinician with the hours they keep."""

    username: str | None
    created_at: Instant
    updated_at: Instant
    availability_rules: list[HoursShown]


def centre(one: Centre) -> CentreShown:
    """A centre, as anybody may see it."""
    told = phone.ten_digits(one.phone)
    return CentreShown(
        id=one.id, name=one.name, city=one.city.lower(), address=one.address, address_line_1=one.address_line_1,
        address_line_2=one.address_line_2, pincode=one.pincode, phone=told, contact_phone=told,
        short_name=one.short_name, map_url=one.map_url, timezone=one.timezone,
        is_active=one.active, created_at=one.created_at, updated_at=one.updated_at,
    )  # fmt: skip


def hours(one: WeeklyHours) -> HoursShown:
    """A window of weekly hours."""
    return HoursShown(
        id=one.id, clinician_id=one.clinician_id, centre_id=one.centre_id, day_of_week=one.weekday,
        start_time=face(one.opens_minute), end_time=face(one.closes_minute), slot_duration_minutes=one.slot_minutes,
        mode=one.mode, consultation_mode=one.mode, effective_from=one.effective_from, effective_to=one.effective_to,
        is_active=one.active, created_at=one.created_at,
        updated_at=one.updated_at,
    )  # fmt: skip


def face(minute: int) -> str:
    """`09:30:00`, as older clients read hours."""
    return f"{minute // 60:02d}:{minute % 60:02d}:00"


def clinician(one: Clinician, *, to_staff: bool) -> ClinicianShown:
    """A clinician in a list."""
    return ClinicianShown(**_clinician(one, to_staff))


def clinician_in_full(one: Clinician, rules: list[HoursShown], *, to_staff: bool) -> ClinicianInFull:
    """One clinician with their hours."""
    account = one.account if to_staff else None
    return ClinicianInFull(
        **_clinician(one, to_staff),
        username=account.username if account else None,
        created_at=one.created_at,
        updated_at=one.updated_at,
        availability_rules=rules,
    )


def _clinician(one: Clinician, to_staff: bool) -> dict[str, object]:
    account = one.account if to_staff else None
    home = next((place.centre for place in one.places if place.is_primary), None)
    return {
        "id": one.id,
        "user_id": account.id if account else None,
        "full_name": one.full_name,
        "name": one.full_name,
        "phone": phone.ten_digits(account.phone) if account else None,
        "email": account.email if account else None,
        "primary_centre_id": home.id if home else None,
        "primary_centre_name": home.name if home else None,
        "centre_city": home.city.lower() if home else None,
        "centre_ids": [str(place.centre_id) for place in one.places],
        "specialization": one.specialisations,
        "qualification": one.qualifications,
        "expertise": one.expertise,
        "languages": one.languages,
        "registration_number": one.registration_number,
        "years_of_experience": one.years_of_experience,
        "consultation_fee": one.fee_paise or 0,
        "bio": one.bio,
        "consultation_modes": one.modes,
        "default_duration_minutes": one.session_minutes,
        "default_consultation_duration_minutes": one.session_minutes,
        "buffer_minutes": one.buffer_minutes if to_staff else None,
        "profile_picture_url": f"{settings().base_url.rstrip('/')}{one.picture}" if one.picture else one.picture_url,
        "video_introduction_url": one.video_url,
        "designation": one.title,
        "is_active": one.active,
    }

"""The clinicians of the roster at their centres, with an account and weekly hours."""

from collections.abc import Iterator
from datetime import datetime

from mibo.dev.demo.centres import AGE_OF_THE_CLINIC, House, hire
from mibo.dev.demo.diary import Diary, Doctor, Window
from mibo.dev.demo.roster import BOTH, ROSTER, TRAINING, WEEKS, Profile, Shift
from mibo.dev.demo.rows import Row, Rows
from mibo.identity.permissions import Role
from mibo.people import Clinician, ClinicianCentre

FIFTY, HOUR = 50, 60


def engage(rows: Rows, house: House, diary: Diary, now: datetime) -> list[Doctor]:
    """Everybody on the roster."""
    doctors = [_engaged(rows, house, now, f"9000000{n}", profile) for n, profile in enumerate(ROSTER, start=101)]
    for doctor in doctors:
        _place(rows, house, diary, doctor)
    return doctors


def _engaged(rows: Rows, house: House, now: datetime, phone: str, profile: Profile) -> Doctor:
    account_id = hire(
        rows, now, house, role=Role.CLINICIAN, phone=phone, username=_username(profile), name=profile.name,
        where=profile.city,
    )  # fmt: skip
    row = _clinician(rows, account_id, profile, now)
    return Doctor(int(row["id"]), account_id, f"+91{phone}", profile, house.centre_ids[profile.city])


def _place(rows: Rows, house: House, diary: Diary, doctor: Doctor) -> None:
    """At one centre or two, with the week they keep there."""
    profile, windows = doctor.profile, [*_week(doctor.profile, doctor.home_id)]
    rows.add(ClinicianCentre, clinician_id=doctor.id, centre_id=doctor.home_id, is_primary=True)
    if profile.also:
        centre_id = house.centre_ids[profile.also.city]
        rows.add(ClinicianCentre, clinician_id=doctor.id, centre_id=centre_id, is_primary=False)
        windows += _windows(profile, centre_id, profile.also.shift, profile.also.mode)
    for window in windows:
        diary.keep(doctor, window)


def _username(profile: Profile) -> str:
    """`anita.kurian`"""
    return ".".join(profile.name.lower().split()[1:])


def _clinician(rows: Rows, account_id: int, profile: Profile, now: datetime) -> Row:
    specialisations, qualifications = TRAINING[profile.kind]
    return rows.add(
        Clinician,
        account_id=account_id,
        full_name=profile.name,
        title=profile.title,
        registration_number=profile.registration,
        specialisations=specialisations,
        qualifications=qualifications,
        expertise=profile.expertise.split(", "),
        languages=profile.languages.split(", "),
        modes=list(profile.modes),
        years_of_experience=profile.years,
        fee_paise=profile.rupees * 100 if profile.rupees else None,
        session_minutes=profile.minutes,
        buffer_minutes=0,
        bio=profile.bio,
        active=profile.active,
        created_at=now - AGE_OF_THE_CLINIC,
    )


def _week(profile: Profile, centre_id: int) -> Iterator[Window]:
    for shift in WEEKS[profile.week]:
        yield from _windows(profile, centre_id, shift, BOTH)


def _windows(profile: Profile, centre_id: int, shift: Shift, mode: str) -> Iterator[Window]:
    """The rows of a shift: one for each slot where slots start on the hour and end ten minutes before the next."""
    for weekday in shift.weekdays:
        for opens, closes in _spans(profile, shift):
            yield Window(centre_id, weekday, opens, closes, profile.minutes, mode)


def _spans(profile: Profile, shift: Shift) -> Iterator[tuple[int, int]]:
    if not profile.one_by_one:
        yield shift.opens * HOUR, shift.closes * HOUR
        return
    for hour in range(shift.opens, shift.closes):
        yield hour * HOUR, hour * HOUR + FIFTY

"""Things to test with: plain functions with unsurprising defaults. Each must run inside `db.transaction()`."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from itertools import count

from mibo import clinics, clock, db
from mibo.booking import Appointment, Status, StatusChange
from mibo.booking.rules import reference_of
from mibo.clinics import Centre
from mibo.identity import Account, Actor, RoleGrant
from mibo.identity.permissions import Role
from mibo.payments import Attempt, Payment, terms_of
from mibo.people import Clinician, ClinicianCentre, Consent, Patient
from mibo.people.consent_rules import NOTICE_VERSION
from mibo.scheduling import TimeBlock, WeeklyHours

_numbers = count(1)

EVERY_DAY = range(7)
COME_TO_NOTHING = (Status.CANCELLED, Status.EXPIRED, Status.NO_SHOW)


def _phone(prefix: str = "98") -> str:
    return f"+91{prefix}{next(_numbers):08d}"


def centre(name: str | None = None, *, city: str = "kochi", active: bool = True) -> Centre:
    """An open centre."""
    n = next(_numbers)
    made = Centre(
        name=name or f"Mibo Centre {n}",
        short_name=(name or f"Centre {n}").removeprefix("Mibo "),
        city=city,
        address_line_1=f"{n} MG Road",
        address_line_2="Ernakulam",
        pincode="682001",
        phone="+914840000000",
        active=active,
    )
    return _kept(made)


def clinician(
    *centres: Centre,
    name: str = "Dr. Anita Kurian",
    fee_paise: int | None = 160_000,
    modes: tuple[str, ...] = ("IN_PERSON", "ONLINE"),
    minutes: int = 60,
    buffer: int = 0,
    active: bool = True,
    account: Account | None = None,
    **more: object,
) -> Clinician:
    """A clinician of these centres (one is made when none is named), the first of them primary; no hours yet."""
    made = _kept(
        Clinician(
            full_name=name,
            title="Clinical Psychologist",
            registration_number="RCI-1001",
            specialisations=more.pop("specialisations", ["Clinical Psychologist"]),
            qualifications=["M.Phil"],
            languages=more.pop("languages", ["English", "Malayalam"]),
            modes=list(modes),
            years_of_experience=8,
            fee_paise=fee_paise,
            session_minutes=minutes,
            buffer_minutes=buffer,
            active=active,
            account_id=account.id if account else None,
            **more,
        )
    )
    for place in centres or (centre(),):
        db.session().add(
            ClinicianCentre(clinician_id=made.id, centre_id=place.id, is_primary=place is (centres or (place,))[0])
        )
    db.session().flush()
    return made


def hours(
    who: Clinician,
    where: Centre,
    *,
    weekdays: object = EVERY_DAY,
    opens: str = "09:00",
    closes: str = "18:00",
    minutes: int | None = None,
    mode: str = "BOTH",
) -> list[WeeklyHours]:
    """Weekly hours, every day of the week unless told otherwise (0 is Sunday)."""
    return [
        _kept(
            WeeklyHours(
                clinician_id=who.id,
                centre_id=where.id,
                weekday=weekday,
                opens_minute=_minute(opens),
                closes_minute=_minute(closes),
                slot_minutes=minutes or who.session_minutes,
                mode=mode,
            )
        )
        for weekday in weekdays  # type: ignore[attr-defined]
    ]


def _minute(face: str) -> int:
    hour, minute = face.split(":")
    return int(hour) * 60 + int(minute)


def block(starts: datetime, ends: datetime, *, who: Clinician | None = None, where: Centre | None = None) -> TimeBlock:
    """Closed time, told in wall-clock times."""
    return _kept(
        TimeBlock(
            clinician_id=who.id if who else None,
            centre_id=where.id if where else None,
            starts_local=starts,
            ends_local=ends,
            reason="Training",
        )
    )


def patient(
    name: str = "Asha Menon", *, phone: str | None = None, registered: bool = False, family_of: Patient | None = None
) -> Patient:
    """A patient with an account of their own, or family on somebody else's phone."""
    first, _, last = name.partition(" ")
    known = {
        "full_name": name,
        "first_name": first,
        "last_name": last or None,
        "age_told": 30,
        "age_told_on": clock.today(),
        "gender": "FEMALE",
        "registration_paid_at": clock.now() if registered else None,
    }
    if family_of:
        return _agreed(_kept(Patient(account_id=family_of.account_id, phone=family_of.phone, **known)))
    account = _kept(Account(audience="PATIENT", phone=phone or _phone(), full_name=name))
    return _agreed(_kept(Patient(id=account.id, account_id=account.id, phone=account.phone, **known)))


def _agreed(one: Patient) -> Patient:
    """They have been told what is kept of them, and agree."""
    _kept(
        Consent(
            patient_id=one.id, purpose="CARE", given=True, version=NOTICE_VERSION, capacity="SELF",
            by_account_id=one.account_id,
        )
    )  # fmt: skip
    return one


def staff(
    role: Role, *centres: Centre, name: str = "Deepa Desk", username: str | None = None, **more: object
) -> Account:
    """Somebody with a role, at these centres or (none named) at all of them."""
    made = _kept(Account(audience="STAFF", phone=_phone("97"), full_name=name, username=username, **more))
    for place in centres or (None,):
        db.session().add(RoleGrant(account_id=made.id, role=role, centre_id=place.id if place else None))
    db.session().flush()
    return made


def actor(
    who: Account | Patient, *roles: Role, centres: tuple[Centre, ...] = (), clinician: Clinician | None = None
) -> Actor:
    """The person as actions know them, without signing in."""
    is_patient = isinstance(who, Patient)
    kinds = frozenset(roles) or frozenset({Role.PATIENT})
    return Actor(
        account_id=who.account_id if isinstance(who, Patient) else who.id,
        audience="PATIENT" if is_patient else "STAFF",
        roles=kinds,
        centre_ids=frozenset(place.id for place in centres),
        everywhere=bool(kinds & {Role.ADMIN, Role.MANAGER}),
        clinician_id=clinician.id if clinician else None,
        sign_in_id=0,
        full_name=who.full_name,
    )


def appointment(
    who: Patient,
    clinician: Clinician,
    where: Centre,
    starts_at: datetime,
    *,
    status: Status = Status.CONFIRMED,
    minutes: int | None = None,
    mode: str = "IN_PERSON",
    held_until: datetime | None = None,
    paid: bool | None = None,
    kind: str = "ORDER",
) -> Appointment:
    """An appointment in any state, with its payment (paid once it is confirmed) and history."""
    paid = status not in (Status.PENDING, Status.EXPIRED, Status.CANCELLED) if paid is None else paid
    now = clock.now()
    fee = clinician.fee_paise or 150_000
    kept_patient = db.session().get_one(Patient, who.id)
    registration = 0 if kept_patient.registration_paid_at else clinics.policy_in_force().registration_fee_paise
    if paid and registration:
        kept_patient.registration_paid_at = now
    payment = _kept(
        Payment(
            patient_id=who.id,
            consultation_paise=fee,
            registration_paise=registration,
            **asdict(terms_of(clinics.policy_in_force())),
            status="PAID" if paid else "PENDING",
            method="ONLINE" if paid else None,
            paid_at=now if paid else None,
            released_at=None if paid or status not in COME_TO_NOTHING else now,
        )
    )
    db.session().add(
        Attempt(
            payment_id=payment.id,
            kind=kind,
            paise=payment.amount_paise,
            status="PAID" if paid else "OPEN",
            method="ONLINE" if paid else None,
            paid_at=now if paid else None,
        )
    )
    new_id = int(db.session().scalar(db.entity_id.next_value().select()) or 0)
    made = _kept(
        Appointment(
            id=new_id,
            reference=reference_of(new_id),
            patient_id=who.id,
            clinician_id=clinician.id,
            centre_id=where.id,
            mode=mode,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=minutes or clinician.session_minutes),
            status=status,
            held_until=(held_until or now + timedelta(minutes=15)) if status == Status.PENDING else None,
            payment_id=payment.id,
            source="WEB_PATIENT",
            booked_by=who.account_id,
        )
    )
    db.session().add(StatusChange(appointment_id=made.id, previous=None, next=status, by_account_id=who.account_id))
    db.session().flush()
    return made


def tomorrow() -> date:
    """The clinic's next day."""
    return clock.today() + timedelta(days=1)


def at(face: str, day: date | None = None) -> datetime:
    """The instant at which the clinic's clock shows `10:00`, tomorrow unless told otherwise."""
    minute = _minute(face)
    return clock.instant(day or tomorrow(), datetime.min.time()) + timedelta(minutes=minute)


def _kept(made):  # type: ignore[no-untyped-def]
    db.session().add(made)
    db.session().flush()
    return made

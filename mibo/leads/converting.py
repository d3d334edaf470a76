"""An enquiry becomes a patient and a booking, and keeps hold of both.

A booking counts for an enquiry in two ways. The desk books from it: the two are linked in the booking's own transaction.
Or a patient of the same phone books later, on the website or at any desk: the timetable links the newest enquiry of that
phone to the first booking after it that stands. A hold that ends unpaid opens the enquiry again; a booking that is cancelled
does not, for they had decided to come.
"""

from sqlalchemy import select, text

from mibo import booking, clock, db, jobs
from mibo.booking import Appointment, Status
from mibo.identity import Actor
from mibo.leads import steps
from mibo.leads.models import Enquiry
from mibo.leads.rules import EnquiryClosed, State
from mibo.people import Patient

AT_ONCE = 200
# what is lost may still come: a year is long enough to say that it came of the enquiry
_BOOKED_BY_PHONE = """
select distinct on (e.id) e.id as enquiry_id, a.id as appointment_id
  from enquiry e
  join patient p on reverse(p.phone) = reverse(e.phone)
  join appointment a on a.patient_id = p.id and a.created_at > e.created_at and a.status not in ('PENDING', 'EXPIRED')
 where e.forgotten_at is null and e.status in ('NEW', 'NOT_REACHED', 'CONTACTED', 'LOST')
   and e.touched_at > now() - interval '1 year'
   and not exists (select from enquiry f where f.phone = e.phone and f.id <> e.id
                    and (f.created_at > e.created_at and f.created_at <= a.created_at or f.appointment_id = a.id))
 order by e.id, a.created_at, a.id
 limit :at_once
"""


def link_patient(enquiry_id: int, patient_id: int, *, by: Actor) -> Enquiry:
    """Who enquired, or for whom, is this patient. Raises Missing, EnquiryClosed."""
    one = steps.locked(enquiry_id, by=by)
    if one.status == State.BOOKED and one.patient_id != patient_id:
        raise EnquiryClosed("This enquiry has become a booking already.")
    if one.patient_id != patient_id:
        steps.step(one, "PATIENT", by=by.account_id, patient_id=patient_id)
    return one


def link_booking(enquiry_id: int, appointment_id: int, *, by: Actor) -> Enquiry:
    """It became this booking, in whichever transaction that is made; twice is once. Raises Missing, EnquiryClosed."""
    appointment = booking.locked(appointment_id)
    one = steps.locked(enquiry_id, by=by)
    if one.appointment_id == appointment_id:
        return one
    if one.status == State.BOOKED:
        raise EnquiryClosed("This enquiry has become a booking already.")
    _book(one, appointment, by.account_id)
    return one


def patients_of(one: Enquiry) -> list[Patient]:
    """The patient it is linked to, where their record stands now; else those of its phone."""
    if one.patient_id is not None:
        patient = db.session().get_one(Patient, one.patient_id)
        while patient.merged_into_id is not None:
            patient = db.session().get_one(Patient, patient.merged_into_id)
        return [patient]
    wanted = select(Patient).where(Patient.phone == one.phone, Patient.active, Patient.merged_into_id.is_(None))
    return list(db.session().scalars(wanted.order_by(Patient.id).limit(10)))


@jobs.job
def notice_bookings() -> None:
    """Link what was booked by the same phone, and open again what was only held and not paid. May run twice."""
    with db.transaction():
        _open_again_what_ran_out()
    with db.reading():
        found = db.session().execute(text(_BOOKED_BY_PHONE), {"at_once": AT_ONCE}).all()
    for enquiry_id, appointment_id in found:
        with db.transaction():
            _link_by_phone(enquiry_id, appointment_id)


def _link_by_phone(enquiry_id: int, appointment_id: int) -> None:
    appointment = booking.locked(appointment_id)
    one = _locked(enquiry_id)
    taken = db.session().scalar(select(Enquiry.id).where(Enquiry.appointment_id == appointment_id))
    if one is not None and one.status != State.BOOKED and one.forgotten_at is None and taken is None:
        _book(one, appointment, None)


def _book(one: Enquiry, appointment: Appointment, by: int | None) -> None:
    now = clock.now()
    steps.step(
        one, "BOOKED", by=by, status=State.BOOKED, lost_reason=None, patient_id=appointment.patient_id,
        appointment_id=appointment.id, booked_at=now, reached_at=one.reached_at or now, next_call_at=None,
        centre_id=appointment.centre_id if one.centre_id is None else one.centre_id, owner_id=one.owner_id or by,
    )  # fmt: skip


def _open_again_what_ran_out() -> None:
    ran_out = (
        select(Enquiry.id)
        .join(Appointment, Appointment.id == Enquiry.appointment_id)
        .where(Enquiry.status == State.BOOKED, Appointment.status == Status.EXPIRED)
    )
    for enquiry_id in db.session().scalars(ran_out.limit(AT_ONCE)).all():
        one = _locked(enquiry_id)
        if one is None or one.status != State.BOOKED or one.forgotten_at is not None or _is_asked_anew(one):
            continue
        steps.step(
            one, "HOLD_ENDED", by=None, status=State.CONTACTED, appointment_id=None, booked_at=None,
            next_call_at=clock.now(),
        )  # fmt: skip


def _is_asked_anew(one: Enquiry) -> bool:
    """Whether the phone has another open enquiry, with which one goes on."""
    others = select(Enquiry.id).where(
        Enquiry.phone == one.phone, Enquiry.id != one.id, Enquiry.status.in_(("NEW", "NOT_REACHED", "CONTACTED"))
    )
    return db.session().scalar(others.limit(1)) is not None


def _locked(enquiry_id: int) -> Enquiry | None:
    return db.session().get(Enquiry, enquiry_id, with_for_update=True, populate_existing=True)

"""Whoever asked and did not come is forgotten after the policy's days; the numbers stay, and name nobody."""

from datetime import timedelta

from sqlalchemy import select, update

from mibo import audit, clinics, clock, db, jobs
from mibo.identity import Actor
from mibo.leads import steps
from mibo.leads.models import Enquiry, EnquiryStep
from mibo.leads.rules import OPEN, State
from mibo.leads.worklist import of_patient

AT_ONCE = 500


@jobs.job
def forget_enquiries() -> None:
    """Name, phone and words go, of what was booked as well: a patient's are in their record. May run twice."""
    while True:
        with db.transaction():
            if not _forget_some():
                return


def _forget_some() -> int:
    before = clock.now() - timedelta(days=clinics.policy_in_force().enquiries_kept_days)
    old = select(Enquiry).where(Enquiry.forgotten_at.is_(None), Enquiry.touched_at < before)
    found = db.session().scalars(old.order_by(Enquiry.id).limit(AT_ONCE).with_for_update(skip_locked=True)).all()
    for one in found:
        forget(one)
    return len(found)


def forget_now(enquiry_id: int, *, by: Actor, seen: int) -> None:
    """They asked for it; what is forgotten stays so. Raises Missing, ChangedMeanwhile."""
    gone = select(Enquiry.forgotten_at).where(Enquiry.id == enquiry_id, steps.within_reach(by)).with_for_update()
    if db.session().scalar(gone) is not None:
        return
    forget(steps.locked(enquiry_id, by=by, seen=seen), by=by.account_id)


def forget_of_patient(patient_id: int, phone: str | None, *, by: Actor) -> int:
    """A patient asked for deletion: what they asked, or was asked for them, names nobody from now on."""
    found = [one for one in of_patient([patient_id], phone) if one.forgotten_at is None]
    for one in found:
        forget(one, by=by.account_id)
    return len(found)


def forget(one: Enquiry, *, by: int | None = None) -> None:
    """Nothing in it names anybody from now on; one that was still open came to nothing."""
    if one.status in OPEN:
        one.status = State.LOST
        one.lost_reason = "NOT_INTERESTED" if one.reached_at else "NEVER_REACHED"
    one.full_name = one.phone = one.words = one.referrer = one.next_call_at = None
    one.forgotten_at = clock.now()
    db.session().flush()
    emptied = (
        update(EnquiryStep).where(EnquiryStep.enquiry_id == one.id, EnquiryStep.note.is_not(None)).values(note=None)
    )
    db.session().execute(emptied.execution_options(synchronize_session=False))
    audit.record("enquiry.forgotten", one.id, by=by)

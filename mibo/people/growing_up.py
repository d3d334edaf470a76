"""A child on somebody's phone turns eighteen: its holder acts for them no longer, unless they say so themselves (M12)."""

from mibo import audit, clock
from mibo.identity import Actor
from mibo.people import guardians, records
from mibo.people.models import Patient
from mibo.people.rules import NotGrownUp


def agree_grown_up(patient_id: int, *, given: bool, by: Actor) -> Patient:
    """Note, at the clinic and of themselves, that somebody who is grown up now lets their phone's holder go on acting for
    them, or no longer does. Raises Missing, NotGrownUp.
    """
    one = records.locked_patient(patient_id)
    if one.id == one.account_id or not guardians.has_grown_up(one, clock.today()):
        raise NotGrownUp
    if given != (one.grown_up_agreed_at is not None):
        one.grown_up_agreed_at = clock.now() if given else None
        audit.record("patient.consent", one.id, by=by.account_id, kind="family", given=given)
    return one

"""For whom the desk books: known by phone, or new."""

from mibo import people
from mibo.errors import Conflict, Missing
from mibo.identity import Actor
from mibo.people import Patient
from mibo.phone import ten_digits
from mibo.web.inputs.taking import DeskWish


class WhoIsIt(Conflict):
    """Several patients share a phone, and the name is none of theirs."""

    code = "PATIENT_AMBIGUOUS"
    message = "Several patients share this phone number. Choose one of them, or use the name as it stands on file."


def patient_at_desk(told: DeskWish, *, by: Actor) -> Patient:
    """The patient of this phone; of several, the one of this name. Raises Missing, WhoIsIt."""
    known = [one for one in people.find_patients(ten_digits(told.patient_phone)) if one.phone == told.patient_phone]
    if told.patient_id is not None:
        return _chosen(known, told.patient_id)
    if not known:
        who = {"phone": told.patient_phone, "full_name": told.patient_name, "email": told.patient_email}
        return people.register_patient(who, by=by)
    name = told.patient_name.casefold()
    named = [one for one in known if one.full_name.casefold() == name]
    if len(named or known) > 1:
        raise WhoIsIt
    return (named or known)[0]


def _chosen(known: list[Patient], patient_id: int) -> Patient:
    for one in known:
        if one.id == patient_id:
            return one
    raise Missing("We could not find that patient.")

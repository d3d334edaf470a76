"""Whether somebody may be seen by video: only if who treats is registered and who is treated is known (security.md line 79)."""

from collections.abc import Sequence

from mibo import people
from mibo.booking.rules import NotOffered
from mibo.identity import Actor
from mibo.people import Clinician, Patient, guardians
from mibo.phrases import phrase

OWN = {
    "first_name": phrase("For a video visit the patient’s name is needed. Please add it under “Your details” first."),
    "age": phrase("For a video visit the patient’s date of birth or age is needed. Please add it under “Your details” first."),
    "gender": phrase("For a video visit the patient’s gender is needed. Please add it under “Your details” first."),
    "guardian": phrase("For a video visit the patient’s guardian is needed. Please add them under “Your details” first."),
}  # fmt: skip
NEEDS = {"first_name": "name", "age": "date of birth or age", "gender": "gender", "guardian": "guardian"}


class NotByVideo(NotOffered):
    """No video visit can be booked or joined until what is named is on record."""

    code = "VIDEO_NOT_POSSIBLE"


def check_video(mode: str, clinician: Clinician, patient: Patient, *, by: Actor) -> None:
    """In person nothing more is asked. Raises NotByVideo, with the way out."""
    if mode != "ONLINE":
        return
    patients = by.audience == "PATIENT"
    if not clinician.registration_number:
        raise NotByVideo(_not_registered(clinician, patients=patients))
    if lacks := _lacks(patient):
        raise NotByVideo(OWN[lacks[0]] if patients else _not_known(lacks))


def _lacks(patient: Patient) -> list[str]:
    guardian = guardians.is_missing(patient, people.age_of(patient))
    return people.missing_of(patient) + (["guardian"] if guardian else [])


def _not_registered(clinician: Clinician, *, patients: bool) -> str:
    if patients:
        return phrase(
            "%(name)s cannot be met by video yet: their registration number is missing here. Please meet in person, or "
            "call the centre.", name=clinician.full_name,
        )  # fmt: skip
    return (
        f"{clinician.full_name} has no registration number on record, so there is no visit by video. "
        "Have a manager add it, or book in person."
    )


def _not_known(lacks: Sequence[str]) -> str:
    words = [NEEDS[each] for each in lacks]
    named = " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
    return f"The patient’s {named} is missing, and a video visit needs it. Add it on their record, or book in person."

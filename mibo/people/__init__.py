"""Patients and clinicians: who they are, not how they sign in."""

from mibo.people.actions import add_family_member, add_patient, complete_own, fill_in, welcome_patient
from mibo.people.models import BLOOD_GROUPS, GENDERS, MODES, Clinician, ClinicianCentre, Patient
from mibo.people.queries import (
    SHORTEST_SEARCH,
    Wish,
    age_of,
    clinician,
    clinicians_at,
    directory,
    directory_choices,
    family_of,
    find_patients,
    missing_of,
    own_patient,
    patient,
)
from mibo.people.rules import Details, PhoneInUse

__all__ = [
    "BLOOD_GROUPS",
    "GENDERS",
    "MODES",
    "SHORTEST_SEARCH",
    "Clinician",
    "ClinicianCentre",
    "Details",
    "Patient",
    "PhoneInUse",
    "Wish",
    "add_family_member",
    "add_patient",
    "age_of",
    "clinician",
    "clinicians_at",
    "complete_own",
    "directory",
    "directory_choices",
    "family_of",
    "fill_in",
    "find_patients",
    "missing_of",
    "own_patient",
    "patient",
    "welcome_patient",
]

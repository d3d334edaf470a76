"""Patients and clinicians: who they are, not how they sign in."""

from mibo.people import consents, guardians, inbox, rights, rights_rules, search
from mibo.people.actions import add_family_member, complete_own, fill_in, welcome_patient
from mibo.people.clinical_models import LINE_KINDS, LINE_LENGTH, HistoryLine, MedicalNote, PatientDocument
from mibo.people.clinician_accounts import NotTheirAccount
from mibo.people.clinician_list import PAGE as CLINICIANS_PAGE
from mibo.people.clinician_list import (
    ClinicianWish,
    all_clinicians,
    clinician_names,
    clinicians_in_reach,
    clinicians_page,
)
from mibo.people.clinicians import (
    AlreadyClinician,
    Contact,
    Places,
    Profile,
    add_clinician,
    change_clinician,
    clinician_to_change,
    contact_of,
    let_go_of_picture,
    own_picture,
    places_of,
    profile_of,
    reopen_clinician,
    set_credentials,
    set_picture,
    staff_clinician,
    switch_off,
)
from mibo.people.consent_models import Consent
from mibo.people.consent_rules import ConsentWithdrawn
from mibo.people.growing_up import agree_grown_up
from mibo.people.guardians import acts_for
from mibo.people.household import Household, household
from mibo.people.inbox_models import Notice
from mibo.people.models import (
    BIO_LENGTH,
    BLOOD_GROUPS,
    GENDERS,
    MODES,
    MRN_LENGTH,
    NOTES_LENGTH,
    Clinician,
    ClinicianCentre,
    Patient,
    PatientMerge,
)
from mibo.people.notes import opened_note, write_medical_note
from mibo.people.notes import seal_some as seal_medical_notes
from mibo.people.phones import change_own_phone
from mibo.people.pictures import CONTENT_TYPE as PICTURE_TYPE
from mibo.people.pictures import LARGEST_BYTES as LARGEST_PICTURE
from mibo.people.pictures import TooLarge as PictureTooLarge
from mibo.people.pictures import forget as forget_picture
from mibo.people.pictures import forget_later as forget_picture_later
from mibo.people.pictures import forget_leftovers as forget_picture_leftovers
from mibo.people.pictures import keep as keep_picture
from mibo.people.pictures import picture
from mibo.people.queries import (
    SHORTEST_SEARCH,
    Wish,
    acted_for,
    age_of,
    all_of,
    clinician,
    clinicians_at,
    directory,
    directory_choices,
    family_of,
    find_patients,
    ids_acted_for,
    missing_of,
    on_phone,
    own_patient,
    patient,
    patients_of,
    works_at,
)
from mibo.people.records import assign_mrn, change_patient, lock_patients, locked_patient, register_patient
from mibo.people.rights_models import RightsRequest
from mibo.people.rules import Details, KeptElsewhere, MrnTaken, PhoneInUse, SamePerson, split_name
from mibo.people.vocabulary import EXPERTISE, LANGUAGES, QUALIFICATIONS, SPECIALISATIONS
from mibo.people.wishes import begin_in, choose_language, wish_for_family

__all__ = [
    "BIO_LENGTH",
    "BLOOD_GROUPS",
    "CLINICIANS_PAGE",
    "EXPERTISE",
    "GENDERS",
    "LANGUAGES",
    "LARGEST_PICTURE",
    "LINE_KINDS",
    "LINE_LENGTH",
    "MODES",
    "MRN_LENGTH",
    "NOTES_LENGTH",
    "PICTURE_TYPE",
    "QUALIFICATIONS",
    "SHORTEST_SEARCH",
    "SPECIALISATIONS",
    "AlreadyClinician",
    "Clinician",
    "ClinicianCentre",
    "ClinicianWish",
    "Consent",
    "ConsentWithdrawn",
    "Contact",
    "Details",
    "HistoryLine",
    "Household",
    "KeptElsewhere",
    "MedicalNote",
    "MrnTaken",
    "NotTheirAccount",
    "Notice",
    "Patient",
    "PatientDocument",
    "PatientMerge",
    "PhoneInUse",
    "PictureTooLarge",
    "Places",
    "Profile",
    "RightsRequest",
    "SamePerson",
    "Wish",
    "acted_for",
    "acts_for",
    "add_clinician",
    "add_family_member",
    "age_of",
    "agree_grown_up",
    "all_clinicians",
    "all_of",
    "assign_mrn",
    "begin_in",
    "change_clinician",
    "change_own_phone",
    "change_patient",
    "choose_language",
    "clinician",
    "clinician_names",
    "clinician_to_change",
    "clinicians_at",
    "clinicians_in_reach",
    "clinicians_page",
    "complete_own",
    "consents",
    "contact_of",
    "directory",
    "directory_choices",
    "family_of",
    "fill_in",
    "find_patients",
    "forget_picture",
    "forget_picture_later",
    "forget_picture_leftovers",
    "guardians",
    "household",
    "ids_acted_for",
    "inbox",
    "keep_picture",
    "let_go_of_picture",
    "lock_patients",
    "locked_patient",
    "missing_of",
    "on_phone",
    "opened_note",
    "own_patient",
    "own_picture",
    "patient",
    "patients_of",
    "picture",
    "places_of",
    "profile_of",
    "register_patient",
    "reopen_clinician",
    "rights",
    "rights_rules",
    "seal_medical_notes",
    "search",
    "set_credentials",
    "set_picture",
    "split_name",
    "staff_clinician",
    "switch_off",
    "welcome_patient",
    "wish_for_family",
    "works_at",
    "write_medical_note",
]

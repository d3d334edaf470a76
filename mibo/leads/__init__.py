"""Leads: who would like to hear from the clinic, what came of it, and from where new people come."""

from mibo.leads import rules
from mibo.leads.asking import Asked, ask
from mibo.leads.call_times import first_call
from mibo.leads.campaigns import add_campaign, campaign, campaigns, change_campaign, running
from mibo.leads.converting import link_booking, link_patient, notice_bookings, patients_of
from mibo.leads.forgetting import forget_enquiries, forget_now, forget_of_patient
from mibo.leads.funnel import NONE, STEPS, Cut, Row, funnel, total
from mibo.leads.models import (
    CAMPAIGN_NAME_LENGTH,
    CODE_LENGTH,
    REFERRER_LENGTH,
    STEP_NOTE_LENGTH,
    WORDS_LENGTH,
    Campaign,
    Enquiry,
    EnquiryStep,
    PatientOrigin,
)
from mibo.leads.origins import note_origin
from mibo.leads.sealed import seal, unseal
from mibo.leads.sources import SourceCount, by_source
from mibo.leads.working import call_later, lose, note_call, place, reopen, take, undo, undoable
from mibo.leads.worklist import PAGE, Line, Wish, enquiries, enquiry, of_patient, some_enquiries, waits_for

__all__ = [
    "CAMPAIGN_NAME_LENGTH",
    "CODE_LENGTH",
    "NONE",
    "PAGE",
    "REFERRER_LENGTH",
    "STEPS",
    "STEP_NOTE_LENGTH",
    "WORDS_LENGTH",
    "Asked",
    "Campaign",
    "Cut",
    "Enquiry",
    "EnquiryStep",
    "Line",
    "PatientOrigin",
    "Row",
    "SourceCount",
    "Wish",
    "add_campaign",
    "ask",
    "by_source",
    "call_later",
    "campaign",
    "campaigns",
    "change_campaign",
    "enquiries",
    "enquiry",
    "first_call",
    "forget_enquiries",
    "forget_now",
    "forget_of_patient",
    "funnel",
    "link_booking",
    "link_patient",
    "lose",
    "note_call",
    "note_origin",
    "notice_bookings",
    "of_patient",
    "patients_of",
    "place",
    "reopen",
    "rules",
    "running",
    "seal",
    "some_enquiries",
    "take",
    "total",
    "undo",
    "undoable",
    "unseal",
    "waits_for",
]

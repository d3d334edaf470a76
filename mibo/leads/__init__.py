"""Leads: who would like to hear from the clinic, what came of it, and from where new people come."""

from mibo.leads.models import Campaign, Enquiry, EnquiryStep, PatientOrigin
from mibo.leads.sources import SourceCount, by_source

__all__ = ["Campaign", "Enquiry", "EnquiryStep", "PatientOrigin", "SourceCount", "by_source"]

"""Patients and clinicians: who they are, not how they sign in."""

from mibo.people.models import Clinician, ClinicianCentre, Patient

__all__ = ["Clinician", "ClinicianCentre", "Patient"]

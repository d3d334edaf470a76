"""Who gets where: one table for every page and everybody, and three standing people for everything with an id."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mibo import db
from mibo.booking import Appointment
from mibo.identity.permissions import Role
from mibo.web import access
from tests import make
from tests.web.pages.visitor import Clinic, Visitor, clinic, same_but_for_the_request

pytestmark = pytest.mark.usefixtures("database", "sandbox")

STAFF = (Role.ADMIN, Role.MANAGER, Role.CENTRE_MANAGER, Role.CLINICIAN, Role.CARE_COORDINATOR, Role.FRONT_DESK)
PEOPLE = ("stranger", "patient", *STAFF)

# What each request answers, with an empty form where it sends one:
# stranger, patient, admin, manager, centre manager, clinician, care coordinator, front desk
TABLE = {
    "GET  /": "200 200 200 200 200 200 200 200",
    "GET  /clinicians": "200 200 200 200 200 200 200 200",
    "GET  /clinicians/<clinician_id>": "200 200 200 200 200 200 200 200",
    "GET  /enquire": "200 200 200 200 200 200 200 200",
    "POST /enquire": "422 422 422 422 422 422 422 422",
    "GET  /enquire/thanks": "200 200 200 200 200 200 200 200",
    "GET  /enquiries": "303 403 200 200 200 403 200 200",
    "POST /enquiries/find": "303 403 422 422 422 403 422 422",
    "GET  /enquiries/new": "303 403 200 200 200 403 200 200",
    "POST /enquiries/new": "303 403 422 422 422 403 422 422",
    "GET  /enquiries/<enquiry_id>": "303 403 404 404 404 403 404 404",
    "POST /enquiries/<enquiry_id>/taking": "303 403 404 404 404 403 404 404",
    "POST /enquiries/<enquiry_id>/calls": "303 403 404 404 404 403 404 404",
    "POST /enquiries/<enquiry_id>/later": "303 403 404 404 404 403 404 404",
    "POST /enquiries/<enquiry_id>/loss": "303 403 404 404 404 403 404 404",
    "POST /enquiries/<enquiry_id>/reopening": "303 403 404 404 404 403 404 404",
    "POST /enquiries/<enquiry_id>/undoing": "303 403 404 404 404 403 404 404",
    "POST /enquiries/<enquiry_id>/centre": "303 403 404 404 404 403 404 404",
    "POST /enquiries/<enquiry_id>/forgetting": "303 403 404 404 403 403 403 403",
    "GET  /enquiries/funnel": "303 403 200 200 200 403 403 403",
    "GET  /enquiries/campaigns": "303 403 200 200 403 403 403 403",
    "POST /enquiries/campaigns": "303 403 422 422 403 403 403 403",
    "GET  /enquiries/campaigns/<campaign_id>": "303 403 404 404 403 403 403 403",
    "POST /enquiries/campaigns/<campaign_id>": "303 403 404 404 403 403 403 403",
    "GET  /privacy": "200 200 200 200 200 200 200 200",
    "GET  /offline": "200 200 200 200 200 200 200 200",
    "GET  /sw.js": "200 200 200 200 200 200 200 200",
    "GET  /manifest.webmanifest": "200 200 200 200 200 200 200 200",
    "GET  /static/<filename>": "200 200 200 200 200 200 200 200",
    "GET  /sign-in": "200 303 200 200 200 200 200 200",
    "POST /sign-in": "422 422 422 422 422 422 422 422",
    "GET  /sign-in/code": "303 303 303 303 303 303 303 303",
    "POST /sign-in/code": "303 303 303 303 303 303 303 303",
    "GET  /staff/sign-in": "200 200 303 303 303 303 303 303",
    "POST /staff/sign-in": "422 422 422 422 422 422 422 422",
    "POST /sign-out": "303 303 303 303 303 303 303 303",
    "POST /theme": "303 303 303 303 303 303 303 303",
    "POST /language": "422 422 422 422 422 422 422 422",
    "GET  /book/<clinician_id>": "200 200 200 200 200 200 200 200",
    "POST /book/<clinician_id>": "303 422 303 303 303 303 303 303",
    "GET  /book/<reference>/pay": "303 200 403 403 403 403 403 403",
    "POST /book/<reference>/pay": "303 303 403 403 403 403 403 403",
    "GET  /book/<reference>/onward": "303 303 403 403 403 403 403 403",
    "POST /book/<reference>/more-time": "303 303 403 403 403 403 403 403",
    "POST /book/<reference>/release": "303 303 403 403 403 403 403 403",
    "GET  /pay/return": "200 200 200 200 200 200 200 200",
    "GET  /pay/<token>": "404 404 404 404 404 404 404 404",
    "GET  /my": "303 200 403 403 403 403 403 403",
    "GET  /my/appointments": "303 200 403 403 403 403 403 403",
    "POST /my/acting-for": "303 303 403 403 403 403 403 403",
    "GET  /my/<reference>": "303 200 403 403 403 403 403 403",
    "GET  /my/<reference>/calendar.ics": "303 200 403 403 403 403 403 403",
    "GET  /my/<reference>/move": "303 200 403 403 403 403 403 403",
    "POST /my/<reference>/move": "303 422 403 403 403 403 403 403",
    "GET  /my/<reference>/cancellation": "303 200 403 403 403 403 403 403",
    "POST /my/<reference>/cancellation": "303 303 403 403 403 403 403 403",
    "POST /my/<reference>/cancellation-wish": "303 422 403 403 403 403 403 403",
    "GET  /my/payments": "303 200 403 403 403 403 403 403",
    "GET  /my/consents": "303 200 403 403 403 403 403 403",
    "POST /my/consents/<patient_id>": "303 422 403 403 403 403 403 403",
    "GET  /my/requests": "303 200 403 403 403 403 403 403",
    "POST /my/requests": "303 422 403 403 403 403 403 403",
    "POST /my/requests/<request_id>/withdrawal": "303 404 403 403 403 403 403 403",
    "GET  /my/data": "303 200 403 403 403 403 403 403",
    "GET  /my/data/<patient_id>": "303 200 403 403 403 403 403 403",
    "GET  /my/data/<patient_id>/file": "303 200 403 403 403 403 403 403",
    "GET  /my/offline": "303 200 403 403 403 403 403 403",
    "POST /my/offline": "303 303 403 403 403 403 403 403",
    "GET  /my/details": "303 200 403 403 403 403 403 403",
    "POST /my/details": "303 303 403 403 403 403 403 403",
    "GET  /my/family": "303 200 403 403 403 403 403 403",
    "POST /my/family": "303 422 403 403 403 403 403 403",
    "GET  /my/messages": "303 200 403 403 403 403 403 403",
    "POST /my/messages": "303 303 403 403 403 403 403 403",
    "GET  /my/notices": "303 200 403 403 403 403 403 403",
    "POST /my/notices/reading": "303 303 403 403 403 403 403 403",
    "POST /my/notices/<notice_id>/reading": "303 404 403 403 403 403 403 403",
    "GET  /_styleguide": "303 403 200 200 200 200 200 200",
    "GET  /_styleguide/<scene>": "303 403 200 200 200 200 200 200",
    "GET  /desk": "303 403 200 200 200 200 200 200",
    "GET  /desk/day-list": "303 403 200 200 200 200 200 200",
    "GET  /desk/find": "303 403 200 200 200 403 200 200",
    "POST /desk/find": "303 403 303 303 303 403 303 303",
    "GET  /desk/new": "303 403 200 200 200 403 200 200",
    "POST /desk/new": "303 403 422 422 422 403 422 422",
    "POST /desk/patients": "303 403 422 422 422 403 422 422",
    "GET  /desk/board/<appointment_id>": "303 403 200 200 200 200 200 200",
    "POST /desk/board/<appointment_id>": "303 403 422 422 422 422 422 422",
    "GET  /desk/board/<appointment_id>/move": "303 403 409 409 409 403 409 409",
    "GET  /week": "303 403 303 303 303 303 303 303",
    "GET  /week/<clinician_id>": "303 403 200 200 200 200 200 200",
    "GET  /why": "303 403 404 404 404 404 404 404",
    "GET  /desk/appointments/<appointment_id>": "303 403 200 200 200 200 200 200",
    "POST /desk/appointments/<appointment_id>/payment": "303 403 422 422 403 403 422 422",
    "POST /desk/appointments/<appointment_id>/price": "303 403 422 422 403 403 422 422",
    "POST /desk/appointments/<appointment_id>/price-undone": "303 403 409 409 403 403 409 409",
    "GET  /money/drawers": "303 403 200 200 200 403 200 200",
    "POST /money/drawers": "303 403 422 422 403 403 422 422",
    "GET  /money/drawers/<drawer_id>": "303 403 404 404 404 403 404 404",
    "GET  /money/drawers/<drawer_id>/paper": "303 403 404 404 404 403 404 404",
    "POST /money/drawers/<drawer_id>/float": "303 403 404 404 404 403 404 404",
    "POST /money/drawers/<drawer_id>/cash": "303 403 404 404 404 403 404 404",
    "POST /money/drawers/<drawer_id>/count": "303 403 404 404 404 403 404 404",
    "POST /money/drawers/<drawer_id>/reopening": "303 403 404 404 404 403 403 403",
    "POST /desk/appointments/<appointment_id>/payment-link": "303 403 303 303 403 403 303 303",
    "GET  /desk/appointments/<appointment_id>/move": "303 403 200 200 200 403 200 200",
    "POST /desk/appointments/<appointment_id>/move": "303 403 422 422 422 403 422 422",
    "POST /desk/appointments/<appointment_id>/move-undone": "303 403 409 409 409 403 409 409",
    "POST /desk/appointments/<appointment_id>/booking-undone": "303 403 409 409 409 403 409 409",
    "GET  /desk/appointments/<appointment_id>/cancellation": "303 403 200 200 200 403 200 200",
    "POST /desk/appointments/<appointment_id>/cancellation": "303 403 422 422 422 403 422 422",
    "POST /desk/appointments/<appointment_id>/cancellation-decision": "303 403 422 422 422 403 403 403",
    "POST /desk/appointments/<appointment_id>/arrival": "303 403 409 409 409 409 409 409",
    "POST /desk/appointments/<appointment_id>/arrival-undone": "303 403 409 409 409 409 409 409",
    "POST /desk/appointments/<appointment_id>/lateness": "303 403 422 422 422 422 422 422",
    "POST /desk/appointments/<appointment_id>/no-show": "303 403 409 409 409 409 409 409",
    "POST /desk/appointments/<appointment_id>/no-show-undone": "303 403 409 409 409 409 409 409",
    "POST /desk/appointments/<appointment_id>/completion": "303 403 409 409 409 409 409 409",
    # people, places, policy and one's own sign-ins
    "GET  /appointments": "303 403 200 200 200 200 200 200",
    "POST /appointments/find": "303 403 200 200 200 200 200 200",
    "POST /appointments/paper": "303 403 200 200 200 200 200 200",
    "GET  /worklists/closing": "303 403 200 200 200 200 200 200",
    "POST /worklists/closing": "303 403 422 422 422 422 422 422",
    "GET  /worklists/holds": "303 403 200 200 200 403 200 200",
    "POST /worklists/holds": "303 403 404 404 403 403 404 404",
    "GET  /worklists/calls": "303 403 200 200 200 403 200 200",
    "POST /worklists/calls": "303 403 422 422 422 403 422 422",
    "GET  /worklists/cancellations": "303 403 200 200 200 403 403 403",
    "POST /worklists/cancellations": "303 403 422 422 422 403 403 403",
    "GET  /worklists/requests": "303 403 200 200 403 403 403 403",
    "GET  /worklists/requests/<request_id>": "303 403 404 404 403 403 403 403",
    "POST /worklists/requests/<request_id>/owner": "303 403 404 404 403 403 403 403",
    "POST /worklists/requests/<request_id>/answer": "303 403 404 404 403 403 403 403",
    "GET  /worklists/follow-ups": "303 403 200 200 200 403 200 200",
    "POST /worklists/follow-ups": "303 403 422 422 422 403 422 422",
    "GET  /video-links": "303 403 200 200 200 200 200 200",
    "GET  /video-links/<appointment_id>": "303 403 200 200 200 200 200 200",
    "POST /video-links/<appointment_id>/link": "303 403 422 422 422 422 422 422",
    "POST /video-links/<appointment_id>/again": "303 403 422 422 422 422 422 422",
    "POST /video-links/<appointment_id>/called": "303 403 303 303 303 303 303 303",
    "GET  /call/<reference>": "303 303 303 303 303 303 303 303",
    "GET  /my/<reference>/call": "303 303 403 403 403 403 403 403",
    "POST /my/<reference>/call": "303 303 403 403 403 403 403 403",
    "GET  /my/<reference>/call/room": "303 303 403 403 403 403 403 403",
    "POST /my/<reference>/call/phone": "303 303 403 403 403 403 403 403",
    "GET  /my-day/<appointment_id>/room": "303 403 403 403 403 303 403 403",
    "GET  /my/calendar": "303 200 403 403 403 403 403 403",
    "POST /my/calendar": "303 200 403 403 403 403 403 403",
    "POST /my/calendar/off": "303 303 403 403 403 403 403 403",
    "GET  /my-day/calendar": "303 403 403 403 403 200 403 403",
    "POST /my-day/calendar": "303 403 403 403 403 200 403 403",
    "POST /my-day/calendar/off": "303 403 403 403 403 303 403 403",
    "GET  /calendar/<token>.ics": "404 404 404 404 404 404 404 404",
    "GET  /desk/messages": "303 403 200 200 200 403 403 403",
    "POST /desk/messages": "303 403 200 200 200 403 403 403",
    "GET  /desk/messages/numbers": "303 403 200 200 200 403 403 403",
    "POST /desk/messages/numbers": "303 403 200 200 200 403 403 403",
    "GET  /desk/messages/wording": "303 403 200 200 200 403 403 403",
    "GET  /desk/messages/reports": "303 403 200 200 403 403 403 403",
    "POST /desk/messages/reports/seen": "303 403 303 303 403 403 403 403",
    "GET  /answer/<token>": "404 404 404 404 404 404 404 404",
    "POST /answer/<token>/<verb>": "404 404 404 404 404 404 404 404",
    "GET  /answer/<token>/another-time": "404 404 404 404 404 404 404 404",
    "POST /answer/<token>/another-time": "404 404 404 404 404 404 404 404",
    "GET  /desk/replies": "303 403 200 200 200 403 200 200",
    "POST /desk/replies/<reply_id>/handling": "303 403 404 404 404 403 404 404",
    "POST /desk/replies/<reply_id>/please-call": "303 403 404 404 404 403 404 404",
    "POST /desk/replies/<reply_id>/will-call": "303 403 404 404 404 403 404 404",
    "GET  /desk/bell": "303 403 200 200 200 200 200 200",
    "GET  /desk/bell/count": "303 403 303 303 303 303 303 303",
    "POST /desk/bell/seen": "303 403 303 303 303 303 303 303",
    "GET  /desk/patients/<patient_id>/record": "303 403 200 403 403 404 403 403",
    "POST /desk/patients/<patient_id>/record": "303 403 422 403 403 404 403 403",
    "GET  /desk/patients/<patient_id>/record/<line_id>": "303 403 404 403 403 404 403 403",
    "POST /desk/patients/<patient_id>/record/<line_id>": "303 403 404 403 403 404 403 403",
    "POST /desk/patients/<patient_id>/record/<line_id>/removal": "303 403 404 403 403 404 403 403",
    "POST /desk/patients/<patient_id>/documents": "303 403 422 403 403 404 403 403",
    "GET  /desk/patients/<patient_id>/documents/<document_id>": "303 403 404 403 403 404 403 403",
    "POST /desk/patients/<patient_id>/documents/<document_id>/removal": "303 403 404 403 403 404 403 403",
    "POST /desk/patients/<patient_id>/documents/<document_id>/return": "303 403 404 403 403 404 403 403",
    "GET  /desk/emergency": "303 403 200 403 403 200 403 403",
    "POST /desk/emergency": "303 403 303 403 403 303 403 403",
    "GET  /desk/emergency/patients/<patient_id>": "303 403 200 403 403 404 403 403",
    "POST /desk/emergency/patients/<patient_id>": "303 403 303 403 403 404 403 403",
    "GET  /desk/emergency/openings": "303 403 200 403 403 403 403 403",
    "GET  /desk/emergency/openings/<opening_id>": "303 403 404 403 403 404 403 403",
    "POST /desk/bell/<ring_id>/seen": "303 403 404 404 404 404 404 404",
    "GET  /desk/audit": "303 403 200 200 403 403 403 403",
    "POST /desk/audit": "303 403 200 200 403 403 403 403",
    "GET  /desk/centres": "303 403 200 200 200 200 200 200",
    "GET  /desk/centres/<centre_id>": "303 403 200 200 200 200 200 200",
    "POST /desk/centres/<centre_id>": "303 403 422 422 422 403 403 403",
    "POST /desk/centres/<centre_id>/holidays": "303 403 422 422 422 403 403 403",
    "POST /desk/centres/<centre_id>/holidays/<holiday_id>/removal": "303 403 303 303 303 403 403 403",
    "POST /desk/centres/<centre_id>/hours": "303 403 303 303 303 403 403 403",
    "GET  /desk/centres/<centre_id>/state": "303 403 200 403 403 403 403 403",
    "POST /desk/centres/<centre_id>/state": "303 403 409 403 403 403 403 403",
    "GET  /desk/centres/new": "303 403 200 200 403 403 403 403",
    "POST /desk/centres/new": "303 403 422 422 403 403 403 403",
    "GET  /desk/clinicians": "303 403 200 200 200 200 200 200",
    "GET  /desk/clinicians/<clinician_id>": "303 403 200 200 200 200 200 200",
    "GET  /desk/clinicians/<clinician_id>/closing": "303 403 200 200 200 403 403 403",
    "POST /desk/clinicians/<clinician_id>/closing": "303 403 409 409 409 403 403 403",
    "GET  /desk/clinicians/<clinician_id>/edit": "303 403 200 200 200 403 403 403",
    "POST /desk/clinicians/<clinician_id>/edit": "303 403 422 422 422 403 403 403",
    "POST /desk/clinicians/<clinician_id>/opening": "303 403 303 303 303 403 403 403",
    "POST /desk/clinicians/<clinician_id>/password-link": "303 403 303 303 303 403 403 403",
    "POST /desk/clinicians/<clinician_id>/picture": "303 403 422 422 422 403 403 403",
    "POST /desk/clinicians/<clinician_id>/picture/removal": "303 403 303 303 303 403 403 403",
    "GET  /desk/clinicians/<clinician_id>/preview": "303 403 200 200 200 200 200 200",
    "GET  /desk/clinicians/new": "303 403 200 200 200 403 403 403",
    "POST /desk/clinicians/new": "303 403 422 422 422 403 403 403",
    "GET  /desk/patients": "303 403 200 200 200 403 200 200",
    "GET  /desk/patients/<patient_id>": "303 403 200 200 200 200 200 200",
    "POST /desk/patients/<patient_id>/consents": "303 403 422 422 422 403 422 422",
    "POST /desk/patients/<patient_id>/grown-up": "303 403 409 409 409 403 409 409",
    "POST /desk/patients/<patient_id>/archive": "303 403 409 409 409 403 409 409",
    "GET  /desk/patients/<patient_id>/history.csv": "303 403 200 200 200 403 200 200",
    "GET  /desk/patients/<patient_id>/history.pdf": "303 403 200 200 200 403 200 200",
    "GET  /desk/patients/<patient_id>/edit": "303 403 200 200 200 403 200 200",
    "POST /desk/patients/<patient_id>/edit": "303 403 422 422 422 403 422 422",
    "GET  /desk/patients/<patient_id>/merge": "303 403 200 200 403 403 403 403",
    "POST /desk/patients/<patient_id>/merge": "303 403 404 404 403 403 403 403",
    "POST /desk/patients/<patient_id>/merge/find": "303 403 200 200 403 403 403 403",
    "POST /desk/patients/<patient_id>/mrn": "303 403 303 303 303 403 303 303",
    "POST /desk/patients/<patient_id>/sign-ins/end": "303 403 303 303 303 403 303 303",
    "POST /desk/patients/<patient_id>/notes": "303 403 422 403 403 422 403 403",
    "GET  /exports": "303 403 200 200 200 200 200 200",
    "POST /exports/<listing>": "303 403 404 404 404 404 404 404",
    "POST /exports/<export_id>/cancellation": "303 403 404 404 404 404 404 404",
    "POST /exports/<export_id>/retry": "303 403 404 404 404 404 404 404",
    "GET  /exports/<export_id>/file": "303 403 404 404 404 404 404 404",
    "POST /desk/patients/find": "303 403 200 200 200 403 200 200",
    "POST /desk/patients/known": "303 403 200 200 200 403 200 200",
    "POST /desk/patients/merges/<merge_id>/undo": "303 403 404 404 403 403 403 403",
    "GET  /desk/patients/new": "303 403 200 200 200 403 200 200",
    "POST /desk/patients/new": "303 403 422 422 422 403 422 422",
    "GET  /desk/policy": "303 403 200 200 403 403 403 403",
    "POST /desk/policy": "303 403 422 403 403 403 403 403",
    "GET  /desk/staff": "303 403 200 200 403 403 403 403",
    "POST /desk/staff": "303 403 200 200 403 403 403 403",
    "GET  /desk/staff/<account_id>": "303 403 200 200 403 403 403 403",
    "POST /desk/staff/<account_id>": "303 403 422 422 403 403 403 403",
    "GET  /desk/staff/<account_id>/access": "303 403 200 200 403 403 403 403",
    "POST /desk/staff/<account_id>/access": "303 403 303 303 403 403 403 403",
    "POST /desk/staff/<account_id>/password-link": "303 403 303 303 403 403 403 403",
    "POST /desk/staff/<account_id>/sign-ins/end": "303 403 303 303 403 403 403 403",
    "GET  /desk/staff/new": "303 403 200 200 403 403 403 403",
    "POST /desk/staff/new": "303 403 422 422 403 403 403 403",
    "GET  /time-off": "303 403 200 200 200 200 200 200",
    "GET  /time-off/<block_id>": "303 403 404 404 404 404 404 404",
    "GET  /time-off/new": "303 403 200 200 200 200 403 200",
    "POST /time-off/new": "303 403 422 422 422 422 403 422",
    "POST /time-off/reopening": "303 403 303 303 303 303 403 303",
    "GET  /time-off/openings": "303 403 200 200 200 200 200 200",
    "GET  /time-off/openings/new": "303 403 200 200 200 200 403 403",
    "POST /time-off/openings/new": "303 403 422 422 422 422 403 403",
    "GET  /time-off/openings/<extra_id>/removal": "303 403 404 404 404 404 403 403",
    "POST /time-off/openings/<extra_id>/removal": "303 403 404 404 404 404 403 403",
    "GET  /hours": "303 403 200 200 200 303 200 200",
    "GET  /hours/<clinician_id>": "303 403 200 200 200 200 200 200",
    "POST /hours/<clinician_id>": "303 403 422 422 422 422 403 403",
    "POST /hours/<clinician_id>/draft": "303 403 422 422 422 422 403 403",
    "GET  /hours/<clinician_id>/history": "303 403 200 200 200 200 200 200",
    "GET  /kept/<token>": "303 404 404 404 404 404 404 404",
    "GET  /my/phone": "303 200 403 403 403 403 403 403",
    "POST /my/phone": "303 422 403 403 403 403 403 403",
    "GET  /my/phone/code": "303 303 403 403 403 403 403 403",
    "POST /my/phone/code": "303 303 403 403 403 403 403 403",
    "GET  /my/sign-ins": "303 200 403 403 403 403 403 403",
    "GET  /pictures/<name>": "404 404 404 404 404 404 404 404",
    "POST /sign-ins/<sign_in_id>/end": "303 404 404 404 404 404 404 404",
    "POST /sign-ins/again": "303 303 303 303 303 303 303 303",
    "POST /sign-ins/end-others": "303 303 303 303 303 303 303 303",
    "POST /staff/<account_id>/second-factor/off": "303 403 303 303 403 403 403 403",
    "GET  /staff/forgot": "200 200 200 200 200 200 200 200",
    "POST /staff/forgot": "422 422 422 422 422 422 422 422",
    "GET  /staff/password": "303 403 200 200 200 200 200 200",
    "POST /staff/password": "303 403 422 422 422 422 422 422",
    "GET  /staff/password/<token>": "404 404 404 404 404 404 404 404",
    "POST /staff/password/<token>": "404 404 404 404 404 404 404 404",
    "GET  /staff/phone": "303 403 200 200 200 200 200 200",
    "POST /staff/phone": "303 403 422 422 422 422 422 422",
    "GET  /staff/phone/code": "303 403 303 303 303 303 303 303",
    "POST /staff/phone/code": "303 403 303 303 303 303 303 303",
    "GET  /staff/prove": "303 403 303 303 303 303 303 303",
    "POST /staff/prove": "303 403 303 303 303 303 303 303",
    "POST /staff/prove/code": "303 403 303 303 303 303 303 303",
    "GET  /staff/second-factor": "303 403 200 200 200 200 200 200",
    "POST /staff/second-factor": "303 403 303 303 303 303 303 303",
    "POST /staff/second-factor/codes": "303 403 303 303 303 303 303 303",
    "POST /staff/second-factor/off": "303 403 303 303 303 303 303 303",
    "GET  /staff/second-factor/set-up": "303 403 303 303 303 303 303 303",
    "POST /staff/second-factor/set-up": "303 403 303 303 303 303 303 303",
    "GET  /staff/sign-in/code": "303 303 303 303 303 303 303 303",
    "POST /staff/sign-in/code": "303 303 303 303 303 303 303 303",
    "GET  /staff/sign-in/phone": "200 200 200 200 200 200 200 200",
    "POST /staff/sign-in/phone": "422 422 422 422 422 422 422 422",
    "GET  /staff/sign-in/second": "303 303 303 303 303 303 303 303",
    "POST /staff/sign-in/second": "303 303 303 303 303 303 303 303",
    "GET  /staff/sign-ins": "303 403 200 200 200 200 200 200",
    "GET  /stay": "303 204 204 204 204 204 204 204",
    "POST /stay": "303 303 303 303 303 303 303 303",
    # money: what does not match
    "GET  /money/mismatches": "303 403 200 200 403 403 403 403",
    "POST /money/mismatches/reconciliation": "303 403 303 303 403 403 403 403",
    "GET  /money/settlements": "303 403 200 200 403 403 403 403",
    "POST /money/settlements": "303 403 422 422 403 403 403 403",
    "GET  /money/settlements/<settlement_id>": "303 403 404 404 403 403 403 403",
    "GET  /money/mismatches/<mismatch_id>": "303 403 404 404 403 403 403 403",
    "POST /money/mismatches/<mismatch_id>/look": "303 403 404 404 403 403 403 403",
    "POST /money/mismatches/<mismatch_id>/booking": "303 403 404 404 403 403 403 403",
    "POST /money/mismatches/<mismatch_id>/return": "303 403 404 404 403 403 403 403",
    "POST /money/mismatches/<mismatch_id>/refund": "303 403 404 404 403 403 403 403",
    "POST /money/mismatches/<mismatch_id>/set-aside": "303 403 404 404 403 403 403 403",
    # the day at the clinic: who walks in
    # receipts: their register, one on paper, by link, and how a centre issues them
    "GET  /money/receipts": "303 403 200 200 200 403 403 403",
    "POST /money/receipts": "303 403 422 422 422 403 403 403",
    "GET  /money/receipts/<receipt_id>": "303 403 404 404 404 403 404 404",
    "GET  /money/receipts/<receipt_id>/pdf": "303 403 404 404 404 403 404 404",
    "POST /money/receipts/<receipt_id>/copies": "303 403 404 404 404 403 404 404",
    "POST /money/receipts/<receipt_id>/link": "303 403 404 404 404 403 404 404",
    "POST /money/receipts/<receipt_id>/link/removal": "303 403 404 404 404 403 404 404",
    "POST /desk/appointments/<appointment_id>/receipt": "303 403 409 409 409 403 409 409",
    "GET  /desk/centres/<centre_id>/billing": "303 403 200 200 403 403 403 403",
    "POST /desk/centres/<centre_id>/billing": "303 403 422 403 403 403 403 403",
    "GET  /my/receipts": "303 200 403 403 403 403 403 403",
    "GET  /my/receipts/<receipt_id>": "303 404 403 403 403 403 403 403",
    "GET  /my/receipts/<receipt_id>/pdf": "303 404 403 403 403 403 403 403",
    "GET  /receipt/<token>": "404 404 404 404 404 404 404 404",
    "GET  /receipt/<token>/pdf": "404 404 404 404 404 404 404 404",
    "GET  /queue": "303 403 200 200 200 200 200 200",
    "GET  /series/new": "303 403 303 303 303 403 303 303",
    "POST /series/new": "303 403 404 404 404 403 404 404",
    "GET  /series/<series_id>": "303 403 404 404 404 404 404 404",
    "POST /series/<series_id>/missing": "303 403 404 404 404 403 404 404",
    "GET  /series/<series_id>/move": "303 403 404 404 404 403 404 404",
    "POST /series/<series_id>/move": "303 403 404 404 404 403 404 404",
    "GET  /series/<series_id>/cancellation": "303 403 404 404 404 403 404 404",
    "POST /series/<series_id>/cancellation": "303 403 404 404 404 403 404 404",
    "GET  /queue/find": "303 403 200 200 200 403 200 200",
    "POST /queue/find": "303 403 200 200 200 403 200 200",
    "GET  /queue/add": "303 403 303 303 303 403 303 303",
    "POST /queue/add": "303 403 422 422 422 403 422 422",
    "POST /queue/<entry_id>/step": "303 403 422 422 422 422 422 422",
    "GET  /queue/<entry_id>/slip": "303 403 404 404 404 404 404 404",
    # money
    "GET  /money/payments": "303 403 200 200 200 403 403 200",
    "POST /money/payments/find": "303 403 200 200 200 403 403 200",
    "POST /money/payments/paper": "303 403 200 200 200 403 403 200",
    "GET  /money/payments/<payment_id>": "303 403 200 200 200 403 403 404",
    "POST /money/payments/<payment_id>/parts/<tender_id>/reference": "303 403 422 422 403 403 404 404",
    "GET  /money/unpaid": "303 403 200 200 200 403 200 200",
    "GET  /figures": "303 403 200 200 200 403 403 403",
    "GET  /figures/behind/<key>": "303 403 200 200 200 403 403 403",
    "GET  /figures/revenue": "303 403 200 200 200 403 403 403",
    "GET  /figures/clinicians": "303 403 200 200 200 403 403 403",
    "GET  /figures/centres": "303 403 200 200 200 403 403 403",
    "GET  /figures/waiting": "303 403 200 200 200 403 403 403",
    "GET  /figures/reminders": "303 403 200 200 200 403 403 403",
    "GET  /figures/leads": "303 403 200 200 200 403 403 403",
    "GET  /figures/definitions": "303 403 200 200 200 403 403 403",
    "GET  /money/takings": "303 403 200 200 200 403 403 403",
    "GET  /money/takings/lines": "303 403 200 200 200 403 403 403",
    "GET  /desk/patients/<patient_id>/account": "303 403 200 200 200 403 200 200",
    "GET  /desk/patients/<patient_id>/account.csv": "303 403 200 200 200 403 200 200",
    "GET  /desk/patients/<patient_id>/account.pdf": "303 403 200 200 200 403 200 200",
    "GET  /money/refunds": "303 403 200 200 403 403 200 200",
    "GET  /money/refunds/<refund_id>": "303 403 404 404 403 403 404 404",
    "POST /money/refunds/<refund_id>/approval": "303 403 404 404 403 403 403 403",
    "POST /money/refunds/<refund_id>/approval-undone": "303 403 404 404 403 403 403 403",
    "POST /money/refunds/<refund_id>/decline": "303 403 404 404 403 403 403 403",
    "POST /money/refunds/<refund_id>/retry": "303 403 404 404 403 403 403 403",
    "POST /money/refunds/<refund_id>/handing-over": "303 403 404 404 403 403 404 404",
    "POST /money/refunds/<refund_id>/owner": "303 403 404 404 403 403 403 403",
    "GET  /desk/appointments/<appointment_id>/refund": "303 403 200 200 403 403 403 403",
    "POST /desk/appointments/<appointment_id>/refund": "303 403 422 422 403 403 403 403",
    # a clinician's own day, and who hears that one runs late
    "GET  /my-day": "303 403 403 403 403 200 403 403",
    "GET  /my-day/<appointment_id>": "303 403 403 403 403 200 403 403",
    "POST /my-day/<appointment_id>/start": "303 403 403 403 403 409 403 403",
    "POST /my-day/<appointment_id>/end": "303 403 403 403 403 409 403 403",
    "POST /my-day/<appointment_id>/follow-up": "303 403 403 403 403 422 403 403",
    "POST /my-day/<appointment_id>/note": "303 403 403 403 403 409 403 403",
    "GET  /my-day/<appointment_id>/earlier": "303 403 403 403 403 200 403 403",
    "GET  /my-day/<appointment_id>/versions": "303 403 403 403 403 200 403 403",
    "POST /my-day/<appointment_id>/no-show": "303 403 403 403 403 422 403 403",
    "GET  /late/<clinician_id>": "303 403 404 404 404 404 404 404",
    "POST /late/<clinician_id>": "303 403 422 422 422 422 422 422",
    "POST /late/<clinician_id>/undo": "303 403 422 422 422 422 422 422",
}
OF_ONE = re.compile("<(appointment_id|payment_id|reference)>")  # these may be changed by whoever is let in
HALLS = ("/api", "/health", "/healthz", "/readyz")  # programs' doors have tables of their own


def is_page(rule: str) -> bool:
    return rule not in HALLS and not rule.startswith("/api/")


def plain(rule: str) -> str:
    """`/desk/<int(max=9):id>` as the table writes it: `/desk/<id>`."""
    return re.sub(r"<[^>]*:", "<", rule)


def test_every_page_stands_in_the_table(app: Flask) -> None:
    found = {
        f"{method:<4} {plain(rule.rule)}"
        for rule in app.url_map.iter_rules()
        if is_page(rule.rule)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert found == set(TABLE)


@dataclass
class World:
    """A clinic, and everybody who may knock."""

    clinic: Clinic

    def __post_init__(self) -> None:
        kochi = self.clinic.kochi
        with db.transaction() as session:
            self.staff = {role: make.staff(role, kochi, name=role.title()) for role in STAFF}
            self.other = make.staff(Role.FRONT_DESK, kochi, name="Other Desk")
            self.clinic.anita.account_id = self.staff[Role.CLINICIAN].id
            session.merge(self.clinic.anita)

    def visitor(self, client: FlaskClient, who: str) -> Visitor:
        visitor = Visitor(client)
        if who == "stranger":
            return visitor
        return visitor.sign_in(self.clinic.asha if who == "patient" else self.staff[Role(who)])

    def address(self, path: str, one: Appointment) -> str:
        path = (
            path.replace("<patient_id>", str(self.clinic.asha.id))
            .replace("<centre_id>", str(self.clinic.kochi.id))
            .replace("<account_id>", str(self.other.id))
            .replace("<clinician_id>", str(self.clinic.anita.id))
            .replace("<appointment_id>", str(one.id))
            .replace("<payment_id>", str(one.payment_id))
            .replace("<reference>", one.reference)
            .replace("<token>", "nobody-sent-this")
            .replace("<key>", "kept")
            .replace("<scene>", "patient")
            .replace("<filename>", "mibo.css")
            .replace("<name>", "none.webp")
        )
        return re.sub(r"<[^>]+>", "999999999", path)


@pytest.fixture
def world(app: Flask) -> World:
    return World(clinic())


@pytest.mark.parametrize("row", TABLE)
def test_everybody_gets_exactly_where_the_table_says(app: Flask, world: World, row: str) -> None:
    method, path = row.split()
    answered = []
    one = world.clinic.hold("09:00")
    for hour, who in enumerate(PEOPLE, start=9):
        if hour > 9 and OF_ONE.search(path):
            one = world.clinic.hold(f"{hour:02}:00")
        visitor = world.visitor(app.test_client(), who)
        answer = (visitor.get if method == "GET" else visitor.post)(world.address(path, one))
        answered.append(str(answer.status_code))
        answer.close()
    assert dict(zip(PEOPLE, answered, strict=True)) == dict(zip(PEOPLE, TABLE[row].split(), strict=True))


@pytest.mark.parametrize("row", [row for row in TABLE if "303 403" in TABLE[row][:7] or TABLE[row].endswith("403")])
def test_the_header_of_htmx_grants_nothing(app: Flask, world: World, row: str) -> None:
    method, path = row.split()
    one = None
    for hour, who in enumerate(PEOPLE, start=9):
        expected = TABLE[row].split()[PEOPLE.index(who)]
        if expected not in ("303", "403"):
            continue
        if one is None or OF_ONE.search(path):
            one = world.clinic.hold(f"{hour:02}:00")
        visitor = world.visitor(app.test_client(), who)
        ask = visitor.get if method == "GET" else visitor.post
        answer = ask(world.address(path, one), HX_Request="true")
        served = () if who == "stranger" else (200,)  # what leads on without script may be shown in its place with it
        assert answer.status_code in ((403,) if expected == "403" else (401, 204, *served)), who
        if who == "stranger":
            assert "/sign-in" in answer.headers["HX-Redirect"]


# the three standing people


OWN_PAGES = [
    "GET  /book/<reference>/pay", "POST /book/<reference>/pay", "GET  /book/<reference>/onward",
    "POST /book/<reference>/more-time", "POST /book/<reference>/release", "GET  /my/<reference>",
    "GET  /my/<reference>/calendar.ics", "GET  /my/<reference>/move", "POST /my/<reference>/move",
    "GET  /my/<reference>/cancellation", "POST /my/<reference>/cancellation", "POST /my/<reference>/cancellation-wish",
    "GET  /call/<reference>", "GET  /my/<reference>/call", "POST /my/<reference>/call", "GET  /my/<reference>/call/room",
    "POST /my/<reference>/call/phone",
]  # fmt: skip
DESK_PAGES = [
    "GET  /desk/appointments/<appointment_id>", "POST /desk/appointments/<appointment_id>/payment",
    "POST /desk/appointments/<appointment_id>/payment-link", "GET  /desk/board/<appointment_id>",
    "GET  /desk/board/<appointment_id>/move", "POST /desk/board/<appointment_id>",
    "POST /video-links/<appointment_id>/called", "GET  /video-links/<appointment_id>", "POST /video-links/<appointment_id>/link",
    "POST /video-links/<appointment_id>/again",
    *(
        f"{method} /desk/appointments/<appointment_id>/{what}"
        for method, what in (
            ("GET ", "move"), ("POST", "move"), ("POST", "move-undone"),
            ("POST", "booking-undone"), ("GET ", "cancellation"),
            ("POST", "cancellation"), ("POST", "arrival"), ("POST", "arrival-undone"), ("POST", "lateness"),
            ("POST", "no-show"), ("POST", "no-show-undone"), ("POST", "price"), ("POST", "price-undone"), ("POST", "completion"),
            ("POST", "receipt"),
        )
    ),
]  # fmt: skip
CLINICIANS_PAGES = [row for row in TABLE if "/my-day/<appointment_id>" in row]
MANAGERS_PAGES = ["POST /desk/appointments/<appointment_id>/cancellation-decision"]
# only for those who reach every centre, so nobody who may open them stands outside
WHOLE_CLINIC = [f"{method} /desk/appointments/<appointment_id>/refund" for method in ("GET ", "POST")]


def test_everything_with_an_id_of_an_appointment_has_its_three_people() -> None:
    with_ids = {row for row in TABLE if "<reference>" in row or "<appointment_id>" in row}
    assert with_ids == {*OWN_PAGES, *DESK_PAGES, *MANAGERS_PAGES, *CLINICIANS_PAGES, *WHOLE_CLINIC}


def ask(visitor: Visitor, row: str, address: Callable[[str], str]) -> TestResponse:
    method, path = row.split()
    return (visitor.get if method == "GET" else visitor.post)(address(path))


@pytest.mark.parametrize("row", OWN_PAGES)
def test_a_booking_is_open_to_its_owner_and_missing_to_another_patient(app: Flask, world: World, row: str) -> None:
    with db.transaction():
        colleague = make.patient("Ravi Kumar")
    one = world.clinic.hold("10:00")
    never = Appointment(id=999_999_999, reference="MB-ZZZZ")
    theirs = Visitor(app.test_client()).sign_in(colleague)
    refused = [ask(theirs, row, lambda path, of=of: world.address(path, of)) for of in (one, never)]
    assert [each.status_code for each in refused] == [404, 404]
    assert same_but_for_the_request(refused[0]) == same_but_for_the_request(refused[1])
    stranger = ask(Visitor(app.test_client()), row, lambda path: world.address(path, one))
    assert (stranger.status_code, stranger.location.split("?")[0]) == (303, "/sign-in")
    owner = ask(world.visitor(app.test_client(), "patient"), row, lambda path: world.address(path, one))
    assert owner.status_code in (200, 303, 422)
    assert "/sign-in" not in (owner.location or "")


@pytest.mark.parametrize("row", [*DESK_PAGES, *MANAGERS_PAGES])
def test_an_appointment_is_open_to_its_centres_desk_and_missing_to_another_centres(
    app: Flask, world: World, row: str
) -> None:
    role = Role.CENTRE_MANAGER if row in MANAGERS_PAGES else Role.FRONT_DESK
    with db.transaction():
        colleague = make.staff(role, world.clinic.kochi, name="Second Desk")
        outsider = make.staff(role, world.clinic.mumbai, name="Mumbai Desk")
        nowhere = make.staff(role, name="No Centre")
    one = world.clinic.hold("10:00")
    never = Appointment(id=999_999_999, reference="MB-ZZZZ")
    for who in (outsider, nowhere):
        visitor = Visitor(app.test_client()).sign_in(who)
        refused = [ask(visitor, row, lambda path, of=of: world.address(path, of)) for of in (one, never)]
        assert [each.status_code for each in refused] == [404, 404]
        assert same_but_for_the_request(refused[0]) == same_but_for_the_request(refused[1])
    for who in (world.staff[role], colleague):
        answer = ask(Visitor(app.test_client()).sign_in(who), row, lambda path: world.address(path, one))
        assert answer.status_code in (200, 303, 409, 422)


@pytest.mark.parametrize("row", CLINICIANS_PAGES)
def test_a_visit_is_open_to_its_clinician_closed_to_a_colleague_and_missing_elsewhere(
    app: Flask, world: World, row: str
) -> None:
    with db.transaction():
        people = [make.staff(Role.CLINICIAN, where) for where in (world.clinic.kochi, world.clinic.mumbai)]
        for account, where in zip(people, (world.clinic.kochi, world.clinic.mumbai), strict=True):
            make.clinician(where, name=f"Dr. {where.short_name}", account=account)
    one = world.clinic.book("10:00")
    never = Appointment(id=999_999_999, reference="MB-ZZZZ")
    colleague, outsider = (Visitor(app.test_client()).sign_in(account) for account in people)
    refused = [ask(outsider, row, lambda path, of=of: world.address(path, of)) for of in (one, never)]
    assert [each.status_code for each in refused] in ([404, 404], [422, 422])  # nothing said: nothing was looked at
    if "end" not in row and "follow-up" not in row:
        assert same_but_for_the_request(refused[0]) == same_but_for_the_request(refused[1])
    assert ask(colleague, row, lambda path: world.address(path, one)).status_code in (403, 422)
    own = ask(world.visitor(app.test_client(), Role.CLINICIAN), row, lambda path: world.address(path, one))
    assert own.status_code in (200, 303, 409, 422)


@pytest.mark.parametrize("of", ["kochi", "anita", "asha"])
def test_an_id_of_another_kind_is_never_another_row(app: Flask, world: World, of: str) -> None:
    other = getattr(world.clinic, of).id
    admin = world.visitor(app.test_client(), Role.ADMIN)
    assert admin.get(f"/desk/appointments/{other}").status_code == 404
    if of != "anita":
        assert admin.get(f"/clinicians/{other}").status_code == 404
        assert admin.get(f"/book/{other}").status_code == 404


# the guard itself


def test_a_view_that_does_not_say_who_may_use_it_stops_the_start() -> None:
    tiny = Flask("tiny")
    tiny.add_url_rule("/quiet", "quiet", lambda: "")
    tiny.add_url_rule("/open", "open", access.public(lambda: ""))
    tiny.view_functions.pop("static")
    with pytest.raises(RuntimeError, match=r"These views do not say who may use them: quiet$"):
        access.guard_every_view(tiny)


def test_no_get_can_write(app: Flask) -> None:
    """A view of a GET runs in a reading, which refuses to flush."""
    with app.test_request_context("/"), db.reading() as session:
        session.add(make.Centre(name="Written by a GET"))
        with pytest.raises(db.WriteWhileReading):
            session.flush()

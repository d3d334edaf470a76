"""The same verbs for programs: one module per resource, under /api and /api/v1."""

from flask import Blueprint, Flask, request
from flask_wtf import CSRFProtect

from mibo.config import settings
from mibo.web.api import (
    aliases,
    analytics,
    appointment_lists,
    appointments,
    asked_again,
    bookings,
    centres,
    clinician_hours,
    clinician_records,
    clinician_slots,
    clinicians,
    cors,
    desk_payments,
    health,
    hooks,
    index,
    notices,
    notifications,
    patient_auth,
    patients,
    payment_links,
    payments,
    portal,
    refusals,
    session_notes,
    sessions,
    slot_blocks,
    slot_exceptions,
    slots,
    staff_auth,
    upload,
    users,
    video,
)
from mibo.web.api.document import write_openapi
from mibo.web.requests import UPLOAD_BYTES

BODY_BYTES = 256 * 1024

RESOURCES = (
    index.bp,
    health.bp,
    hooks.bp,
    patient_auth.bp,
    staff_auth.bp,
    clinicians.bp,
    clinician_records.bp,
    clinician_hours.bp,
    clinician_slots.bp,
    upload.bp,
    users.bp,
    centres.bp,
    slots.bp,
    slot_blocks.bp,
    slot_exceptions.bp,
    bookings.bp,
    notices.bp,
    portal.bp,
    notifications.bp,
    video.bp,
    appointment_lists.bp,
    appointments.bp,
    sessions.bp,
    session_notes.bp,
    desk_payments.bp,
    patients.bp,
    payment_links.bp,
    payments.bp,
    analytics.bp,
)


def register_api(app: Flask, csrf: CSRFProtect) -> None:
    """Serve the API under both prefixes; it knows bearer tokens and no cookies, so it needs no CSRF token (line 49)."""
    app.config["API_DIALECT"] = settings().api_dialect
    cors.allow(app)
    for name, prefix in (("api", "/api"), ("api_v1", "/api/v1")):
        app.register_blueprint(_whole(name), url_prefix=prefix)
    health.register(app)
    app.cli.add_command(write_openapi)
    for blueprint in app.blueprints.values():
        if blueprint.import_name.startswith(__name__):
            csrf.exempt(blueprint)


def _whole(name: str) -> Blueprint:
    whole = Blueprint(name, __name__)
    whole.before_request(_limit_body)
    whole.after_request(asked_again.tag)
    whole.after_request(aliases.tell)
    refusals.word(whole)
    for resource in RESOURCES:
        whole.register_blueprint(resource)
    return whole


def _limit_body() -> None:
    room_for_a_picture = (request.endpoint or "").endswith(".upload.keep_picture")
    request.max_content_length = UPLOAD_BYTES if room_for_a_picture else BODY_BYTES

"""Patients book for themselves, and the desk for patients (api-contract.md 3.4)."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mibo import booking, db, payments
from mibo.booking import Appointment
from mibo.identity import Actor, Permission
from mibo.web.access import actor, may
from mibo.web.api import booking_shapes, dialect
from mibo.web.api.answers import part_of, said, the_id
from mibo.web.api.booking_shapes import NO_REFUND, AppointmentInFull, Booked, BookedAtDesk, CancellationShown, OwnList
from mibo.web.api.desk import patient_at_desk
from mibo.web.api.document import documented
from mibo.web.api.shown import Part
from mibo.web.inputs.lists import OwnFilter
from mibo.web.inputs.taking import BookingWish, Cancellation, DeskWish
from mibo.web.repeating import request_key

bp = Blueprint("bookings", __name__, url_prefix="/booking")


@bp.post("/create")
@documented(gives=Booked, body=BookingWish, status=201, tag="Booking", refuses=(404, 409))
@may(Permission.BOOK_OWN, own_transactions=True)
def create(told: BookingWish) -> ResponseReturnValue:
    """Take a time; it is held until it is paid. With an Idempotency-Key, asking again answers the same booking."""
    return said(booking_shapes.booked(_hold(told, actor(), request_key())), "Appointment booked successfully", 201)


def _hold(told: BookingWish, by: Actor, key: str | None) -> Appointment:
    with db.transaction():
        held = booking.hold(
            patient_id=told.patient_id or by.account_id,
            clinician_id=told.clinician_id,
            centre_id=told.centre_id,
            mode=told.appointment_type,
            starts_at=told.starts_at,
            by=by,
            source="APP_PATIENT",
            pay_by="ORDER",
            note=told.note,
            request_key=key,
        )
        return booking.own_appointment(by, appointment_id=held.id)


@bp.get("/my-appointments")
@documented(gives=Part[OwnList], query=OwnFilter, tag="Booking")
@may(Permission.SEE_OWN)
def list_own(asked: OwnFilter) -> ResponseReturnValue:
    """One's own appointments, newest first."""
    states = dialect.appointment_states(asked.status)
    by = actor()
    own = reversed(booking.upcoming_in_full(by)) if asked.upcoming else booking.own_appointments(by)
    found = [one for one in own if states is None or booking_shapes.status_now(one) in states]
    rows, meta = part_of(found, asked)
    shown = [booking_shapes.own_row(one) for one in rows]
    return said(OwnList(appointments=shown, total=len(shown)), meta=meta)


@bp.get("/<appointment_id>")
@documented(gives=AppointmentInFull, tag="Booking", refuses=(404,))
@may(Permission.SEE_OWN)
def show(appointment_id: str) -> ResponseReturnValue:
    """One of one's own appointments."""
    return said(booking_shapes.in_full(booking.own_appointment(actor(), appointment_id=the_id(appointment_id))))


@bp.post("/<appointment_id>/cancel")
@documented(gives=CancellationShown, body=Cancellation, tag="Booking", refuses=(404,))
@may(Permission.BOOK_OWN)
def cancel(appointment_id: str, told: Cancellation) -> ResponseReturnValue:
    """Cancel one's own appointment, until 24 hours before; or let a held time go."""
    gone = booking.cancel(the_id(appointment_id), by=actor(), reason=told.reason)
    refund = payments.refund_progress([gone.payment_id]).get(gone.payment_id, NO_REFUND)
    shown = CancellationShown(appointment_id=gone.id, status=booking_shapes.status_now(gone), refund_status=refund)
    return said(shown, "Appointment cancelled successfully")


@bp.post("/front-desk")
@documented(gives=BookedAtDesk, body=DeskWish, status=201, tag="Booking", refuses=(404, 409))
@may(Permission.BOOK_AT_DESK, own_transactions=True)
def create_at_desk(told: DeskWish) -> ResponseReturnValue:
    """Book for a patient, found by phone or added; a payment link goes out to them."""
    booked = _book_at_desk(told, actor(), request_key())
    return said(booking_shapes.booked_at_desk(booked), "Appointment booked successfully", 201)


def _book_at_desk(told: DeskWish, by: Actor, key: str | None) -> Appointment:
    with db.transaction():
        booking.in_turn(by)  # before the patient is added, so that a request sent twice adds them once
        booked = booking.book_at_desk(
            patient_id=patient_at_desk(told, by=by).id,
            clinician_id=told.clinician_id,
            centre_id=told.centre_id,
            mode=told.appointment_type,
            starts_at=told.starts_at,
            by=by,
            pay_by="LINK",
            last_four=told.last_four,
            note=told.notes,
            request_key=key,
        )
        return booking.staff_appointment(booked.id, by=by)

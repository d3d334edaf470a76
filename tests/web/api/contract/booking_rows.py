"""Rows about appointments, money, video, messages, the patient's own side and closed time (api-contract.md 3.3, 3.4, 3.9 to 3.14, 5)."""

from tests import make
from tests.web.api.contract.rows import APPOINTMENT, BLOCK, BOOKED, LOG, NOTE, PAYMENT, VIDEO, VISIT, No, Row
from tests.web.api.contract.world import LINK

UNKNOWN = "999999999"
NONE = f"/appointments/{UNKNOWN}"
CANCELLED, COMPLETED = "Appointment is already cancelled", "Cannot cancel completed appointment"


def booking(w, **more):
    return {
        "patient_id": str(w.asha.id), "clinician_id": w.clinician.id, "centre_id": str(w.centre.id), "appointment_type": "IN_PERSON",
        "scheduled_start_at": f"{make.tomorrow()}T14:00:00+05:30", "patient_notes": "A quiet room", **more,
    }  # fmt: skip


def desk(w, **more):
    return w.wish(patientPhone="+91 98765 00001", patientName="Asha Menon", **more)


def moved(w):
    return {"scheduledStartAt": f"{make.tomorrow()}T16:00:00"}


APPOINTMENTS = [
    Row("13", "GET /appointments", "FD", lambda w: {"date": make.tomorrow(), "centreId": w.centre.id}, "*" + APPOINTMENT,
        no=(No(400, "VALIDATION_ERROR", {"status": "SOMEHOW"}), No(400, "VALIDATION_ERROR", {"date": "soon"}))),
    Row("13", "GET /appointments", "CL", None, "*" + APPOINTMENT, no=(No(403, "FORBIDDEN", {"clinicianId": UNKNOWN}),)),
    Row("14", "GET /appointments/my-appointments", "CL", None,
        "current upcoming past summary.currentCount summary.upcomingCount summary.pastCount"),
    Row("15", "GET /appointments/{w.kept.id}", "FD", None, APPOINTMENT,
        no=(No(404, "NOT_FOUND", path=NONE), No(404, "NOT_FOUND", who="other"), No(400, "VALIDATION_ERROR", path="/appointments/x1"))),
    Row("15", "GET /appointments/{w.kept.id}", "PT", None, APPOINTMENT),
    Row("16", "POST /appointments", "FD", booking, APPOINTMENT, 201,
        no=(No(400, "VALIDATION_ERROR", {}), No(409, "SLOT_TAKEN", booking), No(404, "NOT_FOUND", lambda w: booking(w, patient_id=UNKNOWN)),
            No(400, "", lambda w: booking(w, scheduled_start_at=f"{make.tomorrow()}T05:00:00")))),
    Row("17", "PUT /appointments/{w.kept.id}", "FD", moved, APPOINTMENT, message="Appointment rescheduled successfully",
        no=(No(404, "NOT_FOUND", path=NONE), No(400, "VALIDATION_ERROR", {"scheduledStartAt": "soon"}),
            No(400, "VALIDATION_ERROR", {"status": "SOMEHOW"}), No(400, "", {}),
            No(409, "SLOT_TAKEN", lambda w: {"scheduledStartAt": f"{make.tomorrow()}T11:00:00"}))),
    Row("17", "PUT /appointments/{w.wished.id}", "M", lambda w: {"new_status": "CANCELLED", "reason": "As asked"}, APPOINTMENT,
        message="Appointment status updated successfully"),
    Row("17a", "PUT /appointments/{w.kept.id}/reschedule", "FD", moved, APPOINTMENT),
    Row("17b", "PATCH /appointments/{w.wished.id}", "M", lambda w: {"status": "CONFIRMED"}, APPOINTMENT),
    Row("17c", "PUT /appointments/{w.wished.id}/status", "M", lambda w: {"status": "CONFIRMED"}, APPOINTMENT),
    Row("18", "DELETE /appointments/{w.kept.id}", "FD", lambda w: {"reason": "Clinician ill"}, "0", message="Appointment cancelled successfully",
        no=(No(400, "VALIDATION_ERROR", {}), No(404, "NOT_FOUND", path=NONE), No(400, "", path="/appointments/{w.gone.id}"),
            No(400, "", path="/appointments/{w.done.id}"))),
    Row("19", "GET /appointments/availability", "FD", lambda w: w.where(date=make.tomorrow()), "*startTime endTime available",
        no=(No(400, "VALIDATION_ERROR", {}),)),
    Row("b10", "GET /appointments/dashboard/stats", "CL", lambda w: {"startDate": make.tomorrow(), "endDate": make.tomorrow()},
        "total waiting ongoing confirmed completed cancelled", no=(No(403, "FORBIDDEN", who="FD"),)),
    Row("b11", "GET /appointments/dashboard/appointments", "CL", lambda w: {"startDate": make.tomorrow()}, "*" + APPOINTMENT,
        no=(No(403, "FORBIDDEN", who="FD"),)),
    Row("b12", "POST /appointments/{w.told.id}/start-session", "CL", None, APPOINTMENT, before=lambda w: w.keep(w.due()),
        no=(No(404, "NOT_FOUND", path=NONE + "/start-session"), No(400, "", path="/appointments/{w.gone.id}/start-session"))),
    Row("b13", "POST /appointments/{w.told.id}/end-session", "CL", None, APPOINTMENT, before=lambda w: w.keep(w.due()),
        no=(No(400, "Appointment is already completed"), No(404, "NOT_FOUND", path=NONE + "/end-session"))),
    Row("b14", "POST /appointments/{w.done.id}/clinician-notes", "CL", lambda w: {"session_notes": "Slept better."}, NOTE,
        no=(No(400, "VALIDATION_ERROR", {"session_notes": " "}), No(404, "NOT_FOUND", path=NONE + "/clinician-notes"))),
    Row("b15", "GET /appointments/{w.kept.id}/previous-notes", "CL", lambda w: {"patientId": UNKNOWN}, "*" + NOTE,
        before=lambda w: w.door("CL").ask("POST", f"/appointments/{w.done.id}/clinician-notes", {"session_notes": "Slept better."}),
        no=(No(403, "FORBIDDEN", who="FD"),)),
    Row("b16", "POST /appointments/{w.done.id}/schedule-followup", "CL", lambda w: {"follow_up_date": str(make.tomorrow())},
        "id parentAppointmentId patientId clinicianId followUpDate followUpNotes isScheduled scheduledAppointmentId createdByUserId "
        "createdAt updatedAt",
        no=(No(400, "VALIDATION_ERROR", {}), No(404, "NOT_FOUND", path=NONE + "/schedule-followup"))),
    Row("b17", "PATCH /appointments/{w.done.id}/notes", "CL", lambda w: {"notes": "Slept better."}, APPOINTMENT,
        no=(No(400, "VALIDATION_ERROR", {}), No(404, "NOT_FOUND", path=NONE + "/notes"), No(403, "FORBIDDEN", who="FD"))),
    Row("b18", "POST /appointments/{w.held.id}/send-payment-link", "FD", None, "success paymentLink whatsappSent amount expiresAt",
        
        no=(No(404, "NOT_FOUND", path=NONE + "/send-payment-link"), No(400, "", path="/appointments/{w.kept.id}/send-payment-link"))),
    Row("b19", "POST /appointments/{w.held.id}/confirm-direct-payment", "FD", lambda w: {"paymentMethod": "CASH", "paymentNotes": "Paid"},
        "success appointment.id appointment.status payment.id payment.amount payment.method payment.status",
        no=(No(400, "VALIDATION_ERROR", {"paymentMethod": "BARTER"}), No(400, "ALREADY_PAID"),
            No(404, "NOT_FOUND", path=NONE + "/confirm-direct-payment"))),
]  # fmt: skip

BOOKINGS = [
    Row("20", "POST /booking/create", "other", lambda w: w.wish(patientNotes="A quiet room"), BOOKED + " centre.pincode centre.phone", 201,
        no=(No(400, "VALIDATION_ERROR", {}), No(409, "SLOT_TAKEN", lambda w: w.wish("10:00")),
            No(400, "", lambda w: w.wish(appointmentDate="2020-01-01")), No(400, "", lambda w: w.wish("05:00")),
            No(400, "VALIDATION_ERROR", lambda w: w.wish(appointmentType="PHONE")), No(400, "SLOT_NOT_OFFERED", lambda w: w.wish(clinicianId=UNKNOWN)))),
    Row("21", "GET /booking/my-appointments", "PT", lambda w: {"upcoming": "true", "limit": 2},
        "total appointments.0.id appointments.0.appointmentType appointments.0.scheduledStartAt appointments.0.status "
        "appointments.0.clinician.name appointments.0.clinician.specialization appointments.0.centre.name appointments.0.centre.city "
        "appointments.0.centre.address appointments.0.payment.status appointments.0.payment.amount appointments.0.meetLink "
        "appointments.0.clinicianId appointments.0.clinicianName appointments.0.appointmentDate appointments.0.startTime "
        "appointments.0.endTime appointments.0.consultationMode appointments.0.consultationFee appointments.0.paymentStatus "
        "appointments.0.centreName appointments.0.centreAddress appointments.0.meetingLink appointments.0.createdAt",
        no=(No(400, "VALIDATION_ERROR", {"status": "SOMEHOW"}),)),
    Row("22", "GET /booking/{w.kept.id}", "PT", None,
        "id appointmentType scheduledStartAt scheduledEndAt durationMinutes status notes clinician.name clinician.specialization "
        "clinician.consultationFee centre.name centre.address centre.city centre.pincode centre.phone",
        no=(No(400, "VALIDATION_ERROR", path="/booking/x1"), No(404, "NOT_FOUND", path=f"/booking/{UNKNOWN}"), No(404, "NOT_FOUND", who="other"))),
    Row("23", "POST /booking/{w.told.id}/cancel", "PT", lambda w: {"cancellationReason": "ill"}, "appointmentId status refundStatus",
        before=lambda w: w.keep(w.far()), message="Appointment cancelled successfully",
        no=(No(400, CANCELLED, path="/booking/{w.gone.id}/cancel"), No(400, COMPLETED, path="/booking/{w.done.id}/cancel"),
            No(404, "NOT_FOUND", path=f"/booking/{UNKNOWN}/cancel"), No(400, "", path="/booking/{w.near.id}/cancel"))),
    Row("24", "GET /booking/available-slots", "pub", lambda w: w.where(date=make.tomorrow()),
        "date slots.0.startTime slots.0.endTime slots.0.available slots.0.mode",
        no=(No(400, "VALIDATION_ERROR", {}), No(404, "NOT_FOUND", lambda w: {**w.where(date=make.tomorrow()), "clinicianId": UNKNOWN}))),
    Row("25", "POST /booking/front-desk", "FD", desk, BOOKED + " paymentRequired amount", 201,
        no=(No(400, "VALIDATION_ERROR", {}), No(409, "SLOT_TAKEN", lambda w: desk(w, appointmentTime="10:00")))),
    Row("b20", "GET /booking/dates-with-slots", "pub", lambda w: w.where(startDate=make.tomorrow(), endDate=make.tomorrow()),
        "*date slotCount firstSlot", no=(No(400, "VALIDATION_ERROR", {}), No(404, "NOT_FOUND", lambda w: {
            "clinicianId": UNKNOWN, "startDate": make.tomorrow(), "endDate": make.tomorrow()}))),
    Row("b21", "GET /booking/clinician-slots", "pub", lambda w: w.where(startDate=make.tomorrow(), endDate=make.tomorrow()),
        "*clinicianId centreId date startTime endTime status mode", no=(No(400, "VALIDATION_ERROR", {}),)),
    Row("b21a", "GET /booking/clinician/{w.clinician.id}/slots-range", "pub", lambda w: {"startDate": make.tomorrow(), "endDate": make.tomorrow()},
        "*clinicianId centreId date startTime endTime status mode"),
]  # fmt: skip

MONEY = [
    row
    for at in ("/payments", "/payment")
    for row in [
        Row("56", f"POST {at}/create-order", "PT", lambda w: {"appointmentId": str(w.held.id), "amount": 1},
            "orderId amount currency razorpayKeyId appointment.id appointment.clinicianName appointment.specialization "
            "appointment.scheduledStartAt appointment.appointmentType registrationFee consultationFee appointmentId",
            no=(No(400, "VALIDATION_ERROR", {}), No(404, "NOT_FOUND", {"appointmentId": UNKNOWN}),
                No(400, "ALREADY_PAID", lambda w: {"appointmentId": w.kept.id}), No(404, "NOT_FOUND", who="other"))),
        Row("57", f"POST {at}/verify", "PT", lambda w: w.paid_order(),
            "success appointment.id appointment.status appointment.scheduledStartAt appointment.clinicianName appointment.centreName "
            "payment.id payment.amount payment.status payment.paidAt appointmentId status paymentStatus meetingLink",
            no=(No(400, "VALIDATION_ERROR", {}), No(404, "NOT_FOUND", who="other"),
                No(400, "", lambda w: {**w.paid_order(), "razorpay_signature": "0" * 64}),
                No(404, "NOT_FOUND", lambda w: {**w.paid_order(), "razorpay_order_id": "order_x"}))),
        Row("58", f"POST {at}/webhook", "pub", lambda w: {"event": "payment.captured"}, "!", no=(No(400, "BAD_REQUEST"),)),
        Row("58a", f"POST {at}/admin-webhook", "pub", lambda w: {"event": "payment_link.paid"}, "!", no=(No(400, "BAD_REQUEST"),)),
        Row("59", f"GET {at}/{{w.kept.id}}", "PT", None, PAYMENT,
            no=(No(400, "VALIDATION_ERROR", path=f"{at}/x1"), No(404, "NOT_FOUND", path=f"{at}/{UNKNOWN}"), No(404, "NOT_FOUND", who="other"))),
        Row("60", f"GET {at}/history", "PT", lambda w: {"status": "SUCCESS"},
            "total " + " ".join(f"payments.0.{key}" for key in (PAYMENT + " appointmentId appointmentDate appointmentType razorpayOrderId "
                                                                "razorpayPaymentId paymentMethod clinicianName").split()),
            no=(No(400, "VALIDATION_ERROR", {"status": "SOMEHOW"}),)),
        Row("61", f"POST {at}/create-link", "FD", lambda w: {"appointmentId": str(w.held.id)},
            "paymentLink orderId shortUrl paymentLinkId expiresAt", 201,
            no=(No(400, "VALIDATION_ERROR", {}), No(404, "NOT_FOUND", {"appointmentId": UNKNOWN}),
                No(400, "VALIDATION_ERROR", lambda w: {"appointmentId": w.held.id, "amount": 0}))),
        Row("62", f"GET {at}/verify/{{w.told}}", "FD", None, "status amountPaid paymentId id amount currency paidAt",
            before=lambda w: w.keep(w.link()), no=(No(404, "NOT_FOUND", path=f"{at}/verify/plink_nobody"), No(404, "NOT_FOUND", who="other"))),
        Row("62a", f"GET {at}/link-status/{{w.told}}", "PT", None, "id status amount currency paymentId paidAt",
            before=lambda w: w.keep(w.link())),
        Row("b22", f"GET {at}/registration-fee-status", "PT", None, "hasPaidRegistrationFee registrationFee"),
        Row("b23", f"POST {at}/failure", "PT", lambda w: {"appointmentId": str(w.held.id), "razorpayOrderId": w.told}, "-",
            before=lambda w: w.keep(w.order()), no=(No(400, "VALIDATION_ERROR", {}), No(404, "NOT_FOUND", who="other"))),
        Row("b24", f"POST {at}/send-link", "FD", lambda w: {"appointmentId": str(w.held.id), "patientPhone": "9", "patientName": "Asha"},
            "paymentLink whatsappSent amount expiresAt", no=(No(400, "VALIDATION_ERROR", {}), No(404, "NOT_FOUND", {"appointmentId": UNKNOWN}))),
        Row("b24a", f"POST {at}/send-payment-link", "FD", lambda w: {"appointmentId": str(w.held.id)},
            "paymentLink paymentLinkId currency status whatsappSent amount expiresAt"),
    ]
] + [Row("58b", "POST /webhooks/razorpay", "pub", lambda w: {"event": "payment.captured"}, "!", no=(No(400, "BAD_REQUEST"),))]  # fmt: skip

MEET = "/video/appointment/{w.online.id}/meet-link"
VIDEOS = [
    Row("63", "POST /video/generate-meet-link", "FD", lambda w: {"appointment_id": w.online.id}, "appointmentId meetLink", 201,
        no=(No(400, "VALIDATION_ERROR", {}), No(400, "", lambda w: {"appointmentId": w.kept.id}), No(404, "NOT_FOUND", {"appointment_id": UNKNOWN}))),
    Row("64", f"GET {MEET}", "PT", None, VIDEO, no=(No(404, "NOT_FOUND", who="other"), No(404, "NOT_FOUND", path="/video/appointment/{w.kept.id}/meet-link"))),
    Row("65", f"PUT {MEET}", "M", lambda w: {"meet_link": LINK.replace("abc", "xyz")}, VIDEO,
        no=(No(400, "VALIDATION_ERROR", {}), No(404, "NOT_FOUND", path=f"/video/appointment/{UNKNOWN}/meet-link"))),
    Row("66", f"DELETE {MEET}", "M", None, "0", no=(No(404, "NOT_FOUND", path=f"/video/appointment/{UNKNOWN}/meet-link"),)),
    Row("67", "GET /video/links", "M", lambda w: {"startDate": make.tomorrow(), "endDate": make.tomorrow()},
        "*" + VIDEO + " appointmentStart appointmentEnd appointmentStatus patientName clinicianName"),
]  # fmt: skip

FIGURES = [
    Row("68", "GET /analytics/dashboard", "M", None,
        "totalPatients totalPatientsChange activeDoctors activeDoctorsChange followUpsBooked followUpsBookedChange totalRevenue totalRevenueChange"),
    Row("69", "GET /analytics/top-doctors", "M", lambda w: {"limit": 5}, "*id name specialty avatar patientCount"),
    Row("70", "GET /analytics/revenue", "M", lambda w: {"period": "month"}, "*date value", no=(No(400, "VALIDATION_ERROR", {"period": "day"}),)),
    Row("71", "GET /analytics/leads-by-source", "M", None, "*label value color"),
]  # fmt: skip

MESSAGES = [
    Row("72", "POST /notifications/appointment-confirmation", "FD", lambda w: {"appointment_id": w.kept.id}, "success messageId error",
        no=(No(400, "VALIDATION_ERROR", {}), No(404, "NOT_FOUND", {"appointment_id": UNKNOWN}))),
    Row("73", "POST /notifications/appointment-reminder", "M", lambda w: {"appointmentId": w.kept.id}, "success messageId error",
        no=(No(400, "VALIDATION_ERROR", {}), No(404, "NOT_FOUND", {"appointment_id": UNKNOWN}))),
    Row("74", "GET /notifications/history", "M", lambda w: {"limit": 5}, "*" + LOG, before=lambda w: w.message()),
    Row("75", "GET /notifications/stats", "M", None, "*channel status count", before=lambda w: w.message()),
    Row("76", "GET /notifications/{w.told}", "CM", None, LOG, before=lambda w: w.keep(w.message()), no=(No(404, "NOT_FOUND", path=f"/notifications/{UNKNOWN}"),)),
]  # fmt: skip

OWN = [
    Row("77", "GET /patient/dashboard", "PT", None,
        "patient.id patient.name patient.firstName patient.lastName patient.phone patient.email patient.dateOfBirth patient.age "
        "patient.gender patient.bloodGroup statistics.totalAppointments statistics.completedAppointments "
        "statistics.upcomingAppointments statistics.totalSpent upcomingAppointments recentAppointments recentPayments",
        no=(No(404, "PATIENT_NOT_FOUND", who="A"),)),
    Row("78", "GET /patient/appointments", "PT", None, " ".join(f"appointments.0.{key}" for key in VISIT.split()), no=(No(404, "PATIENT_NOT_FOUND", who="FD"),)),
    Row("79", "GET /patient/payments", "PT", None,
        " ".join(f"payments.0.{key}" for key in (PAYMENT + " scheduledStartAt appointmentType clinicianName centreName razorpayPaymentId").split()),
        no=(No(404, "PATIENT_NOT_FOUND", who="CL"),)),
    Row("80", "GET /patient/profile", "PT", None,
        "user.id user.phone user.fullName user.firstName user.lastName user.email user.createdAt profile.id profile.dateOfBirth "
        "profile.age profile.gender profile.bloodGroup profile.emergencyContactName profile.emergencyContactPhone profile.notes",
        no=(No(404, "PATIENT_NOT_FOUND", who="M"),)),
    Row("81", "PUT /patient/profile", "PT", lambda w: {"firstName": "Asha", "lastName": "M", "gender": "NON_BINARY", "age": 31},
        "user profile", message="Profile updated successfully",
        no=(No(400, "VALIDATION_ERROR", {"gender": "SOMETHING"}), No(400, "VALIDATION_ERROR", {"full_name": "A"}))),
    Row("82", "POST /patient/appointments/{w.kept.id}/cancel", "PT", lambda w: {"reason": "Travelling"}, "appointmentId status message",
        no=(No(400, "VALIDATION_ERROR", {"reason": "ill"}), No(400, "Cancellation already requested", path="/patient/appointments/{w.wished.id}/cancel"),
            No(400, CANCELLED, path="/patient/appointments/{w.gone.id}/cancel"), No(400, COMPLETED, path="/patient/appointments/{w.done.id}/cancel"),
            No(404, "NOT_FOUND", path=f"/patient/appointments/{UNKNOWN}/cancel"))),
    Row("b25", "GET /patient/notifications", "PT", lambda w: {"unread_only": "false"},
        "total unreadCount " + " ".join(f"notifications.0.{key}" for key in ["id", "patientId", "notificationType", "title", "message", "appointmentId", "blockedSlotId", "metadata", "isRead", "readAt", "createdAt", "updatedAt"]),
        before=lambda w: w.notice(), numbers=True, no=(No(404, "PATIENT_NOT_FOUND", who="FD"),)),
    Row("b26", "GET /patient/notifications/unread-count", "PT", None, "unreadCount", no=(No(404, "PATIENT_NOT_FOUND", who="FD"),)),
    Row("b27", "PUT /patient/notifications/{w.told}/read", "PT", lambda w: {}, "-", before=lambda w: w.keep(w.notice()),
        no=(No(400, "INVALID_NOTIFICATION_ID", path="/patient/notifications/abc/read"),
            No(404, "NOTIFICATION_NOT_FOUND", path=f"/patient/notifications/{UNKNOWN}/read"))),
]  # fmt: skip

AFFECTED = "patientId patientName patientPhone patientEmail appointmentId appointmentTime clinicianName paymentStatus refundEligible"
CLOSED = [
    Row("b28", "POST /admin/slots/block", "M", lambda w: w.slot("10:00", "11:00"),
        " ".join(f"blockedSlot.{key}" for key in BLOCK.split()) + " " + " ".join(f"affectedPatients.0.{key}" for key in AFFECTED.split()), numbers=True,
        no=(No(400, "MISSING_REQUIRED_FIELDS", {}), No(400, "PAST_SLOT_BLOCKING", lambda w: w.slot(date="2020-01-01")),
            No(400, "INVALID_TIME_RANGE", lambda w: w.slot("16:00", "15:00")), No(409, "SLOT_ALREADY_BLOCKED"))),
    Row("b29", "POST /admin/slots/block-multiple", "M", lambda w: {"slots": [w.slot(), w.slot(date="2020-01-01")]},
        "success blockedCount failedCount blockedSlotIds failedSlots.0.slot failedSlots.0.error affectedPatients", numbers=True,
        no=(No(400, "MISSING_REQUIRED_FIELDS", {}),)),
    Row("b30", "POST /admin/slots/block-day", "M", lambda w: {k: v for k, v in w.slot().items() if "time" not in k},
        "success blockedCount failedCount blockedSlotIds failedSlots affectedPatients", numbers=True,
        no=(No(400, "MISSING_REQUIRED_FIELDS", {}), No(404, "NOT_FOUND", lambda w: {"clinician_id": w.idle_clinician(), "centre_id": w.centre.id, "date": str(make.tomorrow())}))),
    Row("b31", "POST /admin/slots/unblock/{w.told}", "M", lambda w: {}, "-", before=lambda w: w.keep(w.block()),
        no=(No(409, "SLOT_NOT_BLOCKED"), No(404, "SLOT_NOT_FOUND", path=f"/admin/slots/unblock/{UNKNOWN}"), No(400, "INVALID_SLOT_ID", path="/admin/slots/unblock/x"))),
    Row("b32", "GET /admin/slots/blocked", "M", lambda w: {"clinician_id": w.clinician.id, "is_blocked": "true"},
        "total " + " ".join(f"blockedSlots.0.{key}" for key in (BLOCK + " clinicianName centreName blockedByAdminName").split()), numbers=True,
        before=lambda w: w.block()),
    Row("b33", "POST /admin/slots/affected-patients", "M", lambda w: {"slots": [w.slot("10:00", "11:00")]},
        "totalCount " + " ".join(f"affectedPatients.0.{key}" for key in AFFECTED.split()), no=(No(400, "MISSING_REQUIRED_FIELDS", {}),)),
    Row("b34", "POST /upload/clinician-profile", "M", None, "!", no=(No(400, "VALIDATION_ERROR"), No(401, "TOKEN_EXPIRED", who="pub"))),
    Row("b35", "DELETE /upload/image", "M", lambda w: {"imageUrl": "/pictures/none.webp"}, "!",
        no=(No(404, "NOT_FOUND"), No(401, "TOKEN_EXPIRED", who="pub"), No(400, "VALIDATION_ERROR", {}))),
    Row("h", "GET /health", "pub", None, "status timestamp database version environment uptime"),
]  # fmt: skip

ROWS = [*APPOINTMENTS, *BOOKINGS, *MONEY, *VIDEOS, *FIGURES, *MESSAGES, *OWN, *CLOSED]

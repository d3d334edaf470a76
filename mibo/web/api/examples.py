"""Examples for every model of the OpenAPI document, made from one table of invented people and things."""

from typing import Any

START, END = "2031-04-07T03:30:00.000Z", "2031-04-07T04:20:00.000Z"
EARLIER, LATER = "2031-04-01T06:12:00.000Z", "2031-04-07T04:02:00.000Z"
LINK = "https://rzp.io/i/Qx7Example"
CALL = "https://mibo.example/call/MB-7K2Q9D"
PLACE = "12 MG Road, Ernakulam"

TABLE: dict[str, Any] = {
    # people
    "fullName": "Asha Menon", "firstName": "Asha", "lastName": "Menon", "name": "Asha Menon", "patientName": "Asha Menon",
    "recipientName": "Asha Menon", "userName": "Asha Menon", "phone": "919876500001", "patientPhone": "919876500001",
    "recipientPhone": "919876500001", "userPhone": "919876500001", "email": "asha.menon@example.com",
    "patientEmail": "asha.menon@example.com", "username": "anita.kurian", "dateOfBirth": "1994-02-03", "age": 37,
    "gender": "FEMALE", "bloodGroup": "O+", "emergencyContactName": "Ravi Menon", "emergencyContactPhone": "919876500002",
    "guardianName": "Ravi Menon", "guardianRelation": "FATHER", "guardianPhone": "919876500002", "mrn": "MIBO-000031",
    "patientMrn": "MIBO-000031", "lastFour": "0001", "userType": "PATIENT", "authorName": "Dr. Anita Kurian",
    "bookedByUserName": "Deepa Nair", "blockedByAdminName": "Meera Pillai", "role": "FRONT_DESK", "roles": ["FRONT_DESK"],
    "designation": "Clinical Psychologist", "clinicianName": "Dr. Anita Kurian", "specialization": ["Clinical Psychologist"],
    "qualification": ["M.Phil Clinical Psychology"], "expertise": ["Depression", "Anxiety"],
    "languages": ["English", "Malayalam"], "registrationNumber": "RCI-1001", "yearsOfExperience": 8,
    "bio": "Works with adults and young people.", "consultationModes": ["IN_PERSON", "ONLINE"], "avatar": None,
    "profilePictureUrl": "https://mibo.example/pictures/4f1d2a.webp", "imageUrl": "https://mibo.example/pictures/4f1d2a.webp",
    "videoIntroductionUrl": "https://video.example/anita", "originalName": "anita.jpg", "format": "webp", "size": 48211,
    # signing in
    "otp": "482913", "password": "rain over the backwaters", "totp": "204118", "accessToken": "eyJhbGciOi…",
    "refreshToken": "q0w8Fh3k…", "expiresIn": "10 minutes",
    # places
    "centreName": "Mibo Kochi", "primaryCentreName": "Mibo Kochi", "shortName": "Kochi", "centreCity": "kochi", "city": "kochi",
    "address": PLACE, "centreAddress": PLACE, "addressLine1": "12 MG Road", "addressLine2": "Ernakulam", "pincode": "682001",
    "contactPhone": "4842000000", "mapUrl": "https://maps.example/mibo-kochi", "timezone": "Asia/Kolkata",
    # times
    "scheduledStartAt": START, "scheduledEndAt": END, "appointmentStart": START, "appointmentEnd": END,
    "appointmentDateUTC": START, "appointmentTime": "09:00", "appointmentDate": "2031-04-07", "date": "2031-04-07",
    "startDate": "2031-04-07", "endDate": "2031-04-13", "dateFrom": "2031-04-01", "dateTo": "2031-04-30",
    "blockedDate": "2031-04-07", "exceptionDate": "2031-04-07", "followUpDate": "2031-05-05", "effectiveFrom": "2031-04-01",
    "effectiveTo": None, "startTime": "09:00", "endTime": "09:50", "firstSlot": "09:00", "heldUntil": None,
    "arrivedAt": None, "sessionStartedAt": None, "sessionEndedAt": None, "paidAt": LATER, "sentAt": EARLIER,
    "deliveredAt": EARLIER, "readAt": None, "createdAt": EARLIER, "updatedAt": EARLIER, "unblockedAt": None,
    "durationMinutes": 50, "slotDurationMinutes": 50, "defaultDurationMinutes": 50, "bufferMinutes": 10, "dayOfWeek": 1,
    "defaultConsultationDurationMinutes": 50, "slotCount": 5,
    # appointments
    "reference": "MB-7K2Q9D", "appointmentType": "ONLINE", "consultationMode": "ONLINE", "sessionType": "ONLINE",
    "mode": "ONLINE", "source": "ADMIN_FRONT_DESK", "patientNotes": "First visit; a quiet room, please.", "notes": None,
    "newStatus": "NO_SHOW", "status": "CONFIRMED", "reason": "Feeling unwell", "cancellationReason": None,
    "refundStatus": "NOT_APPLICABLE", "parentAppointmentId": None, "scheduledAppointmentId": None, "blockedSlotId": None,
    "sessionNotes": "Slept better this week.", "noteText": "Prefers mornings.", "note": "Prefers mornings.",
    "followUpNotes": "Review of sleep", "visibility": "INTERNAL", "rescheduleCount": 0, "version": 3, "title": "Appointment cancelled",
    "message": "Done", "notificationType": "APPOINTMENT_CONFIRMATION", "meetLink": CALL, "meetingLink": CALL,
    "googleMeetLink": CALL, "joinUrl": CALL, "hostUrl": CALL, "meetingId": "abc-defg-hij", "provider": "GOOGLE_MEET",
    "videoStatus": "READY", "state": "FREE", "unblockedByAdminId": None,
    # money
    "consultationFee": 1600, "registrationFee": 100, "amount": 1700, "amountPaid": 1700, "paymentAmount": 1700,
    "totalAmount": 1700, "totalSpent": 5100, "currency": "INR", "orderId": "order_QExample0001",
    "razorpayOrderId": "order_QExample0001", "paymentId": "pay_QExample0001", "razorpayPaymentId": "pay_QExample0001",
    "razorpaySignature": "9f" * 32, "razorpayKeyId": "rzp_test_Example", "paymentMethod": "UPI", "method": "UPI",
    "paymentNotes": "UPI reference 4012", "paymentLink": LINK, "shortUrl": LINK, "paymentLinkId": "plink_QExample0001",
    "errorCode": "BAD_REQUEST_ERROR", "errorDescription": "Payment was not completed", "paymentStatus": "PAID",
    # messages
    "channel": "WHATSAPP", "templateId": "appointment_confirmed_v1_en", "gallaboxMessageId": "msg_Example",
    "messageContent": "Your appointment with Dr. Anita Kurian is confirmed.", "errorMessage": None, "error": None,
    "payloadData": {"appointment_id": "88", "notification_type": "APPOINTMENT_CONFIRMATION"}, "metadata": {},
    "slot": {"clinician_id": "4", "centre_id": "1", "date": "2031-04-07", "start_time": "09:00", "end_time": "09:50"},
    # the API itself
    "nextCursor": "YWZ0ZXI6MTAw", "cursor": "YWZ0ZXI6MTAw", "limit": 50, "offset": 0, "total": 1, "uptime": 86400,
    "environment": "production", "requestId": "7f9a2c11d0b34e58", "code": "VALIDATION_ERROR", "field": "phone",
    "search": "asha", "count": 42, "color": "#2f6f5e", "label": "Website", "specialty": "Clinical Psychologist",
}  # fmt: skip
IDS = {"patientId": "31", "clinicianId": "4", "centreId": "1", "primaryCentreId": "1", "assignedCentreId": "1", "userId": "31",
       "profileId": "31", "blockedByAdminId": "7", "createdByUserId": "9", "authorUserId": "9", "bookedByUserId": "7"}  # fmt: skip
LISTS_OF_IDS = {"centreIds": ["1"], "roleIds": ["6"], "blockedSlotIds": [5]}


WITHIN: dict[str, dict[str, Any]] = {  # the same names mean somebody or something else within these
    "place": {"name": "Mibo Kochi", "id": "1"},
    "centre": {"name": "Mibo Kochi", "phone": "4842000000", "id": "1"},
    "clinician": {"name": "Dr. Anita Kurian", "fullName": "Dr. Anita Kurian", "phone": "9876500004", "id": "4",
                  "email": "anita.kurian@example.com"},
    "staff": {"name": "Deepa Nair", "fullName": "Deepa Nair", "phone": "9876500007", "id": "7", "username": "deepa.nair",
              "email": "deepa.nair@example.com", "designation": "Front Desk", "clinicianId": None, "userType": "STAFF"},
    "role": {"name": "FRONT_DESK", "id": "6"},
    "patient": {"id": "31"},
}  # fmt: skip
ENVELOPES = ("Answer", "Listed", "Part")


def add_examples(schemas: dict[str, Any]) -> None:
    """Give each model with properties an example of its own; an envelope's follows from what is in it."""
    made = Examples(schemas)
    for name, schema in schemas.items():
        if "properties" in schema and not name.endswith(ENVELOPES):
            schema["examples"] = [made.of(schema, name)]


class Examples:
    """What these schemas allow: what stands in the tables under the name of a property, where it fits."""

    def __init__(self, schemas: dict[str, Any]) -> None:
        self.schemas = schemas
        self.within: list[str] = []

    def of(self, schema: dict[str, Any], name: str) -> Any:
        """An example of this schema as the value of `name`."""
        if "$ref" in schema:
            found = schema["$ref"].rpartition("/")[2]
            return self.of(self.schemas[found], found if "properties" in self.schemas[found] else name)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return TABLE[name] if TABLE.get(name) in schema["enum"] else schema["enum"][0]
        if options := schema.get("anyOf"):
            if {"type": "null"} in options and self._known(name, "") is None:
                return None
            return self.of(next(one for one in options if one.get("type") != "null"), name)
        return self._plain(schema, name)

    def _plain(self, schema: dict[str, Any], name: str) -> Any:
        kind = schema.get("type")
        if kind == "object":
            return self._object(schema, name) if "properties" in schema else TABLE.get(name) or {}
        if kind == "array":
            known = LISTS_OF_IDS.get(name, TABLE.get(name))
            plain = "$ref" not in schema.get("items", {})
            return known if plain and isinstance(known, list) else [self.of(schema.get("items", {}), name)]
        known = self._known(name, None)
        if kind == "string":
            return known if isinstance(known, str) else (schema.get("examples") or [_word(schema, name)])[0]
        if kind in ("integer", "number"):
            return _number(schema, known)
        return bool(schema.get("default", True)) if kind == "boolean" else None

    def _object(self, schema: dict[str, Any], name: str) -> dict[str, Any]:
        self.within.append(next((word for word in WITHIN if word in name.lower()), ""))
        found = {key: self.of(one, key) for key, one in schema["properties"].items()}
        self.within.pop()
        return found

    def _known(self, name: str, unless: Any) -> Any:
        """What the tables say, within whatever is being described."""
        here = WITHIN.get(self.within[-1] if self.within else "", {})
        return here[name] if name in here else IDS.get(name, TABLE.get(name, unless))


def _number(schema: dict[str, Any], known: Any) -> Any:
    if isinstance(known, str) and known.isdigit():
        return int(known)
    return known if isinstance(known, int) and not isinstance(known, bool) else schema.get("minimum", 1)


def _word(schema: dict[str, Any], name: str) -> str:
    if "pattern" in schema or name.endswith("Id") or name == "id":
        return "88"
    return {"date": "2031-04-07", "date-time": START}.get(schema.get("format", ""), "text")

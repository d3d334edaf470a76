"""Typed ids. All entities draw from one sequence, so an id of one kind is never an id of another (P3)."""

from typing import NewType

AccountId = NewType("AccountId", int)
SignInId = NewType("SignInId", int)
PatientId = NewType("PatientId", int)
ClinicianId = NewType("ClinicianId", int)
CentreId = NewType("CentreId", int)
AppointmentId = NewType("AppointmentId", int)
PaymentId = NewType("PaymentId", int)
AttemptId = NewType("AttemptId", int)
EventId = NewType("EventId", int)
RefundId = NewType("RefundId", int)
MeetingId = NewType("MeetingId", int)
MessageId = NewType("MessageId", int)
ChallengeId = NewType("ChallengeId", int)

GREATEST_ID = 2**63 - 1
LONGEST_ID = len(str(GREATEST_ID))


def read_id(text: str) -> int | None:
    """An id as it stands in a URL or a form; None when it cannot be one."""
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_ID):
        return None
    return found if 0 < (found := int(text)) <= GREATEST_ID else None

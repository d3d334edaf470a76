"""An appointment's life: held, confirmed, moved, cancelled, kept."""

from mibo.booking.models import Appointment, StatusChange
from mibo.booking.rules import Status

__all__ = ["Appointment", "Status", "StatusChange"]

"""What leaves by WhatsApp; knows addresses, not appointments."""

from mibo.messaging import wording
from mibo.messaging.actions import note_status, tell, withdraw, withdraw_about
from mibo.messaging.delivery import deliver, ring_due
from mibo.messaging.models import Message
from mibo.messaging.queries import messages_about, undelivered
from mibo.messaging.wording import Wording, rendered

__all__ = [
    "Message",
    "Wording",
    "deliver",
    "messages_about",
    "note_status",
    "rendered",
    "ring_due",
    "tell",
    "undelivered",
    "withdraw",
    "withdraw_about",
    "wording",
]

"""What leaves by WhatsApp; knows addresses, not appointments."""

from mibo.messaging import wording
from mibo.messaging.actions import note_status, promise_again, tell, withdraw, withdraw_about, withdraw_kind
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
    "promise_again",
    "rendered",
    "ring_due",
    "tell",
    "undelivered",
    "withdraw",
    "withdraw_about",
    "withdraw_kind",
    "wording",
]

"""What leaves by WhatsApp; knows addresses, not appointments."""

from mibo.messaging.models import Message

__all__ = ["Message"]

"""What is owed, asked, taken and given back."""

from mibo.payments.models import Attempt, Payment, ProviderEvent, Refund

__all__ = ["Attempt", "Payment", "ProviderEvent", "Refund"]

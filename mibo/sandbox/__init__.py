"""A small server that speaks what Razorpay, Gallabox, Google Calendar, an SMS gateway and SMTP speak, on loopback."""

from mibo.sandbox.application import create_sandbox
from mibo.sandbox.options import Options
from mibo.sandbox.server import Running, serve

__all__ = ["Options", "Running", "create_sandbox", "serve"]

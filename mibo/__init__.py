"""Mibo: the booking system of a mental-health clinic chain."""

__version__ = "0.1.0"

"""The address of a video call as programs get it: our own, which leads each person to their side of the gate (M20)."""

from flask import url_for

from mibo.booking import Appointment


def call_link(one: Appointment) -> str | None:
    """None while there is no room."""
    if one.meeting is None or one.meeting.status != "READY":
        return None
    return url_for("video_calls.door", reference=one.reference, _external=True)

"""The consultation itself: started and ended, and when the patient is due to come again."""

from mibo.care import document_rules, documents, glass, history, notes, reading, requests, resealing
from mibo.care.actions import asks_for_guardian, end, start
from mibo.care.follow_ups import call_off, link, link_of_visit, recommend
from mibo.care.models import CLOSE_REASON_LENGTH, FOLLOW_UP_NOTE_LENGTH, ConsultationNote, FollowUp, GlassOpening
from mibo.care.queries import (
    Due,
    Visit,
    count_follow_ups_due,
    due_soon,
    follow_up_of,
    follow_ups_due,
    my_day,
    my_visit,
)
from mibo.care.rules import CannotEnd, CannotStart, CannotWrite, FollowUpClosed, NoteChanged, StillInConsultation
from mibo.care.worklists import Waiting, waiting

__all__ = [
    "CLOSE_REASON_LENGTH",
    "FOLLOW_UP_NOTE_LENGTH",
    "CannotEnd",
    "CannotStart",
    "CannotWrite",
    "ConsultationNote",
    "Due",
    "FollowUp",
    "FollowUpClosed",
    "GlassOpening",
    "NoteChanged",
    "StillInConsultation",
    "Visit",
    "Waiting",
    "asks_for_guardian",
    "call_off",
    "count_follow_ups_due",
    "document_rules",
    "documents",
    "due_soon",
    "end",
    "follow_up_of",
    "follow_ups_due",
    "glass",
    "history",
    "link",
    "link_of_visit",
    "my_day",
    "my_visit",
    "notes",
    "reading",
    "recommend",
    "requests",
    "resealing",
    "start",
    "waiting",
]

"""What leaves by WhatsApp, SMS or e-mail; knows addresses, not appointments."""

from mibo.messaging import ladder, log, templates, unmatched, wording
from mibo.messaging.actions import (
    UNWANTED,
    promise_again,
    silence,
    tell,
    withdraw,
    withdraw_about,
    withdraw_kind,
    withdraw_overtaken,
)
from mibo.messaging.delivery import deliver_due
from mibo.messaging.hearing import note_status
from mibo.messaging.log import LogWish, Tally
from mibo.messaging.many import Promised, tell_all
from mibo.messaging.models import CallTry, Message, PhoneCall
from mibo.messaging.queries import messages_about, undelivered
from mibo.messaging.replies import forget_replies, hash_of, keep_reply, token_of, words_of
from mibo.messaging.reply_models import Reply
from mibo.messaging.reports import forget_reports, hear, match_reports
from mibo.messaging.rules import NO_WISHES, QuietHours, Wishes, after_quiet
from mibo.messaging.wording import Wording, rendered
from mibo.messaging.words import LANGUAGES, titles

__all__ = [
    "LANGUAGES",
    "NO_WISHES",
    "UNWANTED",
    "CallTry",
    "LogWish",
    "Message",
    "PhoneCall",
    "Promised",
    "QuietHours",
    "Reply",
    "Tally",
    "Wishes",
    "Wording",
    "after_quiet",
    "deliver_due",
    "forget_replies",
    "forget_reports",
    "hash_of",
    "hear",
    "keep_reply",
    "ladder",
    "log",
    "match_reports",
    "messages_about",
    "note_status",
    "promise_again",
    "rendered",
    "silence",
    "tell",
    "tell_all",
    "templates",
    "titles",
    "token_of",
    "undelivered",
    "unmatched",
    "withdraw",
    "withdraw_about",
    "withdraw_kind",
    "withdraw_overtaken",
    "wording",
    "words_of",
]

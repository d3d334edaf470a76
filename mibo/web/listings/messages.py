"""Messages in numbers as files, and delivery reports that fit no message. What a report says beside is never shown."""

from collections.abc import Sequence
from datetime import date, timedelta

from mibo import clock, identity, messaging
from mibo.exports import Column, Kind, Listing, all_at_once, as_made
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.messaging import LogWish, Tally, unmatched
from mibo.web import report_rows
from mibo.web.inputs.exports import ReportsInput
from mibo.web.inputs.message_log import NumbersFilter
from mibo.web.listings.words import Words, in_words, said

DAYS = 28
COUNTED = (
    ("read", "Read"), ("delivered", "Delivered"), ("accepted", "Sent"), ("waiting", "Waiting"), ("failed", "Not delivered"),
    ("unsure", "Not sure"), ("dropped", "Not needed"),
)  # fmt: skip


def days_of(asked: NumbersFilter) -> tuple[date, date]:
    """The days that are counted: the last four weeks, unless asked otherwise."""
    last = asked.until or clock.today()
    return asked.since or last - timedelta(days=DAYS - 1), last


def tally_of(asked: NumbersFilter, who: Actor) -> tuple[Sequence[Tally], Sequence[Tally]]:
    """By day, with those on which nothing left, and by text."""
    first, last = days_of(asked)
    since, until = clock.day_span(first, last)[0], clock.day_span(last)[1]
    wish = LogWish(centre_ids=None if who.everywhere else who.centre_ids, since=since, until=until)
    days, texts = messaging.log.tally(wish)
    return messaging.log.days_between(first, last, days), texts


def text_words(template: str) -> str:
    """What a text is called."""
    return template.replace("mibo_", "").replace("_", " ").capitalize()


def _by_day(asked: NumbersFilter, who: Actor) -> Sequence[Tally]:
    return [one for one in reversed(tally_of(asked, who)[0]) if one.total]


def _by_text(asked: NumbersFilter, who: Actor) -> Sequence[Tally]:
    return tally_of(asked, who)[1]


def _span(asked: NumbersFilter) -> Words:
    first, last = days_of(asked)
    return said(("From", first), ("To", last))


def _standing(key: str, words: str) -> Column:
    return Column(words, lambda row, _: row.counts.get(key, 0), Kind.NUMBER, weight=0.8)


NUMBERS = (
    Column("All", lambda row, _: row.total, Kind.NUMBER, weight=0.7),
    *(_standing(key, words) for key, words in COUNTED),
    Column("Arrived, percent", lambda row, _: row.arrived_percent, Kind.NUMBER, weight=0.8),
)


def _reports(
    asked: ReportsInput, who: Actor, limit: int, made_after: int | None
) -> Sequence[tuple[unmatched.Unmatched, str]]:
    found = unmatched.unmatched(seen=asked.seen, limit=limit, made_after=made_after)
    names = identity.names_of({one.seen_by for one in found if one.seen_by})
    return [(one, names.get(one.seen_by or 0, "")) for one in found]


LISTINGS = (
    Listing(
        name="message-days", title="Messages by day", permission=Permission.SEE_MESSAGES, asks=NumbersFilter,
        endpoint="message_log.numbers", read=all_at_once(_by_day), filters=_span,
        columns=(Column("Day", lambda row, _: date.fromisoformat(row.of), Kind.DAY), *NUMBERS),
    ),
    Listing(
        name="message-texts", title="Messages by text", permission=Permission.SEE_MESSAGES, asks=NumbersFilter,
        endpoint="message_log.numbers", read=all_at_once(_by_text), filters=_span,
        columns=(Column("Text", lambda row, _: text_words(row.of), weight=2), *NUMBERS),
    ),
    Listing(
        name="reports", title="Reports of no known message", permission=Permission.OVERSEE_MESSAGES, asks=ReportsInput,
        endpoint="message_log.reports", read=as_made(_reports, lambda row: row[0].id), filters=in_words(),
        columns=(
            Column("Received", lambda row, _: row[0].at, Kind.MOMENT),
            Column("Event", lambda row, _: row[0].event or "No event named", weight=1.3),
            Column("What it says", lambda row, _: report_rows.says(row[0]), weight=1.6),
            Column("Why it is here", lambda row, _: report_rows.why(row[0]), weight=2.4),
            Column("Seen", lambda row, _: row[0].seen_at, Kind.MOMENT),
            Column("By", lambda row, _: row[1]),
        ),
    ),
)  # fmt: skip

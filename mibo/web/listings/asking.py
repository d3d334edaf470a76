"""Who asks something of the clinic, as files: to be called, and about their data. What they say in words stays in Mibo."""

from collections.abc import Sequence
from datetime import datetime

from mibo import care, leads
from mibo.exports import Column, Kind, Listing, all_at_once, as_made
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.ids import read_id
from mibo.leads import Line
from mibo.leads.rules import is_open
from mibo.web import enquiry_rows, enquiry_words, funnel_rows, request_rows
from mibo.web.inputs.exports import EnquiriesInput, Everything, RequestsInput
from mibo.web.inputs.funnel import FunnelInput
from mibo.web.listings.words import Words, centre_name, in_words, said

SEEN_TO = {"mine": "me", "nobody": "nobody yet"}


def _enquiries(asked: EnquiriesInput, who: Actor, limit: int, made_after: int | None) -> Sequence[Line]:
    return leads.some_enquiries(asked.wish(asked.q or ""), by=who, limit=limit, made_after=made_after)


def _filters(asked: EnquiriesInput) -> Words:
    return said(
        ("Searched for", asked.q), *_cut(asked), ("Which", "" if asked.cut or asked.q else enquiry_words.PARTS[asked.part]),
        ("Centre", centre_name(asked.centre)), ("Seen to by", SEEN_TO.get(asked.whose)),
        ("Asks about", enquiry_words.CARE[asked.care] if asked.care else ""),
    )  # fmt: skip


def _cut(asked: EnquiriesInput) -> Words:
    """Which number of the funnel, where one is meant."""
    if asked.cut is None:
        return ()
    label = funnel_rows.LINES.get(asked.by, "")
    return said(
        ("From", asked.since), ("To", asked.until), ("In the funnel", funnel_rows.WORDS[asked.step]), (label, _line(asked))
    )  # fmt: skip


def _line(asked: EnquiriesInput) -> str:
    if not asked.by or asked.value == leads.NONE:
        return funnel_rows.NOTHING.get(asked.by, "")
    if asked.by == "centre":
        return centre_name(read_id(asked.value))
    if asked.by == "campaign":
        return leads.campaign(read_id(asked.value) or 0).name
    return str({"source": enquiry_words.SOURCES, "heard_of": enquiry_words.HEARD_OF}[asked.by].get(asked.value, ""))


def _requests(asked: RequestsInput, who: Actor, limit: int, made_after: int | None) -> Sequence[care.requests.Asked]:
    return care.requests.requests(closed=asked.part == "closed", by=who, limit=limit, made_after=made_after)


def _next(row: Line, _: Actor) -> datetime | None:
    return row.enquiry.next_call_at if is_open(row.enquiry.status) else None


def _in_time(row: care.requests.Asked, _: Actor) -> str:
    return "" if row.closed_at is None else "yes" if row.closed_at <= row.due_at else "no"


def _funnel(asked: FunnelInput, who: Actor) -> Sequence[tuple[str, Sequence[int]]]:
    """The lines as the page has them, and what they have together."""
    centres = None if asked.centre is None else [asked.centre]
    rows = leads.funnel(asked.first, asked.last, asked.by, by=who, centres=centres)
    lines = [(funnel_rows.name_of(row, asked.by), row.counts) for row in rows]
    return [*lines, ("Together", leads.total(rows))] if lines else []


def _of_funnel(asked: FunnelInput) -> Words:
    by = funnel_rows.LINES[asked.by]
    return said(("From", asked.first), ("To", asked.last), ("Centre", centre_name(asked.centre)), ("By", by))


def _step(n: int, words: str) -> Column:
    def told(row: tuple[str, Sequence[int]], who: Actor) -> str:
        return funnel_rows.count_words(row[1][n], to_worklist=who.may(Permission.ANSWER_ENQUIRIES))

    return Column(words, told, weight=0.8)


LISTINGS = (
    Listing(
        name="enquiries", title="Enquiries", permission=Permission.ANSWER_ENQUIRIES, asks=EnquiriesInput,
        endpoint="enquiries.listing", read=as_made(_enquiries, lambda row: row.enquiry.id), filters=_filters,
        columns=(
            Column("Who", lambda row, _: row.enquiry.full_name or "Forgotten", weight=1.6),
            Column("Phone", lambda row, _: row.enquiry.phone, Kind.PHONE),
            Column("Asks about", lambda row, _: enquiry_words.CARE[row.enquiry.care], weight=1.2),
            Column("For somebody else", lambda row, _: "yes" if row.enquiry.for_other else "", weight=0.8),
            Column("Where", lambda row, _: enquiry_rows.place(row.enquiry)),
            Column("State", lambda row, _: enquiry_words.STATES[row.enquiry.status][0]),
            Column("Why not", lambda row, _: enquiry_words.LOST.get(row.enquiry.lost_reason or "", "")),
            Column("Tries", lambda row, _: row.enquiry.tries, Kind.NUMBER, weight=0.5),
            Column("Next call", _next, Kind.MOMENT, weight=1.2),
            Column("Seen to by", lambda row, _: row.owner, weight=1.2),
            Column("Asked", lambda row, _: row.enquiry.created_at, Kind.MOMENT, weight=1.2),
            Column("Came by", lambda row, _: enquiry_words.SOURCES[row.enquiry.source], weight=0.8),
            Column("Campaign", lambda row, _: row.enquiry.campaign.name if row.enquiry.campaign else ""),
            Column("Patients with this phone", lambda row, _: row.patients, Kind.NUMBER, weight=0.8),
        ),
    ),
    Listing(
        name="requests", title="Data requests", permission=Permission.ANSWER_REQUESTS, asks=RequestsInput,
        endpoint="data_requests.listing", read=as_made(_requests),
        filters=in_words("part", part={"waiting": "Waiting", "closed": "Over"}),
        columns=(
            Column("What", lambda row, _: request_rows.STAFF_TITLES[row.kind]),
            Column("Patient", lambda row, _: row.patient, weight=1.6),
            Column("MRN", lambda row, _: row.mrn),
            Column("Asked", lambda row, _: row.asked_at, Kind.MOMENT),
            Column("Due", lambda row, _: row.due_at, Kind.MOMENT),
            Column("Seen to by", lambda row, _: row.owner, weight=1.3),
            Column("State", lambda row, _: request_rows.STAFF_STATES[row.status]),
            Column("Over", lambda row, _: row.closed_at, Kind.MOMENT),
            Column("In time", _in_time, weight=0.6),
        ),
    ),
    Listing(
        name="campaigns", title="Campaigns", permission=Permission.KEEP_CAMPAIGNS, asks=Everything,
        endpoint="campaigns.listing", read=all_at_once(lambda asked, who: leads.campaigns()),
        columns=(
            Column("Campaign", lambda row, _: row[0].name, weight=1.6),
            Column("Code", lambda row, _: row[0].code, weight=1.3),
            Column("What it is", lambda row, _: str(enquiry_words.STAFF_HEARD_OF[row[0].heard_of])),
            Column("From", lambda row, _: row[0].from_on, Kind.DAY),
            Column("To", lambda row, _: row[0].to_on, Kind.DAY),
            Column("State", lambda row, _: enquiry_rows.runs(row[0])[0], weight=0.7),
            Column("Enquiries", lambda row, _: row[1], Kind.NUMBER, weight=0.7),
        ),
    ),
    Listing(
        name="funnel", title="Enquiry funnel", permission=Permission.SEE_FUNNEL, asks=FunnelInput,
        endpoint="funnel.summary", read=all_at_once(_funnel), filters=_of_funnel,
        columns=(
            Column("Line", lambda row, _: row[0], weight=1.8),
            *(_step(n, words) for n, words in enumerate(funnel_rows.WORDS.values())),
        ),
    ),
)  # fmt: skip

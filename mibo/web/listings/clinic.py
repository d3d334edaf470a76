"""The clinic as files: who works here, where, the audit, reading in an emergency, closed time, drawers."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from mibo import audit, care, clinics, clock, identity, ledger, people
from mibo.booking import blocks
from mibo.clinics import Centre
from mibo.exports import Batch, Column, Kind, Listing, all_at_once, as_made
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.payments import drawer_lists
from mibo.web import audit_entries, clinician_rows
from mibo.web.audit_words import AREAS
from mibo.web.inputs.audit import AuditFilter
from mibo.web.inputs.blocks import BlockFilter
from mibo.web.inputs.clinicians import ClinicianSearch
from mibo.web.inputs.drawers import DrawersFilter
from mibo.web.inputs.exports import Everything
from mibo.web.inputs.staff import StaffFilter
from mibo.web.listings.words import in_words
from mibo.web.menu import ROLE_WORDS

DAYS_BACK = 6
BLOCK_STATES = {"ahead": "To come", "over": "Over", "reopened": "Opened again", "any": "Any"}


def _centres(asked: Everything, who: Actor) -> Sequence[Centre]:
    return [one for one in clinics.centres() if who.reaches(one.id)]


def _audit(asked: AuditFilter, who: Actor, mark: list[Any] | None, size: int) -> Batch:
    last = audit.entry(int(mark[0])) if mark else None
    found, more = audit.entries(
        audit_entries.wish(asked), before=(last.at, last.id) if last else None, limit=size
    )  # fmt: skip
    names = ledger.named(audit_entries.ids_of(found))
    return Batch([audit_entries.told(one, names) for one in found], [found[-1].id] if more else None)


def _openings(asked: Everything, who: Actor, limit: int, made_after: int | None) -> Sequence[care.glass.Opening]:
    return care.glass.openings(limit=limit, made_after=made_after)


def _blocks(asked: BlockFilter, who: Actor, limit: int, made_after: int | None) -> Sequence[blocks.BlockRow]:
    return blocks.some_blocks(asked.wish, by=who, limit=limit, made_after=made_after)


def _drawers(asked: DrawersFilter, who: Actor, limit: int, made_after: int | None) -> Sequence[tuple[Any, str, str]]:
    today = clock.today()
    found, _ = drawer_lists.drawers_on(
        asked.since or today - timedelta(days=DAYS_BACK), asked.until or today, by=who, centre_id=asked.centre,
        open_only=asked.state == "open", limit=limit, made_after=made_after,
    )  # fmt: skip
    names = identity.names_of({row.account_id for row in found})
    places = {centre.id: centre.short_name for centre in clinics.centres()}
    return [(row, names.get(row.account_id, ""), places.get(row.centre_id, "")) for row in found]


LISTINGS = (
    Listing(
        name="staff", title="Staff", permission=Permission.SEE_STAFF, asks=StaffFilter, endpoint="staff.listing",
        read=all_at_once(lambda asked, who: identity.all_staff(asked.wish)),
        filters=in_words(role=ROLE_WORDS, state={"active": "Active", "closed": "Closed"}),
        columns=(
            Column("Name", lambda row, _: row.full_name, weight=1.5),
            Column("Roles", lambda row, _: ", ".join(ROLE_WORDS[role] for role in row.roles), weight=1.2),
            Column("Centres", lambda row, _: ", ".join(name for _, name in row.centres), weight=1.2),
            Column("Phone", lambda row, _: row.phone, Kind.PHONE),
            Column("Username", lambda row, _: row.username),
            Column("E-mail", lambda row, _: row.email, weight=1.6),
            Column("Designation", lambda row, _: row.designation),
            Column("State", lambda row, _: "Active" if row.active else "Closed", weight=0.6),
            Column("Since", lambda row, _: row.created_at, Kind.DAY, weight=0.8),
        ),
    ),
    Listing(
        name="clinicians", title="Clinicians", permission=Permission.SEE_CLINICIANS, asks=ClinicianSearch,
        endpoint="clinicians.index", read=all_at_once(lambda asked, who: people.all_clinicians(asked.wish, by=who)),
        filters=in_words("state", mode=clinician_rows.MODE_WORDS, state=clinician_rows.STATE_WORDS),
        columns=(
            Column("Name", lambda row, _: row.full_name, weight=1.4),
            Column("Title", lambda row, _: row.title),
            Column("Registration number", lambda row, _: row.registration_number),
            Column("Specialisations", lambda row, _: ", ".join(row.specialisations), weight=1.4),
            Column("Qualifications", lambda row, _: ", ".join(row.qualifications), weight=1.2),
            Column("Languages", lambda row, _: ", ".join(row.languages)),
            Column("Experience, years", lambda row, _: row.years_of_experience, Kind.NUMBER, weight=0.7),
            Column("Fee", lambda row, _: row.fee_paise, Kind.MONEY, weight=0.8),
            Column("Meets", lambda row, _: ", ".join(clinician_rows.MODE_WORDS[mode] for mode in row.modes)),
            Column("Session, minutes", lambda row, _: row.session_minutes, Kind.NUMBER, weight=0.7),
            Column("Primary centre", lambda row, _: next((at.centre.name for at in row.places if at.is_primary), "")),
            Column("Centres", lambda row, _: ", ".join(at.centre.name for at in row.places), weight=1.2),
            Column("Phone", lambda row, _: row.account.phone if row.account else "", Kind.PHONE),
            Column("E-mail", lambda row, _: row.account.email if row.account else "", weight=1.2),
            Column("Username", lambda row, _: row.account.username if row.account else ""),
            Column("State", lambda row, _: "Active" if row.active else "Switched off", weight=0.7),
        ),
    ),
    Listing(
        name="centres", title="Centres", permission=Permission.SEE_CENTRES, asks=Everything, endpoint="centres.listing",
        read=all_at_once(_centres),
        columns=(
            Column("Name", lambda row, _: row.name, weight=1.5),
            Column("Short name", lambda row, _: row.short_name),
            Column("Address", lambda row, _: row.address, weight=2),
            Column("City", lambda row, _: row.city),
            Column("Pincode", lambda row, _: row.pincode),
            Column("Phone", lambda row, _: row.phone, Kind.PHONE),
            Column("State", lambda row, _: "Open" if row.active else "Closed"),
        ),
    ),
    Listing(
        name="audit", title="Audit", permission=Permission.SEE_AUDIT, asks=AuditFilter, endpoint="audit.listing",
        read=_audit, typed=frozenset({"who"}),
        filters=in_words(area={name: words for name, (words, _) in AREAS.items()}),
        columns=(
            Column("When", lambda row, _: row.at, Kind.MOMENT),
            Column("Who", lambda row, _: row.who, weight=1.3),
            Column("What", lambda row, _: row.act, weight=1.6),
            Column("Whose record", lambda row, _: row.record, weight=1.3),
            Column("Details", lambda row, _: "; ".join(f"{label}: {words}" for label, words in row.details), weight=3),
        ),
    ),
    Listing(
        name="emergency", title="Who read in an emergency", permission=Permission.SEE_GLASS, asks=Everything,
        endpoint="emergency.openings",
        read=as_made(_openings),
        columns=(
            Column("When", lambda row, _: row.opened_at, Kind.MOMENT),
            Column("Until", lambda row, _: row.until, Kind.MOMENT),
            Column("Read by", lambda row, _: row.who, weight=1.5),
            Column("Patient", lambda row, _: row.patient, weight=1.5),
        ),
    ),
    Listing(
        name="time-off", title="Time off", permission=Permission.SEE_HOURS, asks=BlockFilter, endpoint="blocks.listing",
        read=as_made(_blocks), filters=in_words("state", state=BLOCK_STATES),
        columns=(
            Column("Whose", lambda row, _: row.clinician or "Everybody", weight=1.4),
            Column("Where", lambda row, _: row.centre or "All their centres", weight=1.2),
            Column("From (IST)", lambda row, _: f"{row.starts:%Y-%m-%d %H:%M}"),
            Column("To (IST)", lambda row, _: f"{row.ends:%Y-%m-%d %H:%M}"),
            Column("Reason", lambda row, _: row.reason, weight=1.6),
            Column("Closed by", lambda row, _: row.author or "Mibo"),
            Column("Closed", lambda row, _: row.created_at, Kind.MOMENT),
            Column("Opened by", lambda row, _: (row.lifter or "Mibo") if row.lifted_at else ""),
            Column("Opened", lambda row, _: row.lifted_at, Kind.MOMENT),
        ),
    ),
    Listing(
        name="drawers", title="Drawers", permission=Permission.SEE_DRAWERS, asks=DrawersFilter,
        endpoint="drawers.listing", read=as_made(_drawers, lambda row: row[0].id), filters=in_words(state={"open": "Open"}),
        columns=(
            Column("Whose", lambda row, _: row[1], weight=1.5),
            Column("Centre", lambda row, _: row[2]),
            Column("Opened", lambda row, _: row[0].opened_at, Kind.MOMENT),
            Column("Counted", lambda row, _: row[0].closed_at, Kind.MOMENT),
            Column("Taken", lambda row, _: row[0].taken_paise, Kind.MONEY),
            Column("Given back", lambda row, _: row[0].given_back_paise, Kind.MONEY),
            Column("Over or short", lambda row, _: row[0].difference_paise, Kind.MONEY),
        ),
    ),
)  # fmt: skip

"""The audit: who did what to whose record, newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from mibo import audit, clock, identity, ledger
from mibo.audit import AuditEntry, AuditWish
from mibo.errors import Missing
from mibo.identity import StaffWish
from mibo.identity.permissions import Permission
from mibo.ledger import Named
from mibo.web.access import may
from mibo.web.audit_words import AREAS, act_words, details_of, ids_in
from mibo.web.forms.audit import AuditForm
from mibo.web.htmx import show
from mibo.web.inputs.audit import AuditFilter

bp = Blueprint("audit", __name__, url_prefix="/desk/audit")

PAGES = {
    "staff": ("staff.member", "account_id"), "appointment": ("desk.appointment", "appointment_id"),
    "centre": ("centres.centre", "centre_id"), "clinician": ("clinicians.one", "clinician_id"),
    "record": ("patients.show_patient", "patient_id"), "payment": ("payments.one", "payment_id"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One act, ready to draw: `href` leads to the record, `history` to all that is noted about it."""

    at: datetime
    who: str
    act: str
    record: str
    href: str | None
    history: str | None
    details: list[tuple[str, str]]


@bp.route("", methods=["GET", "POST"])
@may(Permission.SEE_AUDIT)
def listing() -> ResponseReturnValue:
    """The entries that were asked for, a page at a time; an address asks for one record's history."""
    form, asked = _asked()
    last = audit.entry(asked.before) if asked.before else None
    found, more = audit.entries(_wish(asked), before=(last.at, last.id) if last else None)
    names = ledger.named(_ids_in(found))
    return show(
        "audit/listing.html",
        form=form,
        lines=[_line(one, names) for one in found],
        next_id=found[-1].id if more else None,
        is_first=last is None,
        status=422 if form.errors else 200,
    )


def _asked() -> tuple[AuditForm, AuditFilter]:
    if request.method == "POST":
        form = AuditForm()
        return form, form.read(AuditFilter) or AuditFilter()
    told = {name: value for name, value in request.args.items() if name in ("area", "subject") and value}
    try:
        asked = AuditFilter.model_validate(told)
    except ValueError:
        raise Missing("We could not find that record.") from None
    return AuditForm(formdata=None, data=told), asked


def _wish(asked: AuditFilter) -> AuditWish:
    people = None
    if asked.who:
        people = tuple(row.id for row in identity.all_staff(StaffWish(q=asked.who)))
    return AuditWish(
        by_account_ids=people,
        acts=AREAS[asked.area][1] if asked.area in AREAS else (),
        subject_id=asked.subject,
        since=clock.day_span(asked.since)[0] if asked.since else None,
        until=clock.day_span(asked.until)[1] if asked.until else None,
    )


def _ids_in(found: Sequence[AuditEntry]) -> set[int]:
    """Every record that these entries name: who acted, what it was about, and what stands in the details."""
    told = {one.by_account_id for one in found} | {one.subject_id for one in found}
    return {each for each in told if each} | {each for one in found for each in ids_in(one.details)}


def _line(one: AuditEntry, names: Mapping[int, Named]) -> Line:
    by, subject = one.by_account_id, one.subject_id
    record = names.get(subject) if subject else None
    return Line(
        at=one.at,
        who=(names[by].name if by in names else f"no. {by}") if by else "Mibo",
        act=act_words(one.act),
        record=(record.name if record else f"no. {subject}") if subject else "–",
        href=_page_of(record.kind, subject) if record and subject else None,
        history=url_for("audit.listing", subject=subject) if subject else None,
        details=details_of(one.details, names),
    )


def _page_of(kind: str, record_id: int) -> str | None:
    endpoint, name = PAGES.get(kind, ("", ""))
    told: dict[str, Any] = {name: record_id}
    return url_for(endpoint, **told) if endpoint else None

"""The audit: who did what to whose record, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from mibo import audit, ledger
from mibo.audit import AuditEntry
from mibo.errors import Missing
from mibo.identity.permissions import Permission
from mibo.ledger import Named
from mibo.web import audit_entries
from mibo.web.access import may
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
    found, more = audit.entries(audit_entries.wish(asked), before=(last.at, last.id) if last else None)
    names = ledger.named(audit_entries.ids_of(found))
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


def _line(one: AuditEntry, names: Mapping[int, Named]) -> Line:
    subject = one.subject_id
    record = names.get(subject) if subject else None
    told = audit_entries.told(one, names)
    return Line(
        at=told.at,
        who=told.who,
        act=told.act,
        record=told.record,
        href=_page_of(record.kind, subject) if record and subject else None,
        history=url_for("audit.listing", subject=subject) if subject else None,
        details=told.details,
    )


def _page_of(kind: str, record_id: int) -> str | None:
    endpoint, name = PAGES.get(kind, ("", ""))
    told: dict[str, Any] = {name: record_id}
    return url_for(endpoint, **told) if endpoint else None

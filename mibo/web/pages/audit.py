"""The audit: who did what to whose record, newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from mibo import audit, clock, identity
from mibo.audit import AuditEntry, AuditWish
from mibo.errors import Missing
from mibo.identity import StaffWish
from mibo.identity.permissions import Permission
from mibo.web.access import may
from mibo.web.forms.audit import AuditForm
from mibo.web.htmx import show
from mibo.web.inputs.audit import AuditFilter

bp = Blueprint("audit", __name__, url_prefix="/desk/audit")


@dataclass(frozen=True, slots=True)
class Line:
    """One act, ready to draw."""

    at: datetime
    who: str
    act: str
    subject: int | None
    details: list[tuple[str, str]]
    chained: bool


@bp.route("", methods=["GET", "POST"])
@may(Permission.SEE_AUDIT)
def listing() -> ResponseReturnValue:
    """The entries that were asked for, a page at a time; an address asks for one record's history."""
    form, asked = _asked()
    last = audit.entry(asked.before) if asked.before else None
    found, more = audit.entries(_wish(asked), before=(last.at, last.id) if last else None)
    names = identity.names_of({one.by_account_id for one in found if one.by_account_id})
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
    told = {name: value for name, value in request.args.items() if name in ("act", "subject") and value}
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
        act=asked.act.lower(),
        subject_id=asked.subject,
        since=clock.day_span(asked.since)[0] if asked.since else None,
        until=clock.day_span(asked.until)[1] if asked.until else None,
    )


def _line(one: AuditEntry, names: dict[int, str]) -> Line:
    who = names.get(one.by_account_id, str(one.by_account_id)) if one.by_account_id else "Mibo"
    return Line(
        one.at, who, one.act, one.subject_id, [(name, _words(value)) for name, value in one.details.items()],
        one.hash is not None,
    )  # fmt: skip


def _words(value: Any) -> str:
    """A detail as people read it: before and after with an arrow between."""
    if isinstance(value, list) and len(value) == 2 and not any(isinstance(one, list | dict) for one in value):
        return f"{value[0]} → {value[1]}"
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_words(one)}" for name, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

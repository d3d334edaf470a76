"""Settlements: what the payment service paid out to the bank, read from its reports and held against our books."""

from contextlib import closing
from typing import Any

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from mibo import booking, db, identity
from mibo.errors import Invalid
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.ledger import settled
from mibo.payments import settlement_rules
from mibo.web import settlement_rows
from mibo.web.access import actor, may
from mibo.web.forms.settlements import ReportForm
from mibo.web.htmx import go, show
from mibo.web.inputs.settlements import SettlementsInput
from mibo.web.inputs.takings import of_address

bp = Blueprint("settlements", __name__, url_prefix="/money/settlements")

ONE = f"/<int(max={GREATEST_ID}):settlement_id>"


@bp.get("")
@may(Permission.SETTLE_MISMATCHES)
def index() -> ResponseReturnValue:
    """What was settled, the latest first, and where a report is read."""
    return _index(ReportForm(formdata=None))


@bp.post("")
@may(Permission.SETTLE_MISMATCHES, own_transactions=True)
def take_in() -> ResponseReturnValue:
    """Read a report: all of it, or nothing."""
    form = ReportForm()
    if form.validate_on_submit():
        try:
            raw, name = _sent(form)
            with db.transaction():
                file, new = booking.settlements.take_in(raw, name, by=actor())
        except Invalid as error:
            form.refuse(error)
        else:
            said = settlement_rows.came_of(file)
            flash(said if new else f"This file was read before, and nothing has changed. {said}", _kind(new, file.odd))
            return go("settlements.index")
    with db.reading():
        return _index(form, status=422)


@bp.get(ONE)
@may(Permission.SETTLE_MISMATCHES)
def one(settlement_id: int) -> ResponseReturnValue:
    """One of them, with what it is made of and its lines."""
    asked, _ = of_address(SettlementsInput, request.args)
    found = settled.settlement(settlement_id)
    count = found.waiting if asked.waiting else found.lines
    offset = (asked.page - 1) * settled.LINES_PAGE
    lines = settled.lines_of_settlement(settlement_id, waiting=asked.waiting, offset=offset)
    kept: dict[str, Any] = {"settlement_id": settlement_id, **({"waiting": 1} if asked.waiting else {})}
    return show(
        "settlements/one.html", one=found, when=settlement_rows.written(found), sums=settlement_rows.sums(found),
        lines=settlement_rows.lines(lines), asked=asked, count=count, pages=-(-count // settled.LINES_PAGE),
        address=url_for("settlements.one", **kept, page="PAGE").replace("PAGE", "{page}"),
    )  # fmt: skip


def _index(form: ReportForm, status: int = 200) -> ResponseReturnValue:
    asked, _ = of_address(SettlementsInput, request.args)
    found, total = settled.settlements(offset=(asked.page - 1) * settled.SETTLEMENTS_PAGE)
    files = settled.files()
    return show(
        "settlements/index.html", form=form, rows=settlement_rows.rows(found), total=total, page=asked.page,
        files=settlement_rows.files(files, identity.names_of({each.read_by for each in files})),
        pages=-(-total // settled.SETTLEMENTS_PAGE), status=status,
        address=url_for("settlements.index", page="PAGE").replace("PAGE", "{page}"),
    )  # fmt: skip


def _sent(form: ReportForm) -> tuple[bytes, str]:
    """What was sent, up to a byte more than it may be, and what it is called. Raises Invalid when it is nothing."""
    if not form.report.data:
        raise Invalid.field("report", "Choose the report as a CSV file.")
    with closing(form.report.data) as file:
        return file.read(settlement_rules.MOST_BYTES + 1), file.filename or ""


def _kind(new: bool, odd: int) -> str:
    return "warn" if new and odd else "success" if new else "info"

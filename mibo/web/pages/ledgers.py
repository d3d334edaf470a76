"""A patient's account with the clinic: what was charged, paid and given back, and what that leaves."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mibo import booking, clock, ledger
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.web import desk_sheet, ledger_rows
from mibo.web.access import actor, may
from mibo.web.htmx import show
from mibo.web.listings.one_patient import ACCOUNT
from mibo.web.reads import noted
from mibo.web.saving import file_of

bp = Blueprint("ledgers", __name__, url_prefix="/desk/patients")

ONE = f"/<int(max={GREATEST_ID}):patient_id>/account"


@bp.get(ONE)
@may(Permission.SEE_PATIENTS)
@noted("patient.opened", "patient_id")
def account(patient_id: int) -> ResponseReturnValue:
    """All of it, the newest first, as far as it is within reach."""
    one = booking.patients.patient_within_reach(patient_id, by=actor())
    found = ledger.ledger_of(one.id, by=actor())
    links = actor().may(Permission.SEE_REVENUE)
    return show(
        "ledgers/account.html", one=one, facts=desk_sheet.facts_of(one), page=ledger_rows.look(found, links=links),
        made_at=clock.local(clock.now()),
    )  # fmt: skip


@bp.get(f"{ONE}.csv")
@may(Permission.SEE_PATIENTS, fresh=True)
@noted("patient.opened", "patient_id")
def export(patient_id: int) -> ResponseReturnValue:
    """The same for a spreadsheet, the oldest first."""
    return file_of(ACCOUNT, booking.patients.patient_within_reach(patient_id, by=actor()), "csv")


@bp.get(f"{ONE}.pdf")
@may(Permission.SEE_PATIENTS, fresh=True)
@noted("patient.opened", "patient_id")
def export_pdf(patient_id: int) -> ResponseReturnValue:
    """The same on A4."""
    return file_of(ACCOUNT, booking.patients.patient_within_reach(patient_id, by=actor()), "pdf")

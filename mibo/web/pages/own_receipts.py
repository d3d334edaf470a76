"""A patient's own receipts, and one that was sent as a link."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from mibo import payments
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID, read_id
from mibo.web import receipt_rows
from mibo.web.access import actor, may, public
from mibo.web.htmx import show
from mibo.web.receipt_paper import paper_of
from mibo.web.receipt_pdf import pdf_answer

bp = Blueprint("own_receipts", __name__)

ONE = f"/my/receipts/<int(max={GREATEST_ID}):receipt_id>"


@bp.get("/my/receipts")
@may(Permission.SEE_OWN)
def listing() -> ResponseReturnValue:
    """All that was paid and given back, of oneself and one's family."""
    before = read_id(request.args.get("before", ""))
    found, more = payments.own_receipts(by=actor(), before=before)
    return show(
        "own_receipts/listing.html", rows=receipt_rows.rows(found), papers=receipt_rows.links(found, "/my/receipts"),
        before=found[-1].id if more else None, paged=before is not None,
    )  # fmt: skip


@bp.get(ONE)
@may(Permission.SEE_OWN)
def one(receipt_id: int) -> ResponseReturnValue:
    """One of them, to print or to keep; with the clinician's speciality for an insurer who asks, and not otherwise."""
    found = payments.own_receipt(receipt_id, by=actor())
    return show("own_receipts/one.html", one=found, paper=paper_of(found, in_full=_full()), full=_full())


@bp.get(f"{ONE}/pdf")
@may(Permission.SEE_OWN)
def pdf(receipt_id: int) -> ResponseReturnValue:
    """The same as a file."""
    found = payments.own_receipt(receipt_id, by=actor())
    return pdf_answer(paper_of(found, in_full=_full()), found)


@bp.get("/receipt/<token>")
@public
def by_link(token: str) -> ResponseReturnValue:
    """A receipt for whoever has its link: in neutral words, and nothing beside it."""
    found = payments.receipt_by_link(token)
    return show("own_receipts/by_link.html", paper=paper_of(found), token=token)


@bp.get("/receipt/<token>/pdf")
@public
def pdf_by_link(token: str) -> ResponseReturnValue:
    """The same as a file."""
    found = payments.receipt_by_link(token)
    return pdf_answer(paper_of(found), found)


def _full() -> bool:
    return request.args.get("full") == "yes"

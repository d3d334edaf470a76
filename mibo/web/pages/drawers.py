"""Drawers: one's own and those of one's centres, opened, counted, opened again, and on paper (M15)."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from wtforms import Form

from mibo import booking, clinics, clock, db, identity, payments
from mibo.clinics import Centre
from mibo.errors import Conflict, Invalid, Missing
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.payments import Counted, cash_of, drawer_lists, drawers
from mibo.web import drawer_page
from mibo.web.access import actor, may
from mibo.web.filters import moment
from mibo.web.forms.base import Input, InputForm
from mibo.web.forms.drawers import CashForm, CountForm, DrawersForm, FloatForm, OpeningForm, ReopeningForm
from mibo.web.htmx import go, show
from mibo.web.inputs.drawers import (
    CashInput,
    CountInput,
    DrawersFilter,
    FloatInput,
    OpeningInput,
    ReopeningInput,
)

bp = Blueprint("drawers", __name__, url_prefix="/money/drawers")

ONE = f"/<int(max={GREATEST_ID}):drawer_id>"
DAYS_BACK = 6


@bp.get("")
@may(Permission.SEE_DRAWERS)
def listing() -> ResponseReturnValue:
    """The drawers of some days, the last week's unless an address says otherwise, and one's own that is open."""
    return _list()


@bp.post("")
@may(Permission.TAKE_PAYMENT, own_transactions=True)
def open_one() -> ResponseReturnValue:
    """Open a drawer with its float; one that is open is shown."""
    form = OpeningForm()
    if said := form.read(OpeningInput):
        try:
            with db.transaction():
                paise = said.float_rupees * 100 if said.float_rupees is not None else None
                drawer_id = drawers.open_drawer(said.centre, paise, by=actor()).id
        except Invalid as error:
            form.refuse(error)
        except Missing as error:
            form.say("centre", error.message)
        else:
            return go("drawers.drawer", drawer_id=drawer_id)
    with db.reading():
        return _list(form, status=422)


@bp.get(ONE)
@may(Permission.SEE_DRAWERS)
def drawer(drawer_id: int) -> ResponseReturnValue:
    """One drawer: what should be in it, what went through, and its count."""
    return _one(drawer_id)


@bp.get(f"{ONE}/paper")
@may(Permission.SEE_DRAWERS)
def paper(drawer_id: int) -> ResponseReturnValue:
    """The same for paper, A4 or A5, with a line to sign on."""
    return _one(drawer_id, page="drawers/paper.html", half=request.args.get("size") == "a5")


@bp.post(f"{ONE}/float")
@may(Permission.SEE_DRAWERS, own_transactions=True)
def set_float(drawer_id: int) -> ResponseReturnValue:
    """Say what lay in it when it was opened."""
    return _change(
        drawer_id, FloatForm(), FloatInput, "The float is corrected.",
        lambda said: drawers.set_float(drawer_id, said.float_rupees * 100, by=actor()),
    )  # fmt: skip


@bp.post(f"{ONE}/cash")
@may(Permission.SEE_DRAWERS, own_transactions=True)
def move_cash(drawer_id: int) -> ResponseReturnValue:
    """Put cash in, or take it out."""
    return _change(
        drawer_id,
        CashForm(),
        CashInput,
        "The cash is noted.",
        lambda said: drawers.move_cash(drawer_id, said.kind, said.rupees * 100, said.reason, by=actor()),
    )


@bp.post(f"{ONE}/count")
@may(Permission.SEE_DRAWERS, own_transactions=True)
def count(drawer_id: int) -> ResponseReturnValue:
    """Close it with what was counted."""
    return _change(
        drawer_id, CountForm(), CountInput, "The drawer is counted and closed.", lambda said: _counted(drawer_id, said)
    )


@bp.post(f"{ONE}/reopening")
@may(Permission.REOPEN_DRAWERS, own_transactions=True)
def reopen(drawer_id: int) -> ResponseReturnValue:
    """Open it again, with the reason."""
    return _change(
        drawer_id,
        ReopeningForm(),
        ReopeningInput,
        "The drawer is open again. Its former count stands below.",
        lambda said: drawers.reopen_drawer(drawer_id, said.reason, by=actor()),
    )


def _counted(drawer_id: int, said: CountInput) -> object:
    pieces = said.pieces
    if any(count < 0 for count in pieces.values()):
        raise Invalid.field(
            next(f"p{worth}" for worth, count in pieces.items() if count < 0), "Enter how many there are."
        )
    if said.cash_rupees is None and not pieces:
        raise Invalid.field("cash_rupees", "Enter the cash you counted, or 0.")
    cash = cash_of(pieces) if pieces else (said.cash_rupees or 0) * 100
    if pieces and said.cash_rupees is not None and said.cash_rupees * 100 != cash:
        raise Invalid.field("cash_rupees", f"The notes and coins come to ₹{cash // 100}. Leave one of the two empty.")
    counted = Counted(cash, said.card_rupees * 100, said.upi_rupees * 100)
    kept = {str(worth): number for worth, number in pieces.items()}
    return drawers.close_drawer(drawer_id, counted, said.explanation, by=actor(), pieces=kept)


def _change(
    drawer_id: int, form: InputForm, kind: type[Input], words: str, act: Callable[[Input], object]
) -> ResponseReturnValue:
    """Do it and say so, or show the drawer with what is wrong at its field."""
    status, problem = 422, ""
    try:
        if (said := form.read(kind)) is not None:
            with db.transaction():
                act(said)
            flash(words, "success")
            return go("drawers.drawer", drawer_id=drawer_id)
    except Invalid as error:
        form.refuse(error)
    except Conflict as error:
        status, problem = 409, error.message
    with db.reading():
        return _one(drawer_id, form, problem=problem, status=status)


def _list(opening: OpeningForm | None = None, *, status: int = 200) -> ResponseReturnValue:
    asked = _asked()
    today = clock.today()
    first, last = asked.since or today - timedelta(days=DAYS_BACK), asked.until or today
    rows, more = drawer_lists.drawers_on(
        first, last, by=actor(), centre_id=asked.centre, open_only=asked.state == "open",
        after=(max(asked.page, 1) - 1) * drawer_lists.PAGE,
    )  # fmt: skip
    centres = clinics.centres()
    mine = drawer_lists.own_open(by=actor())
    form = DrawersForm(formdata=None, since=first, until=last, centre=asked.centre or "", state=asked.state)
    return show(
        "drawers/listing.html", form=form.offer(_within(centres)), opening=(opening or _opening()).offer(_keepable(centres, mine)),
        lines=_lines(rows, centres), mine=[_mine(each, centres) for each in mine],
        keeps=actor().may(Permission.TAKE_PAYMENT), page=max(asked.page, 1), refused=opening,
        further=_page_of(asked, 1) if more else "", back=_page_of(asked, -1) if asked.page > 1 else "",
        own_only=not actor().may(Permission.REOPEN_DRAWERS), status=status,
    )  # fmt: skip


def _asked() -> DrawersFilter:
    told = {name: value for name, value in request.args.items() if name in DrawersFilter.model_fields and value}
    try:
        return DrawersFilter.model_validate(told)
    except ValidationError:
        return DrawersFilter()


def _page_of(asked: DrawersFilter, step: int) -> str:
    kept = asked.model_dump(exclude_none=True, exclude_defaults=True, mode="json")
    return url_for("drawers.listing", **{**kept, "page": max(asked.page, 1) + step})


def _opening() -> OpeningForm:
    return OpeningForm(formdata=None, float_rupees=clinics.policy_in_force().drawer_float_paise // 100)


def _within(centres: Sequence[Centre]) -> list[Centre]:
    return [centre for centre in centres if actor().reaches(centre.id)]


def _keepable(centres: Sequence[Centre], mine: Sequence[payments.Drawer]) -> list[Centre]:
    """Where they may open one: none of theirs is open there."""
    open_at = {each.centre_id for each in mine}
    return [centre for centre in _within(centres) if centre.active and centre.id not in open_at]


def _lines(rows: Sequence[drawer_lists.DrawerRow], centres: Sequence[Centre]) -> list[drawer_page.Line]:
    names = identity.names_of({row.account_id for row in rows})
    places = {centre.id: centre.short_name for centre in centres}
    return [drawer_page.line(row, names, places) for row in rows]


def _mine(one: payments.Drawer, centres: Sequence[Centre]) -> tuple[str, str, str]:
    """One's own open drawer: where it leads, its centre, since when."""
    place = next((centre.short_name for centre in centres if centre.id == one.centre_id), "")
    return url_for("drawers.drawer", drawer_id=one.id), place, moment(one.opened_at)


def _one(
    drawer_id: int,
    form: Form | None = None,
    *,
    page: str = "drawers/one.html",
    half: bool = False,
    problem: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    one = drawer_lists.drawer(drawer_id, by=actor())
    found = drawer_page.read(one)
    centre = next(each for each in clinics.centres() if each.id == one.centre_id)
    booked = booking.desk_money.booked_with({each.payment_id for each in found.taken})
    shown = drawer_page.look(found, identity.names_of(found.people), booked, centre.short_name)
    return show(
        page, one=one, drawer=shown, half=half, refused=form, problem_words=problem, made_at=clock.local(clock.now()),
        centre_name=centre.short_name, status=status, **_forms(one, form),
    )  # fmt: skip


def _forms(one: payments.Drawer, refused: Form | None) -> dict[str, Any]:
    """Every form of the page; the refused one with what was typed."""

    def drawn(kind: type[Form], **given: Any) -> Form:
        return refused if isinstance(refused, kind) else kind(formdata=None, **given)

    return {
        "count_form": drawn(CountForm), "cash_form": drawn(CashForm), "reopening": drawn(ReopeningForm),
        "float_form": drawn(FloatForm, float_rupees=one.float_paise // 100),
    }  # fmt: skip

"""Time off: what is closed, closing time with everybody who is booked there listed first, and opening it again."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import date, time
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from wtforms import Field

from mibo import booking, clinics, clock, db, people
from mibo.booking import Affected, AffectedChanged, Answers, Closing, Summary, blocks
from mibo.clinics import Centre
from mibo.errors import Conflict, Invalid, Missing
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID, read_id
from mibo.people import Clinician
from mibo.scheduling.spans import Days, spans_of
from mibo.web import block_rows, closing_answers
from mibo.web.access import actor, may
from mibo.web.forms.blocks import ANY, BlockFilterForm, ClosingForm, offered
from mibo.web.htmx import go, go_to, local_path, page_around, show, wants_part
from mibo.web.inputs.blocks import BlockFilter, ClosingInput
from mibo.web.keys import takes

bp = Blueprint("blocks", __name__, url_prefix="/time-off")

PAGE = 50
MOST_AT_ONCE = 200


@bp.get("")
@may(Permission.SEE_HOURS)
def listing() -> ResponseReturnValue:
    """The closed time within reach, a page at a time."""
    form, asked = _asked()
    rows, total = blocks.blocks_page(asked.wish, by=actor(), limit=PAGE, offset=(asked.page - 1) * PAGE)
    far = blocks.BlockWish(live=True, over=False, far=True)
    told = {name: value for name, value in request.args.items() if name != "page" and value}
    return show(
        "blocks/listing.html", form=form, rows=block_rows.rows_of(rows, actor()), total=total, page=asked.page,
        pages=-(-total // PAGE), address=f"{url_for('blocks.listing')}?{urlencode({**told, 'page': ''})}{{page}}",
        far=0 if asked.far else blocks.blocks_page(far, by=actor(), limit=1)[1], asked=asked,
        status=422 if form.errors else 200,
    )  # fmt: skip


@bp.get("/new")
@may(Permission.BLOCK_TIME)
def new() -> ResponseReturnValue:
    """The form; an address may say whose time, where and when. Beside a board it is a short one, with who is booked."""
    form = ClosingForm(formdata=None)
    wish = request.args
    form.clinician.data, form.centre.data = wish.get("clinician", ""), wish.get("centre", "")
    for field, name in ((form.day, "day"), (form.from_time, "from"), (form.to_time, "to")):
        _fill(field, wish.get(name))
    form.day.data = form.day.data or clock.today()
    return _beside(form) if wants_part() else _form(form)


def _beside(form: ClosingForm) -> ResponseReturnValue:
    """What was drawn on a board, read back, with who is booked in it."""
    _offer(form)
    form.from_time.description = form.to_time.description = ""
    told: Sequence[str] = ()
    booked: Sequence[closing_answers.AffectedRow] = ()
    problem = ""
    try:
        wish = _drawn(form)
        told = [block_rows.span_words(each) for each in wish.spans]
        booked = closing_answers.rows_of(booking.preview_closing(wish, by=actor()), actor())
    except Invalid as error:
        problem = next((each.message for each in error.problems), error.message)
    return show(
        "blocks/new.html", "blocks/_beside.html", form=form, spans=told, booked=booked, problem_words=problem,
        whose=_whose(form), back=page_around(),
    )  # fmt: skip


def _drawn(form: ClosingForm) -> Closing:
    """A span of one day of one clinician. Raises Invalid."""
    day, opens, closes = form.day.data, form.from_time.data, form.to_time.data
    assert isinstance(day, date)
    times = [one if isinstance(one, time) else None for one in (opens, closes)]
    spans = spans_of(Days(first=day, opens=times[0], closes=times[1]), clock.local(clock.now()).replace(tzinfo=None))
    return Closing(
        clinician_id=read_id(form.clinician.data or ""), centre_id=read_id(form.centre.data or ""), spans=spans,
        reason=booking.UNAVAILABLE,
    )  # fmt: skip


def _fill(field: Field, told: str | None) -> None:
    """Put into a field what an address says, if it is any good."""
    with suppress(ValueError):
        field.process_formdata([told] if told else [])


@bp.post("/new")
@may(Permission.BLOCK_TIME, own_transactions=True)
def close() -> ResponseReturnValue:
    """First who is booked there is shown; sent again with what becomes of them, the time is closed."""
    form = ClosingForm()
    said = form.read(ClosingInput)
    if said is None or request.form.get("back"):
        with db.reading():
            return _form(form, status=200 if said else 422)
    try:
        wish = _wish(said)
        if said.seen is None:
            with db.reading():
                affected = booking.preview_closing(wish, by=actor())
            if affected:
                return _confirm(form, wish, affected)
        answers = closing_answers.answers_of(said) if said.seen is not None else Answers(seen=())
        done = booking.close_time(wish, by=actor(), answers=answers, request_key=said.key)
    except AffectedChanged as error:
        return _confirm(form, wish, error.affected, problem=error.message if said.seen is not None else "")
    except (Invalid, Conflict) as error:
        return _refused(form, error)
    _tell(done)
    return go_to(_back_to_board(done.blocks[0].id) or url_for("blocks.block", block_id=done.blocks[0].id))


def _back_to_board(block_id: int) -> str:
    """The board on which the span was drawn, which offers to open it again; empty when it was drawn on none."""
    if not (board := urlsplit(local_path(request.form.get("next"), ""))).path:
        return ""
    told = {name: value for name, value in parse_qsl(board.query) if name not in ("moved", "closed")}
    return f"{board.path}?{urlencode({**told, 'closed': block_id})}"


def _wish(said: ClosingInput) -> Closing:
    spans = spans_of(said.days, clock.local(clock.now()).replace(tzinfo=None))
    return Closing(
        clinician_id=said.clinician or None, centre_id=said.centre, spans=spans, reason=said.reason or booking.UNAVAILABLE
    )  # fmt: skip


def _refused(form: ClosingForm, error: Invalid | Conflict) -> ResponseReturnValue:
    if isinstance(error, Invalid):
        form.refuse(error)
    else:
        form.say("", error.message)
    with db.reading():
        return _form(form, status=422 if isinstance(error, Invalid) else 409)


def _confirm(
    form: ClosingForm, wish: Closing, affected: Sequence[Affected], *, problem: str = ""
) -> ResponseReturnValue:
    """Who is booked there, and what shall become of them."""
    with db.reading():
        _offer(form)
    return show(
        "blocks/confirm.html", form=form, spans=[block_rows.span_words(each) for each in wish.spans], whose=_whose(form),
        rows=closing_answers.rows_of(affected, actor(), closing_answers.chosen_each()), problem_words=problem,
        reason=wish.reason, seen=closing_answers.seen_of(affected), for_all=closing_answers.FOR_ALL,
        chosen=form.choice.data or "each", status=409 if problem else 200,
    )  # fmt: skip


def _whose(form: ClosingForm) -> str:
    """`Dr. Anita Kurian, all their centres`."""
    named = [(field.data or "", each) for field in (form.clinician, form.centre) for each in field.iter_choices()]
    return ", ".join(str(each[1]) for value, each in named if each[0] == value)


def _tell(done: Summary) -> None:
    """What came of it: one sentence for each kind, and one for each thing that could not be done."""
    count = len(done.blocks)
    sentences = ["The time is closed." if count == 1 else f"{count} times are closed."]
    flash(" ".join([*sentences, *closing_answers.told(done.outcomes)]), "success")
    for refused in done.refused:
        flash(f"{block_rows.span_words(refused.span)}: {refused.refusal}", "warn")
    for trouble in closing_answers.troubles(done.outcomes):
        flash(trouble, "warn")


@bp.get(f"/<int(max={GREATEST_ID}):block_id>")
@may(Permission.SEE_HOURS)
def block(block_id: int) -> ResponseReturnValue:
    """One closed time, with those that were made at once with it, and whom it concerns."""
    one = blocks.block(block_id, by=actor())
    group = blocks.made_with(one, by=actor())
    return show(
        "blocks/block.html",
        one=block_rows.row_of(one, actor()),
        group=block_rows.rows_of(group, actor()) if len(group) > 1 else [],
        cancelled=blocks.displaced_by([each.id for each in group], by=actor()),
        inside=closing_answers.rows_of(blocks.still_inside(group, by=actor()), actor()),
    )


@bp.post("/reopening")
@may(Permission.BLOCK_TIME, own_transactions=True)
@takes("id", "whole", "sure")
def reopen() -> ResponseReturnValue:
    """Ask once more, and then open the chosen time again; what fails stops nothing else (R-BLK-5, 6)."""
    with db.reading():
        chosen = [one for one in _chosen() if block_rows.may_reopen(one, actor())]
    if not chosen:
        flash("Choose what shall be opened again.", "warn")
        return go("blocks.listing")
    if request.form.get("sure") != "yes":
        with db.reading():
            return _sure(chosen)
    opened = 0
    for one in chosen:
        try:
            with db.transaction():
                opened += len(booking.reopen_time(one.id, by=actor()))
        except (Conflict, Missing, Invalid) as error:
            flash(f"{block_rows.span_words(one.span)}: {error.message}", "warn")
    if opened:
        flash("The time is open again." if opened == 1 else f"{opened} times are open again.", "success")
    otherwise = url_for("blocks.block", block_id=chosen[0].id) if len(chosen) == 1 else url_for("blocks.listing")
    return go_to(local_path(request.form.get("next"), otherwise))


def _chosen() -> Sequence[blocks.BlockRow]:
    """The blocks that were ticked; with `whole`, all that were made with them."""
    told = request.form.getlist("id")[:MOST_AT_ONCE]
    found = blocks.blocks_of([one for one in map(read_id, told) if one], by=actor())
    if request.form.get("whole") == "yes":
        return [each for one in found for each in blocks.made_with(one, by=actor())]
    return found


def _sure(chosen: Sequence[blocks.BlockRow]) -> ResponseReturnValue:
    cancelled = blocks.displaced_by([one.id for one in chosen], by=actor())
    return show("blocks/reopening.html", rows=block_rows.rows_of(chosen, actor()), cancelled=cancelled)


def _form(form: ClosingForm, *, status: int = 200) -> ResponseReturnValue:
    _offer(form)
    return show("blocks/new.html", form=form, status=status)


def _offer(form: ClosingForm) -> None:
    found, places = choices()
    form.offer(found, places, whole=booking.closes_for_others(actor()))


def choices(right: Permission = Permission.BLOCK_TIME) -> tuple[list[Clinician], list[Centre]]:
    """The clinicians and the centres for whom somebody may do this."""
    by = actor()
    others = booking.closes_for_others(by, right)
    found = [one for one in people.clinicians_in_reach(by) if one.active and (others or one.id == by.clinician_id)]
    places = [one for one in clinics.centres(active=True) if by.works_at(one.id)]
    return found, places


def _asked() -> tuple[BlockFilterForm, BlockFilter]:
    told = {name: value for name, value in request.args.items() if name in BlockFilter.model_fields and value}
    form = BlockFilterForm(request.args)
    found, places = choices(Permission.SEE_HOURS)
    form.clinician.choices = [ANY, *offered((one.id, one.full_name) for one in found)]
    form.centre.choices = [ANY, *offered((one.id, one.short_name) for one in places)]
    form.author.choices = [ANY, *offered(blocks.authors(by=actor()))]
    try:
        return form, BlockFilter.model_validate(told)
    except ValidationError as error:
        _say(form, {str(each["loc"][0]) for each in error.errors()})
        return form, BlockFilter()


def _say(form: BlockFilterForm, wrong: Collection[str]) -> None:
    for name in sorted(wrong):
        form.say(name, "Choose this again, please.")

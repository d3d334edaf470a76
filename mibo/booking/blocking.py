"""Time is closed, and whoever is booked there is told (R-BLK). The one way in which a block is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import or_, select

from mibo import audit, db, payments
from mibo.booking.affected import Affected, affected_by
from mibo.booking.closable import check_may_close
from mibo.booking.displacing import AffectedChanged, Answers, Outcome, lock_affected, note_closing, settle_all
from mibo.booking.models import REASON_LENGTH
from mibo.booking.rules import KeyReused
from mibo.clinics import Centre
from mibo.errors import Conflict, Invalid
from mibo.identity import Actor
from mibo.people import Clinician
from mibo.scheduling import TimeBlock
from mibo.scheduling.spans import Span

UNAVAILABLE = "unavailable"
ALL_CANCELLED = Answers()


class AlreadyClosed(Conflict):
    """The whole of this time is closed already."""

    code = "SLOT_ALREADY_BLOCKED"

    def __init__(self, reason: str) -> None:
        super().__init__(f"This time is closed already: {reason}.")


@dataclass(frozen=True, kw_only=True)
class Closing:
    """What is to be closed: a clinician (at one centre, or None: at all of them), or a whole centre."""

    clinician_id: int | None = None
    centre_id: int | None = None
    spans: Sequence[Span]
    reason: str = UNAVAILABLE


@dataclass(frozen=True)
class _Order:
    """The wish with all that goes with it."""

    wish: Closing
    reason: str
    answers: Answers
    by: Actor
    key: str | None


@dataclass(frozen=True)
class ClosedSpan:
    """What became of one span: its block and those who were booked, or why it was not closed."""

    span: Span
    block: TimeBlock | None = None
    outcomes: Sequence[Outcome] = ()
    refusal: Conflict | None = None


@dataclass(frozen=True)
class Summary:
    """What came of closing time, span by span (R-BLK-5)."""

    spans: Sequence[ClosedSpan]

    @property
    def blocks(self) -> list[TimeBlock]:
        """The blocks that were made."""
        return [one.block for one in self.spans if one.block is not None]

    @property
    def refused(self) -> list[ClosedSpan]:
        """The spans that were not closed."""
        return [one for one in self.spans if one.refusal is not None]

    @property
    def outcomes(self) -> list[Outcome]:
        """What became of those who were booked."""
        return [each for one in self.spans for each in one.outcomes]


def preview_closing(wish: Closing, *, by: Actor) -> Sequence[Affected]:
    """Who is booked there (R-BLK-3). Raises Missing and Invalid."""
    check_may_close(wish.clinician_id, wish.centre_id, by)
    return affected_by(wish.clinician_id, wish.centre_id, wish.spans)


def close_time(
    wish: Closing, *, by: Actor, answers: Answers = ALL_CANCELLED, request_key: str | None = None
) -> Summary:
    """Close it, each span in a transaction of its own, and do for those booked what was chosen (R-BLK-4, 5).

    Asked again with the same key it answers what it did. Raises Missing, Invalid, KeyReused; and, when nothing at all
    could be closed, AlreadyClosed or AffectedChanged.
    """
    order = _Order(wish, reason_of(wish.reason), answers, by, request_key)
    with db.transaction():
        check_may_close(wish.clinician_id, wish.centre_id, by)
        if before := _made_before(wish, by, request_key):
            return before
        _check_seen(wish, answers)
    done: list[ClosedSpan] = []
    for span in wish.spans:
        first = next((one.block for one in done if one.block), None)
        try:
            done.append(db.change(partial(_close, order, span, first)))
        except (AlreadyClosed, AffectedChanged) as refusal:
            done.append(ClosedSpan(span, refusal=refusal))
    summary = Summary(done)
    if not summary.blocks and done:
        if before := _made_before(wish, by, request_key):
            return before
        raise done[0].refusal or AssertionError
    return summary


def reason_of(told: str) -> str:
    """Why, as everybody at the clinic may read it. Raises Invalid."""
    payments.refuse_card_number(told, "reason")
    reason = " ".join(told.split()) or UNAVAILABLE
    if len(reason) > REASON_LENGTH:
        raise Invalid.field("reason", f"Please use {REASON_LENGTH} characters at most.")
    return reason


def _made_before(wish: Closing, by: Actor, request_key: str | None) -> Summary | None:
    """What the same form did when it was sent before. Raises KeyReused when it asked for something else."""
    if not request_key:
        return None
    with db.transaction() as session:
        mine = TimeBlock.created_by == by.account_id, TimeBlock.request_key == request_key
        first = session.scalar(select(TimeBlock).where(*mine))
        if first is None:
            return None
        if (first.clinician_id, first.centre_id) != (wish.clinician_id, wish.centre_id):
            raise KeyReused
        of_group = or_(TimeBlock.id == first.id, TimeBlock.group_id == first.id)
        blocks = session.scalars(select(TimeBlock).where(of_group).order_by(TimeBlock.starts_local)).all()
    return Summary([ClosedSpan(Span(one.starts_local, one.ends_local), one) for one in blocks])


def _check_seen(wish: Closing, answers: Answers) -> None:
    """Nothing at all is done on a list that is no longer true."""
    if answers.seen is not None:
        found = affected_by(wish.clinician_id, wish.centre_id, wish.spans)
        answers.check(found, answers.seen)


def _close(order: _Order, span: Span, first: TimeBlock | None) -> ClosedSpan:
    """One span. The appointments are locked before the clinician, as whoever settles their money does it; the lock on
    the clinician (or centre) makes every booking there wait, and after it nothing new can come in.
    """
    wish, by = order.wish, order.by
    known = lock_affected(wish.clinician_id, wish.centre_id, span)
    _hold(wish)
    _check_open(wish, span)
    found = affected_by(wish.clinician_id, wish.centre_id, [span])
    order.answers.check(found, known)
    block = _made(order, span, first)
    outcomes = settle_all(found, order.answers, order.reason, by, block.id)
    note_closing("time.closed", block.id, by, outcomes, **told_of(block))
    return ClosedSpan(span, block, outcomes)


def _hold(wish: Closing) -> None:
    """Nobody books there until the end of the transaction: a new appointment waits for its clinician and its centre."""
    whose = Clinician.id == wish.clinician_id if wish.clinician_id is not None else Centre.id == wish.centre_id
    db.session().execute(select(1).where(whose).with_for_update())


def _check_open(wish: Closing, span: Span) -> None:
    """Raises AlreadyClosed when one block closes all of it for the same clinician and centre."""
    who, where = TimeBlock.clinician_id, TimeBlock.centre_id
    wider = or_(who == wish.clinician_id, who.is_(None)) if wish.clinician_id is not None else who.is_(None)
    place = or_(where == wish.centre_id, where.is_(None)) if wish.centre_id is not None else where.is_(None)
    covering = select(TimeBlock.reason).where(
        TimeBlock.lifted_at.is_(None), wider, place, TimeBlock.starts_local <= span.starts,
        TimeBlock.ends_local >= span.ends,
    )  # fmt: skip
    reason = db.session().scalar(covering.limit(1))
    if reason is not None:
        raise AlreadyClosed(reason)


def _made(order: _Order, span: Span, first: TimeBlock | None) -> TimeBlock:
    session, wish = db.session(), order.wish
    block = TimeBlock(
        clinician_id=wish.clinician_id, centre_id=wish.centre_id, starts_local=span.starts, ends_local=span.ends,
        reason=order.reason, created_by=order.by.account_id, group_id=first.id if first else None,
        request_key=order.key if first is None else None,
    )  # fmt: skip
    session.add(block)
    session.flush()
    if first is None and len(wish.spans) > 1:
        block.group_id = block.id
    return block


def told_of(block: TimeBlock) -> dict[str, object]:
    """What the audit says of a block."""
    return {
        "clinician": block.clinician_id, "centre": block.centre_id,
        "starts": f"{block.starts_local:%Y-%m-%d %H:%M}", "ends": f"{block.ends_local:%Y-%m-%d %H:%M}",
    }  # fmt: skip


def reword(clinician_id: int, centre_id: int, span: Span, reason: str, *, by: Actor) -> int | None:
    """Give the block of exactly this span another reason; answers its id, or None when there is no such block."""
    check_may_close(clinician_id, centre_id, by)
    exactly = select(TimeBlock).where(
        TimeBlock.clinician_id == clinician_id, TimeBlock.centre_id == centre_id, TimeBlock.lifted_at.is_(None),
        TimeBlock.starts_local == span.starts, TimeBlock.ends_local == span.ends,
    )  # fmt: skip
    block = db.session().scalar(exactly.limit(1).with_for_update())
    if block is None:
        return None
    words = reason_of(reason)
    if words != block.reason:
        audit.record("time.reworded", block.id, by=by.account_id, reason=[block.reason, words])
        block.reason = words
    return block.id

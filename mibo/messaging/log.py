"""The message log: what was promised to whom, and what became of it, as far as one may see; and its numbers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, Date, case, cast, func, select, true, tuple_

from mibo import clock, db
from mibo.messaging.models import Message

PAGE = 50
ARRIVED = ("DELIVERED", "READ")
STANDINGS = {  # what somebody looks for, and the states that are meant
    "waiting": ("PENDING", "SENDING"),
    "accepted": ("SENT",),
    "delivered": ("DELIVERED",),
    "read": ("READ",),
    "failed": ("FAILED",),
    "unsure": ("UNKNOWN",),
    "dropped": ("DROPPED",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogWish:
    """Which messages are wanted. `centre_ids` is what one may see: None for everything (R-ACL)."""

    centre_ids: frozenset[int] | None
    typed: str = ""
    standing: str = ""
    kind: str = ""
    channel: str = ""
    centre_id: int | None = None
    patient_ids: frozenset[int] | None = None
    about_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """The same, asked of the outbox."""
        wanted: list[ColumnElement[bool]] = [
            true() if self.centre_ids is None else Message.centre_id.in_(self.centre_ids), _typed(self.typed),
        ]  # fmt: skip
        if self.standing:
            wanted.append(Message.status.in_(STANDINGS[self.standing]))
        for column, value in (
            (Message.kind, self.kind), (Message.channel, self.channel), (Message.centre_id, self.centre_id),
            (Message.about_id, self.about_id),
        ):  # fmt: skip
            if value:
                wanted.append(column == value)
        if self.patient_ids is not None:
            wanted.append(Message.patient_id.in_(self.patient_ids))
        if self.since:
            wanted.append(Message.created_at >= self.since)
        if self.until:
            wanted.append(Message.created_at < self.until)
        return wanted


def _typed(typed: str) -> ColumnElement[bool]:
    """Part of a name, or of a phone: four digits or more."""
    digits = "".join(each for each in typed if each.isdigit())
    if len(digits) >= 4:
        return Message.phone.contains(digits, autoescape=True)
    return Message.name.icontains(typed, autoescape=True) if typed else true()


def log_page(wish: LogWish, *, limit: int = PAGE) -> tuple[Sequence[Message], bool]:
    """The newest first, a page of them, and whether there are more."""
    wanted = select(Message).where(*wish.conditions)
    if wish.before:
        last = select(Message.created_at, Message.id).where(Message.id == wish.before).subquery()
        wanted = wanted.join(last, tuple_(Message.created_at, Message.id) < tuple_(last.c.created_at, last.c.id))
    ordered = wanted.order_by(Message.created_at.desc(), Message.id.desc()).limit(limit + 1)
    found = db.session().scalars(ordered).all()
    return found[:limit], len(found) > limit


@dataclass(frozen=True, slots=True)
class Tally:
    """How many messages of a day, or of a template, stand where. A message is counted once, as far as it came."""

    of: str
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def arrived_percent(self) -> int | None:
        """Of those whose fate is known, how many arrived; None while none is."""
        known = sum(self.counts.get(each, 0) for each in ("delivered", "read", "failed"))
        return round(100 * (known - self.counts.get("failed", 0)) / known) if known else None


def tally(wish: LogWish) -> tuple[list[Tally], list[Tally]]:
    """By the clinic's day, and by template, the one with most messages first; one statement."""
    day = cast(func.timezone(str(clock.CLINIC_ZONE), Message.created_at), Date)
    standing = case(*[(Message.status.in_(states), name) for name, states in STANDINGS.items()])
    counted = func.count()
    rows = db.session().execute(
        select(func.grouping(day), day, Message.template, standing, counted)
        .where(*wish.conditions)
        .group_by(func.grouping_sets(tuple_(day, standing), tuple_(Message.template, standing)))
    )
    days: dict[str, Tally] = {}
    kinds: dict[str, Tally] = {}
    for is_template, at, template, where, count in rows:
        into, key = (kinds, template) if is_template else (days, at.isoformat())
        into.setdefault(key, Tally(key)).counts[where] = count
    return [days[key] for key in sorted(days)], sorted(kinds.values(), key=lambda one: (-one.total, one.of))


def days_between(first: date, last: date, found: Sequence[Tally]) -> list[Tally]:
    """Every day of a span, those without a message too."""
    known = {one.of: one for one in found}
    count = (last - first).days + 1
    days = [date.fromordinal(first.toordinal() + n).isoformat() for n in range(count)]
    return [known.get(day, Tally(day)) for day in days]


def history(wish: LogWish, *, status: str | None, templates: Collection[str] | None, limit: int) -> Sequence[Message]:
    """The newest first, for programs: in one exact state, of these templates; never a code."""
    wanted = select(Message).where(*wish.conditions, Message.kind != "CODE")
    if status:
        wanted = wanted.where(Message.status == status)
    if templates is not None:
        wanted = wanted.where(Message.template.in_(templates))
    return db.session().scalars(wanted.order_by(Message.created_at.desc(), Message.id.desc()).limit(limit)).all()


def one_of(wish: LogWish, message_id: int) -> Message | None:
    """One that may be seen; never a code."""
    return db.session().scalar(
        select(Message).where(*wish.conditions, Message.kind != "CODE", Message.id == message_id)
    )


def by_channel(wish: LogWish) -> list[tuple[str, str, int]]:
    """How many stand where, by channel."""
    rows = select(Message.channel, Message.status, func.count()).where(*wish.conditions)
    rows = rows.group_by(Message.channel, Message.status).order_by(Message.channel, Message.status)
    return [(channel, status, count) for channel, status, count in db.session().execute(rows)]

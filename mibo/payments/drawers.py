"""The drawer of whoever takes money: opened for a shift at a centre, counted at its end (M15).

All that is taken at the desk, and all that the desk gives back, belongs to the open drawer of who does it.
"""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from mibo import audit, clinics, clock, db
from mibo.errors import Conflict, Invalid, Missing, Refused
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.payments.adjusting import worded
from mibo.payments.drawer_lists import flows_of
from mibo.payments.drawer_models import Drawer, DrawerClosing, DrawerEntry
from mibo.payments.drawer_rules import Counted, check_count, explained
from mibo.payments.models import Tender


class DrawerClosed(Conflict):
    """They have no open drawer at this centre, so no money can be taken or given there (M15)."""

    code = "DRAWER_CLOSED"
    message = "You have no open drawer at this centre. Open one first, then take the money."


def current(centre_id: int, *, by: Actor) -> Drawer:
    """Their open drawer at a centre; it is not counted while this transaction goes on.

    With the first money of a shift one opens by itself, where the policy says so. Raises DrawerClosed.
    """
    if (found := _open_of(centre_id, by)) is not None:
        return found
    policy = clinics.policy_in_force()
    if not policy.drawer_opens_itself or _counted_today(centre_id, by):
        raise DrawerClosed
    return _opened(centre_id, policy.drawer_float_paise, by, opened_by=None)


def open_drawer(centre_id: int, float_paise: int | None, *, by: Actor) -> Drawer:
    """Open one with what lies in it already; one that is open stays as it is. Raises Missing, Refused, Invalid."""
    if not by.reaches(centre_id):
        raise Missing("We could not find that centre.")
    if not by.may(Permission.TAKE_PAYMENT):
        raise Refused("Only those who take payments keep a drawer.")
    paise = clinics.policy_in_force().drawer_float_paise if float_paise is None else float_paise
    if paise < 0:
        raise Invalid.field("float_rupees", "Enter what lies in the drawer, or 0.")
    return _open_of(centre_id, by) or _opened(centre_id, paise, by, opened_by=by.account_id)


def set_float(drawer_id: int, float_paise: int, *, by: Actor) -> Drawer:
    """What really lay in it when it was opened. Raises Missing, DrawerClosed, Invalid."""
    drawer = kept_by(drawer_id, by)
    if float_paise < 0:
        raise Invalid.field("float_rupees", "Enter what lies in the drawer, or 0.")
    before, drawer.float_paise = drawer.float_paise, float_paise
    audit.record("drawer.float", drawer.id, by=by.account_id, paise=[before, float_paise])
    db.session().flush()
    return drawer


def move_cash(drawer_id: int, kind: str, paise: int, reason: str, *, by: Actor) -> DrawerEntry:
    """Cash is put IN or taken OUT, to the safe or for change. Raises Missing, DrawerClosed, Invalid."""
    drawer, why = kept_by(drawer_id, by), worded(reason)
    if kind not in ("IN", "OUT"):
        raise Invalid.field("kind", "Choose whether cash is put in or taken out.")
    if paise <= 0:
        raise Invalid.field("rupees", "Enter an amount of at least ₹1.")
    if kind == "OUT" and paise > flows_of(drawer).expected("CASH"):
        raise Invalid.field("rupees", "There is not so much cash in the drawer.")
    return _enter(drawer, by, kind=kind, method="CASH", paise=paise, reason=why)


def note_refund(refund_id: int, centre_id: int, method: str, paise: int, *, by: Actor) -> DrawerEntry:
    """The desk gives money back out of their open drawer. Noted once for a refund and method. Raises DrawerClosed."""
    drawer = current(centre_id, by=by)
    noted = select(DrawerEntry).where(DrawerEntry.refund_id == refund_id, DrawerEntry.method == method)
    return db.session().scalar(noted) or _enter(
        drawer, by, kind="REFUND", method=method, paise=paise, refund_id=refund_id
    )


def close_drawer(
    drawer_id: int,
    counted: Counted,
    explanation: str | None,
    *,
    by: Actor,
    pieces: Mapping[str, int] | None = None,
) -> DrawerClosing:
    """Count it: what should be there is frozen beside what is; where they differ somebody says why.

    Raises Missing, DrawerClosed, Invalid.
    """
    drawer = kept_by(drawer_id, by)
    flows, now = flows_of(drawer), clock.now()
    expected = Counted(flows.expected("CASH"), flows.expected("CARD"), flows.expected("UPI"))
    check_count(counted)
    why = explained(expected, counted, explanation)
    closing = DrawerClosing(
        drawer_id=drawer.id,
        expected_cash_paise=expected.cash, expected_card_paise=expected.card, expected_upi_paise=expected.upi,
        counted_cash_paise=counted.cash, counted_card_paise=counted.card, counted_upi_paise=counted.upi,
        pieces=dict(pieces) if pieces else None, explanation=why, closed_at=now, closed_by=by.account_id,
    )  # fmt: skip
    drawer.closed_at = now
    db.session().add(closing)
    audit.record("drawer.closed", drawer.id, by=by.account_id, difference_paise=counted.total - expected.total)
    db.session().flush()
    return closing


def reopen_drawer(drawer_id: int, reason: str, *, by: Actor) -> Drawer:
    """A drawer that was counted is open again, and its count stands as history. Raises Missing, Refused, Conflict, Invalid."""
    why = worded(reason)
    drawer = _locked(drawer_id, by)
    if not by.may(Permission.REOPEN_DRAWERS):
        raise Refused("Only a manager may open a drawer again.")
    if drawer.closed_at is None:
        return drawer
    stands = DrawerClosing.drawer_id == drawer.id, DrawerClosing.reopened_at.is_(None)
    closing = db.session().scalars(select(DrawerClosing).where(*stands)).one()
    closing.reopened_at, closing.reopened_by, closing.reopen_reason = clock.now(), by.account_id, why
    drawer.closed_at = None
    try:
        with db.session().begin_nested():
            db.session().flush()
    except IntegrityError as error:
        if db.violated(error) != "uq_drawer_open":
            raise
        raise Conflict("Another drawer of theirs is open at this centre. Close that one first.") from None
    audit.record("drawer.reopened", drawer.id, by=by.account_id, reason=why)
    return drawer


def check_still_open(attempt_id: int) -> None:
    """Money that was counted is not unsaid; it is given back instead. Raises DrawerClosed."""
    of = select(Tender.drawer_id).where(Tender.attempt_id == attempt_id, Tender.drawer_id.is_not(None))
    for drawer in db.session().scalars(select(Drawer).where(Drawer.id.in_(of)).with_for_update(read=True)):
        if drawer.closed_at is not None:
            raise DrawerClosed("The drawer that took this money has been counted. Cancel and give it back instead.")


def kept_by(drawer_id: int, by: Actor) -> Drawer:
    """An open drawer, locked, of theirs or within their reach as a manager. Raises Missing, DrawerClosed."""
    drawer = _locked(drawer_id, by)
    if drawer.closed_at is not None:
        raise DrawerClosed("This drawer has been counted and closed.")
    return drawer


def _locked(drawer_id: int, by: Actor) -> Drawer:
    drawer = db.session().get(Drawer, drawer_id, with_for_update=True, populate_existing=True)
    if drawer is None or not by.reaches(drawer.centre_id):
        raise Missing("We could not find that drawer.")
    if drawer.account_id != by.account_id and not by.may(Permission.REOPEN_DRAWERS):
        raise Missing("We could not find that drawer.")
    return drawer


def _open_of(centre_id: int, by: Actor) -> Drawer | None:
    """Shared by all that is taken at once, and waited for by whoever counts it."""
    mine = Drawer.account_id == by.account_id, Drawer.centre_id == centre_id, Drawer.closed_at.is_(None)
    wanted = select(Drawer).where(*mine).with_for_update(read=True).execution_options(populate_existing=True)
    return db.session().scalar(wanted)


def _counted_today(centre_id: int, by: Actor) -> bool:
    since, _ = clock.day_span(clock.today())
    mine = Drawer.account_id == by.account_id, Drawer.centre_id == centre_id, Drawer.closed_at >= since
    return db.session().scalar(select(Drawer.id).where(*mine).limit(1)) is not None


def _opened(centre_id: int, float_paise: int, by: Actor, *, opened_by: int | None) -> Drawer:
    told = {
        "account_id": by.account_id, "centre_id": centre_id, "float_paise": float_paise, "opened_at": clock.now(),
        "opened_by": opened_by,
    }  # fmt: skip
    made = db.session().scalar(insert(Drawer).values(**told).on_conflict_do_nothing().returning(Drawer.id))
    if made is not None:
        audit.record("drawer.opened", made, by=by.account_id, float_paise=float_paise, by_itself=opened_by is None)
    found = _open_of(centre_id, by)
    assert found is not None
    return found


def _enter(drawer: Drawer, by: Actor, **what: object) -> DrawerEntry:
    entry = DrawerEntry(drawer_id=drawer.id, by_account_id=by.account_id, **what)
    db.session().add(entry)
    told = {name: value for name, value in what.items() if name != "reason"}
    audit.record("drawer.entry", drawer.id, by=by.account_id, **told)
    db.session().flush()
    return entry

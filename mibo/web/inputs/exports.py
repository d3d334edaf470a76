"""What is asked of lists whose pages have tabs only, when they are taken along as files."""

from typing import Literal

from mibo.booking import refund_list, reply_inbox
from mibo.web.inputs.desk import Chosen
from mibo.web.inputs.enquiries import ListInput, Typed
from mibo.web.inputs.sign_in import Strict


class Everything(Strict):
    """A list without filters."""


class RefundsInput(Strict):
    """How far they have come."""

    which: refund_list.Which = refund_list.Which.WAITING


class RepliesInput(Strict):
    """Which part of the inbox."""

    part: reply_inbox.Part = reply_inbox.Part.WAITING


class FollowUpsInput(Strict):
    """Who is due soon or overdue, or everybody."""

    which: Literal["soon", "all"] = "soon"


class EnquiriesInput(ListInput):
    """The same as the page, or who was looked for on it."""

    q: Typed | None = None


class RequestsInput(Strict):
    """What waits for an answer, or what is over."""

    part: Literal["waiting", "closed"] = "waiting"


class OfPatient(Strict):
    """Whose it is."""

    patient: Chosen
    name: str


class QueueInput(Strict):
    """Who walked in today, at one centre or at all."""

    centre: Chosen | None = None


class HolidaysInput(Strict):
    """The holidays to come, of one centre or of all."""

    centre: Chosen | None = None


class ReportsInput(Strict):
    """Reports that nobody has seen, or the others."""

    seen: bool = False


class SettlementLinesInput(Strict):
    """All lines of one settlement, or those that wait for somebody."""

    settlement: Chosen
    waiting: bool = False

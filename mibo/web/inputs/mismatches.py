"""What staff say about money that does not match."""

from typing import Annotated

from pydantic import Field, StringConstraints

from mibo.booking import mismatches
from mibo.payments import heard
from mibo.payments.rules import MismatchReason
from mibo.web.inputs.sign_in import Strict

LONGEST_REFERENCE = 20
MOST_PAGES = 10_000

Reference = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_REFERENCE)]


class MismatchFilter(Strict):
    """Those that wait, or those that are resolved; of one reason, or all."""

    resolved: bool = False
    reason: MismatchReason | None = None
    page: Annotated[int, Field(ge=1, le=MOST_PAGES)] = 1


class AttachInput(Strict):
    """The booking that the money is for."""

    reference: Reference


class ReturnInput(Strict):
    """The booking that the money was meant for, where nothing says so."""

    meant_for: Reference | None = None


class AsideInput(Strict):
    """Why nothing is to be done."""

    note: Annotated[str, StringConstraints(min_length=mismatches.SHORTEST_NOTE, max_length=heard.MISMATCH_NOTE_LENGTH)]


class WriteInInput(Strict):
    """What for it was given back, and by whom."""

    reason: Annotated[
        str, StringConstraints(min_length=mismatches.SHORTEST_NOTE, max_length=heard.MISMATCH_NOTE_LENGTH)
    ]

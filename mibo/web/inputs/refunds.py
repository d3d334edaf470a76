"""What staff say of money that goes back: by which way, why not, how it was handed over, whose it is."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

from mibo.ids import read_id
from mibo.payments import REFUND_NOTE_LENGTH, REFUND_REFERENCE_LENGTH
from mibo.web.inputs.base import BlankIsNone
from mibo.web.inputs.changes import Version
from mibo.web.inputs.sign_in import Strict

MOST_DIGITS = 7
RUPEES = re.compile(r"(-?[0-9]{1,20})((?:\.[0-9]{0,2})?)")
Note = Annotated[str, StringConstraints(min_length=1, max_length=REFUND_NOTE_LENGTH)]


def _whole_rupees(typed: object) -> int:
    """Rupees without paise, as `₹1,600` may be typed."""
    found = RUPEES.fullmatch(str(typed).replace(",", "").replace("₹", "").strip())
    if found is None:
        raise PydanticCustomError("rupees", "Enter whole rupees, for example 1600.")
    if found[2].strip(".0"):
        raise PydanticCustomError("rupees", "Enter whole rupees, without paise.")
    if len(found[1].lstrip("-0")) > MOST_DIGITS:
        raise PydanticCustomError("rupees", "That is more than anybody pays. Look at the amount again.")
    return int(found[1])


def _owner(typed: object) -> int:
    return 0 if str(typed) == "nobody" else read_id(str(typed)) or -1


class ApprovalInput(Strict):
    """It goes back: by the provider, or at the desk."""

    way: Literal["PROVIDER", "DESK"]
    version: Version = None


class DeclineInput(Strict):
    """It does not go back, and why."""

    reason: Note
    version: Version = None


class HandingOverInput(Strict):
    """How the money was handed over at the desk."""

    method: Literal["CASH", "CARD", "UPI"]
    reference: Annotated[str, StringConstraints(max_length=REFUND_REFERENCE_LENGTH)] | None = None
    open_drawer: bool = False
    version: Version = None


class OwnerInput(Strict):
    """Who sees to it: an account; 0 is nobody."""

    owner: Annotated[int, BeforeValidator(_owner)]
    version: Version = None


class ByHandInput(Strict):
    """How much goes back by a manager's decision, and why; `left` is what the page showed as left, in paise."""

    rupees: Annotated[int, BeforeValidator(_whole_rupees)]
    reason: Note
    left: Annotated[int | None, BlankIsNone] = None

"""Which of their notices a patient's app asks for (api-contract.md 5.1)."""

from typing import Annotated, Literal

from pydantic import Field

from mibo.web.inputs.base import AnyCase, BlankIsNone, Day, Input, YesOrNo
from mibo.web.inputs.lists import LONGEST_PAGE

Kind = Literal["APPOINTMENT_BLOCKED", "APPOINTMENT_CANCELLED", "REFUND_INITIATED", "GENERAL"]


class NoticeFilter(Input):
    """A part of them; `dateFrom` and `dateTo` are the clinic's days, both included."""

    limit: int = Field(20, ge=1, le=LONGEST_PAGE)
    offset: int = Field(0, ge=0, le=1_000_000)
    unread_only: YesOrNo = None
    date_from: Annotated[Day | None, BlankIsNone] = None
    date_to: Annotated[Day | None, BlankIsNone] = None
    notification_type: Annotated[Annotated[Kind, AnyCase] | None, BlankIsNone] = None

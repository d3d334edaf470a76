"""What apps tell of video links and of messages (api-contract.md 3.10, 3.12)."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mibo.web.inputs.base import AnyCase, BlankIsNone, Day, Id, Input, Names
from mibo.web.inputs.lists import LONGEST_PAGE, PAGE

LINK_LENGTH = 500
States = Literal["PENDING", "SENDING", "SENT", "DELIVERED", "READ", "FAILED", "UNKNOWN", "DROPPED"]


class AboutAppointment(Input):
    """Which appointment."""

    appointment_id: Id


class LinkToSet(Input):
    """The link of a meeting that was made elsewhere."""

    meet_link: str = Field(min_length=1, max_length=LINK_LENGTH)

    also: ClassVar[Names] = {"meet_link": ("google_meet_link", "join_url", "link")}


class LinksFilter(Input):
    """The links of which days, and whether the provider's or those that were pasted (`CUSTOM`)."""

    start_date: Annotated[Day | None, BlankIsNone] = None
    end_date: Annotated[Day | None, BlankIsNone] = None
    provider: Annotated[Annotated[Literal["GOOGLE_MEET", "CUSTOM"], AnyCase] | None, BlankIsNone] = None


class HistoryFilter(Input):
    """Which messages are wanted."""

    patient_id: Annotated[Id | None, BlankIsNone] = None
    appointment_id: Annotated[Id | None, BlankIsNone] = None
    notification_type: Annotated[Annotated[str, AnyCase] | None, BlankIsNone] = Field(None, max_length=40)
    status: Annotated[Annotated[States, AnyCase] | None, BlankIsNone] = None
    start_date: Annotated[Day | None, BlankIsNone] = None
    end_date: Annotated[Day | None, BlankIsNone] = None
    limit: int = Field(PAGE, ge=1, le=LONGEST_PAGE)


class StatsFilter(Input):
    """The messages of which days are counted."""

    start_date: Annotated[Day | None, BlankIsNone] = None
    end_date: Annotated[Day | None, BlankIsNone] = None

"""What somebody says who would like to be called, and what staff note of it."""

from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, ValidationInfo, field_validator, model_validator

from mibo.clock import instant
from mibo.identity import NAME_LENGTH
from mibo.ids import read_id
from mibo.leads import (
    CAMPAIGN_NAME_LENGTH,
    CODE_LENGTH,
    NONE,
    REFERRER_LENGTH,
    STEP_NOTE_LENGTH,
    WORDS_LENGTH,
    Cut,
    Wish,
)
from mibo.phrases import phrase
from mibo.web.inputs.booking import KEY_LENGTH, Text
from mibo.web.inputs.desk import Chosen, HeardOf
from mibo.web.inputs.sign_in import Phone, Strict

LONGEST_TRAP = 2_000
ANYWHERE, ONLINE = "ANY", "ONLINE"

Care = Literal["OUT_PATIENT", "IN_PATIENT"]
CallAt = Literal["ANY", "MORNING", "AFTERNOON", "EVENING"]
Whose = Literal["SELF", "OTHER"]
Typed = Annotated[Text, StringConstraints(min_length=3, max_length=100)]
StepNote = Annotated[Text, StringConstraints(max_length=STEP_NOTE_LENGTH)]
Key = Annotated[str, StringConstraints(min_length=8, max_length=KEY_LENGTH)]
LostReason = Literal[
    "NEVER_REACHED", "WRONG_NUMBER", "NOT_INTERESTED", "TOO_DEAR", "NO_TIME", "ELSEWHERE", "NOT_OFFERED", "OTHER"
]


def _where(typed: object) -> tuple[int | None, bool]:
    """A centre; or by video, or not known yet."""
    if typed in (ANYWHERE, ONLINE):
        return None, typed == ONLINE
    found = read_id(str(typed))
    if found is None:
        raise ValueError(phrase("Choose a centre, or that you do not know yet."))
    return found, False


def _wall_clock(typed: object) -> time:
    try:
        return time.fromisoformat(str(typed)).replace(tzinfo=None)
    except ValueError:
        raise ValueError("Enter a time, for example 14:30.") from None


Where = Annotated[tuple[int | None, bool], BeforeValidator(_where)]
At = Annotated[time, BeforeValidator(_wall_clock)]


class EnquiryInput(Strict):
    """Who would like to be called, and what for; whoever fills in `site` is a machine."""

    full_name: Annotated[Text, StringConstraints(min_length=2, max_length=NAME_LENGTH)]
    phone: Phone
    where: Where
    care: Care
    whose: Whose
    call_at: CallAt
    heard_of: HeardOf | None = None
    words: Annotated[Text, StringConstraints(max_length=WORDS_LENGTH)] | None = None
    key: Key


class PublicEnquiryInput(EnquiryInput):
    """The same on the website, where they agree to be called."""

    campaign: Annotated[Text, StringConstraints(max_length=100)] | None = None
    site: Annotated[str, StringConstraints(max_length=LONGEST_TRAP)] = ""
    agreed: Annotated[bool, Field(validate_default=True)] = False

    @field_validator("agreed")
    @classmethod
    def _given(cls, given: bool) -> bool:
        if not given:
            raise ValueError(phrase("Tick this so that we may call you."))
        return given


class StaffEnquiryInput(EnquiryInput):
    """The same as somebody told it at the desk or on the phone."""

    source: Literal["WEBSITE", "PHONE", "DIRECT", "REFERRAL"]
    campaign: Annotated[Text, StringConstraints(max_length=CODE_LENGTH)] | None = None
    referrer: Annotated[Text, StringConstraints(max_length=REFERRER_LENGTH)] | None = None
    agreed: Annotated[bool, Field(validate_default=True)] = False

    @field_validator("agreed")
    @classmethod
    def _given(cls, given: bool) -> bool:
        if not given:
            raise ValueError("Ask whether we may call them, and tick this when they say yes.")
        return given


class SeenInput(Strict):
    """Which version of the enquiry was on the page."""

    seen: Annotated[int, Field(ge=1)]


class CallInput(SeenInput):
    """What came of a call, and when to call next if it is not as usual."""

    outcome: Literal["REACHED", "NO_ANSWER", "WRONG_NUMBER"]
    note: StepNote | None = None
    next_on: date | None = None
    next_at: At = time(10)

    @property
    def next_call_at(self) -> datetime | None:
        """The moment, if a day was given."""
        return instant(self.next_on, self.next_at) if self.next_on else None


class LaterInput(SeenInput):
    """When to call."""

    next_on: date
    next_at: At = time(10)
    note: StepNote | None = None

    @property
    def next_call_at(self) -> datetime:
        """The moment."""
        return instant(self.next_on, self.next_at)


class LostInput(SeenInput):
    """Why it came to nothing."""

    reason: LostReason
    note: StepNote | None = None


class PlaceInput(SeenInput):
    """At which centre they are seen to."""

    centre: Chosen


class SearchInput(Strict):
    """Who is looked for, in a name or the last digits of a phone."""

    typed: Typed


class ListInput(Strict):
    """Which enquiries: a part of them; or those that a number of the funnel counts."""

    part: Literal["now", "open", "booked", "lost", "all"] = "now"
    centre: Chosen | None = None
    whose: Literal["", "mine", "nobody"] = ""
    care: Literal["", "OUT_PATIENT", "IN_PATIENT"] = ""
    page: Annotated[int, Field(ge=1, le=1000)] = 1
    since: date | None = None
    until: date | None = None
    step: Literal["asked", "reached", "booked", "attended", "paid"] = "asked"
    by: Literal["", "source", "heard_of", "campaign", "centre"] = ""
    value: Annotated[str, StringConstraints(max_length=20)] = ""

    @field_validator("value")
    @classmethod
    def _an_id_where_one_is_meant(cls, value: str, told: ValidationInfo) -> str:
        if told.data.get("by") in ("campaign", "centre") and value != NONE and read_id(value) is None:
            raise ValueError("Choose a line of the funnel.")
        return value

    @model_validator(mode="after")
    def _days_in_order(self) -> "ListInput":
        if self.since and self.until and self.since > self.until:
            raise ValueError("The first day must not come after the last one.")
        return self

    @property
    def cut(self) -> Cut | None:
        """What a number of the funnel counts."""
        if self.since is None or self.until is None:
            return None
        return Cut(first=self.since, last=self.until, step=self.step, by=self.by, value=self.value)

    def wish(self, typed: str = "") -> Wish:
        """The same as the query takes it."""
        return Wish(
            part="all" if self.cut else self.part, centre_id=self.centre, whose=self.whose, care=self.care, typed=typed, cut=self.cut
        )  # fmt: skip

    @property
    def kept(self) -> dict[str, Any]:
        """What an address of another page of the list has."""
        return self.model_dump(exclude={"page"}, exclude_defaults=True) | {"part": self.part}


class CampaignChange(Strict):
    """What may be changed of a campaign."""

    name: Annotated[Text, StringConstraints(min_length=2, max_length=CAMPAIGN_NAME_LENGTH)]
    heard_of: HeardOf
    from_on: date
    to_on: date | None = None
    seen: int = 1


class CampaignInput(CampaignChange):
    """A new campaign: its code stands in links, so it stays."""

    code: Annotated[str, StringConstraints(to_lower=True, min_length=2, max_length=CODE_LENGTH)]

"""What staff and patients type when an appointment changes."""

from datetime import date, time
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from mibo.booking import REASON_LENGTH, SHORTEST_REASON
from mibo.web.inputs.booking import AtCentre
from mibo.web.inputs.desk import Chosen, Mode, _wall_clock
from mibo.web.inputs.sign_in import Strict

Reason = Annotated[str, StringConstraints(max_length=REASON_LENGTH)]
AtTime = Annotated[time, BeforeValidator(_wall_clock)]
Version = Annotated[int | None, Field(ge=1, le=2**31)]


class MoveInput(Strict):
    """Where an appointment goes: with whom, where, how and when."""

    clinician: Chosen
    centre: Chosen
    mode: Mode
    day: date
    at: AtTime
    reason: Reason | None = None
    version: Version = None


class CallOffInput(Strict):
    """Why the clinic cancels."""

    reason: Annotated[Reason, StringConstraints(min_length=1)]
    version: Version = None


class DecisionInput(Strict):
    """What becomes of a patient's wish to cancel, and a word to them."""

    decision: Literal["GRANT", "GRANT_ALL", "REFUSE"]
    words: Reason | None = None
    version: Version = None


class LateInput(Strict):
    """When a patient who is late said that they come."""

    expected_at: AtTime
    version: Version = None


class OwnMoveInput(Strict):
    """The time that a patient would rather have: a centre and a time on the clinic's clock."""

    time: AtCentre
    version: Version = None


class AskInput(Strict):
    """Why a patient wants to cancel."""

    reason: Annotated[Reason, StringConstraints(min_length=SHORTEST_REASON)]


class OwnCancelInput(Strict):
    """Why a patient cancels, if they want to say."""

    reason: Reason | None = None

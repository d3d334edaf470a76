"""The policy numbers as they are typed, and why."""

from typing import Annotated

from pydantic import BeforeValidator, StringConstraints, create_model

from mibo.clinics import REASON_LENGTH
from mibo.clinics.policy import BOUNDS
from mibo.web.inputs.sign_in import Strict
from mibo.web.inputs.staff import plain

REASON_SHORTEST = 5


class _Why(Strict):
    """Why it is decided so."""

    reason: Annotated[
        str, StringConstraints(min_length=REASON_SHORTEST, max_length=REASON_LENGTH), BeforeValidator(plain)
    ]

    @property
    def numbers(self) -> dict[str, int]:
        """What was decided, by its name."""
        return {name: value for name, value in self.model_dump().items() if name in BOUNDS and value is not None}


PolicyInput: type[_Why] = create_model(
    "PolicyInput", __base__=_Why, __doc__="The numbers; their bounds are the policy's own. One that is not sent stays.",
    **dict.fromkeys(BOUNDS, (int | None, None)),
)  # type: ignore[call-overload]  # fmt: skip

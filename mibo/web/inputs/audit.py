"""Which audit entries somebody wants to see."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from mibo.web.audit_words import AREAS
from mibo.web.inputs.sign_in import Strict
from mibo.web.inputs.staff import Chosen, plain


def _known(area: str) -> str:
    if area and area not in AREAS:
        raise ValueError("Choose one of the options.")
    return area


class AuditFilter(Strict):
    """Who, what, whose record, and when; `before` is the last entry of the page before."""

    who: Annotated[str, StringConstraints(max_length=100), BeforeValidator(plain)] = ""
    area: Annotated[str, AfterValidator(_known)] = ""
    subject: Chosen | None = None
    since: date | None = None
    until: date | None = None
    before: Chosen | None = None

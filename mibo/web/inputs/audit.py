"""Which audit entries somebody wants to see."""

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, StringConstraints

from mibo.web.inputs.sign_in import Strict
from mibo.web.inputs.staff import Chosen, plain


class AuditFilter(Strict):
    """Who, what, whose record, and when; `before` is the last entry of the page before."""

    who: Annotated[str, StringConstraints(max_length=100), BeforeValidator(plain)] = ""
    act: Annotated[str, StringConstraints(max_length=60), BeforeValidator(plain)] = ""
    subject: Chosen | None = None
    since: date | None = None
    until: date | None = None
    before: Chosen | None = None

"""Which documents somebody looks for, and how a centre issues them."""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, StringConstraints, model_validator

from mibo.errors import Invalid
from mibo.payments import LEGAL_NAME_LENGTH, ReceiptWish, check_gstin
from mibo.payments.receipt_rules import CODE_LENGTH, PREFIX, RATES, SAC, Kind
from mibo.web.inputs.sign_in import Strict
from mibo.web.inputs.staff import Chosen, plain


def a_prefix(typed: str) -> str:
    """Two or three letters or digits, in capitals. Raises ValueError."""
    if not PREFIX.fullmatch(typed.upper()):
        raise ValueError("A prefix has 2 or 3 letters or digits, like KOC.")
    return typed.upper()


def a_gstin(typed: str) -> str:
    """A GSTIN that can be one. Raises ValueError."""
    try:
        return check_gstin(typed)
    except Invalid as error:
        raise ValueError(error.message) from None


def a_sac(typed: str) -> str:
    """A code of health services. Raises ValueError."""
    if not SAC.fullmatch(typed):
        raise ValueError("A SAC of health services has 6 digits and begins with 9993, like 999312.")
    return typed


def a_rate(typed: object) -> object:
    """A rate that there is, in hundredths of a percent. Raises ValueError."""
    if typed not in RATES and str(typed) not in map(str, RATES):
        raise ValueError("Choose one of the rates.")
    return typed


LegalName = Annotated[str, StringConstraints(min_length=3, max_length=LEGAL_NAME_LENGTH), BeforeValidator(plain)]
Prefix = Annotated[str, StringConstraints(max_length=10), AfterValidator(a_prefix)]
Gstin = Annotated[str, StringConstraints(max_length=40), AfterValidator(a_gstin)]
Sac = Annotated[str, StringConstraints(max_length=10), AfterValidator(a_sac)]
Rate = Annotated[int, BeforeValidator(a_rate)]
Number = Annotated[str, StringConstraints(max_length=CODE_LENGTH), BeforeValidator(plain)]


class BillingInput(Strict):
    """In whose name, under which numbers and with which tax a centre issues documents."""

    legal_name: LegalName
    gstin: Gstin | None = None
    prefix: Prefix
    consultation_sac: Sac
    consultation_rate_bp: Rate
    registration_sac: Sac
    registration_rate_bp: Rate


class ReceiptsInput(Strict):
    """Which documents are wanted; `after` is the last one of the page before."""

    centre: Chosen | None = None
    kind: Kind | None = None
    since: date | None = None
    until: date | None = None
    number: Number = ""
    after: Chosen | None = None

    @model_validator(mode="before")
    @classmethod
    def _told(cls, told: Any) -> Any:
        return (
            {name: value for name, value in told.items() if value not in ("", None)} if isinstance(told, dict) else told
        )

    @property
    def wish(self) -> ReceiptWish:
        """The same as the query takes it."""
        return ReceiptWish(self.centre, self.kind or "", self.since, self.until, self.number)

"""What somebody looks for in the directory of clinicians."""

from pydantic import BaseModel, ConfigDict, field_validator

from mibo.people import MODES, Wish

BANDS = {
    "under-1500": (0, 150_000),
    "1500-2000": (150_000, 200_000),
    "2000-2500": (200_000, 250_000),
    "over-2500": (250_000, None),
}
WORD_LENGTH = 80


class Search(BaseModel):
    """The directory's filters; whatever makes no sense is as good as nothing asked."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    centre: int | None = None
    specialisation: str | None = None
    language: str | None = None
    mode: str | None = None
    fee: str | None = None
    name: str | None = None

    @field_validator("centre", mode="before")
    @classmethod
    def _a_number(cls, typed: object) -> object:
        return int(str(typed)) if str(typed).isascii() and str(typed).isdigit() and len(str(typed)) < 19 else None

    @field_validator("mode")
    @classmethod
    def _a_mode(cls, typed: str | None) -> str | None:
        return typed if typed in MODES else None

    @field_validator("fee")
    @classmethod
    def _a_band(cls, typed: str | None) -> str | None:
        return typed if typed in BANDS else None

    @field_validator("specialisation", "language", "name")
    @classmethod
    def _a_word(cls, typed: str | None) -> str | None:
        return (typed or "").replace("\x00", "")[:WORD_LENGTH] or None

    @property
    def wish(self) -> Wish:
        """The same as the directory's query takes it."""
        fee_from, fee_to = BANDS.get(self.fee or "", (None, None))
        return Wish(
            centre_id=self.centre,
            specialisation=self.specialisation,
            language=self.language,
            mode=self.mode,
            fee_from=fee_from,
            fee_to=fee_to,
            name=self.name,
        )

    @property
    def asks(self) -> bool:
        """Whether anything is asked for."""
        return any(value is not None for value in self.model_dump().values())

"""How somebody asks for lists."""

from typing import Annotated, ClassVar

from pydantic import Field

from mibo.web.inputs.base import BlankIsNone, Id, Input, Names, YesOrNo

PAGE = 100
LONGEST_PAGE = 500
LONGEST_FILTER = 100


class Paging(Input):
    """Which part of a list is wanted."""

    limit: int = Field(PAGE, ge=1, le=LONGEST_PAGE)
    cursor: Annotated[str | None, BlankIsNone] = Field(None, max_length=60)


class ClinicianFilter(Paging):
    """Which clinicians are wanted."""

    centre_id: Annotated[Id | None, BlankIsNone] = None
    specialization: Annotated[str | None, BlankIsNone] = Field(None, max_length=LONGEST_FILTER)
    is_active: YesOrNo = None

    also: ClassVar[Names] = {"specialization": ("specialisation",)}


class CentreFilter(Paging):
    """Which centres are wanted."""

    city: Annotated[str | None, BlankIsNone] = Field(None, max_length=LONGEST_FILTER)
    is_active: YesOrNo = None


class ActiveFilter(Input):
    """Whether only an active one will do."""

    is_active: YesOrNo = None


class CentreChoice(Input):
    """At which centre."""

    centre_id: Annotated[Id | None, BlankIsNone] = None


class OwnFilter(Input):
    """Which of one's own appointments or payments are wanted."""

    status: Annotated[str | None, BlankIsNone] = Field(None, max_length=30)
    upcoming: YesOrNo = None
    limit: int | None = Field(None, ge=1, le=LONGEST_PAGE)
    offset: int = Field(0, ge=0, le=1_000_000)

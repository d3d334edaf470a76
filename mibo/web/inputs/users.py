"""What an app tells about staff and centres (api-contract.md 3.5, 3.8)."""

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from mibo.clinics import ADDRESS_LENGTH
from mibo.clinics import NAME_LENGTH as CENTRE_NAME_LENGTH
from mibo.identity import NAME_LENGTH, Role
from mibo.web.inputs.base import BlankIsNone, Id, Input, Names, Phone, YesOrNo
from mibo.web.inputs.centres import CITY_LENGTH, SHORT_NAME_LENGTH, a_contact, a_map_link, a_pincode
from mibo.web.inputs.lists import Paging
from mibo.web.inputs.proving import LONGEST_PASSWORD, Email
from mibo.web.inputs.staff import DESIGNATION_LENGTH, Username

ROLE_IDS = {
    1: Role.ADMIN, 2: Role.MANAGER, 3: Role.CENTRE_MANAGER, 4: Role.CLINICIAN, 5: Role.CARE_COORDINATOR,
    6: Role.FRONT_DESK,
}  # fmt: skip
SHORTEST_PASSWORD = 8


def _role(sent: object) -> Role:
    if isinstance(sent, str) and sent.strip().upper() in ROLE_IDS.values():
        return Role(sent.strip().upper())
    if isinstance(sent, int | str) and not isinstance(sent, bool) and str(sent).strip() in map(str, ROLE_IDS):
        return ROLE_IDS[int(sent)]
    raise PydanticCustomError("choice", "Role must be one of 1 to 6, or its name.")


def _several(sent: object) -> object:
    """One is as good as a list of one."""
    return sent if isinstance(sent, list) else [] if sent in (None, "") else [sent]


RoleId = Annotated[Role, BeforeValidator(_role), WithJsonSchema({"type": "string", "examples": ["6", "FRONT_DESK"]})]
RoleIds = Annotated[list[RoleId], BeforeValidator(_several)]
Ids = Annotated[list[Id], BeforeValidator(_several)]
FullName = Annotated[str, Field(min_length=2, max_length=2 * NAME_LENGTH)]
MaybeUsername = Annotated[Username | None, BlankIsNone]
MaybeText = Annotated[Annotated[str, Field(max_length=DESIGNATION_LENGTH)] | None, BlankIsNone]
Password = Annotated[
    str, StringConstraints(strip_whitespace=False, min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD)
]
_NAMES: Names = {
    "full_name": ("name",),
    "centre_ids": ("centre_id", "centres"),
    "role_ids": ("role_id", "roles", "role"),
}


class StaffListFilter(Paging):
    """Which staff are wanted."""

    role_id: Annotated[RoleId | None, BlankIsNone] = None
    centre_id: Annotated[Id | None, BlankIsNone] = None
    is_active: YesOrNo = None

    also: ClassVar[Names] = {"role_id": ("role",)}


class StaffWithRoles(Input):
    """A new member of staff of any role."""

    full_name: FullName
    phone: Phone
    password: Password
    role_ids: RoleIds = Field(min_length=1, max_length=1)
    centre_ids: Ids = Field(default_factory=list)
    email: Email = None
    username: MaybeUsername = None
    designation: MaybeText = None

    also: ClassVar[Names] = _NAMES


class StaffOfARole(Input):
    """A new member of staff of the role that stands in the address."""

    full_name: FullName
    phone: Phone
    username: Username
    password: Password
    email: Email = None
    designation: MaybeText = None
    centre_ids: Ids = Field(default_factory=list)

    also: ClassVar[Names] = _NAMES


class StaffChange(Input):
    """What is to be changed; what is not told stays."""

    full_name: FullName | None = None
    phone: Phone | None = None
    email: Email = None
    designation: MaybeText = None
    username: MaybeUsername = None
    password: Password | None = None
    centre_ids: Ids = Field(default_factory=list)

    also: ClassVar[Names] = {name: others for name, others in _NAMES.items() if name != "role_ids"}


class ActiveWish(Input):
    """Open or closed; only a boolean will do."""

    is_active: StrictBool


def _city(sent: str) -> str:
    return " ".join(sent.lower().split())


CentreName = Annotated[str, Field(min_length=3, max_length=CENTRE_NAME_LENGTH)]
City = Annotated[str, Field(min_length=2, max_length=CITY_LENGTH), AfterValidator(_city)]
Line = Annotated[str, Field(min_length=1, max_length=ADDRESS_LENGTH)]
MaybeLine = Annotated[Line | None, BlankIsNone]
Pincode = Annotated[str, AfterValidator(a_pincode), WithJsonSchema({"type": "string", "pattern": "^[1-9][0-9]{5}$"})]
Contact = Annotated[str, AfterValidator(a_contact), WithJsonSchema({"type": "string", "examples": ["4842441234"]})]
MapUrl = Annotated[str, Field(max_length=500), AfterValidator(a_map_link)]
ShortName = Annotated[str, Field(min_length=2, max_length=SHORT_NAME_LENGTH)]
_PLACES: Names = {"address_line_1": ("address",), "phone": ("contact_phone",)}


class NewCentre(Input):
    """A centre."""

    name: CentreName
    city: City
    address_line_1: Line
    address_line_2: MaybeLine = None
    pincode: Pincode
    phone: Contact
    short_name: Annotated[ShortName | None, BlankIsNone] = None
    map_url: Annotated[MapUrl | None, BlankIsNone] = None

    also: ClassVar[Names] = _PLACES

    @property
    def details(self) -> dict[str, Any]:
        """By the names of CentreDetails; the short name is the name's own end when none is told."""
        short = self.short_name or self.name.removeprefix("Mibo ")[:SHORT_NAME_LENGTH]
        return self.model_dump() | {"short_name": short}


class CentreChange(Input):
    """What is to be changed of a centre; what is not told stays."""

    name: CentreName | None = None
    city: City | None = None
    address_line_1: Line | None = None
    address_line_2: MaybeLine = None
    pincode: Pincode | None = None
    phone: Contact | None = None
    short_name: ShortName | None = None
    map_url: Annotated[MapUrl | None, BlankIsNone] = None

    also: ClassVar[Names] = _PLACES

    @property
    def told(self) -> dict[str, Any]:
        """What was told; only what may be empty can be emptied."""
        may_be_empty = ("address_line_2", "map_url")
        told = self.model_dump(include=self.model_fields_set)
        return {name: value for name, value in told.items() if value is not None or name in may_be_empty}

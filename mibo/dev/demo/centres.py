"""The three centres and those who work at their desks."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple
from urllib.parse import quote_plus

from mibo.clinics import Centre, OpeningHours
from mibo.dev.demo.rows import Rows
from mibo.identity import Account, RoleGrant
from mibo.identity.permissions import Role

PASSWORD = "kochi-rain-on-tin-roofs"  # noqa: S105 - the demo's, told to everybody who starts it
AGE_OF_THE_CLINIC = timedelta(days=900)


class Address(NamedTuple):
    """Where a centre is; no such house stands there."""

    city: str
    street: str
    quarter: str
    pincode: str
    phone: str


ADDRESSES = (
    Address("Bengaluru", "214, 12th Main, HAL 2nd Stage", "Indiranagar", "560038", "+918040001201"),
    Address("Kochi", "41/1187, Paliam Cross Road", "Ernakulam South", "682016", "+914844001202"),
    Address("Mumbai", "3rd Floor, Saraswati Sadan, 18 Turner Lane", "Bandra West", "400050", "+912240001203"),
)

# in the order in which bin/run shows them: the first of each role is the one on the screen
STAFF = (
    ("01", Role.ADMIN, "admin", "Nandita Rao", None),
    ("02", Role.MANAGER, "manager", "Suresh Warrier", None),
    ("03", Role.MANAGER, "manager.two", "Ayesha Qureshi", None),
    ("08", Role.CENTRE_MANAGER, "centre.kochi", "Thomas Cherian", "Kochi"),
    ("04", Role.CENTRE_MANAGER, "centre.bengaluru", "Vidya Murthy", "Bengaluru"),
    ("09", Role.CENTRE_MANAGER, "centre.mumbai", "Ketaki Gokhale", "Mumbai"),
    ("11", Role.CARE_COORDINATOR, "care.kochi", "Sreeja Marar", "Kochi"),
    ("10", Role.CARE_COORDINATOR, "care.bengaluru", "Naveen Swamy", "Bengaluru"),
    ("12", Role.CARE_COORDINATOR, "care.mumbai", "Tushar Kadam", "Mumbai"),
    ("06", Role.FRONT_DESK, "desk.kochi", "Deepthi Panicker", "Kochi"),
    ("05", Role.FRONT_DESK, "desk.bengaluru", "Kiran Nayak", "Bengaluru"),
    ("07", Role.FRONT_DESK, "desk.mumbai", "Sayali Pawar", "Mumbai"),
    ("14", Role.FRONT_DESK, "desk.kochi.two", "Jincy Antony", "Kochi"),
    ("15", Role.FRONT_DESK, "desk.bengaluru.two", "Roopa Bhat", "Bengaluru"),
    ("13", Role.FRONT_DESK, "desk.unplaced", "Manoj Das", None),  # nobody gave them a centre yet (P14)
    ("16", Role.ADMIN, "admin.two", "Philip Jacob", None),
)

WEEKDAYS, WEEKEND = range(1, 6), (6, 0)  # 0 is Sunday
DOOR_ON_WEEKDAYS, DOOR_ON_WEEKENDS = (8 * 60 + 30, 20 * 60 + 30), (9 * 60 + 30, 14 * 60 + 30)

SignIn = dict[str, str | None]


@dataclass
class House:
    """The centres and the staff accounts, by city."""

    centre_ids: dict[str, int] = field(default_factory=dict)
    staff_ids: dict[tuple[Role, str | None], int] = field(default_factory=dict)
    sign_ins: list[SignIn] = field(default_factory=list)

    def short_name(self, centre_id: int) -> str:
        """The city of a centre, which is what it is called for short."""
        return self._cities[centre_id]

    @cached_property
    def _cities(self) -> dict[int, str]:
        return {centre_id: city for city, centre_id in self.centre_ids.items()}


def open_house(rows: Rows, now: datetime) -> House:
    """The centres and everybody at a desk, each able to sign in."""
    house = House()
    for address in ADDRESSES:
        house.centre_ids[address.city] = _centre(rows, now, address)
    for number, role, username, name, where in STAFF:
        account_id = hire(
            rows, now, house, role=role, phone=f"90000000{number}", username=username, name=name, where=where
        )
        house.staff_ids.setdefault((role, where), account_id)
    return house


def _centre(rows: Rows, now: datetime, address: Address) -> int:
    place = quote_plus(f"{address.quarter}, {address.city}")
    row = rows.add(
        Centre,
        name=f"Mibo {address.city}",
        short_name=address.city,
        city=address.city,
        address_line_1=address.street,
        address_line_2=address.quarter,
        pincode=address.pincode,
        phone=address.phone,
        map_url=f"https://www.openstreetmap.org/search?query={place}",
        created_at=now - AGE_OF_THE_CLINIC,
    )
    for weekdays, (opens, closes) in ((WEEKDAYS, DOOR_ON_WEEKDAYS), (WEEKEND, DOOR_ON_WEEKENDS)):
        for weekday in weekdays:
            rows.add(OpeningHours, centre_id=row["id"], weekday=weekday, opens_minute=opens, closes_minute=closes)
    return int(row["id"])


def hire(
    rows: Rows, now: datetime, house: House, *, role: Role, phone: str, username: str, name: str, where: str | None
) -> int:
    """A staff account with its one role, and a line on the list of sign-ins."""
    account = rows.add(
        Account,
        audience="STAFF",
        full_name=name,
        phone=f"+91{phone}",
        username=username,
        email=f"{username}@mibo.example",
        created_at=now - AGE_OF_THE_CLINIC,
    )
    centre_id = house.centre_ids[where] if where else None
    rows.add(RoleGrant, account_id=account["id"], role=role, centre_id=centre_id, is_primary=where is not None)
    centre = f"Mibo {where}" if where else None
    house.sign_ins.append({"role": role, "phone": phone, "username": username, "password": PASSWORD, "centre": centre})
    return int(account["id"])

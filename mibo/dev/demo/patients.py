"""Patients: most with a phone of their own, some as family on another's, a few with names that break careless code."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from mibo import clock
from mibo.dev.demo.names import UNUSUAL, invent
from mibo.dev.demo.rows import Row, Rows
from mibo.identity import Account
from mibo.people import BLOOD_GROUPS, Consent, Patient, consent_rules
from mibo.people.rules import split_name

YOUNGEST, OLDEST, GROWN = 6, 78, 18
EVERY_UNUSUAL = 7  # newcomers from one unusual name to the next
ODD_BIRTHDAYS = (date(2000, 2, 29), date(1970, 1, 1), date(1999, 12, 31), date(1956, 2, 29))


@dataclass
class Person:
    """A patient as planning needs them."""

    row: Row
    account: Row
    city: str
    age: int
    visits: int = 0
    days: set[date] = field(default_factory=set)

    @property
    def id(self) -> int:
        return int(self.row["id"])

    @property
    def account_id(self) -> int:
        return int(self.row["account_id"])

    @property
    def name(self) -> str:
        return str(self.row["full_name"])

    @property
    def phone(self) -> str:
        return str(self.row["phone"])

    def known_since(self, at: datetime) -> None:
        """They were first heard of no later than this."""
        for row in (self.row, self.account):
            row["created_at"] = min(row["created_at"], at)


class People:
    """Everybody who was ever a patient, in the order in which they came."""

    def __init__(self, rows: Rows, rng: Random, now: datetime) -> None:
        self._rows, self._rng, self._now = rows, rng, now
        self.all: list[Person] = []
        self._grown_up: dict[str, list[Person]] = defaultdict(list)
        self._unusual = list(UNUSUAL)

    def newcomer(self, city: str, *, child: bool = False) -> Person:
        """Somebody nobody has seen before; a child mostly comes on a parent's phone."""
        rng, family = self._rng, self._grown_up[city]
        gender, age = self._gender(), self._age(child)
        if family and rng.random() < (0.75 if child else 0.05):
            parent = rng.choice(family[-40:])
            return self.add(invent(rng, city, gender, parent.name.split()[-1]), city, age, gender, family_of=parent)
        if self._unusual and not child and len(self.all) % EVERY_UNUSUAL == EVERY_UNUSUAL - 1:
            gender, name = self._unusual.pop(0)
            return self.add(name, city, age, gender)
        return self.add(invent(rng, city, gender), city, age, gender)

    def add(
        self,
        name: str,
        city: str,
        age: int,
        gender: str,
        *,
        family_of: Person | None = None,
        phone: str | None = None,
        born_on: date | None = None,
    ) -> Person:
        """A patient with an account of their own, or family on somebody else's phone."""
        account = family_of.account if family_of else self._account(name, phone)
        own_id = {} if family_of else {"id": account["id"]}
        row = self._rows.add(
            Patient, **own_id, account_id=account["id"], full_name=name, phone=account["phone"], gender=gender, mrn=None,
            registration_paid_at=None, created_at=self._now, **self._details(name, age, born_on, family_of),
        )  # fmt: skip
        as_whom = consent_rules.capacity_of(own=not family_of, is_minor=age < GROWN)
        self._rows.add(
            Consent, patient_id=row["id"], purpose=consent_rules.CARE, given=True, version=consent_rules.NOTICE_VERSION,
            capacity=as_whom, by_account_id=account["id"], said_at=self._now,
        )  # fmt: skip
        person = Person(row, account, city, age)
        self.all.append(person)
        if age >= GROWN and not family_of:
            self._grown_up[city].append(person)
        return person

    def give_numbers(self) -> None:
        """Most get their medical record number, year by year in the order in which they came."""
        last: dict[int, int] = defaultdict(int)
        for person in sorted(self.all, key=lambda each: (each.row["created_at"], each.id)):
            year = clock.clinic_day(person.row["created_at"]).year
            if self._rng.random() < 0.7:
                last[year] += 1
                person.row["mrn"] = f"MRN-{year}-{last[year]:05d}"

    def _account(self, name: str, phone: str | None) -> Row:
        own = phone or f"+9198{len(self.all) + 1:08d}"
        return self._rows.add(Account, audience="PATIENT", full_name=name, phone=own, username=None, email=None,
                              created_at=self._now)  # fmt: skip

    def _details(self, name: str, age: int, born_on: date | None, family_of: Person | None) -> Row:
        first, last = split_name(name)
        rng = self._rng
        only_age = born_on is None and rng.random() < 0.12
        guardian = family_of if age < GROWN else None
        contact = guardian.name if guardian else invent(rng, "Kochi", "FEMALE") if rng.random() < 0.3 else None
        return {
            "first_name": first[:100],
            "last_name": last,
            "email": f"patient{len(self.all) + 1}@mail.example" if rng.random() < 0.6 else None,
            "date_of_birth": None if only_age else born_on or self._birthday(age),
            "age_told": age if only_age else None,
            "age_told_on": clock.clinic_day(self._now) if only_age else None,
            "blood_group": rng.choice(BLOOD_GROUPS) if rng.random() < 0.4 else None,
            "emergency_contact_name": contact,
            "emergency_contact_phone": (guardian.phone if guardian else _invented_number(rng)) if contact else None,
        }

    def _birthday(self, age: int) -> date:
        if age >= GROWN and self._rng.random() < 0.02:
            return self._rng.choice(ODD_BIRTHDAYS)
        return clock.clinic_day(self._now) - timedelta(days=age * 365 + age // 4 + self._rng.randrange(1, 364))

    def _gender(self) -> str:
        draw = self._rng.random()
        return "FEMALE" if draw < 0.55 else "MALE" if draw < 0.98 else "PREFER_NOT_TO_SAY"

    def _age(self, child: bool) -> int:
        if child:
            return self._rng.randint(YOUNGEST, GROWN - 1)
        return min(OLDEST, max(16, round(self._rng.gauss(36, 14))))


def _invented_number(rng: Random) -> str:
    return f"+9197{rng.randrange(10**8):08d}"

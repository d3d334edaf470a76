"""Pure: what stands in the gaps of messages: times, names and a few words, on one line, in each language's own way."""

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache

from mibo.messaging import words
from mibo.messaging.words.spoken import Language

VALUE_LENGTH = 100


class Spoken(str):
    """A value that each language says in its own way. Taken as it is, it is English."""

    __slots__ = ("others",)
    others: dict[str, str]

    def __new__(cls, said: Callable[[Language], str]) -> "Spoken":
        """`said` is asked once for each language."""
        made = super().__new__(cls, said(words.SPOKEN["en"]))
        made.others = {key: said(language) for key, language in words.SPOKEN.items()}
        return made

    def put(self, language: str) -> str:
        """As this language has it."""
        return self.others.get(language, str(self))


@lru_cache(maxsize=4096)
def moment(local: datetime) -> Spoken:
    """`Tue 1 Dec, 10:00 am`, of an instant that is already on the clinic's wall clock."""
    time = f"{local.hour % 12 or 12}:{local.minute:02d}"
    return Spoken(
        lambda said: said.moment.format(
            weekday=said.days[local.weekday()], day=local.day, month=said.months[local.month - 1], time=time,
            part=said.part_of(local.hour),
        )
    )  # fmt: skip


def the_day(day: date) -> Spoken:
    """`Tue 1 Dec`."""
    return Spoken(
        lambda said: said.day.format(weekday=said.days[day.weekday()], day=day.day, month=said.months[day.month - 1])
    )


def manner(mode: str) -> Spoken:
    """`online` or `in person`."""
    return Spoken(lambda said: said.online if mode == "ONLINE" else said.in_person)


_TITLES = {"dr", "mr", "mrs", "ms", "prof", "shri", "smt"}


def first_name(full_name: str) -> str:
    """`Dr. Meera Nair` → `Meera`: a title is not a name."""
    parts = _words(full_name)
    return parts[0] if parts else Spoken(lambda said: said.nameless)


def initialled(full_name: str) -> str:
    """`Asha Menon` → `Asha M.`"""
    parts = _words(full_name)
    return f"{parts[0]} {parts[-1][0]}." if len(parts) > 1 else first_name(full_name)


def _words(full_name: str) -> list[str]:
    parts = fitting(full_name).split() if full_name.strip() else []
    return parts[1:] if len(parts) > 1 and parts[0].rstrip(".").lower() in _TITLES else parts


def fitting(value: str) -> str:
    """One line without anything invisible, as WhatsApp wants its values; a dash where nothing is left."""
    if isinstance(value, Spoken):
        return value
    return " ".join(_INVISIBLE.sub("", value).split())[:VALUE_LENGTH] or "-"


_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")

"""The desk's command line: `ravi 98.. thu 5pm anita online upi` as what it may mean. Pure; it knows names only as text."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time, timedelta

AT_MOST = 40  # words; more is no command but a paste
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NEAR_DAYS = {"today": 0, "tdy": 0, "tomorrow": 1, "tmrw": 1, "tmr": 1, "tomo": 1}
MODES = {
    "online": "ONLINE", "video": "ONLINE", "inperson": "IN_PERSON", "in-person": "IN_PERSON", "clinic": "IN_PERSON",
}  # fmt: skip
PAYS = {"cash": "CASH", "card": "CARD", "upi": "UPI", "link": "LINK", "later": "LATER"}
WALKS_IN = {"walkin", "walk-in"}
TITLES = {"dr", "dr.", "doctor", "with"}
SAYS_NOTHING = {"at", "on", "by", "the", "free", "pay", "pays", "from", "and", "-", "–", ","}
PAIRS = {("in", "person"): "inperson", ("walk", "in"): "walkin"}

DOTTED = re.compile(r"(\.{2,}|…|\*+)?(\+?\d{2,13})(\.{2,}|…|\*+)?")
CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*([ap])\.?m\.?")
FACE = re.compile(r"(\d{1,2})[:.](\d{2})")
ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
NUMERIC_DAY = re.compile(r"(\d{1,2})[/-](\d{1,2})(?:[/-](\d{2}|\d{4}))?")
DAY_NUMBER = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
DAY_AND_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?([a-z]{3,9})")
REFERENCE = re.compile(r"[A-Za-z0-9/-]{4,40}")


@dataclass(frozen=True)
class Wish:
    """What was typed may mean. Where a word has two readings both are here, and nobody has chosen yet."""

    patient: str = ""
    begins: str = ""  # the first digits of the phone
    ends: str = ""  # its last ones, or all
    days: tuple[date, ...] = ()
    times: tuple[time, ...] = ()
    clinician: str = ""
    mode: str | None = None
    pay_by: str | None = None
    pay_note: str = ""
    walk_in: bool = False
    odd: tuple[str, ...] = ()  # what was meant for a day or a time and cannot be one, each as a sentence

    @property
    def is_plain(self) -> bool:
        """Whether only a patient is looked for."""
        when = self.days or self.times or self.odd
        return not (when or self.clinician or self.mode or self.pay_by or self.walk_in)


def read(typed: str, today: date) -> Wish:
    """What somebody typed, as far as it has a meaning; the rest is taken for names. Never raises."""
    reading = _Reading(_words(typed), today)
    while reading.left:
        reading.step()
    return reading.wish


def _words(typed: str) -> list[str]:
    words = re.sub(r"[\x00-\x1f]|,", " ", typed).split()[:AT_MOST]
    joined: list[str] = []
    for word in words:
        pair = (joined[-1].lower(), word.lower()) if joined else ("", "")
        if pair in PAIRS:
            joined[-1] = PAIRS[pair]
        elif pair[1] in ("am", "pm") and re.fullmatch(r"\d{1,2}([:.]\d{2})?", pair[0]):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


@dataclass
class _Reading:
    left: list[str]
    today: date
    patient: list[str] = field(default_factory=list)
    clinician: list[str] = field(default_factory=list)
    found: dict[str, object] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)
    next_week: bool = False
    is_clinician: bool = False

    @property
    def wish(self) -> Wish:
        names = {"patient": " ".join(self.patient), "clinician": " ".join(self.clinician), "odd": tuple(self.odd)}
        return Wish(**names, **self.found)  # type: ignore[arg-type]

    def step(self) -> None:
        readers: tuple[Callable[[str], int], ...] = (
            self._plain_word, self._pay, self._day, self._clock, self._digits, self._hour, self._name,
        )  # fmt: skip
        word = self.left[0].lower()
        used = next(used for read in readers if (used := read(word)))
        self.left = self.left[used:]

    def _peek(self) -> str:
        return self.left[1] if len(self.left) > 1 else ""

    def _said(self, what: str, value: object) -> int:
        """Said twice, the later word counts, as when somebody corrects themselves; names after it are the clinician's."""
        self.found[what] = value
        self.is_clinician = True
        return 1

    def _day_or_odd(self, day: date | None, *words: str) -> int:
        """The day that was said; or a sentence, when the calendar has no such day."""
        if day is None:
            return self._odd(f"{' '.join(words)} is no day of the calendar.", len(words))
        self._said("days", (day,))
        return len(words)

    def _odd(self, sentence: str, used: int = 1) -> int:
        self.odd.append(sentence)
        return used

    def _plain_word(self, word: str) -> int:
        if word in WALKS_IN:
            return self._said("walk_in", True)
        if word in MODES:
            return self._said("mode", MODES[word])
        if word in TITLES:
            self.is_clinician = True
            return 1
        if word == "for":
            self.is_clinician = False
            return 1
        if word == "next":
            self.next_week = True
            return 1
        return int(word in SAYS_NOTHING)

    def _pay(self, word: str) -> int:
        if word not in PAYS:
            return 0
        self._said("pay_by", PAYS[word])
        note = self._peek()
        if not (REFERENCE.fullmatch(note) and sum(ch.isdigit() for ch in note) >= 4):
            return 1
        known = self.patient or "ends" in self.found
        if note.isdigit() and (len(note) == 10 or not known) and "ends" not in self.found:
            return 1  # that is a phone
        if NUMERIC_DAY.fullmatch(note):
            return 1
        self.found["pay_note"] = note
        return 2

    def _day(self, word: str) -> int:
        if word in NEAR_DAYS:
            return self._said("days", (self.today + timedelta(days=NEAR_DAYS[word]),))
        if (weekday := _weekday(word)) is not None:
            return self._said("days", _weekdays(self.today, weekday, self.next_week))
        if parts := ISO_DAY.fullmatch(word):
            return self._day_or_odd(_date(self.today, parts[3], int(parts[2]), parts[1]), word)
        if parts := NUMERIC_DAY.fullmatch(word):
            return self._day_or_odd(_date(self.today, parts[1], int(parts[2]), parts[3]), word)
        return self._day_in_words(word)

    def _day_in_words(self, word: str) -> int:
        """`24 nov`, `nov 24`, `24nov`."""
        if (parts := DAY_AND_MONTH.fullmatch(word)) and (month := _month(parts[2])):
            return self._day_or_odd(_date(self.today, parts[1], month), word)
        other = self._peek().lower()
        for number, name in ((word, other), (other, word)):
            month, parts = _month(name), DAY_NUMBER.fullmatch(number)
            if month and parts:
                return self._day_or_odd(_date(self.today, parts[1], month), word, other)
        return 0

    def _clock(self, word: str) -> int:
        if word == "noon":
            return self._said("times", (time(12),))
        if parts := CLOCK.fullmatch(word):
            hour = int(parts[1])
            half = hour % 12 + (12 if parts[3] == "p" else 0) if 1 <= hour <= 12 else 24
            return self._time(half, int(parts[2] or 0)) or self._no_time(word)
        if parts := FACE.fullmatch(word):
            return self._time_of_either_half(int(parts[1]), int(parts[2])) or self._no_time(word)
        return 0

    def _no_time(self, word: str) -> int:
        return self._odd(f"{word} is no time of day.")

    def _hour(self, word: str) -> int:
        return self._time_of_either_half(int(word), 0) if re.fullmatch(r"[0-9]{1,2}", word) else 0

    def _time_of_either_half(self, hour: int, minute: int) -> int:
        if 1 <= hour <= 11 and minute < 60:
            return self._said("times", (time(hour, minute), time(hour + 12, minute)))
        return self._time(hour, minute)

    def _time(self, hour: int, minute: int) -> int:
        return self._said("times", (time(hour, minute),)) if hour < 24 and minute < 60 else 0

    def _digits(self, word: str) -> int:
        parts = DOTTED.fullmatch(word) if word.isascii() else None
        if parts is None:
            return 0
        before, number, after = parts.groups()
        if after and not before:
            self.found["begins"] = number.removeprefix("+91")
            return 1
        if len(number) < 3 and not before:
            return 0
        number, used = self._joined(number)
        self.found["ends"] = number.removeprefix("+")[-10:]
        return used

    def _joined(self, number: str) -> tuple[str, int]:
        """`98765 43210` is one number."""
        other = self._peek()
        if other.isascii() and other.isdigit() and len(other) >= 3 and len(number + other) in (10, 12, 13):
            return number + other, 2
        return number, 1

    def _name(self, word: str) -> int:
        has_digits = any(ch.isdigit() for ch in word)  # a record number, wherever it stands
        (self.clinician if self.is_clinician and not has_digits else self.patient).append(self.left[0])
        return 1


def _weekday(word: str) -> int | None:
    if len(word) < 3:
        return None
    return next((n for n, name in enumerate(WEEKDAYS) if name.startswith(word)), None)


def _weekdays(today: date, weekday: int, next_week: bool) -> tuple[date, ...]:
    """The coming one, today included; `next thu` may be that or the one after it."""
    coming = today + timedelta(days=(weekday - today.weekday()) % 7)
    return (coming, coming + timedelta(days=7)) if next_week else (coming,)


def _month(word: str) -> int:
    """1 to 12, or 0."""
    long = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
            "november", "december")  # fmt: skip
    if len(word) < 3:
        return 0
    return next((n for n, name in enumerate(long, 1) if name.startswith(word)), 0)


def _date(today: date, day: str, month: int, year: str | None = None) -> date | None:
    """The day; without a year the next one of that name. None for 31 February."""
    years = [int(year) + (2000 if int(year) < 100 else 0)] if year else [today.year, today.year + 1]
    for each in years:
        try:
            found = date(each, month, int(day))
        except ValueError:
            continue
        if year or found >= today:
            return found
    return None

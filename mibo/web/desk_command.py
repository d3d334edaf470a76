"""What a line typed at the desk means in this clinic: which patients, whose time, when. Where it may mean two, both are shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta

from mibo import booking, clinics, clock, people
from mibo.clinics import Centre
from mibo.people import Clinician, Patient
from mibo.scheduling.slots import Slot
from mibo.web import command
from mibo.web.command import Wish
from mibo.web.filters import clock_time, moment
from mibo.web.filters import day as day_words

SHOWN = 6
AHEAD_DAYS = 13
NO_TIME = "none"  # so that none is chosen on their behalf, where what was typed is no day or no time


@dataclass(frozen=True)
class Meant:
    """Who may be meant, what is clear as it stands in an address, what is to be chosen, and what cannot be."""

    who: str = ""
    name: str = ""
    phone: str = ""
    patients: Sequence[Patient] = ()
    kept: dict[str, str] = field(default_factory=dict)
    asks: Sequence[tuple[str, dict[str, str]]] = ()
    problems: Sequence[str] = ()
    note: str = ""

    @property
    def is_open(self) -> bool:
        """Whether there is more to it than an address can say."""
        return bool(self.asks or self.problems or self.note)


def understand(typed: str, centre: Centre | None, patient_id: int | None = None) -> Meant:
    """What was typed, looked up; `patient_id` is who was chosen of several. Nothing is booked by it. Raises Missing."""
    wish = command.read(typed, clock.today())
    there = people.clinicians_at(centre.id) if centre else []
    patients = _patients(wish, typed)
    if not patients and not wish.clinician:
        wish, patients = _split(wish, patients, there)
    if patient_id is not None:
        patients = [people.patient(patient_id)]
    who = " ".join(filter(None, [wish.patient, wish.begins or wish.ends]))
    meant = Meant(
        who=typed if wish.is_plain else who, name=wish.patient, phone=wish.ends if len(wish.ends) == 10 else "",
        patients=patients, kept=_kept(wish), note=wish.pay_note,
    )  # fmt: skip
    if wish.odd:
        return replace(meant, kept={**meant.kept, "at": NO_TIME}, problems=[f"{each} Choose one." for each in wish.odd])
    return _placed(meant, wish, centre, there) if centre and not wish.is_plain else meant


def _patients(wish: Wish, typed: str) -> list[Patient]:
    if wish.is_plain and not (wish.begins or (wish.patient and wish.ends)):
        return list(people.find_patients(typed))
    found = people.find_patients(wish.ends or wish.patient)
    words = wish.patient.casefold().split()
    return [one for one in found if _is_called(one, words) and one.phone[3:].startswith(wish.begins)]


def _is_called(one: Patient, words: Iterable[str]) -> bool:
    name, number = one.full_name.casefold(), (one.mrn or "").casefold()
    return all(word in name or number.startswith(word) for word in words)


def _split(wish: Wish, patients: list[Patient], there: Sequence[Clinician]) -> tuple[Wish, list[Patient]]:
    """`ravi anita thu 5pm`: the last words may be a clinician's name, if nobody has the whole one."""
    words, least = wish.patient.split(), 0 if wish.begins or wish.ends else 1
    for n in range(len(words) - 1, least - 1, -1):
        other = replace(wish, patient=" ".join(words[:n]), clinician=" ".join(words[n:]))
        if _called(there, other.clinician) and (found := _patients(other, "")):
            return other, found
    return wish, patients


def _kept(wish: Wish) -> dict[str, str]:
    told = {
        "mode": wish.mode or "", "pay": wish.pay_by or "", "walk_in": "yes" if wish.walk_in else "",
        "day": wish.days[0].isoformat() if len(wish.days) == 1 else "",
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}


def _placed(meant: Meant, wish: Wish, centre: Centre, there: Sequence[Clinician]) -> Meant:
    """With whom and when: filled in where only one is free, else shown."""
    named = _called(there, wish.clinician)
    problems, kept = [], {**meant.kept, "centre": str(centre.id)}
    if wish.clinician and not named:
        problems.append(f"Nobody called {wish.clinician} sees patients at {centre.short_name}.")
    if len(named) == 1:
        kept["clinician"] = str(named[0].id)
    if wish.times:
        return _timed(replace(meant, kept=kept, problems=problems), wish, centre, named or list(there))
    asks = [(f"{one.full_name}", {"clinician": str(one.id)}) for one in named] if len(named) > 1 else []
    asks += [(day_words(day), {"day": day.isoformat()}) for day in wish.days] if len(wish.days) > 1 else []
    return replace(meant, kept=kept, asks=asks[:SHOWN], problems=problems)


def _called(there: Sequence[Clinician], words: str) -> list[Clinician]:
    parts = words.casefold().split()
    return [one for one in there if parts and all(part in one.full_name.casefold() for part in parts)]


def _timed(meant: Meant, wish: Wish, centre: Centre, named: Sequence[Clinician]) -> Meant:
    """Of the readings of a time and day only those count at which somebody is free."""
    fits = _free(meant, wish, centre, named)
    if len(fits) == 1:
        return replace(meant, kept={**meant.kept, **_choice(*fits[0])})
    asks = [(f"{moment(slot.starts_at)} with {one.full_name}", _choice(one, slot)) for one, slot in fits[:SHOWN]]
    if asks:
        return replace(meant, asks=asks)
    wanted = wish.times[-1]
    when = f" on {day_words(wish.days[0])}" if len(wish.days) == 1 else ""
    said = f"{clock_time(clock.instant(clock.today(), wanted))} is not free{when}. Choose another time."
    return replace(meant, kept={**meant.kept, "at": f"{wanted:%H:%M}"}, problems=[*meant.problems, said])


def _free(meant: Meant, wish: Wish, centre: Centre, named: Sequence[Clinician]) -> list[tuple[Clinician, Slot]]:
    today = clock.today()
    last = today + timedelta(days=clinics.policy_in_force().horizon_days)
    days = [day for day in wish.days if today <= day <= last]
    if wish.days and not days:
        return []
    first, until = (min(days), max(days)) if days else (today, min(today + timedelta(days=AHEAD_DAYS), last))
    patient = meant.patients[0].id if len(meant.patients) == 1 else None
    diaries = booking.diaries(centre.id, first, until, patient_id=patient)
    fits = [
        (one, slot)
        for one in named
        for slot in diaries.slots(one, first, until, wish.mode)
        if _fits(slot, days, wish.times)
    ]
    return sorted(fits, key=lambda fit: (fit[1].starts_at, fit[0].full_name))


def _fits(slot: Slot, days: Sequence[date], times: Sequence[time]) -> bool:
    begins = clock.local(slot.starts_at).time().replace(tzinfo=None)
    return slot.is_free and begins in times and (not days or slot.day in days)


def _choice(one: Clinician, slot: Slot) -> dict[str, str]:
    begins = clock.local(slot.starts_at)
    return {"clinician": str(one.id), "day": slot.day.isoformat(), "at": f"{begins:%H:%M}"}

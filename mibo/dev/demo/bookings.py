"""Booking a slot the way it would have happened: by whom, when, how paid, in which words."""

from collections import defaultdict
from datetime import datetime, timedelta
from random import Random
from typing import Any

from mibo.booking import Status
from mibo.dev.demo.centres import House
from mibo.dev.demo.diary import Diary, Slot
from mibo.dev.demo.patients import GROWN, People, Person
from mibo.dev.demo.visits import HOLDS_TIME, Visit

SOURCES = (("WEB_PATIENT", "APP_PATIENT", "FRONT_DESK", "CARE_COORDINATOR", "MANAGER"), (42, 8, 35, 12, 3))
AT_THE_DESK = (("LINK", "UPI", "CASH", "CARD"), (10, 22, 15, 8))
SESSIONS_TOGETHER = 12
SHARE_ONLINE = 0.38

PATIENT_NOTES = (
    "I have not been sleeping for two weeks.",
    "First time here. I would rather not be called at work.",
    "Please speak Malayalam if possible.",
    "My mother will come with me.",
    "I will be five minutes late, the bus comes at ten past.",
    "Follow-up on the new dose.",
    "Panic in the metro again. It was better than last month.",
    "Could we keep the camera off at the start?",
    "School asked for a letter.",
    "We would like to come as a couple this time.",
    "Wheelchair, please book a room on the ground floor.",
    "Exam is on the 14th, hence early.",
)
DESK_NOTES = (
    "Slip 0482", "Part of family", "Exact change", "Card ends 4417", "UPI shown on phone", "Receipt by mail",
    "Paid by brother", "Slip 1190",
)  # fmt: skip
REASONS = (
    "I have to travel for work that day.", "Feeling better, thank you.", "My child is ill.", "Exam was moved.",
    "Family function.", "I cannot get leave.",
)  # fmt: skip
CLINIC_REASONS = ("The clinician is unwell.", "Emergency admission.", "Power cut at the centre.")


class Bookings:
    """Every visit planned so far."""

    def __init__(self, house: House, diary: Diary, people: People, *, rng: Random, now: datetime) -> None:
        self.house, self.diary, self.people, self.rng, self.now = house, diary, people, rng, now
        self._patients_of: dict[int, list[Person]] = defaultdict(list)
        self.visits: list[Visit] = []
        self._in_consultation: set[int] = set()
        self.share_new = 0.4

    def book(self, slot: Slot, status: Status, **known: Any) -> Visit:
        """Somebody has this slot, in this state; what is not `known` is invented. A clinician has one consultation at a time."""
        if status == Status.IN_PROGRESS and slot.doctor.id in self._in_consultation:
            status = Status.CONFIRMED
        person = known.pop("person", None) or self._somebody(slot)
        source = known.pop("source", None) or self.rng.choices(*SOURCES)[0]
        visit = Visit(
            slot=slot,
            person=person,
            status=status,
            mode=known.pop("mode", None) or self._mode(slot),
            source=source,
            pay_by=known.pop("pay_by", None) or self._pay_by(source, status),
            booked_at=known.pop("booked_at", None) or self._booked_at(slot),
            **{**self._words(status), **self._purpose(person), **known},
        )
        self._note(visit)
        return visit

    def hold(self, slot: Slot, minutes_ago: int, *, by_link: bool = False, **known: Any) -> Visit:
        """Somebody is about to pay for this slot, since some minutes."""
        paying = ("FRONT_DESK", "LINK") if by_link else ("WEB_PATIENT", "ORDER")
        booked_at = self.now - timedelta(minutes=minutes_ago)
        return self.book(slot, Status.PENDING, source=paying[0], pay_by=paying[1], booked_at=booked_at, **known)

    def _note(self, visit: Visit) -> None:
        if visit.status in HOLDS_TIME:
            self.diary.take(visit.slot)
            visit.person.days.add(visit.slot.local.date())
        if visit.status == Status.IN_PROGRESS:
            self._in_consultation.add(visit.slot.doctor.id)
        if visit.status == Status.COMPLETED:
            visit.person.visits += 1
        if visit.status in (Status.COMPLETED, Status.IN_PROGRESS) and visit.mode == "IN_PERSON":
            visit.arrived_at = visit.starts_at - timedelta(minutes=self.rng.randint(2, 15))
        self._patients_of[visit.slot.doctor.id].append(visit.person)
        self.visits.append(visit)

    def _somebody(self, slot: Slot) -> Person:
        """Mostly one of the clinician's own patients, sometimes somebody new."""
        doctor, city = slot.doctor, self.house.short_name(slot.centre_id)
        if self.rng.random() >= self.share_new:
            for _ in range(6):
                found = self._regular(slot)
                if found and slot.local.date() not in found.days and found.visits < SESSIONS_TOGETHER:
                    return found
        return self.people.newcomer(city, child=doctor.sees_children and self.rng.random() < 0.85)

    def _regular(self, slot: Slot) -> Person | None:
        own = self._patients_of[slot.doctor.id]
        if own and (self.rng.random() < 0.8 or slot.doctor.sees_children):
            return self.rng.choice(own[-60:])
        anybody = self.rng.choice(self.people.all) if self.people.all else None
        here = anybody and anybody.city == self.house.short_name(slot.centre_id) and anybody.age >= GROWN
        return anybody if here else None

    def _mode(self, slot: Slot) -> str:
        if len(slot.modes) == 1:
            return slot.modes[0]
        return "ONLINE" if self.rng.random() < SHARE_ONLINE else "IN_PERSON"

    def _pay_by(self, source: str, status: Status) -> str:
        if source in ("WEB_PATIENT", "APP_PATIENT"):
            return "ORDER"
        return "LINK" if status in (Status.PENDING, Status.EXPIRED) else self.rng.choices(*AT_THE_DESK)[0]

    def _booked_at(self, slot: Slot) -> datetime:
        latest = min(slot.starts_at - timedelta(minutes=45), self.now - timedelta(minutes=45))
        return latest - timedelta(hours=min(self.rng.expovariate(1 / 60), 24 * 28))

    def _words(self, status: Status) -> dict[str, Any]:
        rng = self.rng
        words: dict[str, Any] = {
            "note": rng.choice(PATIENT_NOTES) if rng.random() < 0.3 else None,
            "desk_note": rng.choice(DESK_NOTES) if rng.random() < 0.4 else None,
            "failed_first": rng.random() < 0.08,
        }
        if status in (Status.CANCELLED, Status.CANCELLATION_REQUESTED):
            words["by_clinic"] = status == Status.CANCELLED and rng.random() < 0.25
            words["reason"] = rng.choice(CLINIC_REASONS if words["by_clinic"] else REASONS)
        return words

    def _purpose(self, person: Person) -> dict[str, Any]:
        return {"purpose": "FOLLOW_UP" if person.visits and self.rng.random() < 0.6 else "CONSULTATION"}

"""Who asked to be called in the last weeks, what came of it, and the campaigns they came by: invented, like everybody."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from mibo import clock
from mibo.booking import Appointment
from mibo.dev.demo.centres import House
from mibo.dev.demo.names import invent
from mibo.dev.demo.rows import Row, Rows
from mibo.identity.permissions import Role
from mibo.leads import Campaign, Enquiry, EnquiryStep, first_call, seal
from mibo.leads.rules import CALL_NOTICE, SOURCES, source_of
from mibo.people import Patient

DAYS, BOOKED, OTHERS = 60, 34, 90
OPENS, CLOSES = 9, 19
CITIES = ("Bengaluru", "Kochi", "Mumbai")
CAMPAIGNS = (
    ("kochi-radio-onam", "Radio Kochi, Onam week", "PRESS", 50, 20), ("search-ads", "Search advertisements", "SEARCH", 200, None),
    ("college-talks", "Talks at colleges", "EVENT", 40, None), ("bengaluru-metro", "Posters in the metro", "PASSED_BY", 300, 120),
)  # fmt: skip
HEARD = ("SEARCH", "SEARCH", "SOCIAL", "FRIEND", "FRIEND", "DOCTOR", "PASSED_BY", "OTHER", None, None)
WORDS = (
    "Please call on this number only.", "I would like to know the fees first.", "Malayalam, if possible.", "It is for my brother.",
    "Is there somebody on Saturdays?", "How long is the wait?", None, None, None, None,
)  # fmt: skip
NOTES = (
    "Will talk with the family first",
    "Asked for the fee list",
    "Prefers a woman",
    "Wants Saturday mornings",
    "Busy, asked to call later",
)
# how it stands, and how often: what came to nothing first
FATES = ("LOST",) * 6 + ("NEW",) * 3 + ("NOT_REACHED",) * 3 + ("CONTACTED",) * 4
AGO = {
    "NEW": (0.05, 2.5),
    "NOT_REACHED": (1.5, 4),
    "CONTACTED": (1.5, 6),
    "LOST": (5, DAYS - 1),
}  # they asked so many days ago
CALL_TIMES = ("ANY", "ANY", "MORNING", "AFTERNOON", "EVENING")
WHY_LOST = ("NEVER_REACHED", "NOT_INTERESTED", "TOO_DEAR", "NO_TIME", "ELSEWHERE", "NOT_OFFERED", "WRONG_NUMBER")


class Asking:
    """Writes them down, each with its steps."""

    def __init__(self, rows: Rows, house: House, rng: Random, now: datetime) -> None:
        self.rows, self.house, self.rng, self.now = rows, house, rng, now
        self.campaigns = [self._campaign(*one) for one in CAMPAIGNS]
        self.said = 0

    def write(self) -> None:
        """Those who have booked since, and those who have not."""
        for patient, appointment in self._first_bookings()[:BOOKED]:
            self._booked(patient, appointment)
        for _ in range(OTHERS):
            self._not_booked()

    def _campaign(self, code: str, name: str, heard_of: str, began: int, ended: int | None) -> Row:
        today = clock.clinic_day(self.now)
        to_on: date | None = today - timedelta(days=ended) if ended is not None else None
        return self.rows.add(
            Campaign, code=code, name=name, heard_of=heard_of, from_on=today - timedelta(days=began), to_on=to_on, version=1,
            created_by=self.house.staff_ids[(Role.MANAGER, None)], created_at=self.now - timedelta(days=began),
        )  # fmt: skip

    def _first_bookings(self) -> list[tuple[Row, Row]]:
        """Patients who booked for the first time in these weeks, one of each phone."""
        firsts: dict[int, Row] = {}
        for each in sorted(self.rows.of(Appointment), key=lambda row: (row["created_at"], row["id"])):
            firsts.setdefault(each["patient_id"], each)
        of = {each["id"]: each for each in self.rows.of(Patient) if each["id"] == each["account_id"]}
        young = [
            (of[who], each) for who, each in firsts.items()
            if who in of and each["created_at"] > self.now - timedelta(days=DAYS) and each["status"] not in ("PENDING", "EXPIRED")
        ]  # fmt: skip
        self.rng.shuffle(young)
        return young

    def _booked(self, patient: Row, appointment: Row) -> None:
        told, booked = rng_source(self.rng), appointment["created_at"]
        asked = _as_asked(told, booked - timedelta(hours=self.rng.randint(2, 60)))
        called = self._called(asked, "ANY")
        by = self._staff(appointment["centre_id"]) if called < booked else None  # who was quicker booked by themselves
        one = self._enquiry(
            (patient["full_name"], patient["phone"]), appointment["centre_id"], asked, told, call_at="ANY", status="BOOKED", owner_id=by,
            patient_id=patient["id"], appointment_id=appointment["id"], booked_at=booked, reached_at=called if by else None,
            touched_at=booked,
        )  # fmt: skip
        if by:
            self._step(one, "CALLED", called, by, outcome="REACHED", note=self.rng.choice(NOTES))
        self._step(one, "BOOKED", booked, by)

    def _not_booked(self) -> None:
        rng, city = self.rng, self.rng.choice(CITIES)
        status, told, call_at = rng.choice(FATES), rng_source(rng), rng.choice(CALL_TIMES)
        asked = _as_asked(told, self.now - timedelta(days=rng.uniform(*AGO[status])))
        centre_id = self.house.centre_ids[city] if rng.random() < 0.8 else None
        by, calls = self._staff(self.house.centre_ids[city]), self._calls(asked, call_at, status)
        facts: dict[str, Any] = {"status": status if calls else "NEW", "touched_at": calls[-1] if calls else asked}
        if calls:
            facts["owner_id"] = by
        if facts["status"] == "LOST":
            facts["lost_reason"] = rng.choice(WHY_LOST)
            facts["reached_at"] = None if facts["lost_reason"] in ("NEVER_REACHED", "WRONG_NUMBER") else calls[-1]
        else:
            facts["next_call_at"] = self._next_call(asked, calls, call_at)
            facts |= {"reached_at": calls[-1]} if facts["status"] == "CONTACTED" else {"tries": len(calls)}
        self.said += 1
        name = invent(rng, city, rng.choice(("FEMALE", "MALE")))
        one = self._enquiry((name, f"+9170000{self.said:05d}"), centre_id, asked, told, call_at=call_at, **facts)
        self._steps_of(one, calls, by)

    def _calls(self, asked: datetime, call_at: str, status: str) -> list[datetime]:
        """When they were called until now: once, or again while nobody answered."""
        calls = [] if status == "NEW" else [self._called(asked, call_at)]
        if status == "NOT_REACHED":
            for _ in range(self.rng.randint(0, 2)):
                calls.append(self._called(calls[-1] + timedelta(hours=3), call_at))
        return [at for at in calls if at < self.now]

    def _called(self, since: datetime, call_at: str) -> datetime:
        """Some time after this, in the hours in which the clinic calls."""
        due, _ = first_call(clock.local(since + timedelta(minutes=10)), call_at)
        return due + timedelta(minutes=self.rng.randint(0, 25))

    def _next_call(self, asked: datetime, calls: list[datetime], call_at: str) -> datetime:
        wanted = self.now + timedelta(hours=self.rng.uniform(-20, 40))
        due, _ = first_call(clock.local(max(wanted, calls[-1] + timedelta(hours=3)) if calls else asked), call_at)
        return due

    def _steps_of(self, one: Row, calls: list[datetime], by: int) -> None:
        for at in calls if one["status"] == "NOT_REACHED" else ():
            self._step(one, "CALLED", at, by, outcome="NO_ANSWER")
        if one["reached_at"]:
            self._step(one, "CALLED", one["reached_at"], by, outcome="REACHED", note=self.rng.choice(NOTES))
        if one["status"] == "LOST":
            self._step(one, "LOST", calls[-1] + timedelta(minutes=40), by, outcome=one["lost_reason"])

    def _staff(self, centre_id: int) -> int:
        where = next(city for city, each in self.house.centre_ids.items() if each == centre_id)
        return self.house.staff_ids[(self.rng.choice((Role.FRONT_DESK, Role.CARE_COORDINATOR)), where)]

    def _enquiry(self, who: tuple[str, str], centre_id: int | None, at: datetime, told: str, **facts: Any) -> Row:
        rng, (name, phone) = self.rng, who
        running = [
            one
            for one in self.campaigns
            if one["created_at"] < at and (one["to_on"] is None or one["to_on"] >= at.date())
        ]
        campaign = rng.choice(running) if told == "WEBSITE" and running and rng.random() < 0.3 else None
        heard_of = campaign["heard_of"] if campaign else "DOCTOR" if told == "REFERRAL" else rng.choice(HEARD)
        blanks = dict.fromkeys((
            "lost_reason", "owner_id", "next_call_at", "reached_at", "patient_id", "appointment_id", "booked_at", "forgotten_at",
        ))  # fmt: skip
        care = "IN_PATIENT" if rng.random() < 0.15 else "OUT_PATIENT"
        by_video = centre_id is None and care == "OUT_PATIENT" and rng.random() < 0.5
        one = self.rows.add(Enquiry, **{
            **blanks, "full_name": name, "phone": phone, "centre_id": centre_id, "online": by_video, "care": care,
            "for_other": rng.random() < 0.3, "tries": 0,
            "words": seal(rng.choice(WORDS)),
            "language": rng.choice(("en", "en", "en", "hi", "ml", "kn")) if told == "WEBSITE" else "en",
            "source": source_of(told, heard_of), "heard_of": heard_of, "campaign_id": campaign["id"] if campaign else None,
            "referrer": "Dr. Varghese, Lakeside Hospital" if told == "REFERRAL" else None, "consent_version": CALL_NOTICE,
            "added_by": None if told == "WEBSITE" else self._staff(centre_id or next(iter(self.house.centre_ids.values()))),
            "version": 2, "created_at": at, **facts,
        })  # fmt: skip
        self._step(one, "ASKED", at, one["added_by"])
        return one

    def _step(
        self, one: Row, kind: str, at: datetime, by: int | None, *, outcome: str | None = None, note: str | None = None
    ) -> None:
        self.rows.add(
            EnquiryStep, enquiry_id=one["id"], kind=kind, outcome=outcome, note=seal(note), before={}, by_account_id=by, at=at,
            undone_at=None, request_key=None,
        )  # fmt: skip


def rng_source(rng: Random) -> str:
    """How they came: most of them on the website."""
    return rng.choices(SOURCES, weights=(50, 25, 12, 13))[0]


def _as_asked(told: str, at: datetime) -> datetime:
    """When they asked: on the website at any hour, else while somebody is at the clinic, or on the afternoon before."""
    hour = clock.local(at).hour
    return at if told == "WEBSITE" or OPENS <= hour < CLOSES else at - timedelta(hours=(hour - 17) % 24)

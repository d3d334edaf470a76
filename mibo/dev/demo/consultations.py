"""What came of the demo clinic's consultations: notes and history, sealed, and who is due to come again."""

from collections import defaultdict
from datetime import datetime, timedelta
from random import Random

from mibo import clock, sealing
from mibo.booking import Appointment, Status
from mibo.care import ConsultationNote, FollowUp
from mibo.dev.demo.rows import Row, Rows
from mibo.people import Clinician, HistoryLine, MedicalNote

REACHES_BACK = timedelta(days=45)
NOTED, WANTED_AGAIN, HAS_HISTORY, HAS_NOTE = 0.85, 0.45, 0.4, 0.1
STANDS = (Status.CONFIRMED, Status.COMPLETED)
NOTES = (
    "Sleeps six hours again, wakes once. Kept the diary on four days. Agreed: no phone in bed, diary until we meet.",
    "First talk. Came by himself, speaks slowly, holds eye contact. Worries about work since the move in June.",
    "Panic twice this week, both in the lift. Went down by the stairs once and up by the lift once. Proud of it.",
    "Dose unchanged. No side effects but a dry mouth in the mornings. Weight the same.",
    "Her sister came along for the second half. Both want to eat together on Sundays and try it three times.",
    "Exposure list written, ten steps. Begins with the post office. We practised breathing out longer than in.",
    "Missed his medicine on two days and noticed it. A box with days on it helps; his wife fills it on Saturdays.",
    "Less checking at night: the door twice, the gas once. Letter to the school is given.",
)
AGAIN = (
    "As online visit, evenings are best.",
    "Blood test before, please.",
    "With his wife, if she can.",
    None,
    None,
    None,
)
LINES = {
    "CONDITION": ("Generalised anxiety, since 2021", "Recurrent depression", "Migraine", "Type 2 diabetes"),
    "MEDICATION": ("Sertraline 50 mg, mornings", "Escitalopram 10 mg", "Metformin 500 mg, twice a day"),
    "ALLERGY": ("Penicillin: rash", "None known, asked twice", "Peanuts"),
    "PAST_CARE": ("Twelve hours of CBT in Pune, 2022", "In hospital for a week, 2019"),
}
RISKS = ("Said in May that she would rather not wake up. No plan, lives with her sister.", "Drinks when alone.")
MEDICAL = (
    "Asks for the first hour of the morning, because of the bus.",
    "Wants letters to the school to be discussed before.",
)


def write_consultations(rows: Rows, now: datetime, seed: int) -> None:
    """Of the last weeks, with draws of their own, so that nobody else's luck changes."""
    _Consultations(rows, now, Random(seed)).write()  # noqa: S311 - invented people need no secrets


class _Consultations:
    def __init__(self, rows: Rows, now: datetime, rng: Random) -> None:
        self._rows, self._now, self._rng = rows, now, rng
        self._accounts = {row["id"]: row["account_id"] for row in rows.of(Clinician)}
        self._together: dict[tuple[int, int], list[Row]] = defaultdict(list)
        for visit in sorted(rows.of(Appointment), key=lambda row: row["starts_at"]):
            self._together[visit["patient_id"], visit["clinician_id"]].append(visit)

    def write(self) -> None:
        """Every visit that was completed, the oldest first; then the patients who were seen."""
        seen: dict[int, int] = {}
        for visits in self._together.values():
            account_id = self._accounts.get(visits[0]["clinician_id"])
            for n, visit in enumerate(visits):
                if account_id and visit["status"] == Status.COMPLETED and visit["starts_at"] > self._now - REACHES_BACK:
                    seen.setdefault(visit["patient_id"], account_id)
                    self._note(visit, account_id)
                    self._again(visit, visits[n + 1 :], account_id)
        for patient_id, account_id in seen.items():
            self._history(patient_id, account_id)

    def _note(self, visit: Row, account_id: int) -> None:
        if self._rng.random() >= NOTED:
            return
        sealed = sealing.seal_note(self._rng.choice(NOTES), f"{visit['id']}/1")
        self._rows.add(
            ConsultationNote, appointment_id=visit["id"], version=1, key_name=sealed.key_name, key=sealed.key,
            text=sealed.text, author_id=account_id, created_at=self._until(visit), updated_at=self._until(visit),
        )  # fmt: skip

    def _again(self, visit: Row, later: list[Row], account_id: int) -> None:
        """Booked when they come again anyway; else it waits, unless its day is long past."""
        if self._rng.random() >= WANTED_AGAIN:
            return
        booked = next((one for one in later if one["status"] in STANDS and not one["parent_id"]), None)
        said_on = clock.clinic_day(visit["starts_at"])
        wanted_on = (
            clock.clinic_day(booked["starts_at"])
            if booked
            else said_on + timedelta(days=self._rng.choice((14, 28, 42)))
        )
        if wanted_on <= said_on or (not booked and wanted_on < clock.clinic_day(self._now) - timedelta(days=3)):
            return
        if booked:
            booked["parent_id"], booked["purpose"] = visit["id"], "FOLLOW_UP"
        closed_at = max(self._until(visit), booked["created_at"]) if booked else None
        self._rows.add(
            FollowUp, parent_id=visit["id"], wanted_on=wanted_on, note=self._rng.choice(AGAIN),
            status="BOOKED" if booked else "OPEN", booked_id=booked["id"] if booked else None, created_by=account_id,
            closed_at=closed_at, closed_by=booked["booked_by"] if booked else None,
            created_at=self._until(visit), updated_at=self._until(visit),
        )  # fmt: skip

    def _history(self, patient_id: int, account_id: int) -> None:
        if self._rng.random() < HAS_NOTE:
            new_id = self._rows.new_id()
            sealed = sealing.seal_note(self._rng.choice(MEDICAL), f"medical/{new_id}")
            self._rows.add(
                MedicalNote, id=new_id, patient_id=patient_id, author_id=account_id, key_name=sealed.key_name,
                key=sealed.key, sealed=sealed.text, created_at=self._now - timedelta(days=1),
            )  # fmt: skip
        if self._rng.random() >= HAS_HISTORY:
            return
        for kind in self._rng.sample(list(LINES), self._rng.randint(1, 3)):
            self._line(patient_id, account_id, kind, self._rng.choice(LINES[kind]))
        if self._rng.random() < HAS_NOTE:
            self._line(patient_id, account_id, "RISK", self._rng.choice(RISKS))

    def _line(self, patient_id: int, account_id: int, kind: str, words: str) -> None:
        new_id = self._rows.new_id()
        sealed = sealing.seal_note(words, f"history/{new_id}")
        self._rows.add(
            HistoryLine, id=new_id, patient_id=patient_id, line_id=new_id, version=1, kind=kind, author_id=account_id,
            key_name=sealed.key_name, key=sealed.key, text=sealed.text, created_at=self._now - timedelta(days=1),
        )  # fmt: skip

    def _until(self, visit: Row) -> datetime:
        ends_at: datetime = visit["ends_at"]
        return min(ends_at, self._now)

"""People and appointments that every page must bear: each reproduces something that once went wrong (clinic.md 6)."""

from datetime import date, datetime, time, timedelta

from mibo import clock
from mibo.booking import NOTE_LENGTH, Status
from mibo.dev.demo.bookings import Bookings
from mibo.dev.demo.centres import House
from mibo.dev.demo.diary import Diary, Doctor, Slot, on_one_day
from mibo.dev.demo.patients import Person
from mibo.identity.permissions import Role

QUARTER = timedelta(minutes=15)
LONG_NOTE = (
    "Hello 👋\nI would like to say a few things before we meet:\n\n"
    "• I sleep 3–4 hours 😴\n• I stopped the tablets on Sunday\n• My sister knows, nobody else does\n\n"
    "മഴ പെയ്യുമ്പോൾ എനിക്ക് സുഖമാണ്. 🌧️\n"
)
FORMULA_NOTE = '=HYPERLINK("https://example.com","my report")'


def close_times(diary: Diary, house: House, doctors: list[Doctor], now: datetime) -> None:
    """A leave that began today, a training across two slots, a conference far ahead, a holiday."""
    today = clock.clinic_day(now)
    manager, week_ago = house.staff_ids[Role.MANAGER, None], now - timedelta(days=7)
    varma, harini, raghav = (_named(doctors, name) for name in ("Latha Varma", "Harini", "Raghav"))
    back_on = today + timedelta(days=2)
    diary.close(varma, _at(today, "12:30"), _at(back_on, "00:00"), "Leave", by=manager, at=week_ago)
    training = _next_working_day(today + timedelta(days=2))
    diary.close(harini, _at(training, "10:30"), _at(training, "11:15"), "Training", by=manager, at=week_ago)
    away, home = today + timedelta(days=75), today + timedelta(days=80)
    diary.close(raghav, _at(away, "00:00"), _at(home, "00:00"), "Conference abroad", by=manager, at=week_ago)
    diary.shut(house.centre_ids["Kochi"], today + timedelta(days=12), "Local holiday")
    diary.shut(house.centre_ids["Mumbai"], today + timedelta(days=26), "Building works")
    diary.shut(house.centre_ids["Bengaluru"], today + timedelta(days=33), "Training of the whole team")


def keep_odd_hours(diary: Diary, doctors: list[Doctor], now: datetime) -> None:
    """Times on either side of the clinic's midnight and of 05:30, where days and zones go wrong (P4); and one soon."""
    zubin, today = _named(doctors, "Zubin"), clock.clinic_day(now)
    for day in (today - timedelta(days=1), today + timedelta(days=1)):
        for minute in (15, 315, 345, 1410):
            diary.open_once(zubin, on_one_day(zubin.home_id, day, minute, 30, "ONLINE"))
    soon = clock.local(_quarter_after(now + QUARTER))
    diary.open_once(zubin, on_one_day(zubin.home_id, soon.date(), soon.hour * 60 + soon.minute, 15, "ONLINE"))


def add_cases(bookings: Bookings, doctors: list[Doctor]) -> None:
    """All of them, in a fixed order."""
    cases = _Cases(bookings, doctors)
    cases.asha_and_her_son()
    cases.around_midnight()
    cases.soon_without_a_meeting()
    cases.money()
    cases.owing()
    cases.calling_off()
    cases.people()
    cases.two_centres()
    cases.giving_back()


class _Cases:
    def __init__(self, bookings: Bookings, doctors: list[Doctor]) -> None:
        self._bookings, self._people, self._now = bookings, bookings.people, bookings.now
        self._today = clock.clinic_day(bookings.now)
        self._doctors = doctors

    def asha_and_her_son(self) -> None:
        """The patient to sign in as: visits behind her, one to come, and a son on her phone."""
        asha = self._people.add("Asha Menon", "Kochi", 34, "FEMALE")
        son = self._people.add("Aadi Menon", "Kochi", 9, "MALE", family_of=asha)
        kurian = self._doctor("Anita")
        for days_ago in (16, 9):
            self._book(kurian, -days_ago, Status.COMPLETED, asha)
        self._book(kurian, 2, Status.CONFIRMED, asha, source="WEB_PATIENT", pay_by="ORDER")
        self._book(self._doctor("Neethu"), 3, Status.CONFIRMED, son, mode="ONLINE", source="WEB_PATIENT")

    def around_midnight(self) -> None:
        """00:15, 05:15, 05:45 and 23:30; the last of yesterday was never ended (R-SES-11)."""
        zubin, yesterday = self._doctor("Zubin"), self._today - timedelta(days=1)
        for slot in self._bookings.diary.open(zubin, yesterday):
            late = slot.local.time() == time(23, 30)
            self._bookings.book(slot, Status.IN_PROGRESS if late else Status.COMPLETED)
        tomorrow = self._bookings.diary.open(zubin, self._today + timedelta(days=1))
        for slot in [each for each in tomorrow if each.local.hour in (0, 5, 23) and each.starts_at > self._soon()]:
            self._bookings.book(slot, Status.CONFIRMED)

    def soon_without_a_meeting(self) -> None:
        """Online in about twenty minutes, and the provider never made its room (P16)."""
        zubin, soon = self._doctor("Zubin"), self._now + QUARTER
        days = {clock.clinic_day(soon), clock.clinic_day(soon + timedelta(hours=1))}
        slots = [slot for day in sorted(days) for slot in self._bookings.diary.open(zubin, day)]
        slot = next(slot for slot in slots if slot.starts_at >= soon)
        self._bookings.book(slot, Status.CONFIRMED, meeting="FAILED")

    def money(self) -> None:
        """A hold that ended a minute ago; money that came too late; cash with a link that is void (P6, P7, P8)."""
        ended = self._now - timedelta(minutes=1)
        slot = self._slot(self._doctor("Neethu"), 1)
        booked = ended - timedelta(minutes=15)
        self._bookings.book(
            slot, Status.PENDING, source="WEB_PATIENT", pay_by="ORDER", booked_at=booked, held_until=ended
        )
        lost = self._slot(self._doctor("Anita"), 4)
        hours_ago = self._now - timedelta(hours=5)
        self._bookings.book(
            lost, Status.EXPIRED, source="FRONT_DESK", pay_by="LINK", booked_at=hours_ago, paid_too_late=True
        )
        self._bookings.book(lost, Status.CONFIRMED, booked_at=hours_ago + timedelta(minutes=40))
        self._book(
            self._doctor("Oommen"), -5, Status.COMPLETED, source="FRONT_DESK", pay_by="CASH", voided_link=True,
            desk_note="Link did not open on her phone", booked_at=self._now - timedelta(days=6),
        )  # fmt: skip

    def owing(self) -> None:
        """Seen and not paid, of each age; to be paid at the visit; and two discounts."""
        later = {"source": "FRONT_DESK", "pay_by": "LATER", "mode": "IN_PERSON", "desk_note": None}
        for doctor, days in (("Anita", 1), ("Oommen", 4), ("Prakash", 6), ("Neethu", 12), ("Harini", 20)):
            booked = self._now - timedelta(days=days + 3)
            self._book(self._doctor(doctor), -days, Status.COMPLETED, None, booked_at=booked, **later)
        self._book(self._doctor("Anita"), 2, Status.CONFIRMED, None, booked_at=self._now - timedelta(days=2), **later)
        for doctor, days, rupees in (("Oommen", 3, 400), ("Pallavi", 7, 250)):
            self._book(
                self._doctor(doctor), -days, Status.COMPLETED, source="FRONT_DESK", pay_by="UPI", mode="IN_PERSON",
                booked_at=self._now - timedelta(days=days + 2), discount_paise=rupees * 100,
            )  # fmt: skip

    def calling_off(self) -> None:
        """Asked to cancel three days ago and nobody answered; called off, and the refund failed (P9)."""
        self._book(
            self._doctor("Pallavi"), 3, Status.CANCELLATION_REQUESTED, changed_at=self._now - timedelta(days=3),
            booked_at=self._now - timedelta(days=8), reason="I have to travel for work that day.",
        )  # fmt: skip
        self._book(
            self._doctor("Prakash"), 2, Status.CANCELLED, refund="FAILED", by_clinic=False, source="WEB_PATIENT",
            pay_by="ORDER", booked_at=self._now - timedelta(days=6), changed_at=self._now - timedelta(days=2),
        )  # fmt: skip

    def giving_back(self) -> None:
        """A refund that waits to be decided since days, and one that was declined."""
        for doctor, days, refund in (("Neethu", 4, "REQUESTED"), ("Anita", 5, "DECLINED")):
            self._book(
                self._doctor(doctor), days, Status.CANCELLED, refund=refund, by_clinic=False, source="WEB_PATIENT",
                pay_by="ORDER", booked_at=self._now - timedelta(days=6), changed_at=self._now - timedelta(days=3),
            )  # fmt: skip

    def people(self) -> None:
        """Staff who is a patient as well; a child born today; notes that break tables; a message that never came."""
        sreeja = self._people.add("Sreeja Marar", "Kochi", 41, "FEMALE", phone="+919000000011")
        self._book(self._doctor("Harini"), 4, Status.CONFIRMED, sreeja, mode="ONLINE")
        mother = self._people.add("Nimisha Pillai", "Kochi", 29, "FEMALE")
        self._people.add("Baby of Nimisha", "Kochi", 0, "FEMALE", family_of=mother, born_on=self._today)
        self._book(self._doctor("Latha"), 6, Status.CONFIRMED, mother, message="FAILED")
        long_note = (LONG_NOTE + "Thank you for reading. 🙏 " * 20)[:NOTE_LENGTH]
        self._book(self._doctor("Anita"), 1, Status.CONFIRMED, note=long_note)
        self._book(self._doctor("Oommen"), 1, Status.CONFIRMED, note=FORMULA_NOTE)
        for days in (3, 8, 15):
            self._book(self._doctor("Anirban"), days, Status.CONFIRMED)  # who is not active any more (R-ACL-5)

    def two_centres(self) -> None:
        """Adjacent sessions of one clinician at two centres (P5)."""
        harini = self._doctor("Harini")
        for offset in range(1, 7):
            slots = self._bookings.diary.open(harini, self._today + timedelta(days=offset))
            touching = [slot for slot in slots if slot.local.hour in (11, 12)]
            if len(touching) == 2:
                for slot in touching:
                    self._bookings.book(slot, Status.CONFIRMED)
                return

    def _book(self, doctor: Doctor, days: int, status: Status, person: Person | None = None, **known: object) -> None:
        self._bookings.book(self._slot(doctor, days), status, person=person, **known)

    def _slot(self, doctor: Doctor, days: int) -> Slot:
        """An open slot of theirs, so many days from today or, where they rest, a little further off."""
        step = 1 if days > 0 else -1
        for offset in range(days, days + 10 * step, step):
            if slots := self._bookings.diary.open(doctor, self._today + timedelta(days=offset)):
                return slots[len(slots) // 2]
        raise LookupError(f"{doctor.profile.name} keeps no hours")

    def _soon(self) -> datetime:
        return self._now + timedelta(hours=1)

    def _doctor(self, name: str) -> Doctor:
        return _named(self._doctors, name)


def _named(doctors: list[Doctor], part: str) -> Doctor:
    return next(doctor for doctor in doctors if part in doctor.profile.name)


def _at(day: date, face: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(face))


def _next_working_day(day: date) -> date:
    while day.isoweekday() > 5:
        day += timedelta(days=1)
    return day


def _quarter_after(instant: datetime) -> datetime:
    """The next full quarter of an hour, or this very one."""
    beyond = instant.timestamp() % QUARTER.total_seconds()
    return instant + timedelta(seconds=QUARTER.total_seconds() - beyond) if beyond else instant

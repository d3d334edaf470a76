"""The demo clinic: worth looking at whenever it is loaded, true to every rule, and known people only by their phones."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.invariants import broken, rules
from tests.machine import Database

ROOT = Path(__file__).parents[2]
EVERY_STATE = {
    "PENDING", "CONFIRMED", "IN_PROGRESS", "COMPLETED", "CANCELLED", "NO_SHOW", "CANCELLATION_REQUESTED", "EXPIRED",
}  # fmt: skip
FACES = ("00:00", "00:07", "05:20", "08:59", "10:52", "13:20", "17:55", "21:40", "23:10", "23:35", "23:59")


@pytest.fixture
def loaded(database: Database) -> list[dict[str, Any]]:
    """The small demo clinic, and how to sign in."""
    from mibo.dev.demo.loading import load

    return load()


@cache
def planned(now: datetime) -> Any:
    """The rows of the small clinic, without a database."""
    return anew(now)


def anew(now: datetime) -> Any:
    from mibo.clinics.policy import Policy
    from mibo.dev.demo.planning import plan

    return plan(now, next_id=count(1).__next__, policy=Policy()).rows


def rows(url: str, statement: str) -> list[Any]:
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchall()


def of_today(made: Any, now: datetime, city: str) -> list[dict[str, Any]]:
    """The appointments of a centre's today, without a database."""
    from mibo import clock
    from mibo.booking import Appointment
    from mibo.clinics import Centre

    centre = next(row["id"] for row in made.of(Centre) if row["city"] == city)
    day = clock.clinic_day(now)
    return [
        row for row in made.of(Appointment) if row["centre_id"] == centre and clock.clinic_day(row["starts_at"]) == day
    ]


def many_hours_of_many_days() -> Iterator[datetime]:
    from mibo import clock

    for day in (24, 28, 29):  # a Tuesday, a Saturday, a Sunday
        for face in FACES:
            yield clock.instant(datetime(2026, 11, day).date(), datetime.strptime(face, "%H:%M").time())


class TestTheBoardOfToday:
    def test_at_kochi_every_state_is_there_at_any_hour_of_any_day(self) -> None:
        for now in many_hours_of_many_days():
            states = {str(row["status"]) for row in of_today(planned(now), now, "Kochi")}
            assert states == EVERY_STATE, now

    def test_states_make_sense_at_the_hour(self) -> None:
        for now in many_hours_of_many_days():
            for row in of_today(planned(now), now, "Kochi"):
                begun, over = row["starts_at"] <= now, row["ends_at"] <= now
                if row["status"] in ("COMPLETED", "NO_SHOW"):
                    assert begun, (now, row)
                if row["status"] == "IN_PROGRESS":
                    assert begun, (now, row)
                    assert not over, (now, row)
                if row["status"] == "PENDING":
                    assert row["held_until"] > now, (now, row)
                    assert not begun or row["walk_in"], (now, row)

    def test_kochi_has_the_fullest_board_and_no_centre_an_empty_one(self) -> None:
        for now in many_hours_of_many_days():
            made = planned(now)
            kochi, bengaluru, mumbai = (len(of_today(made, now, city)) for city in ("Kochi", "Bengaluru", "Mumbai"))
            assert kochi >= 18, now
            assert min(bengaluru, mumbai) >= 2, now

    def test_nothing_has_happened_later_than_now(self) -> None:
        from mibo.audit import AuditEntry
        from mibo.booking import Appointment, StatusChange
        from mibo.messaging import Message
        from mibo.payments import Attempt

        for now in many_hours_of_many_days():
            made = planned(now)
            told = [row["at"] for table in (StatusChange, AuditEntry) for row in made.of(table)]
            told += [row["created_at"] for table in (Appointment, Message, Attempt) for row in made.of(table)]
            assert max(told) <= now

    def test_whoever_asked_is_called_by_day_and_not_on_a_sunday(self) -> None:
        from mibo import clock
        from mibo.leads import Enquiry, EnquiryStep

        for now in many_hours_of_many_days():
            made = planned(now)
            called = [row["at"] for row in made.of(EnquiryStep) if row["kind"] == "CALLED"]
            called += [row["next_call_at"] for row in made.of(Enquiry) if row["next_call_at"]]
            assert {9 <= clock.local(at).hour < 19 for at in called} == {True}, now
            assert {clock.local(at).isoweekday() for at in called} <= {1, 2, 3, 4, 5, 6}, now
            noted = [row["at"] for row in made.of(EnquiryStep)]
            assert max(noted) <= now, now

    def test_the_same_moment_gives_the_same_clinic(self) -> None:
        from mibo.booking import Appointment
        from mibo.people import Patient

        now = next(many_hours_of_many_days())
        one, other = anew(now), anew(now)
        assert one.of(Appointment) == other.of(Appointment)
        assert one.of(Patient) == other.of(Patient)


class TestWhatIsLoaded:
    def test_every_invariant_holds(self, loaded: list[dict[str, Any]], database: Database) -> None:
        assert len(rules()) >= 18
        assert broken(database.url) == {}

    def test_what_clinicians_wrote_is_sealed_and_opens_and_some_are_due_again(
        self, loaded: list[dict[str, Any]], database: Database
    ) -> None:
        from mibo import sealing

        notes = rows(
            database.url,
            "select n.appointment_id, n.key_name, n.key, n.text from consultation_note n join appointment a"
            " on a.id = n.appointment_id where a.status = 'COMPLETED'",
        )
        assert len(notes) > 20
        for about, *sealed in notes[:5]:
            assert sealing.open_note(sealing.Sealed(*sealed), f"{about}/1").endswith(".")
        counted = "select (select count(*) from history_line), (select count(*) from follow_up where status = 'OPEN'),"
        counted += (
            " (select count(*) from follow_up f join appointment a on a.id = f.booked_id and a.parent_id = f.parent_id)"
        )
        assert min(rows(database.url, counted)[0]) > 3

    def test_nothing_waits_to_be_sent(self, loaded: list[dict[str, Any]], database: Database) -> None:
        assert rows(database.url, "select 1 from message where status in ('PENDING', 'SENDING')") == []
        assert rows(database.url, "select 1 from meeting where status = 'WANTED'") == []

    def test_nobody_will_be_asked_about_money_that_no_provider_knows(
        self, loaded: list[dict[str, Any]], database: Database
    ) -> None:
        waiting = """select 1 from attempt where status in ('OPEN', 'VOID') and expires_at > now() - interval '3 days'
                     and coalesce(provider_order_id, provider_link_id) is not null"""
        assert rows(database.url, waiting) == []

    def test_there_are_three_centres_with_their_clinicians(
        self, loaded: list[dict[str, Any]], database: Database
    ) -> None:
        statement = """select centre.name, count(*) from clinician_centre join centre on centre.id = centre_id
                       where is_primary group by 1 order by 1"""
        assert rows(database.url, statement) == [("Mibo Bengaluru", 16), ("Mibo Kochi", 6), ("Mibo Mumbai", 1)]
        two = (
            "select count(*) from (select 1 from clinician_centre group by clinician_id having count(*) = 2) as several"
        )
        assert rows(database.url, two) == [(3,)]

    def test_there_is_something_free_on_each_of_the_next_sixty_days(
        self, loaded: list[dict[str, Any]], database: Database
    ) -> None:
        from mibo import booking, clock, db, people

        today = clock.today()
        with db.reading():
            ids = [one.id for one in people.directory()]
            counts = booking.month_view(ids, today + timedelta(days=1), today + timedelta(days=60))
        free = Counter[Any]()
        for (_, day), how_many in counts.items():
            free[day] += how_many.free
        assert min(free.values()) > 0
        assert len(free) == 60

    def test_the_traps_are_there(self, loaded: list[dict[str, Any]], database: Database) -> None:
        traps = {
            "odd hours": "select 1 from appointment where (starts_at at time zone 'Asia/Kolkata')::time"
            " in ('00:15', '05:15', '05:45', '23:30')",
            "money too late": "select 1 from attempt join refund on refund.attempt_id = attempt.id"
            " where attempt.status = 'SURPLUS' and reason = 'PAID_TOO_LATE'",
            "cash and a void link": "select 1 from attempt cash join attempt link using (payment_id)"
            " where cash.method = 'CASH' and link.kind = 'LINK' and link.status = 'VOID'",
            "hold that has ended": "select 1 from appointment where status = 'PENDING' and held_until < now()",
            "desk without a centre": "select 1 from role_grant where role = 'FRONT_DESK' and centre_id is null",
            "staff and patient": "select 1 from account one join account other using (phone)"
            " where one.audience = 'STAFF' and other.audience = 'PATIENT'",
            "inactive with bookings": "select 1 from appointment join clinician on clinician.id = clinician_id"
            " where not clinician.active and starts_at > now() and status = 'CONFIRMED'",
            "refund that failed": "select 1 from refund where status = 'FAILED'",
            "refund that was declined": "select 1 from refund where status = 'DECLINED'",
            "refund to be decided": "select 1 from refund where status = 'REQUESTED'",
            "money of no booking": "select 1 from mismatch where reason = 'NOT_OURS' and resolved_at is null",
            "given back elsewhere": "select 1 from mismatch join attempt on attempt.id = mismatch.attempt_id"
            " where reason = 'REFUND_NOT_OURS' and attempt.status = 'PAID'",
            "news that cannot be read": "select 1 from mismatch join provider_event on provider_event.id = mismatch.event_id",
            "message that failed": "select 1 from message where status = 'FAILED'",
            "soon without a meeting": "select 1 from appointment join meeting on meeting.id = meeting_id"
            " where meeting.status = 'FAILED' and appointment.starts_at < now() + interval '1 hour'",
            "in progress since yesterday": "select 1 from appointment where status = 'IN_PROGRESS'"
            " and (starts_at at time zone 'Asia/Kolkata')::date < (now() at time zone 'Asia/Kolkata')::date",
            "no fee": "select 1 from clinician where fee_paise is null",
            "longest note": "select 1 from appointment where length(patient_note) = 500 and patient_note like '%\n%'",
            "formula": "select 1 from appointment where patient_note like '=%'",
            "a holiday at every centre": "select 1 from holiday where day > current_date"
            " having count(distinct centre_id) = (select count(*) from centre)",
            "far away": "select 1 from time_block where starts_local > now() + interval '60 days'",
            "one name": "select 1 from patient where last_name is null",
            "other script": "select 1 from patient where full_name ~ '[ऀ-ൿ]'",
            "apostrophe": "select 1 from patient where full_name like '%''%'",
            "family": "select 1 from patient where id <> account_id",
            "only an age": "select 1 from patient where date_of_birth is null and age_told is not null",
            "born today": "select 1 from patient where date_of_birth = (now() at time zone 'Asia/Kolkata')::date",
        }
        assert [name for name, statement in traps.items() if not rows(database.url, statement)] == []

    def test_who_is_seen_in_a_room_is_seen_while_the_door_is_open(
        self, loaded: list[dict[str, Any]], database: Database
    ) -> None:
        outside = """select 1 from weekly_hours kept join clinician on clinician.id = clinician_id
                      where effective_to is null and mode <> 'ONLINE' and 'IN_PERSON' = any(modes)
                        and not exists (select from opening_hours door
                                         where door.centre_id = kept.centre_id and door.weekday = kept.weekday
                                           and door.opens_minute <= kept.opens_minute
                                           and door.closes_minute >= kept.closes_minute)"""
        assert rows(database.url, outside) == []
        assert rows(database.url, "select count(*) from opening_hours") == [(21,)]

    def test_a_clinician_has_adjacent_sessions_at_two_centres(
        self, loaded: list[dict[str, Any]], database: Database
    ) -> None:
        statement = """select clinician_id, starts_at, ends_at, centre_id from appointment
                       where status = 'CONFIRMED' order by 1, 2"""
        assert any(
            one[0] == other[0] and one[2] == other[1] and one[3] != other[3]
            for one, other in pairwise(rows(database.url, statement))
        )

    def test_whoever_paid_with_success_has_paid_the_registration(
        self, loaded: list[dict[str, Any]], database: Database
    ) -> None:
        statement = """select 1 from patient where registration_paid_at is null
                       and exists (select from payment where patient_id = patient.id and status = 'PAID')"""
        assert rows(database.url, statement) == []


class TestSigningIn:
    def test_every_staff_account_signs_in_with_the_password_that_is_told(self, loaded: list[dict[str, Any]]) -> None:
        from mibo import db, identity

        staff = [account for account in loaded if account["role"] != "PATIENT"]
        for account in staff:
            with db.transaction():
                by_name = identity.check_password_sign_in(account["username"], account["password"])
                assert isinstance(by_name, identity.Account)
            assert by_name.phone == f"+91{account['phone']}"

    def test_each_role_is_there_at_each_centre(self, loaded: list[dict[str, Any]]) -> None:
        told = {(account["role"], account["centre"]) for account in loaded}
        for role in ("CENTRE_MANAGER", "CARE_COORDINATOR", "FRONT_DESK", "CLINICIAN"):
            for centre in ("Mibo Bengaluru", "Mibo Kochi", "Mibo Mumbai"):
                assert (role, centre) in told
        assert {("ADMIN", None), ("MANAGER", None), ("FRONT_DESK", None), ("PATIENT", None)} <= told

    def test_the_kochi_desk_is_the_one_that_everybody_knows(self, loaded: list[dict[str, Any]]) -> None:
        desk = next(account for account in loaded if account["role"] == "FRONT_DESK")
        known = {"role": "FRONT_DESK", "phone": "9000000006", "username": "desk.kochi", "centre": "Mibo Kochi"}
        assert {**desk, "password": None} == {**known, "password": None}

    def test_patients_are_known_by_their_phones_alone(self, loaded: list[dict[str, Any]], database: Database) -> None:
        patients = [account for account in loaded if account["role"] == "PATIENT"]
        assert patients[0]["phone"] == "9800000001"
        assert {(account["username"], account["password"]) for account in patients} == {(None, None)}
        named = rows(database.url, "select full_name from account where phone = '+919800000001'")
        assert named == [("Asha Menon",)]


class TestTheCommand:
    def test_it_writes_who_can_sign_in_and_will_not_load_twice(self, database: Database, tmp_path: Path) -> None:
        told = tmp_path / "accounts.json"
        first = demo("--accounts-file", str(told))
        assert (first.returncode, first.stderr) == (0, "")
        accounts = json.loads(told.read_text())
        assert {tuple(sorted(account)) for account in accounts} == {("centre", "password", "phone", "role", "username")}
        assert told.stat().st_mode & 0o077 == 0
        again = demo("--accounts-file", str(told))
        assert again.returncode == 1
        assert again.stderr.strip() == (
            "This database has centres already: the demo clinic is loaded into an empty one only."
        )

    def test_it_never_runs_in_production(self, database: Database, tmp_path: Path) -> None:
        refused = demo("--accounts-file", str(tmp_path / "accounts.json"), MIBO_ENV="production")
        assert refused.returncode == 1
        assert "production" in refused.stderr
        assert rows(database.url, "select 1 from centre") == []


@pytest.mark.drill
@pytest.mark.timeout(300)
def test_the_busy_clinic_is_large_and_true_and_soon_there(database: Database) -> None:
    from mibo.dev.demo.loading import load

    began = time.process_time()
    load(busy=True)
    took = time.process_time() - began  # others may be using this machine as well
    [(appointments, patients)] = rows(
        database.url, "select (select count(*) from appointment), (select count(*) from patient)"
    )
    assert 25_000 <= appointments <= 36_000
    assert 6_000 <= patients <= 8_000
    assert broken(database.url) == {}
    assert took < 30


def demo(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mibo.dev.demo", *arguments],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

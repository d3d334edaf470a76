"""Fills a migrated database with years of invented appointments: COPY first, indexes and constraints after.

Thirty clinicians at five centres keep the same hours at any size, and the days ahead are equally busy; ten times the
appointments are ten times the years behind them. So two sizes are asked the same questions and give the same answers.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import psycopg

from mibo.booking.rules import reference_of

CENTRES, CLINICIANS = 5, 30
FIRST_CENTRE, FIRST_CLINICIAN, FIRST_PATIENT, FIRST_APPOINTMENT = 1, 101, 1_001, 10_000_001
DAYS_AHEAD = 60
SLOT_MINUTES = 30
WINDOWS = ((9 * 60, 13 * 60), (14 * 60, 18 * 60))
SLOTS = [minute for opens, closes in WINDOWS for minute in range(opens, closes, SLOT_MINUTES)]
CLOSED_WEEKDAY = 7  # Sunday
BUSY_PAST, BUSY_SOON, BUSY_LATE = 0.75, 0.85, 0.25  # share of slots taken: behind us, tomorrow, in 60 days
APPOINTMENTS_PER_PATIENT = 8

COLUMNS = (
    "id, reference, patient_id, clinician_id, centre_id, mode, starts_at, ends_at, status, held_until, payment_id,"
    " source, booked_by"
)
STATUSES = ("COMPLETED", "COMPLETED", "COMPLETED", "COMPLETED", "COMPLETED", "COMPLETED", "COMPLETED", "COMPLETED",
            "CANCELLED", "NO_SHOW")  # fmt: skip
STATUSES_AHEAD = ("CONFIRMED", "CONFIRMED", "CONFIRMED", "CONFIRMED", "CONFIRMED", "CONFIRMED", "CONFIRMED",
                  "CONFIRMED", "CANCELLED", "PENDING")  # fmt: skip


@dataclass(frozen=True)
class World:
    """What was loaded, and what may be asked of it."""

    appointments: int
    first_day: date
    today: date
    centres: range
    clinicians: range

    def centre_of(self, clinician: int) -> int:
        """The centre at which a clinician works."""
        return self.centres[(clinician - self.clinicians.start) % len(self.centres)]

    @property
    def days(self) -> list[date]:
        """The days that may be asked for: the ones ahead."""
        return [self.today + timedelta(days=n) for n in range(1, DAYS_AHEAD)]


def fill(
    url: str, appointments: int, today: date, *, centres_open: int = CENTRES, clinicians_there: int = CLINICIANS
) -> World:
    """Load so many appointments, ending `DAYS_AHEAD` days after today."""
    centres = range(FIRST_CENTRE, FIRST_CENTRE + centres_open)
    clinicians = range(FIRST_CLINICIAN, FIRST_CLINICIAN + clinicians_there)
    first_day, surplus = _beginning(appointments, today, clinicians_there)
    world = World(appointments, first_day, today, centres, clinicians)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")  # no triggers: history rows are not loaded
        connection.execute("set maintenance_work_mem = '512MB'")
        connection.execute("set synchronous_commit = off")
        _load_places_and_people(connection, world)
        later = put_aside_indexes(connection, "appointment", "payment")
        _copy_appointments(connection, world, surplus)
        _load_payments(connection)
        for statement in later:
            connection.execute(statement)
        connection.execute("select setval('entity_id', %s)", [FIRST_APPOINTMENT * 2 + 2 * appointments])
        connection.execute("vacuum (analyze)")
        connection.execute("checkpoint")
    return world


def _load_places_and_people(connection: psycopg.Connection, world: World) -> None:
    connection.execute(
        "insert into centre (id, name, short_name, city, address_line_1, pincode, phone)"
        " select n, 'Mibo Centre ' || n, 'Centre ' || n, 'kochi', n || ' MG Road', '682001', '+914840000000'"
        " from generate_series(%s::int, %s::int) n",
        [world.centres[0], world.centres[-1]],
    )
    connection.execute(
        "insert into clinician (id, full_name, specialisations, qualifications, languages, modes, fee_paise,"
        " session_minutes)"
        " select n, 'Dr. Bench ' || n, '{Psychologist}', '{M.Phil}', '{English}', '{IN_PERSON,ONLINE}', 160000, %s"
        " from generate_series(%s::int, %s::int) n",
        [SLOT_MINUTES, world.clinicians[0], world.clinicians[-1]],
    )
    for who in world.clinicians:
        where = world.centre_of(who)
        connection.execute("insert into clinician_centre values (%s, %s, true)", [who, where])
        for opens, closes in WINDOWS:
            connection.execute(
                "insert into weekly_hours (clinician_id, centre_id, weekday, opens_minute, closes_minute, slot_minutes)"
                " select %s, %s, weekday, %s, %s, %s from generate_series(1, 6) weekday",
                [who, where, opens, closes, SLOT_MINUTES],
            )
        connection.execute(
            "insert into time_block (clinician_id, centre_id, starts_local, ends_local)"
            " select %s, %s, %s::date + n * 17 + %s + time '11:00', %s::date + n * 17 + %s + time '13:00'"
            " from generate_series(0, 3) n",
            [who, where, world.today, who % 17, world.today, who % 17],
        )
    connection.execute(
        "insert into holiday (centre_id, day, reason)"
        " select centre.id, %s::date + n, 'Holiday' from centre, unnest(array[9, 38]) n",
        [world.today],
    )
    connection.execute(
        "with n as (select generate_series(%s::int, %s::int) n), made as ("
        " insert into account (id, audience, full_name, phone)"
        " select n, 'PATIENT', 'Patient ' || n, '+91' || 9000000000 + n from n returning id, full_name, phone)"
        " insert into patient (id, account_id, full_name, phone, registration_paid_at)"
        " select id, id, full_name, phone, now() from made",
        [FIRST_PATIENT, FIRST_PATIENT + _patients(world.appointments) - 1],
    )


def _patients(appointments: int) -> int:
    return max(appointments // APPOINTMENTS_PER_PATIENT, 10 * CLINICIANS)


def put_aside_indexes(connection: psycopg.Connection, *tables: str) -> list[str]:
    """Drop what is slow to keep up row by row; what is returned makes it all again, and so checks every row."""
    constraints = connection.execute(
        "select conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) from pg_constraint"
        " where conrelid = any(%s::regclass[]) and contype in ('x', 'u')",
        [list(tables)],
    ).fetchall()
    for table, name, _ in constraints:
        connection.execute(f"alter table {table} drop constraint {name}")
    indexes = connection.execute(
        "select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index"
        " where indrelid = any(%s::regclass[]) and not indisprimary",
        [list(tables)],
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"drop index {name}")
    return [
        *(f"alter table {table} add constraint {name} {definition}" for table, name, definition in constraints),
        *(definition for _, definition in indexes),
    ]


def _copy_appointments(connection: psycopg.Connection, world: World, surplus: int) -> None:
    with connection.cursor() as cursor, cursor.copy(f"copy appointment ({COLUMNS}) from stdin") as copy:
        lines: list[str] = []
        for line in _lines(world, surplus):
            lines.append(line)
            if len(lines) == 5_000:
                copy.write("".join(lines))
                lines.clear()
        copy.write("".join(lines))


def _load_payments(connection: psycopg.Connection) -> None:
    connection.execute(
        "insert into payment (id, patient_id, consultation_paise, registration_paise, status, method, created_at, paid_at,"
        " released_at)"
        " select payment_id, patient_id, 160000, 0, case when paid then 'PAID' else 'PENDING' end,"
        " case when paid then 'ONLINE' end, made_at, case when paid then made_at + interval '5 minutes' end,"
        " case when status = 'CANCELLED' then made_at + interval '20 minutes' end"
        " from (select *, status not in ('PENDING', 'CANCELLED') as paid,"
        "              least(starts_at - interval '3 days', now() - (id % 1440) * interval '1 minute') as made_at"
        "         from appointment) seen"
    )


def _beginning(appointments: int, today: date, clinicians: int) -> tuple[date, int]:
    """The day at which to begin, so that there are enough appointments until the end, and how many too many."""
    day, found = today + timedelta(days=DAYS_AHEAD), 0
    while True:
        found += len(_taken(day, today, clinicians))
        if found >= appointments:
            return day, found - appointments
        day -= timedelta(days=1)


def _taken(day: date, today: date, clinicians: int) -> list[tuple[int, int, str]]:
    """(clinician, minute, status) of each appointment of a day; the same however often it is asked."""
    if day.isoweekday() == CLOSED_WEEKDAY:
        return []
    chance = random.Random(day.toordinal())
    ahead = (day - today).days
    share = BUSY_SOON + (BUSY_LATE - BUSY_SOON) * ahead / DAYS_AHEAD if ahead > 0 else BUSY_PAST
    statuses = STATUSES_AHEAD if ahead > 0 else STATUSES
    return [
        (clinician, minute, statuses[int(chance.random() * len(statuses))])
        for minute in SLOTS
        for clinician in range(clinicians)
        if chance.random() < share
    ]


def _lines(world: World, skip: int) -> Iterator[str]:
    """Each appointment as COPY reads it, in order of time, without the first few: so the number is exact."""
    patients, n = _patients(world.appointments), 0
    faces = {minute: f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(24 * 60)}
    days = (world.today + timedelta(days=DAYS_AHEAD) - world.first_day).days + 1
    for day in (world.first_day + timedelta(days=d) for d in range(days)):
        for clinician, minute, status in _taken(day, world.today, len(world.clinicians)):
            if skip:
                skip -= 1
                continue
            new, patient = FIRST_APPOINTMENT + n, FIRST_PATIENT + n % patients
            held = f"{day} 23:59+05:30" if status == "PENDING" else "\\N"
            yield (
                f"{new}\t{reference_of(new)}\t{patient}\t{world.clinicians[clinician]}"
                f"\t{world.centre_of(world.clinicians[clinician])}\tIN_PERSON\t{day} {faces[minute]}+05:30"
                f"\t{day} {faces[minute + SLOT_MINUTES]}+05:30\t{status}\t{held}"
                f"\t{FIRST_APPOINTMENT + world.appointments + n}\tWEB_PATIENT\t{patient}\n"
            )
            n += 1

"""How fast a patient is found: `python -m bench.patients`. Figures stand in docs/performance.md.

Fills an embedded PostgreSQL with invented patients and their visits, then asks what the patients' page asks (the page of
rows, the count, and the visits beside them), for a manager and for a front desk of one centre, with whole names, parts,
slips of the pen, phones and MRNs.
"""

import argparse
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles

import psycopg

from mibo.dev import keys, migrate, postgres

FIRST = [
    "Asha",
    "Ravi",
    "Anita",
    "Meera",
    "Arjun",
    "Diya",
    "Kiran",
    "Lakshmi",
    "Farah",
    "Imran",
    "Joseph",
    "Mary",
    "Thomas",
    "Nandini",
    "Anand",
    "Priya",
    "Rahul",
    "Sneha",
    "Vivek",
    "Gita",
    "Suresh",
    "Ramesh",
    "Deepa",
    "Latha",
    "Manoj",
    "Rekha",
    "Sunil",
    "Usha",
    "Vinod",
    "Zoya",
    "Ayesha",
    "Salim",
    "George",
    "Annamma",
    "Biju",
    "Sheeba",
    "Harish",
    "Kavya",
    "Nikhil",
    "Pooja",
    "Rohan",
    "Shreya",
    "Tara",
    "Uma",
    "Varun",
    "Yash",
    "Aditi",
    "Bhavna",
    "Chitra",
    "Dinesh",
]
LAST = [
    "Menon",
    "Nair",
    "Pillai",
    "Kurian",
    "Varghese",
    "Iyer",
    "Iyengar",
    "Rao",
    "Reddy",
    "Shetty",
    "Gowda",
    "Khan",
    "Shaikh",
    "Fernandes",
    "D'Souza",
    "Patil",
    "Joshi",
    "Kulkarni",
    "Deshpande",
    "Mehta",
    "Shah",
    "Patel",
    "Gupta",
    "Sharma",
    "Verma",
    "Singh",
    "Kapoor",
    "Malhotra",
    "Bose",
    "Das",
    "Sen",
    "Ghosh",
    "Mathew",
    "Chacko",
    "Philip",
    "Thampi",
    "Warrier",
    "Kamath",
    "Bhat",
    "Hegde",
    "Naik",
    "Sawant",
    "More",
    "Jadhav",
    "Pawar",
    "Mishra",
    "Tiwari",
    "Dubey",
    "Yadav",
    "Chopra",
]
SYLLABLES = [
    "ka",
    "ri",
    "mo",
    "na",
    "ve",
    "lu",
    "ta",
    "si",
    "ra",
    "pe",
    "du",
    "shi",
    "an",
    "el",
    "ba",
    "go",
    "mi",
    "sa",
    "thi",
    "va",
]
CENTRES = 5
LIMIT_MS = 100


def main() -> None:
    """Load, ask, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.patients", description=__doc__)
    parser.add_argument("--patients", type=int, default=200_000)
    parser.add_argument("--questions", type=int, default=200, help="of each kind")
    parser.add_argument("--data", type=Path, default=Path("/var/tmp"), help="where the database lies meanwhile")
    asked = parser.parse_args()
    with ExitStack() as cleanup:
        folder = Path(tempfile.mkdtemp(prefix="mibo-bench-", dir=asked.data))
        cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        url = cleanup.enter_context(_database(folder))
        names = _fill(url, asked.patients)
        _measure(url, names, asked.patients, asked.questions)


@contextmanager
def _database(folder: Path) -> Iterator[str]:
    server = postgres.embedded(folder / "postgres", log=folder / "postgres.log")
    server.create_cluster()
    child = server.child()
    process = child.start()
    try:
        server.wait_until_ready(process)
        server.create_database("mibo")
        migrate.upgrade(server.url("mibo"))
        yield server.url("mibo")
    finally:
        child.stop(process)


def _name(dice: random.Random) -> str:
    """Most names are common ones, some are nobody else's."""
    if dice.random() < 0.7:
        return f"{dice.choice(FIRST)} {dice.choice(LAST)}"
    made = ["".join(dice.choices(SYLLABLES, k=dice.randint(2, 4))).capitalize() for _ in range(2)]
    return " ".join(made)


def _fill(url: str, count: int) -> list[str]:
    dice = random.Random(7)
    names = [_name(dice) for _ in range(count)]
    began = time.monotonic()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        for rival in ("clinician", "patient"):  # not what is measured, and slow to fill
            connection.execute(f"alter table appointment drop constraint appointment_{rival}_free")
        cursor = connection.cursor()
        cursor.execute(
            "insert into centre (id, name, short_name, city, address_line_1, pincode, phone)"
            " select n, 'Centre ' || n, 'C' || n, 'kochi', 'MG Road', '682001', '+914840000000' from generate_series(1, 5) n"
        )
        cursor.execute(
            "insert into clinician (id, full_name, specialisations, qualifications, languages, modes) select 100 + n,"
            " 'Dr ' || n, '{A}', '{B}', '{English}', '{ONLINE}' from generate_series(0, 29) n"
        )
        with cursor.copy("copy account (id, audience, phone, full_name) from stdin") as copy:
            for n, name in enumerate(names):
                copy.write_row((1000 + n, "PATIENT", _phone(n), name))
        with cursor.copy("copy patient (id, account_id, phone, full_name, mrn) from stdin") as copy:
            for n, name in enumerate(names):
                copy.write_row((1000 + n, 1000 + n, _phone(n), name, f"MRN-2026-{n:06d}"))
        _copy_visits(cursor, dice, count)
        connection.execute("vacuum (analyze)")
    print(f"loaded {count:,} patients with three visits each in {time.monotonic() - began:.0f} s")
    return names


def _copy_visits(cursor: psycopg.Cursor, dice: random.Random, count: int) -> None:
    start, step = datetime.now(UTC).replace(microsecond=0) - timedelta(days=900), timedelta(hours=1)
    columns = "id, reference, patient_id, clinician_id, centre_id, mode, starts_at, ends_at, status, payment_id, source, booked_by"
    with cursor.copy(f"copy appointment ({columns}) from stdin") as copy:
        for n in range(3 * count):
            patient, at = 1000 + n // 3, start + step * (n // 25)
            home = patient % CENTRES + 1
            copy.write_row((
                5_000_000 + n, f"MB-{n}", patient, 100 + n % 30, home if dice.random() < 0.9 else dice.randint(1, CENTRES),
                "ONLINE", at, at + step, "CANCELLED" if n % 7 == 0 else "COMPLETED", 9_000_000 + n, "WEB_PATIENT", patient,
            ))  # fmt: skip


def _phone(n: int) -> str:
    return f"+9198{(n * 7919) % 100_000_000:08d}"


def _slip(name: str, dice: random.Random) -> str:
    """The name with one letter wrong, missing or twice."""
    at = dice.randrange(1, len(name) - 1)
    return dice.choice([name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:], name[:at] + "e" + name[at + 1 :]])


def _measure(url: str, names: list[str], count: int, questions: int) -> None:
    os.environ.update({key: value for key, value in keys.for_app(keys.fresh(), "").items() if value})
    os.environ.update({"DATABASE_URL": url, "MIBO_ENV": "test"})
    from mibo import booking, db
    from mibo.booking import Sought
    from mibo.identity import Actor
    from mibo.identity.permissions import Role

    def somebody(role: Role, *centres: int) -> Actor:
        return Actor(1, "STAFF", frozenset({role}), frozenset(centres), role == Role.MANAGER, None, 0, "Bench")

    dice = random.Random(11)
    kinds: dict[str, Callable[[], Sought]] = {
        "whole name": lambda: Sought(dice.choice(names), sort="near"),
        "first name": lambda: Sought(dice.choice(names).split()[0], sort="near"),
        "three letters": lambda: Sought(dice.choice(names)[:3], sort="near"),
        "a slip of the pen": lambda: Sought(_slip(dice.choice(names), dice), sort="near"),
        "last four of the phone": lambda: Sought(_phone(dice.randrange(count))[-4:], sort="near"),
        "whole phone": lambda: Sought(_phone(dice.randrange(count))[-10:], sort="near"),
        "MRN": lambda: Sought(f"mrn-2026-{dice.randrange(count):06d}", sort="near"),
        "nothing typed": Sought,
        "all by name": lambda: Sought(sort="name"),
    }
    people = {"manager": somebody(Role.MANAGER), "front desk": somebody(Role.FRONT_DESK, 1)}
    print(f"{'':12}{'':26}{'p50 ms':>8}{'p95 ms':>8}{'max ms':>8}")
    for who, actor in people.items():
        for kind, ask in kinds.items():
            took = []
            for _ in range(questions):
                sought, began = ask(), time.perf_counter()
                with db.reading():
                    found = booking.patients.find(sought, by=actor)
                    booking.patients.visits_of(found.patients, by=actor)
                took.append(1000 * (time.perf_counter() - began))
            cuts = quantiles(took, n=20)
            mark = "" if cuts[18] < LIMIT_MS else "  above the limit"
            print(f"{who:12}{kind:26}{cuts[9]:8.1f}{cuts[18]:8.1f}{max(took):8.1f}{mark}")


if __name__ == "__main__":
    main()

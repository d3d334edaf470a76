"""Transactions and readings: nothing by halves, no write while reading, and back after the database was away."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, Timer

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError, OperationalError

from mibo import db
from mibo.people import Patient
from tests import make
from tests.machine import Database

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def asha() -> Patient:
    with db.transaction():
        return make.patient()


def renamed(patient: Patient) -> object:
    return update(Patient).where(Patient.id == patient.id).values(full_name="Somebody Else")


def name_of(patient: Patient) -> str | None:
    with db.reading() as session:
        return session.scalar(select(Patient.full_name).where(Patient.id == patient.id))


def test_a_flush_while_reading_is_a_bug(asha: Patient) -> None:
    with db.reading() as session:
        session.get_one(Patient, asha.id).full_name = "Somebody Else"
        with pytest.raises(db.WriteWhileReading):
            session.flush()


def test_a_statement_that_writes_is_refused_while_reading(asha: Patient) -> None:
    with db.reading() as session, pytest.raises(DBAPIError, match="read-only transaction"):
        session.execute(renamed(asha))  # type: ignore[call-overload]
    assert name_of(asha) == "Asha Menon"


def test_a_reading_inside_a_transaction_sees_what_it_wrote(asha: Patient) -> None:
    with db.transaction() as session:
        session.execute(renamed(asha))  # type: ignore[call-overload]
        assert name_of(asha) == "Somebody Else"


def test_effects_follow_the_commit_and_never_a_rollback() -> None:
    done: list[str] = []
    with suppress(KeyError), db.transaction():
        db.after_commit(lambda: done.append("rolled back"))
        raise KeyError
    with db.transaction():
        with db.transaction():
            db.after_commit(lambda: done.append("committed"))
        assert done == []
    assert done == ["committed"]


def test_a_provider_is_never_called_inside_a_transaction() -> None:
    db.between_steps()
    with db.reading():
        db.between_steps()
    with db.transaction(), pytest.raises(RuntimeError, match="inside a transaction"):
        db.between_steps()


@pytest.fixture
def replica(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A replica that lags: it has the tables and none of the rows."""
    with database.fresh("mibo_replica") as url:
        engine = db._read_only(url)
        monkeypatch.setattr(db, "lagging_engine", lambda: engine)
        yield
        engine.dispose()


@pytest.mark.usefixtures("replica")
def test_only_who_may_see_the_past_reads_from_a_replica(asha: Patient) -> None:
    count = text("select count(*) from patient")
    with db.reading() as session:
        assert session.scalar(count) == 1
    with db.reading(may_lag=True) as outer:
        assert outer.scalar(count) == 0
        with db.reading(may_lag=True) as joined:
            assert joined is outer
        with db.reading() as session:
            assert session.scalar(count) == 1
        with db.transaction() as session:
            assert session.scalar(count) == 1


def test_after_a_restart_of_the_database_nobody_meets_a_dead_connection(database: Database, asha: Patient) -> None:
    db.dispose()  # tests before this one may have killed it, too
    together = Barrier(4)

    def warm(_: int) -> None:
        with db.reading() as read, db.transaction() as write:
            read.scalar(text("select 1"))
            write.scalar(text("select 1"))
            together.wait(10)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(warm, range(4)))
    database.stop()
    database.start()
    for _ in range(5):
        assert db.read(lambda: db.session().scalar(select(Patient.id))) == asha.id
        with db.transaction() as session:
            assert session.scalar(select(Patient.id)) == asha.id


def test_what_is_planned_anew_is_never_planned_for_good(asha: Patient) -> None:
    kept = text("select count(*) from pg_prepared_statements where statement like '%full_name = $1%'")
    named = select(Patient.id).where(Patient.full_name == asha.full_name)
    with db.reading() as session:
        with db.planned_anew():
            for _ in range(8):
                assert session.scalar(named) == asha.id
        assert session.scalar(kept) == 0
        for _ in range(8):
            session.scalar(named)
        assert session.scalar(kept) == 1


def test_while_the_database_is_away_both_ways_say_so_soon(database: Database) -> None:
    database.kill()
    try:
        with pytest.raises(OperationalError):
            db.read(lambda: db.session().scalar(text("select 1")))
        with pytest.raises(OperationalError), db.transaction() as session:
            session.scalar(text("select 1"))
    finally:
        database.start()


def test_of_two_that_wait_for_each_other_the_one_that_gives_way_is_done_once_more(asha: Patient) -> None:
    with db.transaction():
        ravi = make.patient("Ravi Kumar")
    together, tries = Barrier(2), []

    def crossing(first: Patient, then: Patient) -> str:
        def work() -> str:
            tries.append(first.id)
            db.session().execute(renamed(first))
            if len(tries) <= 2:
                together.wait(10)
            db.session().execute(renamed(then))
            return "done"

        return db.change(work)

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(crossing, asha, ravi), pool.submit(crossing, ravi, asha)]
        assert [each.result(10) for each in both] == ["done", "done"]
    assert len(tries) == 3


def test_what_the_database_refused_for_another_reason_is_not_tried_again(asha: Patient) -> None:
    tries = []

    def work() -> None:
        tries.append(1)
        db.session().execute(text("select 1/0"))

    with pytest.raises(DBAPIError):
        db.change(work)
    assert tries == [1]


def test_what_is_put_stands_at_once_and_once_more_after_the_database_was_away(database: Database) -> None:
    def put(name: str) -> bool:
        kept = "insert into provider_event (provider, event_id, kind, body) values ('x', %(name)s, '', '')"
        return db.put(f"{kept} on conflict do nothing returning id", {"name": name})

    assert [put("one"), put("one")] == [True, False]
    database.stop()
    database.start()
    assert put("two")
    db.dispose()  # whoever reads had connections, too, and they are gone
    with db.reading() as session:
        assert session.execute(text("select event_id from provider_event order by 1")).scalars().all() == ["one", "two"]


class BrokenOff(BaseException):
    """What a signal's handler raises: the end of a job's time, or of a test's."""


def test_what_breaks_off_a_question_whether_a_connection_lives_is_told_and_not_an_error_of_the_driver(
    database: Database,
) -> None:
    """A time limit that ended while the ping waited came out as a 500, "can't change autocommit now", and was lost."""
    db.dispose()  # so that the next transaction is given the connection of this one
    with db.transaction() as session:
        backend = session.scalar(text("select pg_backend_pid()"))
    before = signal.signal(signal.SIGUSR1, _break_off)
    os.kill(backend, signal.SIGSTOP)
    alarm = Timer(0.3, os.kill, (os.getpid(), signal.SIGUSR1))
    alarm.start()
    try:
        with pytest.raises(BrokenOff), db.transaction() as session:
            session.execute(text("select 1"))
    finally:
        os.kill(backend, signal.SIGCONT)
        alarm.join()
        signal.signal(signal.SIGUSR1, before)
    with db.transaction() as session:
        assert session.scalar(text("select pg_backend_pid()")) != backend


def _break_off(*_: object) -> None:
    raise BrokenOff

"""Trouble below the pages: each kind has an answer that tells the truth, and none is a 500."""

from threading import Event, Thread
from time import sleep

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from mibo import db, identity
from mibo.people import Patient
from mibo.web.access import SESSION_KEY
from tests import make
from tests.machine import Database

pytestmark = pytest.mark.usefixtures("database")


def sign_in(client: FlaskClient, patient: Patient) -> None:
    with db.transaction():
        key = identity.start_web_sign_in(patient.account)
    with client.session_transaction() as kept:
        kept[SESSION_KEY] = key


@pytest.fixture
def asha(client: FlaskClient) -> Patient:
    with db.transaction():
        made = make.patient()
        made.account = db.session().get_one(identity.Account, made.account_id)
    sign_in(client, made)
    return made


@pytest.mark.parametrize("path", ["/pay/%00", "/api/centres/" + "0" * 19 + "1" + "9" * 30, "/clinicians?name=%00"])
def test_what_no_column_can_hold_is_the_senders_mistake(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in (200, 400, 404)


def test_pages_and_programs_are_told_to_come_back_and_then_go_on(
    client: FlaskClient, asha: Patient, database: Database
) -> None:
    assert client.get("/my").status_code == 200
    database.stop()
    try:
        for path in ("/", "/my", "/api/clinicians"):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3"), path
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
    finally:
        database.start()
    assert [client.get(path).status_code for path in ("/my", "/", "/api/clinicians", "/readyz")] == [200] * 4


def answered(app: Flask, error: DBAPIError) -> tuple[int, str | None]:
    """How the app answers an error that a view raises."""
    from mibo.web import errors

    with app.test_request_context("/my", method="POST"):
        response = errors._database_refused(error)
    return response.status_code, response.headers.get("Retry-After")


def raised_by(*statements: str) -> DBAPIError:
    try:
        with db.transaction() as session:
            for statement in statements:
                session.execute(text(statement))
    except DBAPIError as error:
        return error
    raise AssertionError("the database did not mind")


def test_a_lock_that_is_not_had_in_time_is_a_503(app: Flask, asha: Patient) -> None:
    locked, done = Event(), Event()

    def holder() -> None:
        with db.transaction() as session:
            session.execute(select(Patient).with_for_update())
            locked.set()
            done.wait(10)

    thread = Thread(target=holder)
    thread.start()
    locked.wait(5)
    try:
        error = raised_by("set local lock_timeout = 50", "select id from patient for update")
    finally:
        done.set()
        thread.join()
    assert answered(app, error) == (503, "3")


@pytest.mark.parametrize(
    "statements",
    [
        ("set local statement_timeout = 50", "select pg_sleep(1)"),
        ("do $$ begin raise exception 'x' using errcode = '40P01'; end $$",),
        ("do $$ begin raise exception 'x' using errcode = '40001'; end $$",),
        ("do $$ begin raise exception 'x' using errcode = '53300'; end $$",),
        ("do $$ begin raise exception 'x' using errcode = '25P03'; end $$",),
    ],
)
def test_a_moments_trouble_of_the_database_is_a_503(app: Flask, statements: tuple[str, ...]) -> None:
    assert answered(app, raised_by(*statements)) == (503, "3")


def test_a_transaction_that_idled_too_long_is_a_503(app: Flask) -> None:
    with db.transaction() as session:
        session.execute(text("set local idle_in_transaction_session_timeout = 20"))
        sleep(0.3)
        with pytest.raises(DBAPIError) as caught:
            session.execute(text("select 1"))
        session.rollback()
    assert answered(app, caught.value) == (503, "3")


def test_who_was_faster_is_a_409_even_where_no_action_has_words_for_it(app: Flask, asha: Patient) -> None:
    values = f"values ('PATIENT', '{asha.phone}')"
    assert answered(app, raised_by(f"insert into account (audience, phone) {values}"))[0] == 409


def test_a_bug_in_a_statement_stays_a_500(app: Flask) -> None:
    assert answered(app, raised_by("select nothing from nowhere"))[0] == 500


def test_too_many_at_once_are_told_to_come_back(app: Flask, client: FlaskClient) -> None:
    engine = db.read_engine()
    taken = [engine.connect() for _ in range(engine.pool.size())]  # type: ignore[attr-defined]
    try:
        answer = client.get("/clinicians")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
    finally:
        for connection in taken:
            connection.close()
    assert client.get("/clinicians").status_code == 200


def test_the_signed_in_never_read_from_a_replica_that_lags(
    client: FlaskClient, asha: Patient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.transaction():
        make.clinician(name="Dr. Just Arrived")
    with database.fresh("mibo_behind") as url:
        engine = db._read_only(url)
        monkeypatch.setattr(db, "lagging_engine", lambda: engine)
        assert b"Just Arrived" in client.get("/clinicians").data
        client.delete_cookie("mibo")
        assert b"Just Arrived" not in client.get("/clinicians").data
        engine.dispose()


def test_a_static_file_needs_no_database(client: FlaskClient, database: Database) -> None:
    client.get("/clinicians")
    database.stop()
    try:
        answer = client.get("/static/mibo.css")
        assert answer.status_code == 200
        answer.close()
    finally:
        database.start()

"""Large lists as files: made piece by piece, going on where somebody died, kept sealed and for a week."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from mibo import clock, db, exports, jobs, timetable
from mibo.audit import AuditEntry
from mibo.config import settings
from mibo.exports import Export, ExportPart, making, rules
from mibo.exports.rules import State
from mibo.identity import Account, RoleGrant
from mibo.identity.permissions import Role
from mibo.integrations import storage
from mibo.integrations.http import ProviderError
from tests import make
from tests.web.pages.visitor import Clinic, Visitor, clinic

pytestmark = pytest.mark.usefixtures("database", "sandbox")

PEOPLE = 7
ALL = {"time": "all", "order": "starts", "file": "csv"}


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is large is small here, so that it is quickly made."""
    monkeypatch.setitem(rules.AT_ONCE, "csv", 2)
    monkeypatch.setitem(rules.AT_ONCE, "pdf", 2)
    monkeypatch.setattr(rules, "BATCH", 2)


@pytest.fixture
def world() -> Clinic:
    made = clinic()
    with db.transaction():
        for n in range(PEOPLE):
            make.appointment(make.patient(f"Person {n}"), made.anita, made.kochi, make.at(f"{9 + n:02}:00"))
    return made


@pytest.fixture
def manager(app: Flask, world: Clinic) -> Visitor:
    with db.transaction():
        account = make.staff(Role.MANAGER, name="Meera Manager")
    return Visitor(app.test_client()).sign_in(account)


def the_export() -> Export:
    with db.reading() as session:
        return session.scalars(select(Export).order_by(Export.id.desc())).first()  # type: ignore[return-value]


def asked_for(visitor: Visitor, **more: str) -> Export:
    answer = visitor.post("/exports/appointments", ALL | more)
    assert (answer.status_code, answer.location) == (303, "/exports")
    return the_export()


def names(text_of_it: str) -> list[str]:
    return [row["Patient"] for row in csv.DictReader(io.StringIO(text_of_it.removeprefix("\ufeff")))]


def files() -> list[Path]:
    return sorted((Path(settings().storage_dir) / "exports").glob("*.bin"))


@pytest.fixture(autouse=True)
def no_files_left() -> Iterator[None]:
    yield
    for each in files():
        each.unlink()


def lapse() -> None:
    """Whoever makes it is taken for dead."""
    with db.transaction() as session:
        session.execute(update(Export).values(claimed_until=clock.now() - timedelta(seconds=1)))


def test_a_large_list_is_made_meanwhile_and_taken_along_when_it_is_ready(manager: Visitor) -> None:
    one = asked_for(manager)
    assert (one.state, one.rows, one.total) == ("QUEUED", 0, PEOPLE)
    page = manager.get("/exports").text
    assert "Waiting" in page
    assert f"0 of {PEOPLE} lines" in page
    jobs.work_off()
    one = the_export()
    assert (one.state, one.rows, one.parts, one.place) == ("DONE", PEOPLE, 4, None)
    assert "Ready" in manager.get("/exports").text
    file = manager.get(f"/exports/{one.id}/file")
    assert (file.status_code, file.mimetype, int(file.headers["Content-Length"])) == (200, "text/csv", len(file.data))
    assert file.headers["Content-Disposition"] == f'attachment; filename="appointments-{clock.today()}.csv"'
    assert names(file.text) == [f"Person {n}" for n in range(PEOPLE)]


def test_the_bell_says_that_it_is_ready(manager: Visitor) -> None:
    asked_for(manager)
    assert "Your export" not in manager.get("/desk/bell").text
    jobs.work_off()
    assert "Your export has ended" in manager.get("/desk/bell").text


def test_what_is_kept_is_sealed_and_the_queue_knows_ids_alone(manager: Visitor) -> None:
    one = asked_for(manager, q="person")
    queued = jobs._queue()
    assert queued.jobs[0].args == ["mibo.exports.making.make", one.id]
    with db.reading() as session:
        assert "person" not in str(session.execute(text("select * from export")).all())
    jobs.work_off()
    assert files()
    assert not [each for each in files() if b"Person" in each.read_bytes()]
    assert "Searched for: person" in manager.get("/exports").text


def test_the_audit_has_who_what_and_how_many_but_nothing_that_was_typed(manager: Visitor) -> None:
    one = asked_for(manager, q="person")
    jobs.work_off()
    manager.get(f"/exports/{one.id}/file")
    with db.reading() as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.act.like("%export%")).order_by(AuditEntry.id)).all()
    filters = {"q": "…", "time": "all", "order": "starts"}
    assert [(each.act, each.details) for each in noted] == [
        ("export.asked", {"list": "appointments", "file": "csv", "filters": filters}),
        ("list.exported", {"list": "appointments", "rows": PEOPLE, "file": "csv", "export": one.id}),
    ]


class Killed(BaseException):
    """What no code of ours catches."""


def test_who_dies_on_the_way_leaves_a_piece_that_is_swept_and_the_next_goes_on(
    manager: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, put, times = asked_for(manager), storage.put, []

    def dies_the_second_time(*arguments: object) -> None:
        put(*arguments)  # type: ignore[arg-type]
        times.append(arguments)
        if len(times) == 2:
            raise Killed

    monkeypatch.setattr(storage, "put", dies_the_second_time)
    with pytest.raises(Killed):
        jobs.work_off()
    assert (the_export().state, the_export().rows) == ("RUNNING", 2)
    exports.make(one.id)
    assert the_export().rows == 2, "somebody may still be at it"
    lapse()
    exports.ring_waiting()
    jobs.work_off()
    assert names(manager.get(f"/exports/{one.id}/file").text) == [f"Person {n}" for n in range(PEOPLE)]
    assert len(files()) == 5
    monkeypatch.setattr("mibo.exports.sweeping.UNCLAIMED_FOR", timedelta(seconds=-5))
    exports.sweep()
    assert len(files()) == 4
    assert names(manager.get(f"/exports/{one.id}/file").text) == [f"Person {n}" for n in range(PEOPLE)]


def test_who_comes_back_from_the_dead_notes_nothing(manager: Visitor) -> None:
    one = asked_for(manager)
    first = making._claim(one.id)
    lapse()
    second = making._claim(one.id)
    assert (first, second) == (1, 2)
    assert making._step(one.id, first) is False
    assert making._step(one.id, second) is True
    assert the_export().rows == 2


def test_making_way_for_others_goes_on_afterwards(manager: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "SLICE_S", 0.0)
    one = asked_for(manager)
    exports.make(one.id)
    assert (the_export().rows, the_export().state) == (2, "RUNNING")
    jobs.work_off()
    assert (the_export().rows, the_export().state) == (PEOPLE, "DONE")


def test_asked_for_twice_while_it_is_made_it_is_one(manager: Visitor) -> None:
    first = asked_for(manager)
    assert asked_for(manager).id == first.id
    assert "is being made already" in manager.get("/exports").text
    assert asked_for(manager, order="-starts").id != first.id


def test_three_at_a_time_and_no_more(manager: Visitor) -> None:
    for order in ("starts", "-starts", "booked"):
        asked_for(manager, order=order)
    answer = manager.post("/exports/appointments", ALL | {"order": "-booked"})
    assert answer.status_code == 409
    assert "Please wait until one is ready" in answer.text
    with db.reading() as session:
        assert len(session.scalars(select(Export.id)).all()) == 3


def test_while_redis_is_away_it_waits_and_the_timetable_makes_it(manager: Visitor, redis_down) -> None:  # type: ignore[no-untyped-def]
    with redis_down():
        asked_for(manager)
        assert the_export().state == "QUEUED"
        with db.transaction() as session:
            session.execute(update(Export).values(asked_at=clock.now() - timedelta(minutes=2)))
        assert "you need not ask for it again" in manager.get("/exports").text
        timetable.tick({each: 0.0 for each in timetable.TIMETABLE if each.job is exports.ring_waiting}, 0.0)
        assert the_export().state == "DONE"


def test_called_off_nothing_of_it_is_left_and_it_may_be_made_again(manager: Visitor) -> None:
    one = asked_for(manager)
    making._step(one.id, making._claim(one.id) or 0)
    assert manager.post(f"/exports/{one.id}/cancellation").status_code == 303
    assert manager.post(f"/exports/{one.id}/cancellation").status_code == 303, "called off twice is once"
    jobs.work_off()
    assert the_export().state == "CANCELLED"
    exports.sweep()
    assert files() == []
    for _ in range(2):  # a double click
        assert manager.post(f"/exports/{one.id}/retry").status_code == 303
    jobs.work_off()
    assert names(manager.get(f"/exports/{one.id}/file").text) == [f"Person {n}" for n in range(PEOPLE)]


def test_after_a_week_the_file_is_gone_and_what_was_asked_for_too(manager: Visitor) -> None:
    one = asked_for(manager)
    jobs.work_off()
    with db.transaction() as session:
        session.execute(update(Export).values(expires_at=clock.now() - timedelta(seconds=1)))
    assert manager.get(f"/exports/{one.id}/file").status_code == 404, "before anybody has swept"
    exports.sweep()
    one = the_export()
    assert (one.state, one.filters, files()) == (State.EXPIRED, None, [])
    assert "Deleted" in manager.get("/exports").text
    assert manager.post(f"/exports/{one.id}/retry").status_code == 409
    with db.transaction() as session:
        session.execute(update(Export).values(expires_at=clock.now() - timedelta(days=31)))
    exports.sweep()
    with db.reading() as session:
        assert session.scalars(select(Export.id)).all() == []


def test_nobody_else_has_it_and_nobody_whose_roles_have_changed(app: Flask, manager: Visitor) -> None:
    one = asked_for(manager)
    jobs.work_off()
    with db.transaction():
        other = make.staff(Role.ADMIN, name="Anu Admin")
    stranger = Visitor(app.test_client()).sign_in(other)
    assert stranger.get(f"/exports/{one.id}/file").status_code == 404
    assert stranger.post(f"/exports/{one.id}/cancellation").status_code == 404
    with db.transaction() as session:
        session.execute(update(RoleGrant).where(RoleGrant.account_id == one.account_id).values(role=Role.ADMIN))
    assert manager.get(f"/exports/{one.id}/file").status_code == 403


def test_who_may_not_see_it_any_more_gets_nothing_made(manager: Visitor) -> None:
    one = asked_for(manager)
    with db.transaction() as session:
        session.execute(update(Account).where(Account.id == one.account_id).values(active=False))
    jobs.work_off()
    assert (the_export().state, the_export().failure) == ("FAILED", "NOT_ALLOWED")
    with db.reading() as session:
        assert session.scalars(select(ExportPart.store_key)).all() == []


def test_a_store_that_is_away_is_tried_again_and_given_up_at_last(
    manager: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for(manager)

    def away(*_: object) -> None:
        raise ProviderError("storage", "retry", "AWAY")

    monkeypatch.setattr(storage, "put", away)
    for _ in range(rules.TRIES):
        lapse()
        exports.ring_waiting()
        jobs.work_off()
    assert (the_export().state, the_export().failure) == ("FAILED", "STORE_AWAY")
    assert "could not be reached" in manager.get("/exports").text


def test_a_pdf_is_drawn_in_one_piece_and_one_that_nobody_would_leaf_through_is_refused_kindly(
    manager: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = asked_for(manager, file="pdf")
    jobs.work_off()
    file = manager.get(f"/exports/{one.id}/file")
    assert (file.mimetype, file.data[:5], the_export().parts) == ("application/pdf", b"%PDF-", 1)
    monkeypatch.setattr(rules, "PDF_AT_MOST", 5)
    answer = manager.post("/exports/appointments", ALL | {"file": "pdf"})
    assert answer.status_code == 422
    assert "Narrow it by its filters" in answer.text


def test_a_small_one_is_answered_at_once(manager: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rules.AT_ONCE, "csv", PEOPLE)
    answer = manager.post("/exports/appointments", ALL)
    assert (answer.status_code, names(answer.text)) == (200, [f"Person {n}" for n in range(PEOPLE)])
    with db.reading() as session:
        assert session.scalars(select(Export.id)).all() == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"file": "xls"}, 422), ({"time": "sometime"}, 422), ({"since": "2026-02-31"}, 422), ({"q": "a"}, 422), ({"role": "ADMIN"}, 422)],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(manager: Visitor, fields: dict[str, str], status: int) -> None:
    assert manager.post("/exports/appointments", fields).status_code == status
    assert the_export() is None

"""What stands in a patient's record is sealed, keeps every version, and is read by those who treat."""

import psycopg
import pytest
from alembic import command
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from mibo import booking, care, config, db, people, sealing
from mibo.care.history import LineChanged
from mibo.errors import Invalid, Missing
from mibo.identity.permissions import Role
from mibo.people import HistoryLine
from tests.care.test_notes import World
from tests.machine import Database
from tests.test_migrations import alembic

pytestmark = pytest.mark.usefixtures("database")

WORDS = "Verträgt kein Penicillin"


@pytest.fixture
def world() -> World:
    return World()


def add(world: World, words: str = WORDS, kind: str = "ALLERGY") -> HistoryLine:
    with db.transaction():
        return care.history.add(world.patient.id, kind, words, by=world.by)


def told(world: World) -> list[tuple[str, str, int]]:
    with db.reading():
        return [(one.kind, one.words, one.version) for one in care.history.lines_of(world.patient.id, by=world.by)]


def test_a_line_is_changed_and_struck_out_and_every_version_stands(world: World, database: Database) -> None:
    line = add(world)
    assert add(world).id == line.id, "a double click is one line"
    add(world, "Hat Abschiedsbriefe geschrieben", "RISK")
    with db.transaction():
        care.history.change(line.id, world.patient.id, "Verträgt Penicillin", seen=1, by=world.by)
    with pytest.raises(LineChanged) as changed, db.transaction():
        care.history.change(line.id, world.patient.id, "Verträgt kein Latex", seen=1, by=world.by)
    assert (changed.value.now.words, changed.value.now.version) == ("Verträgt Penicillin", 2)
    assert told(world) == [("RISK", "Hat Abschiedsbriefe geschrieben", 1), ("ALLERGY", "Verträgt Penicillin", 2)]
    with db.transaction():
        care.history.strike(line.id, world.patient.id, "Getestet", seen=2, by=world.by)
    assert [kind for kind, *_ in told(world)] == ["RISK"]
    with db.reading():
        versions = care.history.versions_of(line.id, world.patient.id, by=world.by)
        assert [(one.words, one.gone) for one in versions] == [
            ("Getestet", True), ("Verträgt Penicillin", False), (WORDS, False)
        ]  # fmt: skip
    with psycopg.connect(database.url) as connection:
        rows = connection.execute("select t::text, encode(text, 'escape') from history_line t").fetchall()
        audit = connection.execute("select details::text from audit_entry where act like 'history.%'").fetchall()
    assert len(audit) == 4
    assert [row for row in (*rows, *audit) if "Penicillin" in "".join(row) or "RISK" in "".join(row[1:])] == []
    for change in ("update history_line set gone = true", "delete from history_line"):
        with pytest.raises(IntegrityError), db.transaction() as session:
            session.execute(text(change))


def test_what_is_no_line_is_refused_at_its_field(world: World) -> None:
    line = add(world)
    for words in ("  ", "ക" * (people.LINE_LENGTH + 1)):
        with pytest.raises(Invalid), db.transaction():
            care.history.change(line.id, world.patient.id, words, seen=1, by=world.by)
    for who, of in ((world.colleague, world.patient.id), (world.by, world.centre.id)):
        with pytest.raises(Missing), db.transaction():
            care.history.strike(line.id, of, "Vertan", seen=1, by=who)


def test_medical_notes_of_before_are_sealed_batch_by_batch_and_come_back(database: Database) -> None:
    with database.fresh("mibo_sealing", migrated=False) as url:
        config = alembic(url)
        command.upgrade(config, "0040")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "with a as (insert into account (audience, phone, full_name) values ('STAFF', '+919811111111', 'A') returning id),"
                " p as (insert into patient (account_id, full_name, phone) select id, 'Asha', '+919811111111' from a returning id)"
                " insert into medical_note (patient_id, author_id, text) select p.id, a.id, 'Schlaflos ' || n"
                " from a, p, generate_series(1, 501) n"
            )
            command.upgrade(config, "0041")
            kept = connection.execute("select id, text, key_name, key, sealed from medical_note order by id").fetchall()
            assert {row[1] for row in kept} == {""}
            opened = [sealing.open_note(sealing.Sealed(*row[2:]), f"medical/{row[0]}") for row in kept]
            assert sorted(opened) == sorted(f"Schlaflos {n}" for n in range(1, 502))
            connection.execute("update medical_note set text = 'Von früher', sealed = null where id = %s", [kept[0][0]])
            command.downgrade(config, "0040")
            back = connection.execute("select text from medical_note order by id").fetchall()
            assert (back[0], back[500]) == (("Von früher",), ("Schlaflos 501",))


def test_a_note_that_lies_open_is_sealed_and_new_keys_go_on_everything(
    world: World, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(world)
    with db.transaction() as session:
        note = people.write_medical_note(world.patient.id, "Schläft schlecht", by=world.by)
        late = "insert into medical_note (patient_id, author_id, text) values (:patient, :by, 'Von früher')"
        session.execute(text(late), {"patient": world.patient.id, "by": world.by.account_id})
        admin = world.by.__class__(**{**vars(world.by), "roles": frozenset({Role.ADMIN}), "everywhere": True})
        care.glass.break_glass(world.patient.id, "Her mother calls for help.", by=admin)
    care.resealing.seal_what_lies_open()
    both = config.settings().model_copy(update={"notes_keys": ["a-new-key-of-notes-that-is-long-enough-1"]})
    monkeypatch.setattr(sealing, "settings", lambda: both)
    said = app.test_cli_runner().invoke(args=["notes", "rotate-keys"])
    assert "; 4 were moved" in said.output
    alone = both.model_copy(update={"secret_key": "another-secret-key-that-never-sealed-a-note"})
    monkeypatch.setattr(sealing, "settings", lambda: alone)
    with db.reading():
        notes = {people.opened_note(one) for one in booking.patients.notes_of(note.patient_id)}
        assert notes == {"Schläft schlecht", "Von früher"}
    assert told(world) == [("ALLERGY", WORDS, 1)]

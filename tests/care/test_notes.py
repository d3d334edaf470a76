"""Sealed notes: who reads them, that every version stands, and that nothing is overwritten unseen."""

from datetime import timedelta

import psycopg
import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from mibo import care, clock, config, db, sealing
from mibo.booking import Status
from mibo.care import CannotWrite, ConsultationNote, NoteChanged
from mibo.care.rules import SESSION_NOTE_LENGTH
from mibo.errors import Invalid, Missing, Refused
from mibo.identity.permissions import Role
from tests import make
from tests.machine import Database

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def ten():
    with time_machine.travel(make.at("10:00"), tick=False) as now:
        yield now


class World:
    """Two clinicians of one centre, and a patient of the first, in consultation."""

    def __init__(self) -> None:
        with db.transaction():
            self.centre = make.centre()
            accounts = [
                make.staff(Role.CLINICIAN, self.centre, name=name) for name in ("Dr. Anita Kurian", "Dr. Ravi Nair")
            ]
            self.anita, self.ravi = [make.clinician(self.centre, account=one, name=one.full_name) for one in accounts]
            self.by, self.colleague = [
                make.actor(one, Role.CLINICIAN, centres=(self.centre,), clinician=who)
                for one, who in zip(accounts, (self.anita, self.ravi), strict=True)
            ]
            self.patient = make.patient()
            self.one = self.book("10:00", status=Status.IN_PROGRESS)

    def book(self, face, who=None, day=None, patient=None, **more):
        with db.transaction():
            return make.appointment(
                patient or self.patient, who or self.anita, self.centre, make.at(face, day or clock.today()), **more
            )

    def write(self, words, one=None, **more):
        with db.transaction():
            return care.notes.write((one or self.one).id, words, by=more.pop("by", self.by), **more)

    def read(self, by=None, one=None):
        with db.reading():
            return [each.words for each in care.reading.versions_of((one or self.one).id, by=by or self.by)]


@pytest.fixture
def world():
    return World()


def test_every_version_stands_and_the_database_has_no_word_of_it(world, database: Database):
    for words in ("Schlaflos seit Mai", "Schlaflos seit Mai, isst wenig", ""):
        world.write(words)
    assert world.read() == ["", "Schlaflos seit Mai, isst wenig", "Schlaflos seit Mai"]
    with psycopg.connect(database.url) as connection:
        rows = connection.execute(
            "select t::text, encode(text, 'escape'), encode(key, 'escape') from consultation_note t"
        )
        assert [row for row in rows if "Schlaflos" in "".join(row)] == []
    for change in ("update consultation_note set text = 'x'", "delete from consultation_note"):
        with pytest.raises(IntegrityError), db.transaction() as session:
            session.execute(text(change))


def test_the_same_words_again_are_no_new_version(world):
    assert world.write("Ruhig").id == world.write("Ruhig", seen=0, page="other").id
    assert world.read() == ["Ruhig"]
    assert world.write("", one=world.book("12:00", patient=make_patient())) is None


def make_patient():
    with db.transaction():
        return make.patient("Ravi Kumar")


def test_a_text_put_beside_another_note_opens_nothing(world):
    other = world.book("11:00", status=Status.COMPLETED)
    world.write("Von Asha"), world.write("Von jemand anderem", other)
    with db.transaction() as session:
        session.execute(text("alter table consultation_note disable trigger user"))
        session.execute(
            text(
                "update consultation_note n set text = o.text, key = o.key from consultation_note o where n.id <> o.id"
            )
        )
        session.execute(text("alter table consultation_note enable trigger user"))
    with pytest.raises(sealing.InvalidToken):
        world.read()


def test_a_draft_grows_in_its_place_and_stands_after_five_minutes_or_an_end(world, ten):
    world.write("Schlä", draft=True, page="a", seen=0)
    world.write("Schläft", draft=True, page="a", seen=1)
    assert world.read() == ["Schläft"]
    ten.shift(timedelta(minutes=6))
    world.write("Schläft besser", draft=True, page="a", seen=2)
    assert world.read() == ["Schläft besser", "Schläft"]
    with db.transaction() as session:
        care.end(world.one.id, by=world.by)
        assert session.scalars(select(ConsultationNote).where(ConsultationNote.draft)).all() == []


def test_a_second_page_is_told_and_both_texts_are_there(world):
    world.write("Von der ersten Seite", draft=True, page="a", seen=0)
    with pytest.raises(NoteChanged) as refusal:
        world.write("Von der zweiten", draft=True, page="b", seen=0)
    assert (refusal.value.words, refusal.value.version) == ("Von der ersten Seite", 1)
    assert world.write("Von der ersten Seite, weiter", draft=True, page="a", seen=0).version == 2, "an answer was lost"
    assert world.write("Beide", page="b", seen=2).version == 3


@pytest.mark.parametrize("length", [SESSION_NOTE_LENGTH, SESSION_NOTE_LENGTH + 1, 200_000])
def test_a_note_has_up_to_forty_thousand_letters_of_any_script(world, length):
    if length == SESSION_NOTE_LENGTH:
        assert world.write("𑄌" * length).version == 1
        return
    with pytest.raises(Invalid, match="40,000 letters"):
        world.write("ക" * length)


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.EXPIRED])
def test_of_what_came_to_nothing_nothing_is_written(world, status):
    with pytest.raises(CannotWrite):
        world.write("x", world.book("15:00", status=status))


def test_only_the_treating_clinician_writes_and_reads(world):
    world.write("Vertraulich")
    with pytest.raises(Refused):
        world.write("x", by=world.colleague)
    with db.transaction():
        roles = set(Role) - {Role.PATIENT, Role.CLINICIAN}
        others = [make.actor(make.staff(role, world.centre), role, centres=(world.centre,)) for role in roles]
    for by in (world.colleague, *others):
        with pytest.raises(Missing):
            world.read(by)


@pytest.mark.parametrize(("days", "status", "reads"), [
    (6, Status.CONFIRMED, True), (-6, Status.COMPLETED, True), (8, Status.CONFIRMED, False), (-8, Status.COMPLETED, False),
    (1, Status.CANCELLED, False), (1, Status.PENDING, False),
])  # fmt: skip
def test_who_covers_reads_from_a_week_before_to_a_week_after_the_visit(world, days, status, reads):
    world.write("Vertraulich")
    cover = world.book("12:00", world.ravi, clock.today() + timedelta(days=days), status=status)
    with db.reading():
        found = care.reading.earlier_notes(cover.id, by=world.colleague)
        assert [each.words for each in found] == (["Vertraulich"] if reads else [])
        assert care.reading.earlier_notes(cover.id, by=world.colleague, own=True) == []


def test_earlier_notes_are_one_statement_and_the_newest_version_of_each(world):
    for face in ("07:00", "08:00"):
        seen = world.book(face, status=Status.COMPLETED)
        world.write(f"Früh {face}", seen), world.write(f"Später {face}", seen)
    with db.reading():
        found = care.reading.earlier_notes(world.one.id, by=world.by)
    assert [each.words for each in found] == ["Später 08:00", "Später 07:00"]


def test_who_leads_the_clinic_adds_to_a_note_without_seeing_it(world):
    world.write("Vertraulich")
    with db.transaction():
        manager = make.actor(make.staff(Role.MANAGER, name="Maya Menon"), Role.MANAGER)
        care.notes.add(world.one.id, "Rang an", by=manager)
        care.notes.add(world.one.id, " ", by=manager)
    assert world.read()[0].startswith("Vertraulich\n\nAdded by Maya Menon, ")
    assert len(world.read()) == 2


def test_new_keys_are_put_on_batch_by_batch_and_the_former_one_may_go(world, app, monkeypatch: pytest.MonkeyPatch):
    seen = [world.book(face, status=Status.COMPLETED) for face in ("06:00", "07:00", "08:00")]
    for one in seen:
        world.write("Bleibt", one)
    plain = config.settings()
    both = plain.model_copy(update={"notes_keys": ["a-new-key-of-notes-that-is-long-enough-1"]})
    monkeypatch.setattr(sealing, "settings", lambda: both)
    assert world.read(one=seen[0]) == ["Bleibt"]
    with db.transaction():
        assert (care.resealing.reseal_some(2), care.resealing.left()) == (2, 1)
    told = app.test_cli_runner().invoke(args=["notes", "rotate-keys"])
    assert (told.exit_code, told.output.splitlines()[-1]) == (
        0, "All notes are under the key in use; 1 were moved. Former keys of notes may go."
    )  # fmt: skip
    alone = both.model_copy(update={"secret_key": "another-secret-key-that-never-sealed-a-note"})
    monkeypatch.setattr(sealing, "settings", lambda: alone)
    assert world.read(one=seen[0]) == ["Bleibt"]
    lost = alone.model_copy(update={"notes_keys": ["yet-another-key-without-those-before-it-1"]})
    monkeypatch.setattr(sealing, "settings", lambda: lost)
    told = app.test_cli_runner().invoke(args=["notes", "rotate-keys"])
    assert (told.exit_code, "nothing is lost" in told.output) == (1, True)

"""The note of a consultation on its page: saved by itself, by the button, and with the end; nothing overwritten unseen."""

import re
import time
from statistics import median

import pytest
from sqlalchemy import select

from mibo import care, db
from mibo.audit import AuditEntry
from mibo.booking import Status
from tests.web.pages.desk import statements
from tests.web.pages.forms import csrf_token
from tests.web.pages.test_my_day import World, me, now_of, ten, world  # noqa: F401
from tests.web.pages.visitor import problems, words

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def one(world):  # noqa: F811
    return world.book("10:00", status=Status.IN_PROGRESS)


def note_of(one):
    with db.reading():
        latest = care.notes.newest(one.id)
        return (care.notes.opened(latest), latest.version, latest.draft) if latest else None


def auto(me, one, text, version=0, page="first"):  # noqa: F811
    return me.post(f"/my-day/{one.id}/note", part=True, words=text, version=version, page=page, auto="1")


def test_it_saves_itself_and_says_when(me, one):  # noqa: F811
    page = me.get(f"/my-day/{one.id}").text
    assert 'hx-trigger="input changed delay:3s, blur changed, again"' in page
    answer = auto(me, one, "Slept \u202eba")
    assert (answer.status_code, words(answer).strip()) == (200, "Saved 10:00 am")
    assert re.search(r'name="version" value="(\d+)" hx-swap-oob="true"', answer.text)[1] == "1"
    assert note_of(one) == ("Slept ba", 1, True)
    assert auto(me, one, "Slept badly", version=1).status_code == 200
    assert note_of(one) == ("Slept badly", 2, True)
    assert "Slept badly" in me.get(f"/my-day/{one.id}").text


def test_without_script_the_button_saves_and_the_end_keeps_what_stands_in_the_field(me, one):  # noqa: F811
    saved = me.post(f"/my-day/{one.id}/note", words="Line one\r\nline two", version=0, page="p", again="", note="")
    assert (saved.status_code, saved.location) == (303, f"/my-day/{one.id}")
    assert note_of(one) == ("Line one\nline two", 1, False)
    ended = me.post(f"/my-day/{one.id}/end", words="And the end", version=1, page="p", again="")
    assert (ended.status_code, now_of(one).status) == (303, Status.COMPLETED)
    assert note_of(one) == ("And the end", 2, False)
    assert words(me.get(f"/my-day/{one.id}/versions")).count("Line one") == 1


def test_an_end_without_a_note_asks_first(me, one):  # noqa: F811
    asked = me.post(f"/my-day/{one.id}/end", words=" ", version=0, page="p", again="")
    assert (asked.status_code, now_of(one).status) == (422, Status.IN_PROGRESS)
    assert "Nothing is written of this consultation" in problems(asked)[0]
    assert 'name="without_note"' in asked.text
    sure = me.post(f"/my-day/{one.id}/end", words="", version=0, page="p", again="", without_note="y")
    assert (sure.status_code, now_of(one).status) == (303, Status.COMPLETED)


@pytest.mark.parametrize("part", [True, False])
def test_two_tabs_never_overwrite_and_both_texts_are_shown(me, one, part):  # noqa: F811
    auto(me, one, "From the first tab")
    second = me.post(f"/my-day/{one.id}/note", part=part, words="From the second", version=0, page="second")
    assert second.status_code == 409
    assert "From the first tab" in second.text
    assert part or "From the second" in second.text
    assert note_of(one)[0] == "From the first tab"
    assert 'name="over" value="1"' in second.text
    taken = me.post(f"/my-day/{one.id}/note", words="From the second", version=0, page="second", over=1)
    assert (taken.status_code, note_of(one)[0]) == (303, "From the second")
    assert "From the first tab" in me.get(f"/my-day/{one.id}/versions").text


@pytest.mark.parametrize("part", [True, False])
def test_a_note_of_200_kb_is_refused_kindly_and_stays_in_its_field(me, one, part):  # noqa: F811
    answer = me.post(f"/my-day/{one.id}/note", part=part, words="x" * 200_000, version=0, page="p")
    assert (answer.status_code, "40,000 letters" in words(answer)) == (422, True)
    assert part or "x" * 200_000 in answer.text
    assert note_of(one) is None


def test_earlier_notes_are_read_and_each_read_is_in_the_audit(me, one, world):  # noqa: F811
    with db.transaction() as session:
        before = world.book("08:00", status=Status.COMPLETED)
        session.merge(before).patient_id = one.patient_id
    me.post(f"/my-day/{before.id}/note", words="Of last time", version=0, page="p")
    for _ in range(2):
        assert "Of last time" in me.part(f"/my-day/{one.id}/earlier").text
    with db.reading() as session:
        read = session.scalars(
            select(AuditEntry.details).where(AuditEntry.act == "note.read", AuditEntry.subject_id == one.id)
        )
        assert read.all() == [{"notes": [str(before.id)]}] * 2


def test_saving_takes_few_statements_and_30_ms(me, one):  # noqa: F811
    token = csrf_token(me.client)
    took = []
    for n in range(12):
        sent = {"csrf_token": token, "words": f"Words {n} " * 200, "version": n, "page": "p", "auto": "1"}
        began = time.perf_counter()
        with statements() as asked:
            assert (
                me.client.post(f"/my-day/{one.id}/note", data=sent, headers={"HX-Request": "true"}).status_code == 200
            )
        took.append((time.perf_counter() - began) * 1000)
    assert len(asked) <= 8, asked
    print(f"autosave: {median(took):.1f} ms")

"""Values are what they look like, and keys come in any spelling."""

from datetime import UTC, date, datetime, time
from typing import Annotated, ClassVar, Literal

import pytest

from mibo.errors import Invalid
from mibo.web.inputs import Input, read
from mibo.web.inputs.base import AnyCase, BlankIsNone, Day, Id, Instant, Names, Phone, WallClock, YesOrNo


class Everything(Input):
    one_id: Id | None = None
    phone: Phone | None = None
    day: Day | None = None
    at: WallClock | None = None
    starts: Instant | None = None
    active: YesOrNo = None
    kind: Annotated[Literal["A", "B"] | None, BlankIsNone, AnyCase] = None
    note: str | None = None

    also: ClassVar[Names] = {"note": ("remark", "comment")}


def one(**sent: object) -> Everything:
    return read(Everything, sent)


@pytest.mark.parametrize("sent", ["7", 7, 7.0])
def test_an_id_may_be_a_number_or_a_number_in_quotes(sent: object) -> None:
    assert one(one_id=sent).one_id == 7


@pytest.mark.parametrize("sent", ["", "abc", "-1", 0, -1, True, 1.5, 2**63, 1e30, "٧", "9" * 30, [], {}])
def test_what_is_no_id_is_refused(sent: object) -> None:
    with pytest.raises(Invalid) as refusal:
        one(one_id=sent)
    assert [problem.field for problem in refusal.value.problems] == ["one_id"]


@pytest.mark.parametrize("sent", [0, 1.5, True, "0", "2031-4-7", "20310407", "2031-02-30", "0001-01-01", "9999-12-31"])
def test_a_day_is_nothing_but_a_day(sent: object) -> None:
    with pytest.raises(Invalid):
        one(day=sent)
    with pytest.raises(Invalid):
        one(starts=sent)


def test_days_times_and_instants_are_read() -> None:
    read_ = one(day="2031-04-07", at="09:30", starts="2031-04-07T09:00:00")
    assert (read_.day, read_.at) == (date(2031, 4, 7), time(9, 30))
    assert read_.starts == datetime(2031, 4, 7, 3, 30, tzinfo=UTC)
    assert one(starts="2031-04-07T03:30:00.000Z").starts == read_.starts


@pytest.mark.parametrize("sent", ["9:30", "24:00", "09:60", 930, "09.30", ""])
def test_what_is_no_time_is_refused(sent: object) -> None:
    with pytest.raises(Invalid):
        one(at=sent)


def test_phones_come_out_in_one_form() -> None:
    assert {one(phone=sent).phone for sent in ("9876500001", "91 98765 00001", "+919876500001")} == {"+919876500001"}
    with pytest.raises(Invalid) as refusal:
        one(phone="12345")
    assert refusal.value.message.startswith("Enter a 10-digit Indian mobile number")


def test_yes_and_no_are_words_and_others_ask_for_nothing() -> None:
    assert [one(active=sent).active for sent in ("true", "FALSE", True, "", "1", None)] == [True, False, True] + [
        None
    ] * 3


def test_any_spelling_of_a_key_will_do_and_its_own_wins() -> None:
    assert one(oneId=1).one_id == one(ONE_ID="1").one_id == 1
    assert one(comment="c", remark="r").note == "r"
    assert one(remark="r", note="n").note == "n"
    assert one(Remark="nul\x00less ").note == "nulless"


def test_pages_refuse_strangers_and_the_api_ignores_them() -> None:
    with pytest.raises(Invalid) as refusal:
        one(is_admin=True)
    assert refusal.value.message == "Is admin is not expected here."
    assert read(Everything, {"is_admin": True}, strangers="ignore") == Everything()


def test_choices_are_told() -> None:
    assert one(kind="a").kind == "A"
    assert one(kind=" ").kind is None
    with pytest.raises(Invalid) as refusal:
        one(kind="C")
    assert refusal.value.message == "Kind must be A or B."

"""Weekly patterns: which rows make sense together, which slots they give, and which time they cover."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mibo.errors import Invalid
from mibo.scheduling.diary import Hours
from mibo.scheduling.rules import (
    Practice,
    Window,
    check_rows,
    cover,
    face,
    is_covered,
    is_opening,
    patterns,
    rows_on,
    window_of,
)

KOCHI, MUMBAI, NOWHERE = 1, 2, 3
ANITA = Practice("Dr. Anita Kurian", {KOCHI: "Kochi", MUMBAI: "Mumbai"}, ("IN_PERSON", "ONLINE"))
MONDAY = date(2026, 12, 7)


def row(opens="09:00", closes="13:00", *, on=1, at=KOCHI, mode="BOTH", minutes=60) -> Window:
    def minute(told):
        hour, past = told.split(":")
        return int(hour) * 60 + int(past)

    return Window(on, minute(opens), minute(closes), at, mode, minutes)


def hours(window: Window, *, id=1, first=date(2020, 1, 1), last=None) -> Hours:
    return Hours(
        id, 9, window.centre_id, window.weekday, window.opens_minute, window.closes_minute, window.slot_minutes,
        window.mode, first, last,
    )  # fmt: skip


def wrong(*rows: Window, beside=(), mine=(KOCHI, MUMBAI), practice=ANITA) -> dict[str, str]:
    try:
        check_rows(dict(enumerate(rows)), practice, beside, mine, MONDAY)
    except Invalid as error:
        return {problem.field: problem.message for problem in error.problems}
    return {}


def test_a_split_day_at_two_centres_is_fine():
    assert wrong(row("09:00", "13:00"), row("13:00", "17:00"), row("18:00", "20:00", at=MUMBAI)) == {}


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (row("13:00", "09:00"), {"0.closes": "The end must be after the start."}),
        (row("09:00", "09:00"), {"0.closes": "The end must be after the start."}),
        (
            row("22:00", "02:00"),
            {"0.closes": "Hours end by midnight. For the time after it, add a row to the next day."},
        ),
        (row("09:10", "13:00"), {"0.opens": "Start on the quarter hour, for example 9:00 am."}),
        (row("09:00", "09:45"), {"0.minutes": "A session of 60 minutes does not fit into 9:00 am to 9:45 am."}),
        (row(minutes=10), {"0.minutes": "A session has from 15 to 240 minutes."}),
        (row("06:00", "22:00", minutes=300), {"0.minutes": "A session has from 15 to 240 minutes."}),
        (row(at=NOWHERE), {"0.centre": "Dr. Anita Kurian does not work at this centre."}),
        (row(on=7), {"0.weekday": "A weekday is 0 (Sunday) to 6 (Saturday)."}),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field(told, said):
    assert wrong(told) == said


def test_a_row_may_end_at_midnight():
    assert wrong(row("20:00", "24:00")) == {}


def test_a_mode_that_the_clinician_does_not_offer_is_refused():
    online = Practice("Dr. Anita Kurian", {KOCHI: "Kochi"}, ("ONLINE",))
    assert wrong(row(mode="IN_PERSON"), practice=online) == {"0.mode": "Dr. Anita Kurian meets patients online only."}
    assert wrong(row(mode="ONLINE"), row("14:00", "15:00"), practice=online) == {}


def test_hours_of_a_centre_that_is_not_theirs_are_refused():
    assert wrong(row(at=MUMBAI), mine=[KOCHI]) == {"0.centre": "The hours at Mumbai are not yours to set."}


def test_overlapping_rows_are_refused_at_the_later_one_whatever_the_centre():
    said = wrong(row("09:00", "13:00"), row("12:00", "15:00", at=MUMBAI))
    assert said == {"1.opens": "Overlaps 9:00 am to 1:00 pm at Kochi on Monday."}


def test_a_row_over_another_centres_hours_is_refused():
    said = wrong(row("09:00", "13:00"), beside=[hours(row("12:00", "15:00", at=MUMBAI))], mine=[KOCHI])
    assert said == {"0.opens": "Dr. Anita Kurian is at Mumbai then, from 12:00 pm to 3:00 pm."}


def test_a_row_over_an_extra_opening_to_come_is_refused_and_one_over_a_past_opening_is_not():
    opening = row("12:00", "15:00")
    ahead, past = MONDAY + timedelta(days=7), MONDAY - timedelta(days=7)
    said = wrong(row(), beside=[hours(opening, first=ahead, last=ahead)])
    assert said == {
        "0.opens": "There is an extra opening on Mon 14 Dec, 12:00 pm to 3:00 pm at Kochi. Take it away first."
    }
    assert wrong(row(), beside=[hours(opening, first=past, last=past)]) == {}


def test_too_many_rows_are_refused():
    many = [row(f"{n // 4:02}:{n % 4 * 15:02}", f"{n // 4:02}:{n % 4 * 15 + 14:02}", minutes=14) for n in range(96)]
    assert "rows" in wrong(*many, *many)


def test_what_is_left_over_at_the_end_is_known():
    window = row("09:00", "13:00", minutes=50)
    assert [face(minute) for minute in window.starts] == ["9:00 am", "9:50 am", "10:40 am", "11:30 am"]
    assert window.left_over == 40


def test_who_keeps_no_hours_yet_has_no_pattern():
    assert patterns([]) == []
    assert patterns([hours(row(), id=1, first=MONDAY, last=MONDAY)]) == []


def test_patterns_follow_each_other_and_extra_openings_are_none():
    end = MONDAY - timedelta(days=1)
    kept = [
        hours(row(), id=1, last=end),
        hours(row(on=2), id=2),
        hours(row("10:00", "12:00"), id=3, first=MONDAY),
        hours(row("15:00", "17:00"), id=4, first=MONDAY, last=MONDAY),
    ]
    before, after = patterns(kept)
    assert ([each.id for each in before.rows], before.last) == ([1, 2], end)
    assert ([each.id for each in after.rows], after.first, after.last) == ([3, 2], MONDAY, None)
    assert is_opening(kept[3])
    assert [each.id for each in rows_on(kept, MONDAY)] == [3, 2]


minutes = st.integers(0, 95).map(lambda n: n * 15)
windows = st.builds(
    lambda on, opens, long, at, mode, length: Window(on, opens, min(opens + long, 1440), at, mode, length),
    st.integers(0, 6), minutes, st.integers(1, 480), st.sampled_from([KOCHI, MUMBAI]),
    st.sampled_from(["BOTH", "IN_PERSON", "ONLINE"]), st.integers(15, 240),
)  # fmt: skip


@given(st.lists(windows, max_size=12))
@settings(max_examples=60, deadline=None)
def test_no_overlap_survives(rows):
    said = wrong(*rows)
    good = [each for number, each in enumerate(rows) if not any(field.startswith(f"{number}.") for field in said)]
    for number, one in enumerate(good):
        assert not any(one.overlaps(other) for other in good[:number])
        assert one.slot_minutes <= one.closes_minute - one.opens_minute


@given(windows, st.integers(0, 1439), st.integers(1, 240))
@settings(max_examples=60, deadline=None)
def test_a_visit_is_covered_when_all_of_it_lies_in_the_hours(window, opens, long):
    closes = min(opens + long, 1440)
    expected = window.opens_minute <= opens and closes <= window.closes_minute
    for mode in ("IN_PERSON", "ONLINE"):
        offered = window.mode in ("BOTH", mode)
        found = is_covered(cover([window]), window.weekday, window.centre_id, mode, (opens, closes))
        assert found == (expected and offered)


def test_a_visit_may_lie_across_rows_that_touch():
    covered = cover([row("09:00", "12:00"), row("12:00", "15:00")])
    assert is_covered(covered, 1, KOCHI, "ONLINE", (11 * 60 + 30, 12 * 60 + 30))
    assert not is_covered(covered, 1, MUMBAI, "ONLINE", (11 * 60 + 30, 12 * 60 + 30))
    assert window_of(hours(row())) == row()

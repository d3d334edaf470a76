"""A date typed into three boxes."""

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from mibo.web.forms.fields import DateParts


class Born(Form):
    born_on = DateParts("Date of birth")


def typed(*parts: str) -> Born:
    form = Born(MultiDict([("born_on", part) for part in parts]))
    form.validate()
    return form


def test_day_month_and_year_make_a_date() -> None:
    form = typed("27", " 3 ", "1994")
    assert (form.born_on.data, form.born_on.errors) == (date(1994, 3, 27), [])


def test_three_empty_boxes_are_no_date_and_no_complaint() -> None:
    form = typed("", "", "")
    assert (form.born_on.data, list(form.born_on.errors)) == (None, [])


@pytest.mark.parametrize(
    "parts", [("31", "2", "1994"), ("27", "", "1994"), ("x", "3", "1994"), ("27", "3"), ("27", "3", "0")]
)
def test_what_is_no_date_is_refused_and_stays_in_the_boxes(parts: tuple[str, ...]) -> None:
    form = typed(*parts)
    assert list(form.born_on.errors) == [DateParts.WRONG]
    assert form.born_on.parts == [*parts, ""][:3]


def test_a_known_date_fills_the_boxes() -> None:
    assert Born(data={"born_on": date(1994, 3, 27)}).born_on.parts == ["27", "3", "1994"]

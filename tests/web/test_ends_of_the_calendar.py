"""Days at the ends of the calendar, wherever a page takes a day: told as no real date, and never a 500."""

from datetime import date
from importlib import import_module
from pkgutil import iter_modules
from typing import get_args

import pytest
from flask import Flask
from pydantic import BaseModel, ValidationError

from mibo import db, exports
from mibo.identity.permissions import Role
from mibo.web import inputs
from mibo.web.inputs.sign_in import Strict
from tests import make
from tests.web.pages.desk import Desk

NAMES = ("since", "until", "on", "day", "from_day", "next_on", "wanted_on", "from_on", "to_on")
ENDS = ("0001-01-01", "9999-12-31")


def with_days() -> list[tuple[type[BaseModel], str]]:
    """Every field that is a day, of every input of a page."""
    for module in iter_modules(inputs.__path__):
        import_module(f"mibo.web.inputs.{module.name}")
    kinds, found = [Strict], []
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        found += [
            (kind, name)
            for name, one in kind.model_fields.items()
            if date in (one.annotation, *get_args(one.annotation))
        ]
    return found


def test_no_input_of_a_page_takes_a_day_beyond_the_years_of_ours() -> None:
    fields = with_days()
    assert len(fields) > 30
    for kind, name in fields:
        for day in ENDS:
            with pytest.raises(ValidationError) as refused:
                kind.model_validate({name: day})
            said = {one["loc"][0]: one["msg"] for one in refused.value.errors() if one["loc"]}
            assert "Enter a real date" in said.get(name, ""), (kind, name, said)


@pytest.mark.usefixtures("database")
def test_no_page_and_no_file_fails_for_a_day_at_the_end_of_the_calendar(app: Flask) -> None:
    with db.transaction():
        make.centre("Mibo Kochi")  # without one the desk has no day to show
        page = Desk(app.test_client(), make.staff(Role.ADMIN))
    pages = sorted(
        {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments}
    )
    wrong = []
    for end in ENDS:
        days = dict.fromkeys(NAMES, end)
        asked = "&".join(f"{name}={day}" for name, day in days.items())
        wrong += [
            f"GET {path}"
            for path in pages
            if not path.startswith("/api") and page.get(f"{path}?{asked}").status_code >= 500
        ]
        wrong += [
            f"file of {name}"
            for name in exports.listings()
            if page.post(f"/exports/{name}", since=end, until=end).status_code >= 500
        ]
    assert not wrong

"""No input, of a page or of the API, trips over a value of the wrong kind: it is good, or refused by name."""

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import suppress

import pytest
from pydantic import BaseModel, ValidationError

from mibo.dev.demo import centres
from mibo.web import inputs
from mibo.web.inputs.base import Input
from mibo.web.inputs.sign_in import Strict
from mibo.web.inputs.staff import a_username
from mibo.web.inputs.users import StaffChange

for module in pkgutil.iter_modules(inputs.__path__):
    importlib.import_module(f"mibo.web.inputs.{module.name}")

ODD = (None, "", " ", "\x00", 0, True, [], {}, [None], "x" * 5_000, 1e400, -1, "٣", "null")


def every(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for one in kind.__subclasses__():
        yield one
        yield from every(one)


@pytest.mark.parametrize(
    "model", sorted({*every(Input), *every(Strict)}, key=lambda one: f"{one.__module__}.{one.__name__}")
)
def test_odd_values_are_taken_or_refused_at_their_field(model: type[BaseModel]) -> None:
    for field in model.model_fields:
        for value in ODD:
            with suppress(ValidationError):
                model.model_validate({field: value})


@pytest.mark.parametrize("field", ["designation", "username", "email"])
@pytest.mark.parametrize("empty", [None, "", "  "])
def test_what_may_be_empty_of_staff_is_emptied_by_null_and_by_blanks(field: str, empty: str | None) -> None:
    told = StaffChange.model_validate({field: empty})
    assert getattr(told, field) is None
    assert field in told.model_fields_set


def test_the_staff_of_the_demo_clinic_can_be_saved_as_they_are() -> None:
    names = [username for _, _, username, _, _ in centres.STAFF if username]
    assert [a_username(name) for name in names] == names

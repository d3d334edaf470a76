"""A refusal names a field by the key that it came by; one that did not come, by the key of the API's document."""

from collections.abc import Iterator

import pytest
from pydantic.alias_generators import to_camel

from mibo.web.inputs import keys_of
from mibo.web.inputs.base import Input
from mibo.web.inputs.taking import TimeWish
from tests.web.inputs.test_every_input import every

MODELS = sorted(every(Input), key=lambda one: f"{one.__module__}.{one.__name__}")


def spellings(model: type[Input], field: str) -> Iterator[str]:
    """Every key that a field may come by."""
    for name in (field, *model.also.get(field, ())):
        yield from {name, to_camel(name)}
    yield model.model_fields[field].alias or field


@pytest.mark.parametrize("model", MODELS)
def test_every_field_of_every_input_is_called_as_it_was_sent(model: type[Input]) -> None:
    for field in model.model_fields:
        for key in spellings(model, field):
            assert keys_of(model, {key: "x"})[field] == key


@pytest.mark.parametrize("model", MODELS)
def test_what_was_not_sent_is_called_as_the_document_calls_it(model: type[Input]) -> None:
    called = keys_of(model, {})
    assert {called[field] for field in model.model_fields} == set(model.model_json_schema(by_alias=True)["properties"])


@pytest.mark.parametrize("model", MODELS)
def test_what_rules_call_a_field_is_a_field_of_the_input(model: type[Input]) -> None:
    assert set(model.said_as.values()) <= set(model.model_fields)


def test_the_best_of_several_names_is_the_one_that_is_told() -> None:
    called = keys_of(TimeWish, {"scheduledStartAt": "x", "appointmentDateUTC": "x"})
    assert called["appointment_date_utc"] == called["scheduled_start_at"] == "appointmentDateUTC"

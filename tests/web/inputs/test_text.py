"""Hidden and turning characters leave no field of any input, and words of every script stay whole."""

import importlib
import pkgutil
from typing import Any

import pytest
from pydantic import ValidationError

from mibo.web import inputs
from mibo.web.inputs.base import Input
from mibo.web.inputs.sign_in import PasswordInput, Strict
from mibo.web.inputs.text import clean

HIDDEN = "a\u202eb\u2066c\u200bd\ufeffe\x00f\x07g\x1bh\u200fi\ud800j"


def every_input() -> list[type[Any]]:
    for found in pkgutil.iter_modules(inputs.__path__):
        importlib.import_module(f"{inputs.__name__}.{found.name}")
    waiting: list[type[Any]] = [Input, Strict]
    kinds: dict[type[Any], None] = {}
    while waiting:
        kind = waiting.pop()
        kinds[kind] = None
        waiting.extend(kind.__subclasses__())
    return [kind for kind in kinds if kind.model_fields]


@pytest.mark.parametrize(
    "kind", every_input(), ids=lambda kind: f"{kind.__module__.rpartition('.')[2]}.{kind.__name__}"
)
def test_no_field_keeps_what_is_not_seen(kind: type[Any]) -> None:
    for name in kind.model_fields:
        if name.startswith("password"):
            continue
        try:
            made = kind.__pydantic_validator__.validate_python({name: HIDDEN})
        except ValidationError as refused:
            told = [each["input"] for each in refused.errors() if each["loc"] and each["type"] != "missing"]
        else:
            told = [getattr(made, name)]
        assert not any(isinstance(each, str) and set(each) & set(HIDDEN) - set("abcdefghij") for each in told), name


@pytest.mark.parametrize("words", ["ആശ മേനോൻ", "ന്‍", "क्‍ष", "O’Brien-D'Souza", "two\r\nlines\tof words", "😀 fine"])
def test_words_of_every_script_stay_whole(words: str) -> None:
    assert clean(words) == words


def test_a_password_is_taken_as_it_is() -> None:
    assert PasswordInput(name="deepa", password="a\u200bb").password == "a\u200bb"

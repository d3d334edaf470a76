"""What these tests may ask for."""

import json
from collections.abc import Callable, Iterator

import pytest

from mibo.config import settings


@pytest.fixture
def new_secret_key(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Call it to change the secret key, as an operator does: the old one becomes a fallback."""

    def change() -> None:
        monkeypatch.setenv("SECRET_KEY_FALLBACKS", json.dumps([settings().secret_key]))
        monkeypatch.setenv("SECRET_KEY", "another-secret-key-of-this-test-alone")
        settings.cache_clear()

    yield change
    monkeypatch.undo()
    settings.cache_clear()

"""Providers that answer from a script, and settings that point at them."""

import json

import pytest

from mibo.config import settings
from mibo.integrations import http
from tests.integrations.scripted import scripted


@pytest.fixture
def provider():
    with scripted() as running:
        yield running


@pytest.fixture
def point_at(monkeypatch):
    """Set settings by their names in the environment, for one test."""

    def point(**values):
        for name, value in values.items():
            monkeypatch.setenv(name.upper(), value if isinstance(value, str) else json.dumps(value))
        settings.cache_clear()

    yield point
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def impatient(monkeypatch):
    """Whoever waits in vain waits briefly, yet long enough for an answer on a busy machine."""
    monkeypatch.setattr(http, "TIMEOUTS", (1.0, 1.0))
    monkeypatch.setattr(http, "PATIENCE", 1.0)

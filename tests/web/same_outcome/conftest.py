"""Twins for whoever asks."""

import pytest
from flask import Flask

from tests.machine import Bell, Database, Sandbox
from tests.web.same_outcome.twins import Twins


@pytest.fixture
def twins(app: Flask, database: Database, _redis: Bell, sandbox: Sandbox) -> Twins:
    return Twins(app, database, _redis, sandbox)

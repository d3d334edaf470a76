"""Every operation of the document is asked with generated input: no 5xx, no answer that the document does not know,
nothing invalid taken, nobody let in without a token (schemathesis).

A small sample, the same in every run, in which everybody asks something; the whole of it, as all eight of every
operation, is `python -m tests.web.api.fuzz`.
"""

from typing import Any

import pytest
from flask import Flask
from schemathesis.generation import GenerationMode

from tests.machine import Bell, Database
from tests.web.api.asking import Asking, Tally, operations
from tests.web.api.peopled import PRINCIPALS, Peopled, peopled

STEPS = 3


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(STEPS))
def test_whatever_is_asked_gets_an_answer_of_the_document(
    app: Flask, database: Database, sandbox: Any, request: pytest.FixtureRequest, part: int
) -> None:
    bell: Bell = request.getfixturevalue("_redis")
    tally = Tally()
    clinic: Peopled | None = None
    for number, operation in list(enumerate(operations(app)))[part::STEPS]:
        for principal in askers(number):
            bell.clean()
            if clinic is None:
                database.clean()
                clinic = peopled()
            asking = Asking(operation, principal, clinic, tally)
            asking.drawn(GenerationMode.POSITIVE, 1)
            asking.drawn(GenerationMode.NEGATIVE, 1)
            asking.along_the_edges(1)
            clinic = None if asking.changes_things else clinic
    assert not tally.findings, "\n".join(f"{key}\n{told}" for key, told in tally.findings.items())
    assert sum(tally.asked.values()) >= 100
    assert tally.went_well


def askers(number: int) -> set[str]:
    """Who asks the operation of this number: one who may do most of all there is, or one after the other of all."""
    return {"admin" if number % 2 else PRINCIPALS[number // STEPS % len(PRINCIPALS)]}


def test_everybody_has_their_turn() -> None:
    assert {who for number in range(48) for who in askers(number)} == set(PRINCIPALS)

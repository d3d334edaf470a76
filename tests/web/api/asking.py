"""What is asked of every operation of the document, as whom, and what an answer must be like (schemathesis).

A finding is an answer of 5xx; a status, a type or a body that the document does not know; something invalid that was
taken; somebody who was let in without a token, or turned away with one.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import orjson
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import AcceptedNegativeData, FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from mibo.web.api.document import as_text, openapi
from tests.web.api.older_apps import as_older_apps_may
from tests.web.api.peopled import STRANGER, Peopled

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    negative_data_rejection,
]  # fmt: skip
PLAIN = {"Accept-Encoding": "identity"}
NO_TOKEN = ({}, {"Authorization": "Bearer not-one-of-ours"}, {"Authorization": "Basic YTpi"})
PROVING = ("/auth/", "/patient-auth/")  # where 401 means a wrong password or refresh token
VERBS = ("get", "post", "put", "patch", "delete")
SECURED = "x-secured"
SEED = 20261130


@dataclass
class Tally:
    """What was asked and answered, and what was wrong with it."""

    asked: Counter[str] = field(default_factory=Counter)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    went_well: set[str] = field(default_factory=set)
    findings: dict[tuple[str, str, str], str] = field(default_factory=dict)
    tell: Callable[[tuple[str, str, str], str], object] = lambda *_: None

    def note(self, principal: str, label: str, status: int) -> None:
        self.asked[principal] += 1
        self.statuses[principal, status] += 1
        if 200 <= status < 300:
            self.went_well.add(label)

    def share_gone_well(self, principal: str) -> float:
        well = sum(n for (who, status), n in self.statuses.items() if who == principal and status < 300)
        return well / max(self.asked[principal], 1)


def operations(app: Flask) -> Iterator[Any]:
    """Every operation of the document, to be asked of this app."""
    document = orjson.loads(as_text(openapi(app)))  # a copy, for it is changed
    document["servers"] = [{"url": "/api"}]
    for verbs in document["paths"].values():
        for verb in verbs.values():  # who asks is our own matter: without this, tokens would be made up too
            verb[SECURED] = bool(verb.pop("security", None))
    schema = schemathesis.openapi.from_dict(document)
    schema.app = app
    for found in schema.get_all_operations():
        yield found.ok()


@dataclass
class Asking:
    """Somebody asks one operation."""

    operation: Any
    principal: str
    clinic: Peopled
    tally: Tally

    def __post_init__(self) -> None:
        self.number = crc32(f"{self.principal} {self.operation.label}".encode()) ^ SEED
        self.dice = random.Random(self.number)
        self.names = [one.name for one in self.operation.path_parameters]
        self.secured = self.operation.definition.raw[SECURED]
        self.changes_things = self.operation.method.upper() != "GET"
        self.times, self.token = 0, None

    def drawn(self, mode: GenerationMode, examples: int) -> None:
        """Ask so many things drawn at random; where nothing can be wrong with them, none."""
        sample = settings(
            max_examples=examples, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip

        def once(case: Any) -> None:
            self.ask(case)

        self.times += 1
        with suppress(Unsatisfiable):
            seed(self.number + self.times)(sample(given(case=self.operation.as_strategy(mode))(once)))()

    def along_the_edges(self, at_most: int) -> None:
        """Ask with each value at its bounds, too long, left out, of another type; evenly chosen where there are many."""
        schema = self.operation.schema
        cases = list(
            schema.iter_coverage_cases(
                self.operation,
                generation_modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE],
                generation_config=schema.config.generation,
            )
        )
        step = max(1, len(cases) // at_most)
        for case in cases[self.number % step :: step][:at_most]:
            self.ask(case)

    def ask(self, case: Any) -> int:
        """The status that this one thing is answered with."""
        well_meant = case.meta is None or case.meta.generation.mode.is_positive
        if self.names and (well_meant or "path" not in _negated(case)):
            case.path_parameters = {**case.path_parameters, **self.clinic.ways(self.names, self.dice)}
        if well_meant:
            case.body = self.clinic.filled_in(case.body, self.dice)
            case.query = self.clinic.filled_in(dict(case.query), self.dice)
        answer = case.call(headers=self._headers())
        self.tally.note(self.principal, self.operation.label, answer.status_code)
        self._judge(case, answer)
        return int(answer.status_code)

    def _headers(self) -> dict[str, str]:
        if self.principal == STRANGER:
            return {**PLAIN, **self.dice.choice(NO_TOKEN)}
        if self.token is None or self.changes_things:  # what was asked before may have ended the last
            self.token = self.clinic.token(self.principal)
        return {**PLAIN, "Authorization": f"Bearer {self.token}"}

    def _judge(self, case: Any, answer: Any) -> None:
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            for one in group.exceptions:
                if isinstance(one, AcceptedNegativeData) and as_older_apps_may(self.operation, case):
                    continue
                self._found(f"{type(one).__name__} {answer.status_code}", str(group))
        if case.method.lower() != self.operation.method.lower():
            return
        if self.principal == STRANGER and self.secured and answer.status_code != 401:
            self._found(f"let in without a token: {answer.status_code}", case.as_curl_command())
        turned_away = answer.status_code == 401 and not self.operation.path.startswith(PROVING)
        if turned_away and (self.principal != STRANGER or not self.secured):
            self._found("401 with a good token, or where none is needed", case.as_curl_command())

    def _found(self, what: str, details: str) -> None:
        key = (self.operation.label, what, self.principal)
        if key not in self.tally.findings:
            self.tally.findings[key] = details
            self.tally.tell(key, details)


def _negated(case: Any) -> set[str]:
    """Which parts of the request are wrong on purpose."""
    return {where.value for where, part in case.meta.components.items() if part.mode.is_negative}

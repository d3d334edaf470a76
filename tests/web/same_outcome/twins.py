"""A verb done by its page in one world and by its app in the twin of it, and what came of either."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Flask

from mibo import clinics, clock, jobs
from tests.machine import Bell, Database, Sandbox
from tests.web.same_outcome import rows
from tests.web.same_outcome.rows import Outcome
from tests.web.same_outcome.world import Step, Verb, World, minute

ALIKE: Mapping[int, tuple[int, ...]] = {
    422: (400,),  # what makes no sense, in whoever's words (api-contract.md 1.4)
    409: (400, 409),  # a refusal of the clinic: 409 where the contract says so, else 400
    404: (404,),
    403: (403,),
    303: (400, 403, 404, 409),  # a page that leads to where it can be mended
}


class Twins:
    """Makes one world after the other; nothing of the first is there in the second."""

    def __init__(self, app: Flask, database: Database, bell: Bell, sandbox: Sandbox) -> None:
        self.app, self.database, self.bell, self.sandbox = app, database, bell, sandbox
        self.now = minute()

    def check_same(self, verb: Verb) -> None:
        """Both do the same, and leave the same behind, but for what the verb gives a reason for."""
        by_page, _ = self.done(verb.given, verb.page, verb.afterwards)
        by_app, world = self.done(verb.given, verb.app, verb.afterwards)
        for operation in (verb.operation, *verb.also):
            assert any(_is_of(operation, *call) for call in world.asked), f"{operation} was not asked"
        assert by_page, "nothing came of it"
        told = differences(without(by_page, verb.but), without(by_app, verb.but))
        assert not told, "\n".join(told)
        for one in verb.but:
            rest = [each for each in verb.but if each != one]
            assert differences(without(by_page, rest), without(by_app, rest)), f"{one} is the same: it needs no reason"

    def check_refused(self, given: Step, page: Step, app: Step) -> None:
        """Neither is let do it, neither leaves anything behind, and both say alike what stands in the way."""
        told = []
        for wish in (page, app):
            world, before, since = self._world(given)
            answer = wish(world)
            assert answer.status_code == 303 or 400 <= answer.status_code < 500, (answer.status_code, answer.text[:500])
            assert (left := rows.outcome(before, world.names, since)) == {}, left
            told.append(answer.status_code)
        assert told[1] in ALIKE[told[0]], told

    def check_same_refusal(self, given: Step, page: Step, app: Step) -> None:
        """Both are refused what they ask at last, and the refusal leaves the same trace."""
        traces = []
        for wish in (page, app):
            world, before, since = self._world(given)
            *_, answer = _each(wish(world))
            assert 400 <= answer.status_code < 500, (answer.status_code, answer.text[:500])
            traces.append(rows.outcome(before, world.names, since))
        told = differences(*traces)
        assert traces[0], "it left no trace"
        assert not told, "\n".join(told)

    def done(self, given: Step, wish: Step, afterwards: Callable[[], None] | None = None) -> tuple[Outcome, World]:
        """What came of a wish in a world of its own."""
        world, before, since = self._world(given)
        for answer in _each(wish(world)):
            assert answer.status_code in (200, 201, 303), (answer.status_code, answer.text[:2000])
        if afterwards:
            afterwards()
        return rows.outcome(before, world.names, since), world

    def _world(self, given: Step) -> tuple[World, Any, Any]:
        self.database.clean()
        self.bell.clean()
        jobs.hold_nothing_back()
        clinics.forget_policy()
        clinics.policy_in_force()
        rows.far_ids()
        world = World(self.app, self.sandbox, self.now)
        given(world)
        return world, rows.everything(), clock.now()


def differences(page: Outcome, app: Outcome) -> list[str]:
    """What only one of the two left behind."""
    sides = ("only by the page", page, app), ("only by the app", app, page)
    return [
        f"{words}: {table} {one}"
        for words, these, others in sides
        for table, changes in these.items()
        for one in changes
        if one not in others.get(table, []) or changes.count(one) != others[table].count(one)
    ]


def _each(answers: Any) -> Iterable[Any]:
    return answers if isinstance(answers, list) else [answers]


def _is_of(operation: str, verb: str, path: str) -> bool:
    """Whether a request is of an operation as the document writes it: `PUT /appointments/{appointment_id}`."""
    pattern = re.sub(r"\\{\w+\\}", r"[^/]+", re.escape(operation))
    return re.fullmatch(pattern, f"{verb} {path.partition('?')[0]}") is not None


def without(told: Outcome, names: Iterable[str]) -> Outcome:
    """What came of it without what is named: a table, a column of one, or the rows of one in which a column says so."""
    for name in names:
        table, _, column = name.partition(".")
        column, _, value = column.partition("=")
        kept = [one for one in told.get(table, []) if column] if not value else _not(told.get(table, []), column, value)
        if column and not value:
            kept = [{key: each for key, each in one.items() if key != column} for one in kept]
            kept = [one for one in kept if set(one) != {"changed"}]
        told = {key: rest for key, rest in {**told, table: kept}.items() if rest}
    return told


def _not(changes: list[dict[str, Any]], column: str, value: str) -> list[dict[str, Any]]:
    return [one for one in changes if str(one.get(column)) != value]

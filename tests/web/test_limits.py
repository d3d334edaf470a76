"""An app may ask a hundred times a minute, also while Redis is away."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
import time_machine
from flask.testing import FlaskClient

from mibo.web import limits


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    with time_machine.travel("2031-04-07T03:30:10Z", tick=False):
        yield
    limits._own_counts.clear()
    limits._redis_rests_until = 0.0


def ask(client: FlaskClient, times: int, **headers: str) -> list[int]:
    return [client.get("/api/", headers=headers).status_code for _ in range(times)]


def test_each_counted_answer_says_what_is_left(client: FlaskClient) -> None:
    ask(client, 3)
    told = client.get("/api/").headers
    assert (told["RateLimit-Limit"], told["RateLimit-Remaining"]) == ("100", "96")
    assert 0 < int(told["RateLimit-Reset"]) <= 60
    assert "Retry-After" not in told
    assert "RateLimit-Limit" not in client.get("/api/health").headers


def test_the_next_minute_begins_anew(client: FlaskClient) -> None:
    with time_machine.travel("2031-04-07T03:30:10Z", tick=False) as traveller:
        assert ask(client, 101)[-1] == 429
        traveller.shift(50)
        assert ask(client, 1) == [200]


def test_apps_behind_one_address_are_counted_apart_and_forged_addresses_are_not(client: FlaskClient) -> None:
    assert ask(client, 101)[-1] == 429
    assert ask(client, 1, **{"X-Forwarded-For": "192.0.2.1", "X-Real-IP": "192.0.2.2"}) == [429]
    assert ask(client, 1, Authorization="Bearer " + "x" * 60) == [200]


def test_without_redis_each_process_counts_for_itself(
    client: FlaskClient, redis_down: Callable[[], AbstractContextManager[None]]
) -> None:
    with redis_down():
        assert ask(client, 101) == [200] * 100 + [429]

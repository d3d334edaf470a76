"""What every test may ask for. Tests that ask for nothing need no database and start in no time."""

import gc
import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest

from tests import machine
from tests.machine import Bell, Database, Machine, Sandbox

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

# before anything of Mibo is imported: its settings are read once
machine.forget_the_operators_settings()
machine.refuse_the_outside_world()
THIS = Machine()
ABOUT_TIME = re.compile(r"tests/(clinics|scheduling)/|tests/test_(clock|timetable)")
PARTS_WITH_TIMES = 9
WITH_TIMES = re.compile(r"tests/(booking|care)/")
ABOUT_OTHERS = re.compile(  # money, and who comes first: not about time, though it stands beside what is
    r"booking/test_(adjusting|answering|climbing|giving_back|links|listening|mismatches|paying|reconciling|returning|"
    r"settling|sweeping|writing_in|lock_order|races|blocking_races|closing_races|merging|merging_the_day|nothing_is_lost)"
)
os.environ.update(THIS.settings())


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--share", default="", help="`0/30`: of what is not about time only every so many-th test, from the first"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of what is not about time each computer with another clock takes its share; see mibo/dev/check.py."""
    if share := config.getoption("--share"):
        mine, shares = map(int, share.split("/"))
        others = [item for item in items if not _is_in(mine, shares_of(str(item.path), shares), item.nodeid)]
        left_out = set(others)
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=others)


def pytest_collection_finish() -> None:
    """What is collected lives as long as the run: nine thousand tests need not be looked through again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _is_in(mine: int, parts: int, name: str) -> bool:
    return crc32(name.encode()) % parts == mine % parts


def shares_of(path: str, shares: int) -> int:
    """In how many parts a file's tests are dealt out to the other clocks: what is about time is asked by each of them."""
    if ABOUT_TIME.search(path):
        return 1
    return PARTS_WITH_TIMES if WITH_TIMES.search(path) and not ABOUT_OTHERS.search(path) else shares


def pytest_unconfigure() -> None:
    THIS.close()


@pytest.fixture(scope="session")
def _redis() -> Bell:
    return THIS.start_redis()


@pytest.fixture(scope="session")
def database(_redis: Bell) -> Database:
    """PostgreSQL, and Redis for the bell and the limits. Tests commit for real; every row is deleted after each."""
    found = THIS.start_database()
    _know_the_policy()
    return found


@pytest.fixture(scope="session")
def sandbox() -> Sandbox:
    """Razorpay, Gallabox, Google and every phone."""
    return THIS.start_sandbox()


@pytest.fixture(scope="session")
def app(database: Database) -> "Flask":
    """The real app."""
    from mibo.web import create_app

    return create_app()


@pytest.fixture
def client(app: "Flask") -> "FlaskClient":
    """A browser without pages: cookies, and nothing signed in."""
    return app.test_client()


@pytest.fixture(scope="session")
def live(app: "Flask", sandbox: Sandbox) -> str:
    """The address of the real app, served; the sandbox's webhooks reach it."""
    return THIS.serve(app)


@pytest.fixture
def work(database: Database) -> Callable[[], None]:
    """Call it to do all that was rung for, in this process."""
    from mibo import jobs

    return jobs.work_off


@pytest.fixture
def redis_down(_redis: Bell) -> Callable[[], AbstractContextManager[None]]:
    """`with redis_down():` Redis is gone inside, and back, empty, afterwards."""

    @contextmanager
    def down() -> Iterator[None]:
        _redis.stop()
        try:
            yield
        finally:
            _redis.start()

    return down


def _know_the_policy() -> None:
    """So that no test counts the one statement in half a minute that asks for it."""
    from mibo import clinics

    clinics.forget_policy()
    clinics.policy_in_force()


@pytest.fixture(autouse=True)
def _leave_no_trace(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    used = set(request.fixturenames)
    if "sandbox" in used:
        request.getfixturevalue("sandbox").reset()
    if "database" in used:
        from mibo import jobs

        jobs.hold_nothing_back()
        request.getfixturevalue("database").clean()
        _know_the_policy()
    if "_redis" in used:
        request.getfixturevalue("_redis").clean()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """This machine's Chromium, which finds no host but this machine."""
    from mibo.dev import browser

    arguments = [
        "--disable-dev-shm-usage",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    ]
    found = browser.find()
    return {**browser_type_launch_args, "args": arguments, **({"executable_path": found} if found else {})}


@pytest.fixture(scope="session")
def base_url() -> str:
    """So that a page may `goto("/")`; the app answers there for tests that ask for `live`."""
    return THIS.app_url


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "en-IN", "timezone_id": "Asia/Kolkata"}

"""`bin/test`: linters, types, import contracts, then the suite under every clock; the first failure ends it.

What is about time runs under all four clocks. Everything else, which asks `clock` and no clock of its own, runs under the
server's clock, and a tenth of it under one other too, so that all is over in the time that a change can wait.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mibo.dev import browser
from mibo.dev.children import CannotStart

ROOT = Path(__file__).resolve().parents[2]
PYTEST = (sys.executable, "-m", "pytest")
HOME_CLOCK = "UTC"
OTHER_CLOCKS = ("Asia/Kolkata", "America/Los_Angeles", "Pacific/Chatham")
# what a clock cannot change: a browser has a zone of its own, drills are about trouble
ASKS_NO_CLOCK = (
    "tests/web/test_access.py", "tests/web/test_other_ids.py", "tests/web/test_keys.py", "tests/web/api/test_schema.py",
    "tests/people/test_pictures.py", "tests/integrations", "tests/sandbox", "tests/test_architecture.py",
    "tests/test_migrations.py", "tests/test_docs.py", "tests/web/api/test_access.py", "tests/web/test_hostile_words.py",
    "tests/booking/test_giving_back.py", "tests/booking/test_misbehaving.py", "tests/booking/test_every_order.py",
    "tests/web/api/test_bad_bodies.py", "tests/web/test_clinical_fields.py", "tests/exports/test_listings.py",
)  # fmt: skip
UNDER_OTHER_CLOCKS = (
    "-m", "not browser and not drill", "-p", "no:cacheprovider", "-p", "no:randomly",
    *(f"--ignore={each}" for each in ASKS_NO_CLOCK),
)  # fmt: skip
# where they are, so that nobody reads nine thousand other tests to find them; a test sees that none is elsewhere
BROWSER_TESTS = ("tests/browser", "tests/sandbox/test_checkout_js.py")
DRILL_TESTS = ("tests/drills", "tests/dev", "tests/test_worker.py")
BROWSERS = (*BROWSER_TESTS, "-m", "browser and not drill", "-n", "2", "-p", "no:cacheprovider", "-p", "no:randomly")
DRILLS = (
    *DRILL_TESTS,
    "-m",
    "drill",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:randomly",
)  # one by one, with nothing beside them
ALL_THE_REST = ("-m", "not browser and not drill", "-n", "3")  # much of it waits for a database or a provider
AT_ONCE = 3


@dataclass(frozen=True)
class Step:
    """One thing to check, and what it said."""

    name: str
    command: Sequence[str]
    clock: str = HOME_CLOCK

    def run(self) -> "Outcome":
        began = time.monotonic()
        done = subprocess.run(
            self.command, cwd=ROOT, env=_environment(self.clock), text=True, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        outcome = Outcome(self.name, done.returncode, done.stdout, time.monotonic() - began)
        print(f"{'ok    ' if outcome.fine else 'FAILED'}  {self.name}  ({outcome.seconds:.0f} s)", flush=True)
        return outcome


@dataclass(frozen=True)
class Outcome:
    """How a step went."""

    name: str
    code: int
    output: str
    seconds: float

    @property
    def fine(self) -> bool:
        return self.code == 0


def main(arguments: list[str]) -> None:
    """Check everything; with arguments, check the code and run what pytest is told to."""
    try:
        _pass(linters())
        browser.ensure()
        if not arguments:
            _pass(under_other_clocks())
            _pass([Step("browsers", [*PYTEST, *BROWSERS])])
            _pass([Step("drills", [*PYTEST, *DRILLS])])
    except CannotStart as reason:
        sys.exit(str(reason))
    except KeyboardInterrupt:
        sys.exit(130)
    last = [*PYTEST, *(arguments or ALL_THE_REST)]
    os.chdir(ROOT)
    os.execve(last[0], last, _environment(HOME_CLOCK))  # noqa: S606 - so that its closing line and its exit code are ours


def linters() -> list[Step]:
    """What is read, not run."""
    tools = Path(sys.executable).parent
    return [
        Step("types", [sys.executable, "-m", "mypy", "--no-error-summary"]),
        Step("rules of style", [sys.executable, "-m", "ruff", "check", "--quiet", "."]),
        Step("format", [sys.executable, "-m", "ruff", "format", "--check", "--quiet", "."]),
        Step("import contracts", [str(tools / "lint-imports"), "--no-cache"]),
        Step("templates", [sys.executable, "-m", "djlint", "--lint", "--quiet", "templates"]),
    ]


def under_other_clocks() -> list[Step]:
    """The suite without browsers, drills and what asks no clock, as computers elsewhere would run it."""
    share = f"/{10 * len(OTHER_CLOCKS)}"
    return [
        Step(f"the suite under TZ={zone}", [*PYTEST, *UNDER_OTHER_CLOCKS, f"--share={n}{share}"], zone)
        for n, zone in enumerate(OTHER_CLOCKS)
    ]


def _pass(steps: Sequence[Step]) -> None:
    """Run steps, three at a time. When one fails, show what it said, last, and end the run."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(Step.run, steps))
    if failed := [outcome for outcome in outcomes if not outcome.fine]:
        print(f"\nbin/test stops here: {', '.join(outcome.name for outcome in failed)} failed", flush=True)
        for outcome in failed:
            print(f"\n--- {outcome.name}\n{outcome.output.strip()}", flush=True)
        sys.exit(1)


def _environment(clock: str) -> dict[str, str]:
    """With a clock; and what one step has compiled is kept for the next ones, whatever the machine likes otherwise."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "TZ": clock}


if __name__ == "__main__":
    main(sys.argv[1:])

"""Everything that the document describes is asked as everybody: `python -m tests.web.api.fuzz`.

More than 20,000 requests, the same in every run of a day: eight principals, every operation, drawn input that fits the
document and input that does not, and each value along its edges. Ends with 1 where an answer is not as it should be.
"""

import argparse
import os
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

from tests import machine

if TYPE_CHECKING:
    from tests.web.api.asking import Tally

DRAWN, WRONG = 6, 4  # for each operation and principal
MORE, EDGES = 5, 7  # of each, where they are let in


def main() -> None:
    """Start what is needed, ask, tell."""
    asked = argparse.ArgumentParser(prog="python -m tests.web.api.fuzz", description=__doc__)
    asked.add_argument("--only", default="", help="of the operations, those whose method and path contain this")
    asked.add_argument(
        "--details", type=int, default=1500, help="so many letters of the request and answer of a finding"
    )
    wanted = asked.parse_args()
    machine.forget_the_operators_settings()
    machine.refuse_the_outside_world()
    this = machine.Machine()
    os.environ.update(this.settings(), LIMIT_API_PER_MINUTE="100000000", LIMIT_AUTH_PER_15_MINUTES="100000000")
    try:
        findings = _run(this, wanted.only, wanted.details)
    finally:
        this.close()
    sys.exit(1 if findings else 0)


def _run(this: machine.Machine, only: str, details: int) -> int:
    bell, database = this.start_redis(), this.start_database()
    this.start_sandbox()
    from schemathesis.generation import GenerationMode

    from mibo.web import create_app
    from tests.web.api.asking import Asking, Tally, operations
    from tests.web.api.peopled import PRINCIPALS, Peopled, peopled

    app, tally, began = create_app(), Tally(tell=lambda *found: _tell_at_once(*found, details)), time.monotonic()
    clinic: Peopled | None = None
    for operation in operations(app):
        if only not in operation.label:
            continue
        for principal in PRINCIPALS:
            bell.clean()
            if clinic is None:
                database.clean()
                clinic = peopled()
            asking = Asking(operation, principal, clinic, tally)
            before = tally.statuses.copy()
            asking.drawn(GenerationMode.POSITIVE, DRAWN)
            asking.drawn(GenerationMode.NEGATIVE, WRONG)
            if not _was_let_in(tally.statuses - before):
                continue
            asking.drawn(GenerationMode.POSITIVE, MORE)
            asking.drawn(GenerationMode.NEGATIVE, MORE)
            asking.along_the_edges(EDGES)
            if asking.changes_things:
                clinic = None  # the next one finds everything as it was
    _tell(tally, time.monotonic() - began)
    return len(tally.findings)


def _was_let_in(statuses: "Counter[tuple[str, int]]") -> bool:
    return any(status not in (401, 403) for _, status in statuses)


def _tell(tally: "Tally", seconds: float) -> None:
    from tests.web.api.peopled import PRINCIPALS

    print(f"\n{'':18}{'asked':>8}{'2xx':>8}   the rest")
    for principal in PRINCIPALS:
        rest = {s: n for (who, s), n in sorted(tally.statuses.items()) if who == principal and s >= 300}
        words = ", ".join(f"{status}: {n}" for status, n in rest.items())
        print(f"{principal:18}{tally.asked[principal]:8,}{tally.share_gone_well(principal):8.0%}   {words}")
    every = sum(tally.asked.values())
    well = sum(n for (_, status), n in tally.statuses.items() if status < 300)
    print(f"{'in all':18}{every:8,}{well / max(every, 1):8.0%}   in {seconds:.0f} s")
    print(f"{len(tally.went_well)} operations went well at least once; {len(tally.findings)} findings")


def _tell_at_once(key: tuple[str, str, str], told: str, details: int) -> None:
    print(f"- {key[0]}: {key[1]} ({key[2]})\n{told[:details]}", flush=True)


if __name__ == "__main__":
    main()

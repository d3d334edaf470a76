"""A process that does what it is told in a fork, which is killed at the moment that was named. Runs as a program.

Each line says `verb id before|after n`: kill -9 before, or just after, the n-th commit of doing it. Answered is the signal
that ended it, or 0 where it was done before it could be killed.
"""

import os
import signal
import sys

from sqlalchemy import event
from sqlalchemy.orm import Session

from mibo import booking, db, payments
from mibo.booking import reconciling

VERBS = {
    "open_order": lambda one: booking.open_order(one, by=None),  # type: ignore[arg-type]
    "send_link": booking.send_link,
    "settle": booking.settle,
    "close_link": payments.close_link,
    "ask": reconciling.ask,
    "go_through": booking.sweeping.go_through,
}


def main() -> None:
    """Fork for every line. What is logged goes where errors go."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        verb, subject, when, number = line.split()
        child = os.fork()
        if child == 0:
            _do(verb, int(subject), when, int(number))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        answers.write(f"{os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status)}\n")
        answers.flush()


def _do(verb: str, subject: int, when: str, number: int) -> None:
    seen = 0

    def perhaps_die(_: Session) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)

    db.dispose(close=False)
    event.listen(Session, f"{when}_commit", perhaps_die)
    VERBS[verb](subject)


if __name__ == "__main__":
    main()

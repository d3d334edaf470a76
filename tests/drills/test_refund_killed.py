"""The process that sends a refund is killed before it asks the provider, and after: the money leaves, and leaves once."""

import signal
import subprocess
import sys

import pytest

from mibo import clinics, db, jobs
from mibo.booking import giving_back, sending_back
from tests import invariants
from tests.booking.refunds import at_provider, time_to_undo_over, to_give_back
from tests.machine import Database, Sandbox

pytestmark = pytest.mark.drill

KILLED = -9
SENDS_AND_DIES = """
import os, signal, sys
from mibo.booking import sending_back
asks = sending_back._ask
def dies(wanted):
    if sys.argv[2] == "after":
        asks(wanted)
    os.kill(os.getpid(), signal.SIGKILL)
sending_back._ask = dies
sending_back.send_refund(int(sys.argv[1]))
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_between_commit_and_call_or_call_and_note(database: Database, sandbox: Sandbox, moment: str) -> None:
    with db.transaction():
        clinics.decide_policy({"undo_seconds": 0}, "So that nobody waits in a test", by=None)
    back = to_give_back(sandbox)
    back.do(giving_back.approve)
    command = [sys.executable, "-c", SENDS_AND_DIES, str(back.refund_id), moment]
    ends = [subprocess.run(command, check=False).returncode for _ in range(2)]
    assert ends == [-signal.SIGKILL, 0], "the second finds that somebody is asking, and leaves it alone"
    assert (back.now.status, back.now.tries) == ("APPROVED", 1)
    time_to_undo_over(sending_back.send_due_refunds, after_s=600)
    time_to_undo_over(jobs.work_off, after_s=600)
    assert (back.now.status, at_provider(back)) == ("DONE", [(170_000, "processed")])
    assert invariants.broken(database.url) == {}

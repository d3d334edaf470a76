"""Programs that live and die with us: started in a group of their own, told to stop when we vanish, even by SIGKILL."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STOP_WITHIN_S = 10.0
PR_SET_PDEATHSIG = 1

Process = subprocess.Popen[bytes]


class CannotStart(Exception):
    """Why something could not be started, in one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Child:
    """How one of our programs is started and stopped. Start it from the main thread: it dies with its parent thread."""

    name: str
    command: Sequence[str]
    log: Path
    cwd: Path
    env: Mapping[str, str] | None = None
    user: pwd.struct_passwd | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    before_start: Callable[[], None] | None = None
    after_stop: Callable[[], None] | None = None
    foundation: bool = False  # others stand on it: it is stopped after them

    def start(self) -> Process:
        """Start it; whatever it prints goes to its log."""
        if self.before_start:
            self.before_start()
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self.command,
                cwd=self.cwd,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_stop_when_parent_dies(self.stop_signal),  # noqa: PLW1509 - two system calls, no locks
                **identity(self.user),
            )

    def stop(self, process: Process, within: float = STOP_WITHIN_S) -> None:
        """Ask it to stop, insist after `within` seconds, and leave none of its group behind."""
        self.ask_to_stop(process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(within)
        sweep(process)
        if self.after_stop:
            self.after_stop()

    def ask_to_stop(self, process: Process) -> None:
        if process.poll() is None:
            process.send_signal(self.stop_signal)

    def last_words(self) -> str:
        """The last line that it logged."""
        lines = self.log.read_text(errors="replace").strip().splitlines() if self.log.exists() else []
        return lines[-1] if lines else "it said nothing"


def sweep(process: Process) -> None:
    """End what is left of a program's group, such as the workers of a server that was killed."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def identity(user: pwd.struct_passwd | None) -> dict[str, Any]:
    """The Popen arguments that make a program run as `user`; none when it runs as we do."""
    if user is None or user.pw_uid == os.geteuid():
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _stop_when_parent_dies(stop_signal: signal.Signals) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def before_exec() -> None:
        # after the change of user, which would clear it again
        prctl(PR_SET_PDEATHSIG, int(stop_signal))
        if os.getppid() != parent:
            os._exit(1)

    return before_exec

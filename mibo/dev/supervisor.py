"""Keeps programs running: one that ends is started again, and all stop together."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from mibo.dev.children import Child, Process, sweep

LOOK_EVERY_S = 0.2
STEADY_AFTER_S = 10.0
PATIENCE_S = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)


@dataclass
class Running:
    """A program of ours, since when it runs, and how often it ended early in a row."""

    child: Child
    process: Process
    since: float
    stumbles: int = 0

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    @property
    def how(self) -> str:
        code = self.process.returncode
        return f"signal {-code}" if code < 0 else f"exit {code}"


class Supervisor:
    """The programs of one start, in the order in which they were started."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.running: list[Running] = []
        self._say = say

    def start(self, child: Child) -> Process:
        """Start a program and keep it running."""
        process = child.start()
        self.running.append(Running(child, process, time.monotonic()))
        return process

    def look(self) -> None:
        """Start again what has ended; a program that keeps ending is given longer and longer pauses."""
        for one in self.running:
            if one.ended:
                self._start_again(one)

    def watch(self) -> None:
        """Look after them until an exception, such as Ctrl-C, ends it."""
        while True:
            self.look()
            time.sleep(LOOK_EVERY_S)

    def stop(self) -> None:
        """Stop everything, foundations last, and leave no process behind."""
        for foundations in (False, True):
            leaving = [one for one in self.running if one.child.foundation is foundations]
            for one in leaving:
                one.child.ask_to_stop(one.process)
            for one in leaving:
                one.child.stop(one.process)
        self.running.clear()

    def _start_again(self, one: Running) -> None:
        lived = time.monotonic() - one.since
        if lived >= STEADY_AFTER_S:
            one.stumbles = 0
        if lived < PATIENCE_S[min(one.stumbles, len(PATIENCE_S) - 1)]:
            return
        self._say(f"{one.child.name} ended ({one.how}) and is started again; its log: {one.child.log}")
        sweep(one.process)
        one.process, one.since, one.stumbles = one.child.start(), time.monotonic(), one.stumbles + 1

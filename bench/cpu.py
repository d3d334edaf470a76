"""How much processor time programs have used, from /proc: what a busy machine does not falsify as it does clocks."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def seconds_of(*pids: int) -> float:
    """What these processes, all below them, and those of their children that have ended, have used so far."""
    told = {int(stat.parent.name): _read(stat) for stat in Path("/proc").glob("[0-9]*/stat")}
    wanted, used = list(pids), 0.0
    while wanted:
        pid = wanted.pop()
        if one := told.pop(pid, None):
            used += one[1]
            wanted += [child for child, other in told.items() if other and other[0] == pid]
    return used


def _read(stat: Path) -> tuple[int, float] | None:
    """Its parent, and its seconds with those of its ended children; None where it has just ended itself."""
    try:
        fields = stat.read_text().rpartition(") ")[2].split()
    except OSError:
        return None
    return int(fields[1]), sum(map(int, fields[11:15])) / TICKS

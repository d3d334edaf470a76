"""What shares time on a board stands side by side: overbooked beside what was there, cancelled beside what came after."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a column: an appointment (`ev`), a time to give (`free`), or closed time (`shut`).

    `lane` of `lanes` is its place beside what shares its time; both are empty where nothing does. `overbooked` is the
    drawing of the mark of what was booked over another, `moves` whether it may be dragged to another time.
    """

    kind: str
    starts: str
    ends: str
    words: str
    id: str = ""
    href: str = ""
    look: str = ""
    lane: str = ""
    lanes: str = ""
    time: str = ""
    who: str = ""
    icon: str = ""
    overbooked: str = ""
    moves: bool = False


def side_by_side(entries: Iterable[Entry]) -> list[Entry]:
    """Everything in order of time, each with its lane; of what shares time those that were cancelled stand first."""
    placed = [one for cluster in _clusters(sorted(entries, key=_beginning)) for one in _placed(cluster)]
    return sorted(placed, key=lambda one: (one.starts, one.lane))


def _beginning(one: Entry) -> tuple[str, str]:
    return one.starts, one.id


def _clusters(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Runs of entries in which each shares time with one before it."""
    run: list[Entry] = []
    until = ""
    for one in entries:
        if run and one.starts >= until:
            yield run
            run = []
        run.append(one)
        until = max(until, one.ends) if len(run) > 1 else one.ends
    if run:
        yield run


def _placed(cluster: list[Entry]) -> Iterator[Entry]:
    if len(cluster) == 1:
        yield cluster[0]
        return
    lanes: list[list[Entry]] = []
    for one in sorted(cluster, key=lambda each: (not _is_gone(each), _beginning(each))):
        lane = next((lane for lane in lanes if not any(_meet(one, other) for other in lane)), None)
        if lane is None:
            lanes.append(lane := [])
        lane.append(one)
    many = str(len(lanes)) if len(lanes) > 2 else ""
    for number, lane in enumerate(lanes, 1):
        yield from (replace(one, lane=str(number), lanes=many, words=_short(one)) for one in lane)


def _is_gone(one: Entry) -> bool:
    return one.kind == "ev" and one.look.split(" ")[0] in ("gone", "bad")


def _short(one: Entry) -> str:
    """There is less room: the state without what is told beside it."""
    state, _, more = one.words.partition(" · ")
    return f"{state} · {more}" if more.endswith(" more") else state


def _meet(one: Entry, other: Entry) -> bool:
    return one.starts < other.ends and other.starts < one.ends

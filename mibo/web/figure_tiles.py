"""The overview's tiles: each figure with what it means, how it has changed, and where its rows are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for

from mibo.analytics import Figures
from mibo.analytics.dictionary import METRICS, Metric
from mibo.analytics.intervals import FEWEST, Share
from mibo.analytics.periods import change_percent
from mibo.web.figure_rows import between, count, mean, percent, rate, rupees

Kept = Mapping[str, Any]
Averaged = tuple[float | None, int]  # and of how many visits


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure. `mood` is good, bad or empty, as the change is."""

    metric: Metric
    value: str
    then: str
    href: str
    rows: str = "See the visits"
    beside: str = ""
    change: str = ""
    mood: str = ""


def tiles(now: Figures, then: Figures, seen: tuple[int, int], *, kept: Kept, money_too: bool) -> Sequence[Tile]:
    """All that somebody may see."""
    hours = f"{count(now.booked_minutes / 60)} of {count(now.offered_minutes / 60)} hours"
    fill = _tile(
        "fill", percent(now.filled), percent(then.filled), kept, page="centres", rows="See by centre", beside=hours
    )
    people = _tile("clinicians", count(now.clinicians), count(then.clinicians), kept, page="clinicians", rows="See who")
    found = [
        _counted("patients", seen[0], seen[1], kept, "See who"),
        _counted("new_patients", now.new_patients, then.new_patients, kept, "See who"),
        _counted("kept", now.kept, then.kept, kept, "See the visits"),
        _no_shows(now, then, kept),
        _changed(fill, _points(now.filled, then.filled), "points"),
        _counted("follow_ups", now.follow_ups, then.follow_ups, kept, "See them"),
        _mean("lead_time", "days", (now.lead_days, now.planned), (then.lead_days, then.planned), kept),
        _mean("waiting", "min", (now.wait, now.waits), (then.wait, then.waits), kept),
        _changed(people, _percent(now.clinicians, then.clinicians)),
    ]  # fmt: skip
    return [_revenue(now, then, kept), *found] if money_too else found


def _tile(key: str, value: str, then: str, kept: Kept, *, page: str = "", rows: str, beside: str = "") -> Tile:
    """`page` is where it is told in more detail; without one its rows are shown."""
    behind = "missed" if key == "no_shows" else key
    href = url_for(f"figures.{page}", **kept) if page else url_for("figures.rows", key=behind, **kept)
    return Tile(METRICS[key], value, then, href, rows, beside)


def _revenue(now: Figures, then: Figures, kept: Kept) -> Tile:
    tile = _tile("revenue", rupees(now.revenue_paise), rupees(then.revenue_paise), kept, rows="See the payments")
    return _changed(tile, _percent(now.revenue_paise, then.revenue_paise))


def _counted(key: str, now: int, then: int, kept: Kept, rows: str) -> Tile:
    return _changed(_tile(key, count(now), count(then), kept, rows=rows), _percent(now, then))


def _no_shows(now: Figures, then: Figures, kept: Kept) -> Tile:
    share, former = now.no_shows, then.no_shows
    beside = f"{between(share)}, 95 % sure" if share.tells else f"of {rate(share)}"
    tile = _tile("no_shows", _told(share), _told(former), kept, rows="See the no-shows", beside=beside)
    return _changed(tile, _points(share.value, former.value) if share.tells and former.tells else None, "points")


def _told(share: Share) -> str:
    return percent(share.value) if share.tells else "–"


def _mean(key: str, unit: str, now: Averaged, then: Averaged, kept: Kept) -> Tile:
    """An average over visits: of fewer than five neither it nor a change is told (M25)."""
    beside = f"of {count(now[1])} visits"
    tile = _tile(key, mean(*now, unit), mean(*then, unit), kept, rows="See the visits", beside=beside)
    tells = now[0] is not None and then[0] is not None and min(now[1], then[1]) >= FEWEST
    return _changed(tile, _percent(now[0] or 0, then[0] or 0) if tells else None)


def _changed(tile: Tile, change: float | None, unit: str = "%") -> Tile:
    """A change is told in a word and, beside it, in a colour."""
    if change is None:
        return tile
    if not round(change, 1):
        return replace(tile, change="unchanged")
    words = f"{'up' if change > 0 else 'down'} {abs(change):.1f} {unit}"
    return replace(tile, change=words, mood="good" if (change > 0) == (tile.metric.good > 0) else "bad")


def _percent(now: float, then: float) -> float | None:
    """Not told where there was nothing before."""
    return change_percent(now, then) if then else None


def _points(now: float | None, then: float | None) -> float | None:
    return None if now is None or then is None else round((now - then) * 100, 1)

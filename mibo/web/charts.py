"""Charts, drawn by pygal as SVG without styles or scripts of its own: our stylesheet gives them their colours, so they are
dark where the page is, print, and pass our content policy. Beside each stands the same as a table; a reader hears that one.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import cycle
from math import ceil
from typing import Any
from xml.etree import ElementTree as Xml

import pygal
from markupsafe import Markup
from pygal.style import Style

HEIGHT = 230
WIDTH, LABELS = 980, 12
HALF_WIDTH, HALF_LABELS = 520, 6
NARROW_WIDTH, NARROW_LABELS = 350, 4
TICKS = 5
SVG = "{http://www.w3.org/2000/svg}"
LEFT_OUT = {"style", "script", "defs", "desc", "title"}

# pygal looks for maps of its own in a way that Python has given up: without it, whatever is not found would be warned of
sys.meta_path[:] = [each for each in sys.meta_path if not isinstance(each, pygal.PluginImportFixer)]
Xml.register_namespace("", SVG.strip("{}"))


@dataclass(frozen=True, slots=True)
class Series:
    """What is drawn in one colour; None where there is nothing to tell."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing for wide pages, one for narrow ones, and the table beside them."""

    wide: Markup
    narrow: Markup
    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    legend: Sequence[str]


def bars(
    name: str, first: str, labels: Sequence[str], series: Sequence[Series], words: Callable[[float], str], *,
    unit: int = 1, half: bool = False,
) -> Chart:  # fmt: skip
    """Bars that stand side by side in time, several series on top of each other. `first` heads the labels in the table.

    The scale counts whole `unit`s; `half` is drawn for half a page.
    """
    width, at_most = (HALF_WIDTH, HALF_LABELS) if half else (WIDTH, LABELS)
    chart = partial(
        _drawing,
        pygal.StackedBar,
        tuple(labels),
        _kept(series),
        words,
        height=HEIGHT,
        ticks=tuple(_ticks(series, unit)),
    )
    wide, narrow = (
        chart(width=width, shown=_some(labels, at_most)),
        chart(width=NARROW_WIDTH, shown=_some(labels, NARROW_LABELS)),
    )
    return Chart(wide, narrow, name, _heads(first, series), _rows(labels, series, words), [one.name for one in series])


def ranks(
    name: str, first: str, labels: Sequence[str], series: Sequence[Series], words: Callable[[float], str]
) -> Chart:
    """Bars that lie below each other, the first on top: names beside them have room."""
    height = 44 + 30 * len(labels)
    turned, names = _kept([Series(one.name, one.values[::-1]) for one in series]), tuple(labels[::-1])
    ticks = tuple(_ticks(series, 1))
    chart = partial(_drawing, pygal.HorizontalStackedBar, names, turned, words, height=height, ticks=ticks)
    wide, narrow = chart(width=WIDTH, shown=names), chart(width=NARROW_WIDTH, shown=names)
    return Chart(wide, narrow, name, _heads(first, series), _rows(labels, series, words), [one.name for one in series])


def _ticks(series: Sequence[Series], unit: int) -> list[float]:
    """A scale from nought on in steps of 1, 2 or 5 units, or ten, a hundred times as many."""
    most = max(
        (sum(max(value or 0, 0) for value in told) for told in zip(*(one.values for one in series), strict=True)),
        default=0,
    )
    step: float = unit
    for factor in cycle((2, 2.5, 2)):
        if step * (TICKS - 1) >= most:
            break
        step *= factor
    least = min((value or 0 for one in series for value in one.values), default=0)
    below = ceil(-min(least, 0) / step)
    return [step * n for n in range(-below, max(ceil(most / step), 1) + 1)]


def _some(labels: Sequence[str], at_most: int) -> tuple[str, ...]:
    return tuple(labels[:: -(-len(labels) // at_most) or 1])


def _kept(series: Sequence[Series]) -> tuple[Series, ...]:
    return tuple(Series(one.name, tuple(one.values)) for one in series)


def _heads(first: str, series: Sequence[Series]) -> list[str]:
    return [first, *(one.name for one in series)]


def _rows(labels: Sequence[str], series: Sequence[Series], words: Callable[[float], str]) -> list[list[str]]:
    """The same as a table."""
    columns = [[("–" if value is None else words(value)) for value in one.values] for one in series]
    return [[label, *(column[n] for column in columns)] for n, label in enumerate(labels)]


@lru_cache(maxsize=128)
def _drawing(
    kind: Any, labels: tuple[str, ...], series: tuple[Series, ...], words: Callable[[float], str], *,
    height: int, width: int, shown: tuple[str, ...], ticks: tuple[float, ...] = (),
) -> Markup:  # fmt: skip
    """A drawing takes longer than all that it shows; while nothing of that changes, it stands."""
    chart = kind(
        width=width, height=height, css=[], js=[], show_legend=False, print_values=False, margin=6, spacing=4,
        truncate_label=-1, min_scale=2, max_scale=TICKS, rounded_bars=2, value_formatter=words,
        show_minor_x_labels=kind is pygal.HorizontalStackedBar,
        no_data_text="", style=Style(label_font_size=12, major_label_font_size=12),
    )  # fmt: skip
    chart.x_labels, chart.x_labels_major = labels, shown
    if ticks:
        chart.range, chart.y_labels = (ticks[0], ticks[-1]), ticks
    for one in series:
        chart.add(one.name, list(one.values))
    drawn = Xml.fromstring(chart.render())  # noqa: S314  (pygal wrote it a moment ago)
    return Markup(_bare(drawn))  # noqa: S704  (pygal and ElementTree both escape what is told)


def _bare(tree: Xml.Element) -> str:
    """Only shapes and words: what would style, run or float is left out, and each bar says what it is when pointed at."""
    for parent in list(tree.iter()):
        told = {child.get("class"): child.text for child in parent if _tag(child) == "desc"}
        for child in list(parent):
            if _tag(child) in LEFT_OUT or "overlay" in (child.get("class") or ""):
                parent.remove(child)
        if told.get("value"):
            Xml.SubElement(parent, f"{SVG}title").text = " · ".join(filter(None, (told.get("x_label"), told["value"])))
    tree.attrib.pop("id", None)
    tree.set("aria-hidden", "true")
    tree.set("focusable", "false")
    return Xml.tostring(tree, encoding="unicode")


def _tag(one: Xml.Element) -> str:
    return one.tag.rsplit("}", 1)[-1]

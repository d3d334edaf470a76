"""A list as a PDF on A4, drawn by Typst in the look of receipts and with their fonts, so that Indian scripts are drawn too."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mibo import clock

if TYPE_CHECKING:
    import typst

TEMPLATE = Path(__file__).parent / "list.typ"
FONTS = Path(__file__).parents[1] / "web" / "paper" / "fonts"
LONG_WORD = re.compile(r"[^\s\u200b]{12}(?=[^\s\u200b])")
MAY_BREAK = "\u200b"


@dataclass(frozen=True, slots=True)
class Head:
    """A column's heading, its share of the width, and whether its numbers stand to the right."""

    title: str
    weight: float
    right: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that a list on paper says."""

    title: str
    made_by: str
    made_at: datetime
    filters: Sequence[tuple[str, str]]
    columns: Sequence[Head]
    lines: Sequence[Sequence[str]]


def pdf_of(sheet: Sheet) -> bytes:
    """The file."""
    import typst

    at = clock.local(sheet.made_at)
    told = asdict(sheet) | {
        "made": f"Made by {sheet.made_by} on {at.day} {at:%b %Y}, " + f"{at:%I:%M %p}".lstrip("0").lower() + " IST",
        "made_at": "", "count": "1 line" if len(sheet.lines) == 1 else f"{len(sheet.lines):,} lines",
        "lines": [[_parted(cell) for cell in line] for line in sheet.lines], "fonts": _families(),
    }  # fmt: skip
    compiler = typst.Compiler(
        TEMPLATE.read_bytes(), root=TEMPLATE.parent, font_paths=_fonts(), ignore_system_fonts=True,
        sys_inputs={"sheet": json.dumps(told)},
    )  # fmt: skip
    drawn = compiler.compile(format="pdf", timestamp=int(sheet.made_at.timestamp()))
    assert isinstance(drawn, bytes)
    return drawn


@cache
def _fonts() -> "typst.Fonts":
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


@cache
def _families() -> list[str]:
    """Latin first: what it has not is looked for in the others."""
    return ["Noto Sans", *sorted({family for family in _fonts().families() if family != "Noto Sans"})]


def _parted(text: str) -> str:
    """A word that is longer than a column may break."""
    return LONG_WORD.sub(lambda found: found[0] + MAY_BREAK, text)

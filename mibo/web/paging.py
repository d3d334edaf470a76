"""Lists without a count: a page is read one row further than it shows, so that it is known whether there is more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import request

LAST_PAGE = 500

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page:
    """Which page is asked for, and how many rows it shows."""

    number: int
    rows: int

    @property
    def reach(self) -> dict[str, int]:
        """What a query is asked for."""
        return {"limit": self.rows + 1, "offset": (self.number - 1) * self.rows}

    def shown(self, found: Sequence[Row]) -> Sequence[Row]:
        """Those that stand on the page."""
        return found[: self.rows]

    def facts(self, found: Sequence[Any]) -> dict[str, Any]:
        """What the links to its neighbours are drawn from (`ui/pagination.html`, `steps`)."""
        return {"number": self.number, "more": len(found) > self.rows}


def page_asked(rows: int) -> Page:
    """The page that the address asks for; the first where it asks for none that can be."""
    number = request.args.get("page", 1, int)
    return Page(number if 1 <= number <= LAST_PAGE else 1, rows)

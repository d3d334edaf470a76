"""In which turn the rows of a list come: as its page shows them or, for a file made piece by piece, as they were made.

What a page is sorted by may change while a file is being made: somebody is called, a visit moves. A row would then stand
in the file twice or not at all, so its pieces go by the one thing that never changes, the id.
"""

from typing import Any, TypeVar

from sqlalchemy import Select

Wanted = TypeVar("Wanted", bound=Select[*tuple[Any, ...]])


def in_turn(wanted: Wanted, key: Any, made_after: int | None, *order: Any) -> Wanted:
    """In the order of the page; with `made_after`, in the order in which they were made, from after that id on."""
    return wanted.order_by(*order) if made_after is None else wanted.where(key > made_after).order_by(key)

"""Several at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

PATIENCE_S = 10


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do all of it at the same moment; what each gave, or the name of its error."""
    together = Barrier(len(acts))

    def one(act: Callable[[], object]) -> object:
        together.wait(PATIENCE_S)
        try:
            return act()
        except Exception as error:
            return type(error).__name__

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))

"""Which keys the form of a page may send. Any other is refused: no page sets what it does not ask for (security.md line 40)."""

from collections.abc import Callable, Collection
from typing import Any, TypeVar

import structlog
from flask import request

from mibo.errors import Invalid
from mibo.phrases import phrase

ALWAYS = {"csrf_token", "next"}

log = structlog.get_logger(__name__)
View = TypeVar("View", bound=Callable[..., Any])


class UnknownKeys(Invalid):
    """Somebody sent more than the page asks for."""

    message = phrase("Something was sent along that this page does not ask for. Please open the page again.")


def takes(*names: str) -> Callable[[View], View]:
    """What a view without a form reads from the request, if anything. More is refused before it does anything."""

    def mark(view: View) -> View:
        view.takes = frozenset(names)  # type: ignore[attr-defined]
        return view

    return mark


def are_known(names: Collection[str]) -> bool:
    """Whether a form of these fields is all that was sent; parts of a field are `field-…`."""
    unknown = [key for key in request.form if key not in ALWAYS and key.partition("-")[0] not in names]
    if unknown:
        log.warning("form.unknown_keys", keys=[key[:40] for key in unknown[:10]])
    return not unknown


def check(view: Callable[..., Any]) -> None:
    """Raises UnknownKeys, for a view that says what it takes; a form asks for itself."""
    names = getattr(view, "takes", None)
    if names is not None and request.method == "POST" and not are_known(names):
        raise UnknownKeys

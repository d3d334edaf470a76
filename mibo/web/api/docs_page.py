"""The page on which people read the OpenAPI document: its parts, ready to draw."""

import re
from functools import cache
from typing import Any

from markupsafe import Markup, escape

from mibo.web.api.document_words import ABOUT
from mibo.web.requests import ROOT

QUICK_START = ROOT / "docs" / "api-quickstart.md"
STEP = re.compile(r"(?P<words>(?:[^`\n#][^\n]*\n)+)\n```sh\n(?P<lines>.*?)```", re.DOTALL)
RULE = re.compile(r"\*\*(?P<heading>[^*]+)\.\*\* (?P<words>.+)", re.DOTALL)


def words(text: str) -> Markup:
    """A sentence with `code` and **emphasis**."""
    safe = str(escape(text.strip()))
    safe = re.sub(r"`([^`]+)`", r"<code>\1</code>", safe)
    return Markup(re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", safe))  # noqa: S704 - escaped above


def resolved(part: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """What stands behind a reference."""
    found: Any = part
    while "$ref" in found:
        name, kind = found["$ref"].split("/")[:1:-1]
        found = document["components"][kind][name]
    return dict(found)


def without(schema: dict[str, Any], key: str) -> dict[str, Any]:
    """The same without one key."""
    return {name: value for name, value in schema.items() if name != key}


@cache
def quick_start() -> list[tuple[str, str]]:
    """What is said and what is typed, step by step, as docs/api-quickstart.md has it."""
    part = QUICK_START.read_text(encoding="utf-8").partition("## Quick start\n")[2].partition("\n## ")[0]
    return [(step["words"], step["lines"].rstrip()) for step in STEP.finditer(part)]


@cache
def rules() -> list[tuple[str, str]]:
    """How the API speaks, point by point, as the document has it."""
    points = (RULE.fullmatch(point.strip()) for point in ABOUT.split("\n\n"))
    return [(point["heading"], point["words"]) for point in points if point]

"""A form as it stands on a page: what it holds, and what is said beside its fields."""

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

import html5lib

SKIPPED = ("csrf_token",)


@dataclass
class Drawn:
    """The values of a form by the names of its fields, as a browser would send them, and the sentence at each field."""

    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    errors: dict[str, str] = field(default_factory=dict)


def form_at(page: str, action: str) -> Drawn:
    """The form of a page that is sent to this address."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    found = [each for each in tree.iter("form") if each.get("action") == action]
    assert found, f"no form is sent to {action}"
    drawn = Drawn()
    for box in found[0].iter():
        _read(box, drawn)
    return drawn


def _read(box: Element, drawn: Drawn) -> None:
    if (told := box.get("id") or "").endswith("-error"):
        drawn.errors[told.removesuffix("-error")] = " ".join("".join(box.itertext()).split()).removeprefix("Error: ")
    name = box.get("name")
    if name is None or name in SKIPPED or box.tag not in ("input", "select", "textarea"):
        return
    drawn.names.add(name)
    for value in _held(box):
        drawn.values.setdefault(name, []).append(value)


def _held(box: Element) -> list[str]:
    if box.tag == "textarea":
        return ["\r\n".join((box.text or "").splitlines())]
    if box.tag == "select":
        options = list(box.iter("option"))
        chosen = [each for each in options if each.get("selected") is not None] or options[:1]
        return [each.get("value") or "" for each in chosen]
    if box.get("type") in ("checkbox", "radio") and box.get("checked") is None:
        return []
    return [] if box.get("type") in ("file", "submit") else [box.get("value") or ""]

"""The texts WhatsApp has approved, as the provider keeps them: a name, a language, a body with variables, perhaps a button.

`approved.json` is what `flask messages templates` prints: what the clinic would hand in for approval.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

APPROVED = Path(__file__).with_name("approved.json")


@dataclass(frozen=True)
class Template:
    """One approved text. `button` is the label of its address button, whose end the app sends; `answers` those of
    the buttons that send back what the app gave them."""

    body: str
    button: str = ""
    language: str = "en"
    category: str = "UTILITY"
    answers: tuple[str, ...] = ()

    @property
    def variables(self) -> set[str]:
        return set(re.findall(r"{(\w+)}", self.body))


def _approved() -> dict[str, Template]:
    listed = json.loads(APPROVED.read_text(encoding="utf-8"))
    return {one["name"]: _read(one) for one in listed}


def _read(one: dict[str, Any]) -> Template:
    return Template(one["body"], one["button"], one["language"], one["category"], tuple(one["answers"]))


TEMPLATES = _approved()


def wrong_values(name: str, values: dict[str, str]) -> bool:
    """A value is missing, too many, empty, or holds what WhatsApp refuses. Unknown templates may have any names."""
    template = TEMPLATES.get(name)
    if template and values.keys() != template.variables:
        return True
    return any(not _fits(value) for value in values.values())


def _fits(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and not re.search(r"[\n\t]| {5,}", value)


def said(name: str, values: dict[str, str]) -> str:
    """What the patient reads. A template nobody wrote down here shows its name and values."""
    if template := TEMPLATES.get(name):
        return template.body.format(**values)
    return f"{name}: " + ", ".join(f"{key} {value}" for key, value in values.items())


def listed(name: str) -> dict[str, object]:
    """The template as the provider lists it: variables in double braces, the button among the components."""
    one = TEMPLATES[name]
    components: list[dict[str, object]] = [{"type": "BODY", "text": re.sub(r"{(\w+)}", r"{{\1}}", one.body)}]
    buttons = [{"type": "URL", "text": one.button}] if one.button else []
    buttons += [{"type": "QUICK_REPLY", "text": label} for label in one.answers]
    if buttons:
        components.append({"type": "BUTTONS", "buttons": buttons})
    return {
        "_id": name, "name": name, "language": one.language, "status": "APPROVED", "category": one.category,
        "components": components,
    }  # fmt: skip

"""How a language says a time of day and the few words that stand in gaps."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """Days from Monday, months from January; each part of the day holds from its hour until the next one's."""

    days: tuple[str, ...]
    months: tuple[str, ...]
    parts: tuple[tuple[int, str], ...]
    moment: str
    day: str
    online: str
    in_person: str
    nameless: str
    subject: str

    def part_of(self, hour: int) -> str:
        """`morning`, as this language has it; before the first part it is still the last one's night."""
        return next((word for since, word in reversed(self.parts) if hour >= since), self.parts[-1][1])

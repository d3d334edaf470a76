"""Sentences that a person may read in their own language.

Taken as it is, such a sentence is English: that is what programs get, what logs have and what tests compare. It remembers how
it was written, so that a page can say it in another language (mibo/web/languages.py). Nothing here knows which.
"""

from typing import Any


class Phrase(str):
    """An English sentence that remembers its wording and what stands in its gaps."""

    __slots__ = ("gaps", "wording")

    wording: str
    gaps: dict[str, Any]

    def __new__(cls, wording: str, **gaps: Any) -> "Phrase":
        made = super().__new__(cls, wording % gaps if gaps else wording)
        made.wording, made.gaps = wording, gaps
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return (_again, (self.wording, self.gaps))


def phrase(wording: str, **gaps: Any) -> str:
    """Marks a sentence for the translators: `phrase("You can cancel until %(when)s.", when=…)`.

    What stands in a gap may itself be a phrase, and is then put into the same language.
    """
    return Phrase(wording, **gaps)


def _again(wording: str, gaps: dict[str, Any]) -> Phrase:
    return Phrase(wording, **gaps)

"""The four ways Mibo says no. Specific errors live beside the rule that raises them; web/errors.py answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from mibo.phrases import phrase


@dataclass(frozen=True)
class Problem:
    """One thing wrong with what somebody typed: the field's name and a sentence for the person who typed it."""

    field: str
    message: str


class DomainError(Exception):
    """A refusal that a person may read. `code` names it for programs; it never carries a status code."""

    code = "REFUSED"
    message = phrase("That cannot be done.")

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.message)
        self.message = message or self.message


class Missing(DomainError):
    """Not there, or not theirs to see."""

    code = "NOT_FOUND"
    message = phrase("We could not find that.")


class Refused(DomainError):
    """They may not do this."""

    code = "FORBIDDEN"
    message = phrase("You do not have access to this.")


class Conflict(DomainError):
    """Somebody or something got there first."""

    code = "CONFLICT"
    message = phrase("Something changed in the meantime. Please look again.")


class Invalid(DomainError):
    """What they typed makes no sense; `problems` says where."""

    code = "VALIDATION_ERROR"
    message = phrase("Please check what you entered.")

    def __init__(self, message: str | None = None, *, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message or (problems[0].message if problems else None))
        self.problems = tuple(problems)

    @classmethod
    def field(cls, field: str, message: str) -> "Invalid":
        """The one thing wrong is in `field`."""
        return cls(message, problems=[Problem(field, message)])

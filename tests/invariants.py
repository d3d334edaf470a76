"""What must hold after everything: `assert broken(url) == {}`, after any drill."""

from pathlib import Path
from typing import Any

import psycopg

FILE = Path(__file__).with_suffix(".sql")
SHOWN = 5


def broken(url: str) -> dict[str, list[Any]]:
    """The rules of invariants.sql that do not hold, each with some of what breaks it."""
    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://", 1), autocommit=True) as connection:
        return broken_within(connection)


def broken_within(connection: psycopg.Connection) -> dict[str, list[Any]]:
    """The same, as a transaction under way sees it."""
    asked = {rule: connection.execute(statement).fetchall() for rule, statement in rules()}  # type: ignore[call-overload]
    return {rule: rows[:SHOWN] for rule, rows in asked.items() if rows}


def rules() -> list[tuple[str, str]]:
    """Each rule in words with its statement."""
    parts = FILE.read_text().split("\n-- I")[1:]
    return [("I" + head.strip(), statement.strip()) for head, _, statement in (part.partition("\n") for part in parts)]

"""How many statements something sends: the number must not grow with the data."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from mibo import db


class Statements(list[str]):
    """What was sent, in order."""


@contextmanager
def statements() -> Iterator[Statements]:
    """Collect every statement sent inside."""
    sent = Statements()

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    engines = (db.read_engine(), db.write_engine(), db.putting_engine())
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)

"""The database: two engines, one session, one place that commits.

Writes run in `transaction()`, reads in `reading()`. The read engine is AUTOCOMMIT and so keeps psycopg's prepared
statements, which takes 2.85 times less time; a session in `reading()` refuses to flush, so no GET can change anything.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import BigInteger, DateTime, Engine, MetaData, Sequence, create_engine, event, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from mibo.config import settings

STATEMENT_TIMEOUT_MS = 5_000
LOCK_TIMEOUT_MS = 2_000
IDLE_TIMEOUT_MS = 10_000
POOL_WAIT_S = 2

entity_id = Sequence("entity_id")


class Base(DeclarativeBase):
    """Every table; constraints have names, because errors are told apart by them."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True), int: BigInteger}

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Entity(Base):
    """A thing with an id of its own, drawn from the one sequence that all entities share (P3)."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(
        BigInteger, entity_id, primary_key=True, server_default=entity_id.next_value(), sort_order=-1
    )


class WriteWhileReading(RuntimeError):
    """A view that may only read tried to write: a bug, never an answer."""


@cache
def write_engine() -> Engine:
    """The engine of transactions."""
    return _engine(settings().database_url)


@cache
def read_engine() -> Engine:
    """The engine of reads: AUTOCOMMIT, no rollback on return, on a replica when there is one."""
    return _engine(
        settings().read_database_url or settings().database_url,
        isolation_level="AUTOCOMMIT",
        pool_reset_on_return=None,
    )


def _engine(url: str, **options: Any) -> Engine:
    if url.startswith(("postgres://", "postgresql://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    limits = {
        "statement_timeout": STATEMENT_TIMEOUT_MS,
        "lock_timeout": LOCK_TIMEOUT_MS,
        "idle_in_transaction_session_timeout": IDLE_TIMEOUT_MS,
        "timezone": "UTC",
    }
    connect: dict[str, Any] = {
        "connect_timeout": 3,
        "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
        "application_name": "mibo",
    }
    if settings().db_prepare == "off":
        connect["prepare_threshold"] = None
    return create_engine(
        url,
        connect_args=connect,
        hide_parameters=True,
        pool_size=settings().db_pool_size,
        max_overflow=0,
        pool_timeout=POOL_WAIT_S,
        pool_pre_ping=False,
        **options,
    )


_current: ContextVar[Session | None] = ContextVar("session", default=None)


def session() -> Session:
    """The session of the transaction or reading under way."""
    current = _current.get()
    if current is None:
        raise RuntimeError("no transaction() or reading() is under way")
    return current


@contextmanager
def transaction() -> Iterator[Session]:
    """Everything inside is done together or not at all; effects promised with `after_commit` follow the commit.

    Inside another transaction it simply joins it.
    """
    if (outer := _current.get()) is not None and not outer.info.get("read_only"):
        yield outer
        return
    with Session(write_engine(), expire_on_commit=False) as opened:
        token = _current.set(opened)
        try:
            yield opened
            opened.commit()
        except BaseException:
            opened.rollback()
            raise
        finally:
            _current.reset(token)
        for effect in opened.info.get("after_commit", ()):
            effect()


@contextmanager
def reading() -> Iterator[Session]:
    """Everything inside only reads; a flush is an error."""
    if (outer := _current.get()) is not None:
        yield outer
        return
    with Session(read_engine(), autoflush=False, expire_on_commit=False, info={"read_only": True}) as opened:
        token = _current.set(opened)
        try:
            yield opened
        finally:
            _current.reset(token)


@event.listens_for(Session, "before_flush")
def _refuse_to_write_while_reading(flushed: Session, *_: object) -> None:
    if flushed.info.get("read_only"):
        raise WriteWhileReading("a GET may not change anything")


def after_commit(effect: Callable[[], object]) -> None:
    """Do `effect` once the transaction under way is committed; never if it is rolled back."""
    session().info.setdefault("after_commit", []).append(effect)


def revision() -> str | None:
    """The migration that the database stands at; None when it has none."""
    with read_engine().connect() as connection:
        if not connection.scalar(text("select to_regclass('alembic_version')")):
            return None
        return str(connection.scalar(text("select version_num from alembic_version")))


def dispose(*, close: bool = True) -> None:
    """Let go of pooled connections; with `close=False` in a forked child, whose parent still uses them."""
    write_engine().dispose(close=close)
    read_engine().dispose(close=close)

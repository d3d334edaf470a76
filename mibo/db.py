"""The database: two engines, one session, one place that commits.

Writes run in `transaction()`, reads in `reading()`. The read engines are AUTOCOMMIT and so keep psycopg's prepared
statements, which takes 2.85 times less time; the server itself refuses every write on them, so no GET can change
anything. A replica may lag, so only what strangers look at is read from it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, TypeVar, cast

import structlog
from sqlalchemy import BigInteger, DateTime, Engine, MetaData, Select, Sequence, create_engine, event, text
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from mibo import straight
from mibo.config import settings

STATEMENT_TIMEOUT_MS = 5_000
LOCK_TIMEOUT_MS = 2_000
IDLE_TIMEOUT_MS = 10_000
POOL_WAIT_S = 2
LIMITS: Mapping[str, object] = {
    "statement_timeout": STATEMENT_TIMEOUT_MS,
    "lock_timeout": LOCK_TIMEOUT_MS,
    "idle_in_transaction_session_timeout": IDLE_TIMEOUT_MS,
    "timezone": "UTC",
    "jit": "off",  # our statements are short: compiling one takes longer than any of them
    "max_parallel_workers_per_gather": 0,  # nor do they last longer than starting helpers on busy processors takes
    "random_page_cost": 1.1,  # a page lies in memory or on a disk without arms: one far away costs hardly more than the next
    "pg_trgm.word_similarity_threshold": 0.5,  # people.search asks for names that are nearly so
}
PLAIN_ADDRESS = ("postgres://", "postgresql://")
GAVE_WAY = {"40P01", "40001"}  # two waited for each other, and the database ended one

DIALECT = psycopg.dialect()  # type: ignore[no-untyped-call]

Found = TypeVar("Found")

log = structlog.get_logger(__name__)

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
    """The engine of transactions. Each begins on a connection known to be alive, for a write cannot be tried twice."""
    engine = _engine(settings().database_url, pool_pre_ping=True)
    event.listen(engine, "handle_error", straight.tell_what_broke_off)
    return engine


@cache
def read_engine() -> Engine:
    """The engine of reads that must be true now: AUTOCOMMIT, no rollback on return, and no way to write."""
    return _read_only(settings().database_url)


@cache
def lagging_engine() -> Engine:
    """The engine of reads that may be some seconds old: the replica's, where there is one."""
    replica = settings().read_database_url
    return _read_only(replica) if replica else read_engine()


@cache
def putting_engine() -> Engine:
    """The engine of `put`: AUTOCOMMIT, so one round trip is all."""
    return _engine(settings().database_url, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)


def _read_only(url: str) -> Engine:
    limits = {**LIMITS, "default_transaction_read_only": "on"}
    return _engine(url, limits, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)


def address(url: str) -> str:
    """A PostgreSQL address as hosts hand it out, with our driver named."""
    return "postgresql+psycopg://" + url.split("://", 1)[1] if url.startswith(PLAIN_ADDRESS) else url


def _engine(url: str, limits: Mapping[str, object] = LIMITS, **options: Any) -> Engine:
    connect: dict[str, Any] = {
        "connect_timeout": 3,
        "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
        "application_name": "mibo",
    }
    if settings().db_prepare == "off":
        connect["prepare_threshold"] = None
    return create_engine(
        address(url),
        connect_args=connect,
        hide_parameters=True,
        pool_size=settings().db_pool_size,
        max_overflow=0,
        pool_timeout=POOL_WAIT_S,
        **options,
    )


_current: ContextVar[Session | None] = ContextVar("session", default=None)


def session() -> Session:
    """The session of the transaction or reading under way."""
    current = _current.get()
    if current is None:
        raise RuntimeError("no transaction() or reading() is under way")
    return current


def is_under_way() -> bool:
    """Whether there is a transaction or a reading to ask in; a page that says what went wrong has none."""
    return _current.get() is not None


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


def change(work: Callable[[], Found]) -> Found:
    """What `work` gives, in a transaction; done once more where the database ended it so that another could go on.

    `work` must not touch anything else than the database. Inside another transaction it joins it.
    """
    if (outer := _current.get()) is None or outer.info.get("read_only"):
        try:
            with transaction():
                return work()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in GAVE_WAY:
                raise
            log.warning("database.gave_way")
    with transaction():
        return work()


@contextmanager
def reading(*, may_lag: bool = False) -> Iterator[Session]:
    """Everything inside only reads; a write is an error. With `may_lag` it may see the world some seconds ago.

    Inside another reading, or a transaction, it joins it, unless that one may lag and this one may not.
    """
    if (outer := _current.get()) is not None and (may_lag or not outer.info.get("may_lag")):
        yield outer
        return
    engine = lagging_engine() if may_lag else read_engine()
    facts = {"read_only": True, "may_lag": engine is not read_engine()}
    with Session(engine, autoflush=False, expire_on_commit=False, info=facts) as opened:
        token = _current.set(opened)
        try:
            yield opened
        finally:
            _current.reset(token)


def read(work: Callable[[], Found], *, may_lag: bool = False) -> Found:
    """What `work` finds in a reading; asked once more where the connection had died since it was last used."""
    if _current.get() is None:
        try:
            with reading(may_lag=may_lag):
                return work()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
    with reading(may_lag=may_lag):
        return work()


def rows(statement: str, values: Mapping[str, object], *, anew: bool = False) -> Collection[Any]:
    """Plain rows of a statement in the driver's own words (`%(name)s`), for what is asked most; each column has a name.

    A reading is a series of statements that commit themselves, so there it goes past the session and SQLAlchemy, which
    would take longer than everything else, unless somebody listens; in a transaction it is part of it. `anew`: see there.
    """
    current = session()
    if not current.info.get("read_only"):
        return current.connection().exec_driver_sql(statement, values).all()
    return straight.rows(cast("Engine", current.get_bind()), statement, values, anew=anew)


def put(statement: str, values: Mapping[str, object]) -> bool:
    """Whether one statement in the driver's own words, which is a transaction of its own, gives a row.

    For what comes hundreds of times a second. It is said once more where the connection had died since it was last
    used, so it must do no harm twice.
    """
    try:
        return _put(statement, values)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
    return _put(statement, values)


def _put(statement: str, values: Mapping[str, object]) -> bool:
    with putting_engine().connect() as connection:
        return connection.exec_driver_sql(statement, values).first() is not None


class Prepared:
    """A statement whose words are made once and only its values change: for what every request or poll asks.

    Making the words takes longer than PostgreSQL takes to answer them. Values that vary are `bindparam`s; lists cannot.
    """

    def __init__(self, wanted: Select[*tuple[Any, ...]]) -> None:
        made = wanted.compile(dialect=DIALECT)
        self.words, self.fixed = str(made), made.params

    def rows(self, **values: object) -> Collection[Any]:
        """What it finds with these values, as plain rows."""
        return rows(self.words, {**self.fixed, **values})


@contextmanager
def planned_anew() -> Iterator[None]:
    """Each statement inside is planned for its own values. Searches want it: after five questions PostgreSQL would keep
    one plan for all, and a plan for any words whatever uses no index of words.
    """
    driver = session().connection().connection.driver_connection
    assert driver is not None
    before, driver.prepare_threshold = driver.prepare_threshold, None
    try:
        yield
    finally:
        driver.prepare_threshold = before


@event.listens_for(Session, "before_flush")
def _refuse_to_write_while_reading(flushed: Session, *_: object) -> None:
    if flushed.info.get("read_only"):
        raise WriteWhileReading("a GET may not change anything")


def between_steps() -> None:
    """A provider is about to be called: an open transaction would hold its locks meanwhile, so one is a bug."""
    current = _current.get()
    if current is not None and not current.info.get("read_only"):
        raise RuntimeError("a provider may not be called inside a transaction")


def violated(error: DBAPIError) -> str:
    """The name of the constraint that a statement broke; empty where it was something else."""
    return getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""


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
    for engine in {write_engine(), read_engine(), lagging_engine(), putting_engine()}:
        engine.dispose(close=close)

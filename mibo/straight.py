"""Questions put to PostgreSQL's driver itself: for the few that every request or poll asks, where the way through
SQLAlchemy takes as long as the answer. The connection comes from its pool, and what goes wrong is told in its errors.
"""

from collections.abc import Collection, Mapping
from typing import Any, cast

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import Engine, PoolProxiedConnection
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError


class Dead(Exception):
    """The connection was closed by the other side since it was last used."""


def rows(engine: Engine, statement: str, values: Mapping[str, object], *, anew: bool = False) -> Collection[Any]:
    """What a reading statement finds; with `anew`, for large answers, it is planned for these values and sent as bytes.

    It goes through SQLAlchemy where somebody listens to what is sent, and where the connection was dead, so that
    SQLAlchemy finds out how many more of its pool are.
    """
    if not engine.dispatch.before_cursor_execute and (held := _held(engine)) is not None:
        try:
            return _asked(held, statement, values, anew=anew)
        except Dead:
            held.invalidate()
        finally:
            held.close()
    with engine.connect() as connection:
        return connection.exec_driver_sql(statement, values).all()


def _held(engine: Engine) -> PoolProxiedConnection | None:
    """A connection of the pool; None where there is none to be had, which SQLAlchemy then says in its own errors."""
    try:
        return engine.raw_connection()
    except psycopg.Error:
        return None


def _asked(held: PoolProxiedConnection, statement: str, values: Mapping[str, object], *, anew: bool) -> Collection[Any]:
    driver = cast("psycopg.Connection[Any]", held.driver_connection)
    try:
        with driver.cursor(row_factory=namedtuple_row) as cursor:
            return cursor.execute(statement, values, prepare=False if anew else None, binary=anew).fetchall()
    except psycopg.Error as error:
        if driver.closed:
            raise Dead from error
        raise DBAPIError.instance(statement, None, error, psycopg.Error, hide_parameters=True) from error


def tell_what_broke_off(context: ExceptionContext) -> None:
    """Whether a connection lives is asked before a transaction. What ends that wait, as a job's time limit does, is no
    trouble of the driver: psycopg, tidying up, would say that it "can't change autocommit now", and the limit were lost.
    """
    broke_off = context.original_exception.__context__
    if context.is_pre_ping and broke_off is not None and not isinstance(broke_off, psycopg.Error):
        raise broke_off

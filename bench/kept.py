"""The PostgreSQL of a bench: thrown away afterwards, or kept in a folder and asked again without loading anew."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg

from mibo.dev import keys, migrate, postgres


def arguments(parser: ArgumentParser) -> None:
    """Where it lies, and whether it stays."""
    parser.add_argument("--data", type=Path, default=Path("/var/tmp"), help="where the database lies meanwhile")
    parser.add_argument(
        "--keep", type=Path, help="a folder in which what was loaded stays, and is asked again next time"
    )


@contextmanager
def cluster(data: Path, keep: Path | None, settings: Sequence[str] = ()) -> Iterator[postgres.Postgres]:
    """A durable PostgreSQL."""
    folder = keep or Path(tempfile.mkdtemp(prefix="mibo-bench-", dir=data))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    try:
        with started(folder, settings) as server:
            yield server
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def started(folder: Path, settings: Sequence[str] = ()) -> Iterator[postgres.Postgres]:
    """The PostgreSQL of a folder, made where there is none."""
    server = postgres.embedded(folder / "postgres", log=folder / "postgres.log", settings=settings)
    server.create_cluster()
    child = server.child()
    process = child.start()
    try:
        server.wait_until_ready(process)
        yield server
    finally:
        child.stop(process)


def loaded(server: postgres.Postgres, name: str, load: Callable[[str], object]) -> str:
    """The address of a database as `load` fills it, at the newest migration; one that was filled before is only migrated.

    Only a finished one bears the name, so that a load that was cut short is begun again.
    """
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        there = connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
    if there:
        migrate.upgrade(server.url(name))
        return server.url(name)
    began, half = time.monotonic(), f"{name}_half"
    server.drop_database(half)
    server.create_database(half)
    migrate.upgrade(server.url(half))
    load(server.url(half).replace("+psycopg", ""))
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f'alter database "{half}" rename to "{name}"')
    print(f"\nloaded {name} in {time.monotonic() - began:.0f} s", flush=True)
    return server.url(name)


def measure_each(
    asked: Namespace, command: Sequence[str], name: str, load: Callable[[int, str], object], what: str
) -> None:
    """Each size is loaded, and then asked by a process of its own, with settings that are made up."""
    with cluster(asked.data, asked.keep) as server:
        for size in asked.sizes:
            url = loaded(server, f"{name}_{size}", partial(load, size))
            print(f"\n{size:,} {what}, load {os.getloadavg()[0]:.1f}", flush=True)
            settings = {key: value for key, value in keys.for_app(keys.fresh(), "").items() if value}
            environment = {**os.environ, **settings, "DATABASE_URL": url, "MIBO_ENV": "test"}
            inside = [sys.executable, "-m", *command, "--inside", "--questions", str(asked.questions)]
            subprocess.run(inside, env=environment, check=True)

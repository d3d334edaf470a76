"""Brings a database to the code's revision."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from mibo.dev.children import CannotStart

ROOT = Path(__file__).resolve().parents[2]


def upgrade(database_url: str) -> None:
    """Bring the database at this address to the newest revision, in a process of its own."""
    if _is_newest(database_url):
        return
    done = subprocess.run(
        [sys.executable, "-m", "mibo.dev.migrate"],
        cwd=ROOT, env={**os.environ, "DATABASE_URL": database_url}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        reason = (done.stderr.strip() or "no reason given").splitlines()[-1]
        raise CannotStart(f"The database could not be brought up to date: {reason}")


def upgrade_here() -> None:
    """Bring the database of this process's settings to the newest revision."""
    command.upgrade(configuration(), "head")


def _is_newest(database_url: str) -> bool:
    """Whether nothing is to be done, found out without loading the app."""
    try:
        with psycopg.connect(database_url.replace("postgresql+psycopg://", "postgresql://", 1)) as connection:
            found = {row[0] for row in connection.execute("select version_num from alembic_version")}
    except psycopg.errors.UndefinedTable:
        return False
    except psycopg.OperationalError as error:
        raise CannotStart(f"The database cannot be reached: {str(error).strip().splitlines()[-1]}") from None
    return found == set(ScriptDirectory.from_config(configuration()).get_heads())


def configuration() -> Config:
    """Alembic's configuration, wherever Mibo lies."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    return config


if __name__ == "__main__":
    upgrade_here()

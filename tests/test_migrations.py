"""The schema: the same by every way, and none of it missing from the models."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from tests.machine import Database

SCRIPTS = Path(__file__).parents[1] / "migrations"


@pytest.fixture
def empty(database: Database) -> Iterator[str]:
    with database.fresh("mibo_migrated", migrated=False) as url:
        yield url


def alembic(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["url"] = url
    return config


def schema(url: str) -> list[tuple[Any, ...]]:
    """Every column, constraint, index, trigger and function of ours."""
    ours = "n.nspname = 'public' and not exists (select from pg_depend e where e.objid = {} and e.deptype = 'e')"
    parts = (
        "select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns"
        " where table_schema = 'public' and table_name <> 'alembic_version' order by 1, 2",
        "select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint"
        " where connamespace = 'public'::regnamespace and conname not like 'alembic%' order by 1, 2",
        "select indexname, indexdef from pg_indexes where schemaname = 'public' and tablename <> 'alembic_version'"
        " order by 1",
        "select tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal order by 1",
        "select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
        f" where {ours.format('p.oid')} order by 1",
        "select sequencename from pg_sequences where schemaname = 'public' order by 1",
    )
    with psycopg.connect(url) as connection:
        return [row for part in parts for row in connection.execute(part).fetchall()]


def test_there_is_one_line_of_revisions() -> None:
    script = ScriptDirectory(str(SCRIPTS))
    assert len(script.get_heads()) == 1
    assert all(not revision.is_merge_point for revision in script.walk_revisions())


def test_up_down_and_up_again_is_the_same_schema(empty: str) -> None:
    config = alembic(empty)
    command.upgrade(config, "head")
    once = schema(empty)
    assert once
    command.downgrade(config, "base")
    assert schema(empty) == []
    command.upgrade(config, "head")
    assert schema(empty) == once


def test_each_step_can_be_taken_back_and_taken_again(empty: str) -> None:
    config = alembic(empty)
    command.upgrade(config, "head")
    whole = schema(empty)
    command.downgrade(config, "-1")
    assert schema(empty) != whole
    command.upgrade(config, "+1")
    assert schema(empty) == whole


def test_the_models_say_what_the_migrations_make(empty: str) -> None:
    config = alembic(empty)
    command.upgrade(config, "head")
    command.check(config)


def test_every_constraint_has_a_name_of_its_own_kind(empty: str) -> None:
    command.upgrade(alembic(empty), "head")
    kinds = {"p": "pk_", "f": "fk_", "u": "uq_", "c": "ck_"}
    with psycopg.connect(empty) as connection:
        rows = connection.execute(
            "select contype, conname from pg_constraint where connamespace = 'public'::regnamespace"
            " and conrelid <> 'alembic_version'::regclass"
        ).fetchall()
    odd = [name for kind, name in rows if kind in kinds and not name.startswith(kinds[kind])]
    assert odd == []

"""Alembic's way into Mibo: the same settings, models and naming as the app."""

from alembic import context
from sqlalchemy import create_engine, pool

import mibo.analytics
import mibo.audit
import mibo.booking
import mibo.care
import mibo.exports
import mibo.leads
import mibo.messaging
import mibo.scheduling  # noqa: F401  (each import fills the metadata)
from mibo.config import settings
from mibo.db import Base, address

OPTIONS = {"target_metadata": Base.metadata, "compare_server_default": False, "transaction_per_migration": True}


def run_offline() -> None:
    """Print the SQL, for review and for linting."""
    context.configure(dialect_name="postgresql", literal_binds=True, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    """Change the database; a lock that cannot be had in a second is given up, not waited for."""
    engine = create_engine(
        address(context.config.attributes.get("url") or settings().database_url),
        poolclass=pool.NullPool,
        connect_args={"options": "-c lock_timeout=1000 -c timezone=UTC"},
    )
    with engine.connect() as connection:
        context.configure(connection=connection, **OPTIONS)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


if context.is_offline_mode():
    run_offline()
else:
    run_online()

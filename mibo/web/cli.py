"""What an operator does from the command line: `flask db upgrade`, `flask create-admin`."""

from types import SimpleNamespace

import click
from flask import Flask
from flask_migrate import Migrate

from mibo import db, identity
from mibo.config import settings
from mibo.phone import canonical
from mibo.web import operating
from mibo.web.requests import ROOT


def register(app: Flask) -> None:
    """Make the commands known to `flask`."""
    known = SimpleNamespace(metadata=db.Base.metadata, engine=db.write_engine(), get_engine=db.write_engine)
    app.extensions["sqlalchemy"] = known
    Migrate(
        app,
        known,  # type: ignore[arg-type]  # a stand-in with the three things it asks for
        directory=str(ROOT / "migrations"),
    )
    app.cli.add_command(create_admin)
    operating.register(app)


@click.command("create-admin")
@click.option("--name", prompt=True)
@click.option("--phone", prompt=True)
@click.option("--username", prompt=True)
def create_admin(name: str, phone: str, username: str) -> None:
    """Make the first administrator, who then makes everybody else, and print the link to set a password with.

    It works once, for 72 hours; nobody chooses or sees another's password (security.md line 15).
    """
    with db.transaction():
        account = identity.open_account("STAFF", canonical(phone), full_name=name, username=username)
        db.session().add(identity.RoleGrant(account_id=account.id, role=identity.Role.ADMIN))
        token = identity.open_link(account, "SET_PASSWORD", by=None)
    click.echo(f"{account.username} is an administrator. Set the password within 72 hours, with this link, once:")
    click.echo(f"{settings().base_url.rstrip('/')}/staff/password/{token}")

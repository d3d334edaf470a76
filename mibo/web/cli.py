"""What an operator does from the command line: `flask db upgrade`, `flask create-admin`."""

from types import SimpleNamespace

import click
from flask import Flask
from flask_migrate import Migrate

from mibo import db, identity
from mibo.phone import canonical
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


@click.command("create-admin")
@click.option("--name", prompt=True)
@click.option("--phone", prompt=True)
@click.option("--username", prompt=True)
@click.password_option()
def create_admin(name: str, phone: str, username: str, password: str) -> None:
    """Make the first administrator, who then makes everybody else."""
    with db.transaction():
        account = identity.open_account("STAFF", canonical(phone), full_name=name, username=username)
        identity.set_password(account, password)
        db.session().add(identity.RoleGrant(account_id=account.id, role=identity.Role.ADMIN))
    click.echo(f"{account.username} can sign in now.")

"""What an operator does from the command line: `flask db upgrade`, `flask create-admin`, `flask end-sign-ins`, and more."""

from types import SimpleNamespace

import click
from flask import Flask
from flask_migrate import Migrate

from mibo import db, identity
from mibo.config import settings
from mibo.phone import canonical
from mibo.web import message_commands, note_commands, operating, words_commands
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
    app.cli.add_command(end_sign_ins)
    operating.register(app)
    message_commands.register(app)
    note_commands.register(app)
    words_commands.register(app)


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


@click.command("end-sign-ins")
@click.option("--staff", "name", help="A staff member's username or phone.")
@click.option("--patient", "phone", help="A patient's phone.")
def end_sign_ins(name: str | None, phone: str | None) -> None:
    """Sign somebody out of every browser and app, now: a lost phone, a doubt. They may sign in again."""
    if (name is None) == (phone is None):
        raise click.UsageError("Name one person: --staff or --patient.")
    with db.transaction():
        found = identity.staff_account(name) if name else identity.account_by_phone("PATIENT", canonical(phone or ""))
        if found is None:
            raise click.ClickException("There is no such account.")
        identity.end_stays_of(found.id, "ended_by_operator", by=None)
    click.echo("Signed out everywhere.")

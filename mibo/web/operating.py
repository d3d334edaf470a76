"""What an operator decides or checks from the command line: `flask policy`, `flask audit`."""

from dataclasses import asdict

import click
from flask import Flask

from mibo import audit, clinics, db
from mibo.errors import Invalid


def register(app: Flask) -> None:
    """Make the commands known to `flask`."""
    app.cli.add_command(policy)
    app.cli.add_command(audit_group)


@click.group("policy")
def policy() -> None:
    """The clinic's policy numbers."""


@policy.command("show")
def show_policy() -> None:
    """Print what is in force."""
    with db.reading():
        for name, value in asdict(clinics.newest_policy()).items():
            click.echo(f"{name} = {value}")


@policy.command("set")
@click.argument("name")
@click.argument("value", type=int)
@click.option("--reason", required=True, help="Why; it stands in the history.")
def set_policy(name: str, value: int, reason: str) -> None:
    """Put one number in force, for example: flask policy set hold_minutes 20 --reason "Slow networks"."""
    try:
        with db.transaction():
            if name not in asdict(clinics.newest_policy()):
                raise click.BadParameter(f"There is no policy number {name}. `flask policy show` lists them.")
            clinics.decide_policy({name: value}, reason, by=None)
    except Invalid as error:
        raise click.ClickException(error.message) from None
    click.echo(f"{name} = {value}")


@click.group("audit")
def audit_group() -> None:
    """The audit and its chain."""


@audit_group.command("verify")
@click.option("--root", default="", help="A root noted earlier; it must still stand in the chain's last entry.")
def verify(root: str) -> None:
    """Walk the chain and name the first entry that was changed, taken away or put in between."""
    audit.chain_new()
    with db.reading():
        verdict = audit.verify()
    if verdict.broken_id is not None:
        raise click.ClickException(
            f"The chain is broken at entry {verdict.broken_id}, after {verdict.entries} good ones: {verdict.why}."
        )
    if root and root.lower() != verdict.root.hex():
        raise click.ClickException(f"The chain ends in another root: {verdict.root.hex()}.")
    click.echo(f"{verdict.entries} entries, unbroken. {verdict.unchained} not chained yet. Root {verdict.root.hex()}.")

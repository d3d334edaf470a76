"""What an operator does about messages from the command line: `flask messages`."""

import json

import click
from flask import Flask

from mibo.integrations import sms
from mibo.integrations.gallabox_templates import listed_templates
from mibo.integrations.http import ProviderError
from mibo.messaging import templates


def register(app: Flask) -> None:
    """Make the commands known to `flask`."""
    app.cli.add_command(messages)


@click.group("messages")
def messages() -> None:
    """The texts of messages, and the templates that are approved for them."""


@messages.command("templates")
def print_templates() -> None:
    """Print every template in every language, as it is handed in for approval."""
    click.echo(json.dumps(templates.to_be_approved(), ensure_ascii=False, indent=1))


@messages.command("check")
def check() -> None:
    """Compare our texts with the approved templates, and name each that differs. Run it before texts are changed live."""
    try:
        listed = listed_templates()
    except ProviderError as error:
        raise click.ClickException(f"The list of templates could not be read: {error}") from None
    known = {one.name: (one.language, one.status, one.body, one.button, one.answers) for one in listed}
    if (unregistered := sms.unregistered([text["name"] for text in templates.to_be_approved()])) and sms.is_set_up():
        click.echo(f"{len(unregistered)} texts have no DLT id and cannot leave by SMS: {', '.join(unregistered)}")
    if found := templates.differences(known):
        raise click.ClickException("\n".join([f"{len(found)} differences:", *found]))
    click.echo(f"All {len(templates.to_be_approved())} templates are approved as we have them.")

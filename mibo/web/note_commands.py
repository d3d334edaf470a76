"""What an operator does about sealed notes from the command line: `flask notes rotate-keys`."""

import click
from flask import Flask

from mibo import care, db, sealing


def register(app: Flask) -> None:
    """Make the commands known to `flask`."""
    app.cli.add_command(notes)


@click.group("notes")
def notes() -> None:
    """What clinicians write, sealed: notes of consultations and what stands in a patient's record."""


@notes.command("rotate-keys")
def rotate_keys() -> None:
    """Put every text under the first of NOTES_KEYS (or under SECRET_KEY while there is none).

    Stopped half-way it may simply be run again. While it runs, notes are read and written as ever.
    """
    done = 0
    try:
        while True:
            with db.transaction():
                some = care.resealing.reseal_some()
            if not some:
                break
            done += some
            click.echo(f"{done} notes are under the new key…")
        with db.transaction():
            left = care.resealing.left()
            care.resealing.note_resealed(done)
    except sealing.InvalidToken:
        raise click.ClickException(
            f"A note is under a key that is not among NOTES_KEYS, SECRET_KEY and SECRET_KEY_FALLBACKS. {done} notes were "
            "moved and nothing is lost: add that key again, after the first, and run this once more."
        ) from None
    if left:
        raise click.ClickException(
            f"{left} notes are still under a former key, because they were being written. Run it again."
        )
    click.echo(f"All notes are under the key in use; {done} were moved. Former keys of notes may go.")

"""What a translator does from the command line: `flask words`."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
from babel.messages import extract, pofile
from babel.messages.catalog import Catalog
from flask import Flask

from mibo.messaging import LANGUAGES
from mibo.web.languages import CATALOGUES, ENGLISH
from mibo.web.requests import ROOT

TRANSLATED = [language for language in LANGUAGES if language != ENGLISH]
MARKS = {"gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "phrase": None, "_": None}
ONE_DAY = datetime(2026, 11, 30, tzinfo=UTC)  # in every header, so that a file changes only when its words do
IN_TEMPLATES = {"trimmed": "true", "silent": "false"}


def register(app: Flask) -> None:
    """Make the commands known to `flask`."""
    app.cli.add_command(words)


@click.group()
def words() -> None:
    """The words of the pages in their languages."""


@words.command()
def update() -> None:
    """Bring the catalogues in `translations/` to what the sources say: what is new comes in empty, what is gone leaves."""
    marked = marked_words()
    for language in TRANSLATED:
        catalogue = written(language)
        catalogue.update(marked, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        file_of(language).write_bytes(as_file(catalogue))
        empty = sum(1 for entry in catalogue if entry.id and not all(forms(entry.string)))
        click.echo(f"{language}: {len(catalogue)} entries, {empty} to translate")


def marked_words() -> Catalog:
    """Every sentence marked for translation in templates and code."""
    found = _new(None)
    for file, method in _sources():
        text = file.read_bytes()
        if method == "python" and not any(f"{mark}(".encode() in text for mark in MARKS):
            continue
        place = [(str(file.relative_to(ROOT)), 0)]
        options = IN_TEMPLATES if method == "jinja2" else {}
        for _, message, comments, context in extract.extract(
            method, io.BytesIO(text), MARKS, ["Translators:"], options
        ):
            found.add(message, None, place, auto_comments=comments, context=context)
    return found


def _sources() -> Iterator[tuple[Path, str]]:
    for file in sorted((ROOT / "templates").rglob("*.html")):
        yield file, "jinja2"
    for file in sorted((ROOT / "mibo").rglob("*.py")):
        if not file.is_relative_to(ROOT / "mibo" / "dev"):
            yield file, "python"


def written(language: str) -> Catalog:
    """A language's catalogue as it stands in its file; an empty one if there is none yet."""
    if not file_of(language).exists():
        return _new(language)
    with file_of(language).open("rb") as file:
        return pofile.read_po(file, locale=language)


def file_of(language: str) -> Path:
    """Where a language's words are."""
    return CATALOGUES / f"{language}.po"


def forms(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """The one form of an entry, or its singular and plural; one that is missing is empty."""
    if string is None:
        return ("",)
    return (string,) if isinstance(string, str) else tuple(string)


def as_file(catalogue: Catalog) -> bytes:
    """A catalogue as text: in the order of the sources, a line a sentence, and no dates or line numbers that change by themselves."""
    catalogue.revision_date = ONE_DAY
    text = io.BytesIO()
    pofile.write_po(text, catalogue, width=0, include_lineno=False, ignore_obsolete=True)
    return text.getvalue()


def _new(language: str | None) -> Catalog:
    return Catalog(
        locale=language, project="Mibo", version="1", copyright_holder="the Mibo authors", creation_date=ONE_DAY,
        revision_date=ONE_DAY, last_translator="", language_team="", charset="utf-8", fuzzy=False,
        msgid_bugs_address="", header_comment="# The words of Mibo's pages. See docs/languages.md.",
    )  # fmt: skip

"""In which language a page speaks, and its words in that language. Programs and staff are answered in English.

The catalogues in `translations/` are read as they are written: there is no compiled file that could be missing or out of date.
"""

import io
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cache, cached_property
from pathlib import Path
from typing import Any, cast

from babel.messages import mofile, pofile
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, request
from flask_babel import Babel, Domain, force_locale, get_locale, gettext
from werkzeug.wrappers import Response

from mibo.config import settings
from mibo.messaging import LANGUAGES
from mibo.phrases import Phrase, phrase
from mibo.web import access

ENGLISH = "en"
CATALOGUES = Path(__file__).parents[2] / "translations"
COOKIE = "language"
REMEMBERED_S = 365 * 24 * 3600
STAFF_DOOR = "/staff/"  # where staff are not signed in yet


class Catalogues(Domain):  # type: ignore[misc]
    """The words of the language in force."""

    def get_translations(self) -> NullTranslations:
        """English needs none: it is what is written in the code."""
        return words_of(language())


class Languages(Babel):  # type: ignore[misc]
    """Flask-Babel with our catalogues."""

    @cached_property
    def domain_instance(self) -> Domain:
        """Where gettext looks."""
        return Catalogues()


@cache
def words_of(chosen: str) -> NullTranslations:
    """A catalogue, read once in the life of a process. Fuzzy entries are not used."""
    file = CATALOGUES / f"{chosen}.po"
    if chosen == ENGLISH or not file.exists():
        return NullTranslations()
    with file.open("rb") as written:
        catalogue = pofile.read_po(written, locale=chosen)
    compiled = io.BytesIO()
    mofile.write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def use_languages(app: Flask) -> None:
    """Let pages speak the visitor's language; a phrase that a template prints is put into it."""
    Languages(app, locale_selector=_language_of_request, default_locale=ENGLISH, default_timezone="Asia/Kolkata")
    app.jinja_env.finalize = _printed
    app.jinja_env.filters["put"] = put
    app.jinja_env.globals.update(page_language=language, page_languages=LANGUAGES, phrase=phrase)
    app.after_request(_declare)


def language() -> str:
    """`en`, `hi`, `ml` or `kn`: what this request is answered in, and English where there is none."""
    locale = get_locale() if has_request_context() else None
    return str(locale.language) if locale is not None else ENGLISH


def spoken_to(audience: str, chosen: str | None) -> AbstractContextManager[None]:
    """While it lasts texts are in the language that somebody chose, whoever asks for them; to staff in English."""
    return cast(AbstractContextManager[None], force_locale((audience != "STAFF" and chosen) or ENGLISH))


def put(sentence: str) -> str:
    """A sentence in the visitor's language. What was not marked for translation, or has no gaps, is looked up as it stands."""
    if not isinstance(sentence, Phrase):
        return str(gettext(sentence)) if sentence else sentence
    found = str(gettext(sentence.wording))
    return found % {name: _gap(value) for name, value in sentence.gaps.items()} if sentence.gaps else found


def _gap(value: Any) -> Any:
    return put(value) if isinstance(value, Phrase) else value


def _printed(value: Any) -> Any:
    return put(value) if type(value) is Phrase else value


def _language_of_request() -> str:
    if access.for_programs() or request.path.startswith(STAFF_DOOR):
        return ENGLISH
    who = access.visitor_if_known()
    if who is not None and who.audience == "STAFF":
        return ENGLISH
    return (
        (who and who.language)
        or _chosen(request.cookies)
        or request.accept_languages.best_match(list(LANGUAGES), ENGLISH)
        or ENGLISH
    )


def _chosen(cookies: Mapping[str, str]) -> str:
    told = cookies.get(cookie_name(), "")
    return told if told in LANGUAGES else ""


def cookie_name() -> str:
    """Only this host sets it, where everything goes over TLS."""
    return f"__Host-{COOKIE}" if settings().secure else COOKIE


def remember(response: Response, chosen: str) -> Response:
    """Keep what this browser's user chose, for a year and beyond signing out."""
    response.set_cookie(
        cookie_name(), chosen, max_age=REMEMBERED_S, secure=settings().secure, httponly=True, samesite="Lax", path="/"
    )
    return response


def _declare(response: Response) -> Response:
    """Say which language it is and what it depends on. API answers are English whoever asks."""
    if response.mimetype == "text/html" and not access.for_programs():
        response.headers.setdefault("Content-Language", language())
        response.vary.update(("Accept-Language", "Cookie"))
    return response

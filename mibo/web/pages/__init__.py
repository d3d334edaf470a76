"""Pages for people: one module is one blueprint is one folder of templates."""

from flask import Flask

from mibo.web.pages import book as book
from mibo.web.pages import desk as desk
from mibo.web.pages import home as home
from mibo.web.pages import my as my
from mibo.web.pages import sign_in as sign_in
from mibo.web.pages import styleguide as styleguide


def register_pages(app: Flask) -> None:
    """Register every blueprint of pages."""
    for module in (home, sign_in, book, my, desk, styleguide):
        app.register_blueprint(module.bp)

"""Pages for people: one module is one blueprint is one folder of templates."""

from flask import Flask

from mibo.web.pages import book, desk, home, my, sign_in, styleguide


def register_pages(app: Flask) -> None:
    """Register every blueprint of pages."""
    for module in (home, sign_in, book, my, desk, styleguide):
        app.register_blueprint(module.bp)

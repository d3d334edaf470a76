"""The WSGI app."""

from mibo.web import create_app

app = create_app()

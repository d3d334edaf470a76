"""The token that every form holds, without asking for a page that has one; that pages hold it other tests see."""

import secrets

from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf


def csrf_token(client: FlaskClient) -> str:
    """What a form would send that this browser was shown."""
    with client.session_transaction() as cookie:
        raw = cookie.setdefault("csrf_token", secrets.token_hex())
    with client.application.test_request_context():
        from flask import session

        session["csrf_token"] = raw
        return str(generate_csrf())

"""A member of staff at a browser without pages, and how many statements a page takes."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from mibo import db, identity
from mibo.identity import Account
from tests.web.pages.forms import csrf_token


class Desk:
    """Somebody signed in as staff."""

    def __init__(self, client: FlaskClient, account: Account) -> None:
        self.client = client
        with db.transaction():
            key = identity.start_web_sign_in(account, "a test", proved=True)
        with client.session_transaction() as session:
            session["key"] = key

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers=headers)

    def part(self, path: str, **headers: str) -> TestResponse:
        """The same as HTMX asks for it."""
        return self.client.get(path, headers={"HX-Request": "true", **headers})

    def post(self, path: str, part: bool = False, **fields: object) -> TestResponse:
        headers = {"HX-Request": "true"} if part else {}
        return self.client.post(path, data={"csrf_token": csrf_token(self.client), **fields}, headers=headers)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that the database was asked while inside."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    engines = db.read_engine(), db.write_engine()
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)

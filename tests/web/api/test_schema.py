"""Every operation of the document is asked with generated input, as three principals: no 5xx, and no answer that the
document does not know (schemathesis). The sample is the same in every run.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from mibo import db, identity
from mibo.identity import Account
from mibo.identity.permissions import Role
from mibo.web.api.document import openapi
from tests import make

EXAMPLES = 2  # for each operation and principal
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]


def principals(clinic: Any) -> dict[str, int | None]:
    with db.transaction():
        return {"anonymous": None, "patient": clinic.patient.account_id, "admin": make.staff(Role.ADMIN).id}


def token(account_id: int | None) -> dict[str, str]:
    """A new one each time: what is asked may end a sign-in."""
    plain = {"Accept-Encoding": "identity"}
    if account_id is None:
        return plain
    with db.transaction() as session:
        access = identity.start_api_sign_in(session.get_one(Account, account_id)).access
    return {**plain, "Authorization": f"Bearer {access}"}


def operations(app: Flask) -> Iterator[Any]:
    document = openapi(app)
    document["servers"] = [{"url": "/api"}]
    schema = schemathesis.openapi.from_dict(document)
    schema.app = app
    for found in schema.get_all_operations():
        yield found.ok()


SAMPLE = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def ask(operation: Any, headers: dict[str, str]) -> int:
    """Ask an operation a few things, and answer how many."""
    asked = 0

    def once(case: Any) -> None:
        nonlocal asked
        asked += 1
        case.call_and_validate(headers=headers, checks=CHECKS)

    seed(20261122)(SAMPLE(given(case=operation.as_strategy())(once)))()
    return asked


@pytest.mark.timeout(300)
@pytest.mark.parametrize("principal", ["anonymous", "patient", "admin"])
def test_whatever_is_asked_gets_an_answer_of_the_document(
    app: Flask, sandbox: Any, clinic: Any, principal: str
) -> None:
    account_id = principals(clinic)[principal]
    assert sum(ask(operation, token(account_id)) for operation in operations(app)) >= 100

"""The alarm for the whole site: three hundred codes in an hour (security.md line 09)."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, text, update

from mibo import clock, db, identity
from mibo.identity.models import Challenge, PasswordTry
from tests.web.pages.desk import statements

pytestmark = pytest.mark.usefixtures("database")


def codes(number: int, *, minutes_ago: int = 0) -> None:
    """So many codes that went to as many phones."""
    at = clock.now() - timedelta(minutes=minutes_ago)
    row = {"audience": "PATIENT", "salt": b"x", "code_hash": b"x", "expires_at": at, "created_at": at}
    with db.transaction() as session:
        session.execute(insert(Challenge), [{**row, "phone": f"+9190000{n:05d}"} for n in range(number)])


def alarms(capfd: pytest.CaptureFixture[str], *phones: str) -> int:
    """How often it is said while these phones ask for a code."""
    capfd.readouterr()
    for phone in phones:
        with db.transaction():
            identity.ask_for_code("PATIENT", phone)
    return "".join(capfd.readouterr()).count("codes.flood")


@pytest.mark.usefixtures("app")
def test_it_is_said_at_the_three_hundredth_code_of_an_hour_and_once_an_hour(capfd: pytest.CaptureFixture[str]) -> None:
    codes(298)
    assert alarms(capfd, "+919800000001") == 0
    assert alarms(capfd, "+919800000002", "+919800000003") == 1
    assert alarms(capfd, "+919800000004") == 0
    with db.transaction() as session:
        session.execute(update(PasswordTry).values(tried_at=text("now() - interval '61 minutes'")))
    assert alarms(capfd, "+919800000005", "+919800000006") == 1


@pytest.mark.usefixtures("app")
def test_codes_of_an_hour_ago_are_no_flood(capfd: pytest.CaptureFixture[str]) -> None:
    codes(400, minutes_ago=61)
    assert alarms(capfd, "+919800000001") == 0


@pytest.mark.usefixtures("app")
def test_looking_is_one_statement_that_walks_the_primary_key() -> None:
    codes(400, minutes_ago=61)
    with statements() as asked, db.transaction():
        identity.ask_for_code("PATIENT", "+919800000001")
    [looked] = [each for each in asked if "OFFSET" in each]
    assert "ORDER BY challenge.id DESC" in looked

"""Accounts, codes and sign-ins as these tests need them, and many of something at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select, text

from mibo import db, identity
from mibo.identity import Account
from mibo.messaging import Message, sealing

PHONE = "+919876500001"
ANOTHER_PHONE = "+919876500002"


def account(audience="PATIENT", phone=PHONE, full_name="Asha Menon", **more) -> Account:
    with db.transaction() as session:
        made = Account(audience=audience, phone=phone, full_name=full_name, **more)
        session.add(made)
    return made


def ask(phone=PHONE, audience="PATIENT"):
    with db.transaction():
        return identity.ask_for_code(audience, phone)


def check(code: str, phone=PHONE, audience="PATIENT"):
    with db.transaction():
        return identity.check_code(audience, phone, code)


def check_and_use(code: str, phone=PHONE, audience="PATIENT"):
    with db.transaction():
        outcome = identity.check_code(audience, phone, code)
        if outcome.right:
            identity.use_code(outcome.challenge_id)
    return outcome


def code_sent(phone=PHONE) -> str:
    """The newest code on its way to a phone."""
    with db.reading() as session:
        newest = select(Message).where(Message.phone == phone).order_by(Message.id.desc()).limit(1)
        return sealing.unseal(session.scalar(newest).sealed)["otp"]


def a_wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def earlier(seconds: float) -> None:
    """Let what codes there are have been asked for so many seconds earlier."""
    statement = text(
        "update challenge set created_at = created_at - :s * interval '1 second',"
        " expires_at = expires_at - :s * interval '1 second'"
    )
    with db.transaction() as session:
        session.execute(statement, {"s": seconds})


def at_once(times: int, what: Callable[[], object]) -> list:
    """The results of doing something many times at the same moment, in threads with connections of their own."""
    start = Barrier(times)

    def run(_: int) -> object:
        start.wait(10)
        return what()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))

"""A request that a program sends again, with the key it gave it, gets the answer it got (api-contract.md 1.3, I8)."""

import hashlib
import time
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select

from mibo import db, sealing
from mibo.errors import Conflict
from mibo.identity.models import REQUEST_KEY_LENGTH, AnsweredRequest
from mibo.jobs import job

ANSWERS_ARE_KEPT = timedelta(hours=48)  # security.md A2
GIVEN_UP_AFTER_S = 30  # whoever began it has died: no request of ours lasts so long, nor outlives its database
PATIENCE_S = 1.0
A_MOMENT_S = 0.05
PURPOSE = "answered-request"

CLAIM = """
    insert into answered_request (account_id, request_key, asked, began_at)
    values (%(account)s, %(key)s, %(asked)s, now())
    on conflict (account_id, request_key) do update set began_at = now()
    where answered_request.answer is null and answered_request.asked = excluded.asked
      and answered_request.began_at
          < greatest(now() - %(given_up)s * interval '1 second', pg_postmaster_start_time())
    returning 1"""
KEEP = """
    update answered_request set status = %(status)s, answer = %(answer)s
    where account_id = %(account)s and request_key = %(key)s returning 1"""
LET_GO = "delete from answered_request where account_id = %(account)s and request_key = %(key)s and answer is null returning 1"


class RequestKeyReused(Conflict):
    """The key was given to another request before."""

    code = "KEY_REUSED"
    message = "This was sent before with the same key, and asked for something else. Please send it with a new key."
    api_status = 422


class StillBeingDone(Conflict):
    """The same request came a moment ago, and what it asked for is not done yet."""

    code = "REQUEST_IN_PROGRESS"
    message = "This is being done. Please ask again in a moment, with the same key."
    retry_after = 1


@dataclass(frozen=True, slots=True)
class Repeatable:
    """A request of an account under a key of the account's own; `asked` is the SHA-256 of all that it asks for."""

    account_id: int
    key: str
    asked: bytes

    @classmethod
    def of(cls, account_id: int, key: str, *parts: bytes) -> "Repeatable":
        """The request that consists of these parts."""
        whole = hashlib.sha256(b"".join(b"%d:%b" % (len(part), part) for part in parts))
        return cls(account_id, key, whole.digest())


def begin(request: Repeatable) -> tuple[int, bytes] | None:
    """None: it is yours to do. Else the status and the body that it was answered with.

    Raises RequestKeyReused, and StillBeingDone when the first one is not answered within a second.
    """
    until = time.monotonic() + PATIENCE_S
    while not db.put(CLAIM, {**_named(request), "asked": request.asked, "given_up": GIVEN_UP_AFTER_S}):
        before = db.read(lambda: _standing(request))
        if before is None:
            continue  # the first one was refused meanwhile, and nothing is done: it is anybody's again
        if before.asked != request.asked:
            raise RequestKeyReused
        if before.answer is not None and before.status is not None:
            return before.status, sealing.box(PURPOSE).decrypt(before.answer)
        if time.monotonic() > until:
            raise StillBeingDone
        time.sleep(A_MOMENT_S)
    return None


def keep(request: Repeatable, status: int, body: bytes) -> None:
    """What was answered, sealed, for whoever asks again within two days."""
    db.put(KEEP, {**_named(request), "status": status, "answer": sealing.box(PURPOSE).encrypt(body)})


def let_go(request: Repeatable) -> None:
    """It was refused, and nothing is done: sent again it is tried again."""
    db.put(LET_GO, _named(request))


@job
def forget_answers() -> None:
    """Delete what was kept for two days."""
    with db.transaction() as session:
        session.execute(delete(AnsweredRequest).where(AnsweredRequest.began_at < func.now() - ANSWERS_ARE_KEPT))


def _standing(request: Repeatable) -> AnsweredRequest | None:
    return db.session().scalar(
        select(AnsweredRequest).where(
            AnsweredRequest.account_id == request.account_id, AnsweredRequest.request_key == request.key
        )
    )


def _named(request: Repeatable) -> dict[str, object]:
    return {"account": request.account_id, "key": request.key}


__all__ = [
    "REQUEST_KEY_LENGTH",
    "Repeatable",
    "RequestKeyReused",
    "StillBeingDone",
    "begin",
    "forget_answers",
    "keep",
    "let_go",
]

"""Another phone for an account: proved by a code that goes to it, and told to the one before (security.md 22, 23)."""

import structlog
from sqlalchemy.exc import IntegrityError

from mibo import audit, clock, db, messaging
from mibo.errors import Conflict, Invalid
from mibo.identity import codes, links, tries
from mibo.identity.accounts import PhoneTaken
from mibo.identity.actor import Actor
from mibo.identity.codes import Asked, CodeOutcome
from mibo.identity.limits import TooMany, key_of
from mibo.identity.models import Account
from mibo.identity.sign_ins import end_all
from mibo.phrases import phrase

KIND: codes.Kind = "NEW_PHONE"

log = structlog.get_logger(__name__)


class PhoneNotFree(Conflict):
    """The number they hold is another account's; whose, nobody is told."""

    code = "PHONE_TAKEN"
    message = phrase("This number cannot be used for your account. Please ask at the clinic.")


def ask_to_move(phone: str, *, by: Actor) -> Asked | TooMany:
    """Send a code to the number that somebody wants to use from now on; the answer is the same whoever has it.

    Counted for the number like every code, and for the account as well. The caller must commit. Raises Invalid.
    """
    account = _own(by)
    if phone == account.phone:
        raise Invalid.field("phone", phrase("This is the number you use now."))
    asked_by = key_of("asking to move", str(account.id))
    if wait := tries.too_many(asked_by):
        return wait
    tries.count(asked_by)
    made = codes.make_code(KIND, phone, whose=account.id)
    if isinstance(made, TooMany):
        return made
    codes.send_code(made, messaging.wording.new_phone_code(), phone, account.full_name)
    return Asked(made.expires_at)


def check_move(phone: str, code: str, *, by: Actor) -> CodeOutcome:
    """Judge the code that went to the new number: commit whatever the outcome. Good for the account that asked alone."""
    return codes.check_code(KIND, phone, code, whose=by.account_id)


def move_account(account: Account, phone: str, *, by: int, but: int | None = None) -> None:
    """Give an account another phone; its sign-ins end except `but`. Raises PhoneTaken."""
    former = account.phone
    try:
        with db.session().begin_nested():
            account.phone = phone
            db.session().flush()
    except IntegrityError as error:
        if db.violated(error) != "uq_account_audience_phone":
            raise
        raise PhoneTaken from None
    audit.record("account.phone", account.id, by=by)
    leave_phone(account, former, but=but)


def leave_phone(account: Account, former: str, *, but: int | None = None) -> None:
    """An account has left a phone: sign-ins end except `but`, links sent there are void, and the phone is told."""
    end_all(account.id, "phone_changed", but=but)
    links.void(account.id)
    messaging.tell(
        messaging.wording.phone_left(),
        phone=former,
        name=codes.GUEST,
        dedupe_key=f"phone-left:{account.id}:{clock.now().timestamp():.6f}",
    )
    log.info("auth.phone_changed", account=account.id)


def _own(by: Actor) -> Account:
    return db.session().get_one(Account, by.account_id)

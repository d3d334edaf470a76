"""The other of two factors, for whoever's role asks for two and who has no authenticator app yet (security.md line 14).

A stay that began with a password is asked for a code by WhatsApp, one that began with a code for the password: whoever
has only the one or only the phone gets no further than the day's work.
"""

from mibo import db, messaging
from mibo.identity import codes, second_factor
from mibo.identity.actor import Actor
from mibo.identity.codes import Asked, CodeOutcome
from mibo.identity.limits import TooMany
from mibo.identity.models import Account

KIND: codes.Kind = "OTHER"


def ask_for_other(*, by: Actor) -> Asked | TooMany:
    """Send a code to one's own phone, good for this and for this account alone. The caller must commit."""
    account = _own(by)
    made = codes.make_code(KIND, account.phone, whose=account.id)
    if isinstance(made, TooMany):
        return made
    codes.send_code(made, messaging.wording.sign_in_code(), account.phone, account.full_name)
    return Asked(made.expires_at)


def check_other(code: str, *, by: Actor) -> CodeOutcome:
    """Judge the code, spend it when it is right, and let the stay count as proved: commit whatever the outcome."""
    account = _own(by)
    outcome = codes.check_code(KIND, account.phone, code, whose=account.id)
    if outcome.right and outcome.challenge_id is not None:
        codes.use_code(outcome.challenge_id)
        second_factor.note_proved(by.sign_in_id)
    return outcome


def _own(by: Actor) -> Account:
    return db.session().get_one(Account, by.account_id)

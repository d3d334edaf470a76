"""An account's phone is changed, and everybody on it goes along: the own record and the family's."""

from mibo import db, identity
from mibo.identity import Account, Actor, CodeOutcome, PhoneNotFree, PhoneTaken
from mibo.people import queries


def change_own_phone(phone: str, code: str, *, by: Actor) -> CodeOutcome:
    """Judge the code that went to the new phone; the right one moves the account there (security.md line 23).

    Every other sign-in ends and the former phone is told. The caller must commit whatever the outcome. Raises
    PhoneNotFree, which is said only to whoever holds the number.
    """
    outcome = identity.check_move(phone, code, by=by)
    if not outcome.right or outcome.challenge_id is None:
        return outcome
    try:
        move_everybody(db.session().get_one(Account, by.account_id), phone, by=by, but=by.sign_in_id)
    except PhoneTaken:
        raise PhoneNotFree from None
    identity.use_code(outcome.challenge_id)
    return outcome


def move_everybody(account: Account, phone: str, *, by: Actor, but: int | None = None) -> None:
    """To another phone, with the records that carry the former one. Raises PhoneTaken."""
    former = account.phone
    identity.move_account(account, phone, by=by.account_id, but=but)
    for one in queries.patients_of(account.id):
        if one.phone == former:
            one.phone = phone
    db.session().flush()

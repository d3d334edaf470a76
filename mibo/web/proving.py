"""What both doors have in common: the words for codes and waits, and how a stay begins."""

import re

from flask import request, session, url_for
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from mibo import clock, identity
from mibo.identity import Account, Verdict, second_factor
from mibo.identity.permissions import Role
from mibo.phrases import phrase
from mibo.web import access, devices, sealed
from mibo.web.htmx import go_to, local_path
from mibo.web.languages import put

NEXT = "next"
HOME = "desk.board"
ADDRESS_LIMIT = "30 per 15 minutes"
WAITING = "second factor of"
SAID_OF = {
    Verdict.WRONG: phrase("This is not the code we sent. Please check it."),
    Verdict.EXPIRED: phrase("This code has expired. Ask for a new one below."),
    Verdict.BURNED: phrase("That was wrong five times, so this code no longer works. Ask for a new one below."),
    Verdict.NONE: phrase("This code no longer works. Ask for a new one below."),
}
DOES_NOT_FIT = "This code does not fit, or was used already. Wait for the next one and try again."


def said_of(outcome: identity.CodeOutcome) -> str:
    """What is wrong with a code, and how many tries are left."""
    left = outcome.tries_left
    if outcome.verdict is not Verdict.WRONG:
        return put(SAID_OF[outcome.verdict])
    more = ngettext("You can try %(num)d more time.", "You can try %(num)d more times.", left)
    return f"{put(SAID_OF[outcome.verdict])} {more}"


def wait_words(seconds: int) -> str:
    """`40 seconds`, `3 minutes`."""
    minutes = -(-seconds // 60)
    if seconds < 60:
        return str(ngettext("%(num)d second", "%(num)d seconds", seconds))
    return str(ngettext("%(num)d minute", "%(num)d minutes", minutes))


def with_phone(phone: str) -> MultiDict[str, str]:
    """The form as if the number had been typed again: it stands sealed in the browser."""
    return MultiDict({**request.form, "phone": phone})


def device() -> str:
    """What the browser says of itself."""
    return request.user_agent.string


def onward(endpoint: str) -> str:
    """Where they wanted to go, or else there."""
    return local_path(request.values.get(NEXT), url_for(endpoint))


def home_of(roles: frozenset[Role]) -> str:
    """Where staff begin: who only sees patients, at their own day; everybody else at the day board."""
    return "my_day.today" if roles == {Role.CLINICIAN} else HOME


def onward_of(roles: frozenset[Role]) -> str:
    """Where somebody goes who has just shown who they are: what they wanted, unless that was only the usual beginning."""
    where = onward(HOME)
    return url_for(home_of(roles)) if where == url_for(HOME) else where


def enter(account: Account, *, by_code: bool = False) -> Response:
    """Begin the stay of staff who proved themselves once; who has a second factor is asked for it before."""
    if second_factor.enrolled(account):
        session[WAITING] = sealed.seal(WAITING, f"{account.id} {clock.now().timestamp():.0f}")
        return go_to(url_for("staff_sign_in.second", next=onward(HOME)))
    access.remember(identity.start_web_sign_in(account, device(), network=devices.network(), by_code=by_code))
    return go_to(onward_of(roles_held_by(account)))


def roles_held_by(account: Account) -> frozenset[Role]:
    """What they are at the clinic, read for this."""
    return identity.roles_of(identity.account_in_full(account.id))


def who_waits() -> int | None:
    """The account that has proved itself once in this browser, in the last half hour, and owes its second factor."""
    told = sealed.unseal(WAITING, session.get(WAITING)) or ""
    return int(told.split()[0]) if re.fullmatch(r"[0-9]+ [0-9]+", told) else None

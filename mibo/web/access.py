"""Who may use a view. A view that does not say so stops the app from starting (R-ACL-3)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

import structlog
from flask import Flask, g, request, session
from flask_login import AnonymousUserMixin, LoginManager, UserMixin
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from mibo import db, identity
from mibo.errors import Refused
from mibo.identity import Account, Actor, TooMany, second_factor
from mibo.identity.permissions import Permission
from mibo.web import keys, repeating

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
UPLOAD = "multipart/form-data"
SESSION_KEY = "key"
TOTP_HEADER = "X-TOTP"
LONGEST_TOTP = 40
UNNOTED = {"stays.until", "static"}

log = structlog.get_logger(__name__)
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """What a view asks of its visitor: nothing, or a permission; and whether it opens its own transactions.

    With `fresh`, whoever has set up a second factor must have given it in the last five minutes.
    """

    permission: Permission | None
    own_transactions: bool = False
    fresh: bool = False


class SignInNeeded(Exception):
    """Nobody is signed in, or the sign-in has ended."""


class ProofNeeded(Exception):
    """They may do this, but not before they have given their second factor again; `wrong`: the one given does not fit."""

    def __init__(self, *, wrong: bool = False) -> None:
        super().__init__()
        self.wrong = wrong


def public(view: View) -> View:
    """Anybody may use this view."""
    return _marked(view, Access(None))


def may(permission: Permission, *, own_transactions: bool = False, fresh: bool = False) -> Callable[[View], View]:
    """Only somebody with the permission may use this view.

    With `own_transactions` the view is not wrapped: it calls a provider between two committed steps. With `fresh` it is
    sensitive: who has a second factor must have given it in the last five minutes (security.md line 14).
    """
    return lambda view: _marked(view, Access(permission, own_transactions, fresh))


def public_in_steps(view: View) -> View:
    """Anybody may use this view, and it opens its own transactions."""
    return _marked(view, Access(None, own_transactions=True))


def _marked(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view


def guard_every_view(app: Flask) -> None:
    """Put each view behind its access rule and inside a transaction, or a reading when the method is safe."""
    silent = [endpoint for endpoint, view in app.view_functions.items() if not _access_of(view)]
    if silent:
        raise RuntimeError(f"These views do not say who may use them: {', '.join(sorted(silent))}")
    for endpoint, view in app.view_functions.items():
        app.view_functions[endpoint] = _guarded(view, _access_of(view) or Access(None))


def _access_of(view: Callable[..., Any]) -> Access | None:
    return getattr(view, "access", None)


def _guarded(view: Callable[..., Any], access: Access) -> Callable[..., Any]:
    @wraps(view)
    def guarded(**arguments: Any) -> Any:
        if access.permission is not None:
            _check(access.permission, fresh=access.fresh)
        keys.check(view)
        if request.method == "POST" and access.permission is not None and for_programs():
            return repeating.answered_once(actor().account_id, lambda: _answered(view, access, arguments))
        return _answered(view, access, arguments)

    guarded.access = access  # type: ignore[attr-defined]
    return guarded


def _answered(view: Callable[..., Any], access: Access, arguments: dict[str, Any]) -> Any:
    if access.own_transactions:
        return view(**arguments)
    if request.method in SAFE_METHODS:
        return db.read(lambda: view(**arguments), may_lag=access.permission is None and _is_stranger())
    if request.mimetype == UPLOAD:  # a file that has been read cannot be read once more
        with db.transaction():
            return view(**arguments)
    return db.change(lambda: view(**arguments))


def _check(permission: Permission, *, fresh: bool) -> None:
    who = visitor()
    if who is None:
        raise SignInNeeded
    if not who.may(permission):
        log.warning("authz.deny", permission=permission.name, account_id=who.account_id)
        raise Refused
    if fresh and not who.fresh:
        _prove_along(who)


def _prove_along(who: Actor) -> None:
    """An app gives its second factor with the request, in a header; it counts for five minutes, as on a page."""
    totp = request.headers.get(TOTP_HEADER, "").strip() if for_programs() else ""
    if not totp:
        raise ProofNeeded
    with db.transaction() as session:
        outcome = identity.prove(session.get_one(Account, who.account_id), totp[:LONGEST_TOTP])
        if not isinstance(outcome, TooMany) and outcome.good:
            second_factor.note_proved(who.sign_in_id)
    if isinstance(outcome, TooMany):
        raise TooManyRequests(retry_after=outcome.retry_after)
    if not outcome.good:
        raise ProofNeeded(wrong=True)
    g.pop("visitor", None)


def for_programs() -> bool:
    """Whether this request is for the JSON API, which knows bearer tokens and no cookies (security.md line 49)."""
    return request.path == "/api" or request.path.startswith("/api/")


def visitor() -> Actor | None:
    """Who makes this request; looked up once. None for a stranger."""
    if "visitor" not in g:
        g.visitor = db.read(_by_bearer if for_programs() else _by_cookie)
    return g.visitor  # type: ignore[no-any-return]


def visitor_if_known() -> Actor | None:
    """The same, but nobody is looked up where no database is at hand: a page that says what went wrong has none."""
    return visitor() if db.is_under_way() else g.get("visitor")


def _is_stranger() -> bool:
    """Surely nobody: no token and no cookie that could be somebody's. Whoever is known reads what they have just written."""
    return "Authorization" not in request.headers if for_programs() else SESSION_KEY not in session


def actor() -> Actor:
    """Who makes this request, in a view that only the signed-in may use."""
    who = visitor()
    if who is None:
        raise SignInNeeded
    return who


def staff_member() -> Actor:
    """Who makes this request, in a view of everybody's own things that only staff have."""
    who = actor()
    if who.audience != "STAFF":
        raise Refused
    return who


def _by_bearer() -> Actor | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return identity.who_by_access_token(token.strip()) if kind.lower() == "bearer" and token else None


def _by_cookie() -> Actor | None:
    key = session.get(SESSION_KEY)
    return identity.who_by_key(key) if key else None


def remember(key: str) -> None:
    """Begin a browser's stay: a fresh cookie and CSRF token; what the visitor had before stops working (line 18)."""
    theme = session.get("theme")
    session.clear()
    session[SESSION_KEY] = key
    if theme:
        session["theme"] = theme
    g.pop("visitor", None)
    g.pop("csrf_token", None)


def forget() -> None:
    """Forget the browser's stay; the caller ends its row."""
    session.clear()
    g.pop("visitor", None)
    g.pop("csrf_token", None)


def ends_unless_used() -> datetime | None:
    """When this browser is signed out if nothing more is done; None for strangers and programs."""
    who = g.get("visitor")
    return identity.ends_unless_used(who, used_now=_is_to_note(who)) if who else None


def note_presence(response: Response) -> Response:
    """Note that a stay is in use: at most once a minute, after the view, in a transaction of its own (line 20)."""
    who = g.get("visitor")
    if (until := ends_unless_used()) is not None:
        response.headers["X-Signed-In-Until"] = until.isoformat()
    if who is None or not _is_to_note(who):
        return response
    try:
        with db.transaction():
            identity.note_seen(who.sign_in_id)
    except (DBAPIError, PoolTimeout):
        log.warning("auth.presence_not_noted", sign_in=who.sign_in_id)
    return response


def _is_to_note(who: Actor) -> bool:
    """A page that asks for news, or for when it ends, is nobody at the keyboard."""
    by_itself = "X-Poll" in request.headers or request.endpoint in UNNOTED
    return not by_itself and identity.is_to_note(who)


class SignedIn(UserMixin):  # type: ignore[misc]
    """The visitor as templates see them."""

    def __init__(self, who: Actor) -> None:
        self.id = who.account_id
        self.who = who
        self.first_name = who.first_name
        self.full_name = who.full_name
        self.audience = who.audience
        self.should_enrol = who.should_enrol
        self.enrolled = who.enrolled

    def may(self, permission: str) -> bool:
        """Whether the permission (by its name in the table) is theirs."""
        return self.who.may(Permission[permission])


class Stranger(AnonymousUserMixin):  # type: ignore[misc]
    """Nobody in particular, as templates see them."""

    first_name = full_name = audience = ""
    should_enrol = enrolled = False

    def may(self, permission: str) -> bool:
        """Nothing that needs a permission."""
        return False


def use_login_manager(app: Flask) -> None:
    """Let Flask-Login's current_user be our visitor; sign-ins are our own rows, not its cookies."""
    manager = LoginManager(app, add_context_processor=False)
    manager.anonymous_user = Stranger
    manager.session_protection = None
    manager.request_loader(lambda _: SignedIn(who) if (who := visitor()) else None)

"""Pages for people and an API for programs; both fill the same inputs and call the same actions."""

from collections.abc import Callable
from typing import Any

from flask import Flask, g, session
from flask_compress import Compress
from flask_login import current_user
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from mibo import clock, logs
from mibo.config import Settings, settings
from mibo.web import access, cli, errors, filters, languages, reads, requests
from mibo.web.api import register_api
from mibo.web.limits import use_limiter
from mibo.web.menu import menu_for, role_words, unread_notices
from mibo.web.pages import register_pages

FORM_BYTES = 1024 * 1024
FORM_PARTS = 200


class Portal(Flask):
    """Flask without the question, a score of times for each request, whether a function of ours is a coroutine: none is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is."""
        return func


def create_app() -> Flask:
    """The WSGI app: connected, registered, every view guarded and inside a transaction."""
    chosen = settings()
    logs.configure(chosen.log_level)
    app = Portal("mibo", root_path=str(requests.ROOT))
    app.config.from_mapping(_flask_settings(chosen))
    app.url_map.strict_slashes = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if chosen.proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=chosen.proxy_hops, x_proto=1, x_host=1)  # type: ignore[method-assign]
    requests.surround(app)
    languages.use_languages(app)
    app.after_request(access.note_presence)
    app.after_request(reads.note_read)
    csrf = CSRFProtect(app)
    access.use_login_manager(app)
    use_limiter(app)
    Compress(app)
    app.after_request(requests.close_sent_file)
    filters.register(app)
    app.jinja_env.globals.update(static_url=requests.static_url, crisis=_whom_to_call(chosen))
    register_pages(app)
    register_api(app, csrf)
    errors.answer_every_refusal(app)
    app.context_processor(_for_every_template)
    app.view_functions["static"] = access.public_in_steps(app.view_functions["static"])
    access.guard_every_view(app)
    cli.register(app)
    return app


def _flask_settings(chosen: Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": chosen.secret_key,
        "SECRET_KEY_FALLBACKS": chosen.secret_key_fallbacks,
        "TRUSTED_HOSTS": chosen.trusted_hosts or None,
        "MAX_CONTENT_LENGTH": FORM_BYTES,
        "MAX_FORM_MEMORY_SIZE": FORM_BYTES,
        "MAX_FORM_PARTS": FORM_PARTS,
        "SESSION_COOKIE_NAME": "__Host-mibo" if chosen.secure else "mibo",
        "SESSION_COOKIE_SECURE": chosen.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": True,
        "SEND_FILE_MAX_AGE_DEFAULT": 3600,
        "COMPRESS_MIMETYPES": [
            "text/html", "text/css", "text/javascript", "application/javascript", "application/json", "image/svg+xml",
            "text/calendar",
        ],
        "COMPRESS_STREAMS": True,
        "COMPRESS_MIN_SIZE": 500,
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "COMPRESS_BR_LEVEL": 4,
    }  # fmt: skip


def _whom_to_call(chosen: Settings) -> dict[str, str]:
    """In a crisis: said at the foot of every public and patient page."""
    numbers = {"phone": chosen.crisis_phone, "other": chosen.crisis_phone_other, "emergency": chosen.emergency_phone}
    return {"name": chosen.crisis_name, **numbers}


def _for_every_template() -> dict[str, Any]:
    who = g.get("visitor")
    return {
        "csp_nonce": g.get("csp_nonce", ""),
        "theme": session.get("theme", ""),
        "menu": menu_for(who),
        "unread_notices": unread_notices(who),
        "current_user": current_user,
        "is_staff": who is not None and who.audience == "STAFF",  # as far as it is known: pages of errors ask nobody
        "signed_in_as": role_words(who),
        "keeps_offline": session.get("offline", False),
        "now": clock.now(),
        "signed_in_until": access.ends_unless_used(),
    }

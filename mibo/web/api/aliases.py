"""Other names of a path, kept for apps that know them: each answer says which name to use (RFC 9745, RFC 8594).

A name has a `sunset` only once a day is decided on which it ends, at least a year ahead (docs/api-quickstart.md).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache

from flask import request
from werkzeug.wrappers import Response

PREFIX = re.compile(r"^/api(/v1)?(?=/|$)")
HOLE = re.compile(r"<(?:[^:>]*:)?([^>]+)>")
POLICY = "/api/docs#versions"
SINCE = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Alias:
    """Paths that begin like this (after the prefix), and how they begin under the name to use."""

    pattern: str
    instead: str
    since: datetime = SINCE
    sunset: datetime | None = None


ALIASES: tuple[Alias, ...] = (
    Alias(r"^/payments?/send-payment-link$", "/payments/send-link"),
    Alias(r"^/payments?/link-status/", "/payments/verify/"),
    Alias(r"^/payment/", "/payments/"),
    Alias(r"^/users/clinicians(?=/|$)", "/clinicians"),
    Alias(r"^/auth/refresh-token$", "/auth/refresh"),
    Alias(r"^/patient-auth/refresh$", "/patient-auth/refresh-token"),
    Alias(r"^/appointments/([^/]+)/(?:reschedule|status)$", r"/appointments/\1"),
    Alias(r"^/booking/clinician/([^/]+)/slots-range$", r"/booking/clinician-slots?clinicianId=\1"),
)


@cache
def alias_of(path: str) -> tuple[Alias, str] | None:
    """The alias that a path without its prefix stands under, and the path to use instead."""
    for one in ALIASES:
        if re.search(one.pattern, path):
            return one, re.sub(one.pattern, one.instead, path)
    return None


def tell(response: Response) -> Response:
    """Say on an answer under another name since when it is one, and which to use."""
    rule = request.url_rule.rule if request.url_rule else ""
    prefix = PREFIX.match(rule)
    found = alias_of(rule[prefix.end() :]) if prefix else None
    if prefix is None or found is None:
        return response
    alias, instead = found
    response.headers["Deprecation"] = f"@{int(alias.since.timestamp())}"
    if alias.sunset is not None:
        response.headers["Sunset"] = format_datetime(alias.sunset, usegmt=True)
    response.headers.add("Link", f'<{prefix[0]}{_filled(instead, request.view_args or {})}>; rel="successor-version"')
    response.headers.add("Link", f'<{POLICY}>; rel="deprecation"; type="text/html"')
    return response


def _filled(rule: str, values: Mapping[str, object]) -> str:
    return HOLE.sub(lambda hole: str(values.get(hole[1], hole[0])), rule)

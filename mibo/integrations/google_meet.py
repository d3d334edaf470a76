"""Google Calendar makes the room of an online appointment: one event of the clinic's calendar, with a Meet link.

No guests and no names go to Google. An event's id is made from our own key, so asking twice finds the same event; all
verbs may be repeated after any trouble. All raise ProviderError.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from mibo.config import Settings, settings
from mibo.integrations.http import Kind, Outgoing, ProviderError
from mibo.integrations.wire import Entity, entity, maybe_text, part, parts, text

if TYPE_CHECKING:
    import httplib2
    import requests

SCOPE = "https://www.googleapis.com/auth/calendar.events"
ZONE = ZoneInfo("Asia/Kolkata")
LATER = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"})
REVISIONS_TRIED = 8


@dataclass(frozen=True)
class Meeting:
    """An event and the link to join it; while `pending`, Google is still making the link: fetch it later."""

    event_id: str
    join_url: str | None
    pending: bool


def configured() -> bool:
    """Whether the clinic has given Google's keys; without them online appointments get their link by hand."""
    config = settings()
    return bool(config.google_service_account_json and config.google_calendar_id)


def create_meeting(key: str, revision: int, summary: str, starts_at: datetime, ends_at: datetime) -> Meeting:
    """The meeting of a key, made if there is none, at these times.

    The id of a removed event stays taken for ever, so the next free revision is used. Raises CONFERENCE_FAILED.
    """
    with _events() as events:
        for attempt in range(revision, revision + REVISIONS_TRIED):
            event = _inserted(events, key, attempt, summary, _times(starts_at, ends_at))
            if event.get("status") != "cancelled":
                return _meeting(event)
    raise ProviderError("google", "refused", "NO_FREE_REVISION")


def fetch(event_id: str) -> Meeting:
    """How a meeting stands now. Raises GONE."""
    with _events() as events:
        return _meeting(_present(events.get(event_id)))


def move(event_id: str, starts_at: datetime, ends_at: datetime) -> Meeting:
    """Put a meeting at other times; its link stays. Raises GONE."""
    with _events() as events:
        return _meeting(_present(events.patch(event_id, _times(starts_at, ends_at))))


def remove(event_id: str) -> None:
    """Take a meeting away; one that is gone already is as good."""
    with _events() as events:
        try:
            events.delete(event_id)
        except ProviderError as error:
            if error.code != "GONE":
                raise


def event_id_of(key: str, revision: int) -> str:
    """Google takes 5 to 1024 of a-v and 0-9 as an id of our choice."""
    return base64.b32hexencode(f"mibo-{key}-{revision}".encode()).decode().lower().rstrip("=")


def _inserted(events: "_Events", key: str, revision: int, summary: str, times: Entity) -> Entity:
    """The event of this revision: new, or the one that stands, moved to these times; perhaps a cancelled one."""
    event_id = event_id_of(key, revision)
    room = {"requestId": event_id[-64:], "conferenceSolutionKey": {"type": "hangoutsMeet"}}
    wanted = {
        "id": event_id,
        "summary": summary,
        **times,
        "conferenceData": {"createRequest": room},
        "extendedProperties": {"private": {"booking": key}},
    }
    try:
        return events.insert(wanted)
    except ProviderError as error:
        if error.status != 409:
            raise
    event = events.get(event_id)
    if event.get("status") == "cancelled" or _same_times(event, times):
        return event
    return events.patch(event_id, times)


def _times(starts_at: datetime, ends_at: datetime) -> Entity:
    return {name: _wall_time(at) for name, at in (("start", starts_at), ("end", ends_at))}


def _wall_time(instant: datetime) -> dict[str, str]:
    return {"dateTime": instant.astimezone(ZONE).isoformat(timespec="seconds"), "timeZone": str(ZONE)}


def _same_times(event: Entity, times: Entity) -> bool:
    return all(_instant(part(event, name)) == _instant(part(times, name)) for name in ("start", "end"))


def _instant(of: Entity) -> datetime | None:
    """Google may answer in another zone than it was asked in."""
    try:
        return datetime.fromisoformat(text(of, "dateTime")).astimezone(ZONE)
    except ValueError:
        return None


def _present(event: Entity) -> Entity:
    if event.get("status") == "cancelled":
        raise ProviderError("google", "refused", "GONE")
    return event


def _meeting(event: Entity) -> Meeting:
    join_url = _join_url(event)
    state = maybe_text(part(event, "conferenceData", "createRequest", "status"), "statusCode")
    if not join_url and state != "pending":
        raise ProviderError("google", "refused", "CONFERENCE_FAILED")
    return Meeting(event_id=text(event, "id"), join_url=join_url, pending=join_url is None)


def _join_url(event: Entity) -> str | None:
    doors = parts(part(event, "conferenceData").get("entryPoints"))
    video = (maybe_text(door, "uri") for door in doors if door.get("entryPointType") == "video")
    url = next(filter(None, video), None) or maybe_text(event, "hangoutLink")
    return url if url and url.startswith(("https://", "http://")) else None


class _Events:
    """The calendar's events, by Google's own library, with answers that are surely events."""

    def __init__(self, resource: Any, calendar_id: str) -> None:
        self.resource, self.calendar_id = resource, calendar_id

    def insert(self, wanted: Mapping[str, object]) -> Entity:
        return self._event("insert", "unknown", body=wanted, conferenceDataVersion=1, sendUpdates="none")

    def get(self, event_id: str) -> Entity:
        return self._event("get", "retry", eventId=event_id)

    def patch(self, event_id: str, changes: Entity) -> Entity:
        options = {"conferenceDataVersion": 1, "sendUpdates": "none"}
        return self._event("patch", "unknown", eventId=event_id, body=changes, **options)

    def delete(self, event_id: str) -> None:
        self._call("delete", eventId=event_id, sendUpdates="none")

    def _event(self, verb: str, unsure: Kind, **arguments: object) -> Entity:
        try:
            event = entity(self._call(verb, **arguments))
            text(event, "id")
        except ValueError:
            raise ProviderError("google", unsure, "UNREADABLE") from None
        return event

    def _call(self, verb: str, **arguments: object) -> object:
        try:
            answer: object = getattr(self.resource, verb)(calendarId=self.calendar_id, **arguments).execute()
        except ProviderError as error:
            if error.status == 410 or (error.status == 404 and verb != "insert"):
                raise error.but("refused", "GONE") from None
            raise
        return answer


@contextmanager
def _events() -> Iterator[_Events]:
    """Google's library costs half a second and 80 MB to import, so only those who make meetings pay for it."""
    if not configured():
        raise ProviderError("google", "refused", "NOT_CONFIGURED")
    from googleapiclient.discovery import build

    config = settings()
    url = config.google_calendar_url.rstrip("/") + "/"
    with Outgoing("google", url, read_error=_read_error, retry_codes=LATER) as session:
        service = build(
            "calendar",
            "v3",
            http=_Transport(session, _credentials_of(config)),
            client_options={"api_endpoint": url},
            static_discovery=True,
            cache_discovery=False,
        )
        yield _Events(service.events(), config.google_calendar_id)


def _read_error(answer: object) -> tuple[str, str]:
    error = part(answer, "error")
    reasons = [reason for each in parts(error.get("errors")) if (reason := maybe_text(each, "reason"))]
    if error:
        return next(iter(reasons), maybe_text(error, "status") or ""), maybe_text(error, "message") or ""
    said = part(answer)  # the token's own kind of error
    return maybe_text(said, "error") or "", maybe_text(said, "error_description") or ""


def _credentials_of(config: Settings) -> Any:
    try:
        return _credentials(config.google_service_account_json, config.google_subject)
    except (ValueError, TypeError, AttributeError):
        raise ProviderError("google", "refused", "BAD_CREDENTIALS") from None


@lru_cache(maxsize=4)
def _credentials(account: str, subject: str) -> Any:
    """The service account acting as the clinic's own user; kept, for its token lives an hour."""
    from google.oauth2.service_account import Credentials

    make: Any = Credentials.from_service_account_info  # typed by halves
    return make(json.loads(account), scopes=[SCOPE], subject=subject or None)


class _Transport:
    """What Google's library calls out through: our session, with the account's token on each request."""

    def __init__(self, session: Outgoing, credentials: Any) -> None:
        self.session, self.account = session, credentials

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> "tuple[httplib2.Response, bytes]":
        import httplib2

        if not self.account.valid:
            self._refresh()
        try:
            answer = self._authorized(uri, method, body, headers)
        except ProviderError as error:
            if error.status != 401:
                raise
            self._refresh()
            answer = self._authorized(uri, method, body, headers)
        facts = {name.lower(): value for name, value in answer.headers.items()}
        return httplib2.Response({**facts, "status": str(answer.status_code)}), answer.content

    def close(self) -> None:
        self.session.close()

    def _authorized(
        self, uri: str, method: str, body: str | bytes | None, headers: Mapping[str, str] | None
    ) -> "requests.Response":
        named = dict(headers or {})
        self.account.apply(named)
        return self.session.request(method, uri, data=body, headers=named)

    def _refresh(self) -> None:
        """A token was asked for and nothing else, so trouble on the way never leaves a doubt."""
        from google.auth.exceptions import GoogleAuthError
        from google.auth.transport.requests import Request

        try:
            self.account.refresh(Request(session=self.session))
        except ProviderError as error:
            raise (error.but("retry") if error.kind == "unknown" else error) from None
        except GoogleAuthError:
            raise ProviderError("google", "refused", "BAD_CREDENTIALS") from None

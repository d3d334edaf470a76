"""What Google would know: calendars' events, their video calls, and the tokens handed out."""

import copy
import re
import secrets
import string
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mibo.sandbox.entity import Entity, new_hex
from mibo.sandbox.faults import Faults

LEGAL_ID = re.compile(r"[a-v0-9]{5,1024}")
MEET = "https://meet.google.com/"


class GoogleError(Exception):
    """A refusal in Google's words."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status, self.reason, self.message = status, reason, message


def google_error(status: int, reason: str, message: str) -> Entity:
    problem = {"domain": "global", "reason": reason, "message": message}
    return {"error": {"code": status, "message": message, "errors": [problem]}}


@dataclass
class Diary:
    """Every calendar of the sandbox. `subjects` says for whom each token may write (None: a bare service account)."""

    faults: Faults
    events: dict[tuple[str, str], Entity] = field(default_factory=dict)
    subjects: dict[str, str | None] = field(default_factory=dict)
    _looks_left: dict[tuple[str, str], int] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def forget(self) -> None:
        with self.lock:
            for shelf in (self.events, self.subjects, self._looks_left):
                shelf.clear()

    def hand_out_token(self, subject: str | None) -> str:
        token = "ya29." + secrets.token_urlsafe(24)
        self.subjects[token] = subject
        return token

    def insert(self, calendar: str, asked: Entity, *, conferences: bool, delegated: bool) -> Entity:
        with self.lock:
            event_id = asked.get("id") or new_hex(26)
            _check(asked, event_id)
            if (calendar, event_id) in self.events:
                raise GoogleError(409, "duplicate", "The requested identifier already exists.")
            event = _new_event(calendar, event_id, asked)
            if conferences and asked.get("conferenceData"):
                self._call(event, calendar, asked["conferenceData"], delegated)
            self.events[calendar, event_id] = event
            return copy.deepcopy(event)

    def look(self, calendar: str, event_id: str) -> Entity:
        """The event as it is now; a pending video call is ready after enough looks."""
        with self.lock:
            event = self._found(calendar, event_id)
            left = self._looks_left.get((calendar, event_id))
            if left is not None:
                self._looks_left[calendar, event_id] = left - 1
                if left <= 1:
                    del self._looks_left[calendar, event_id]
                    _ready(event)
            return copy.deepcopy(event)

    def change(self, calendar: str, event_id: str, asked: Entity, *, conferences: bool, delegated: bool) -> Entity:
        with self.lock:
            event = self._found(calendar, event_id)
            wanted = {key: value for key, value in asked.items() if key not in ("id", "conferenceData")}
            event.update(wanted, updated=_stamp(), sequence=event["sequence"] + 1)
            request = (asked.get("conferenceData") or {}).get("createRequest") or {}
            known = event.get("conferenceData", {}).get("createRequest", {}).get("requestId")
            if conferences and request and request.get("requestId") != known:
                self._call(event, calendar, asked["conferenceData"], delegated)
            return copy.deepcopy(event)

    def delete(self, calendar: str, event_id: str) -> None:
        """The id stays taken: the event can still be looked at, cancelled."""
        with self.lock:
            event = self._found(calendar, event_id)
            if event["status"] == "cancelled":
                raise GoogleError(410, "deleted", "Resource has been deleted")
            event.update(status="cancelled", updated=_stamp())

    def listed(self, calendar: str, private: Iterable[str], *, deleted: bool) -> list[Entity]:
        wanted = dict(each.split("=", 1) for each in private)
        with self.lock:
            return [
                copy.deepcopy(event)
                for (owner, _), event in self.events.items()
                if owner == calendar
                and (deleted or event["status"] != "cancelled")
                and wanted.items() <= event.get("extendedProperties", {}).get("private", {}).items()
            ]

    def _found(self, calendar: str, event_id: str) -> Entity:
        if (calendar, event_id) not in self.events:
            raise GoogleError(404, "notFound", "Not Found")
        return self.events[calendar, event_id]

    def _call(self, event: Entity, calendar: str, asked: Entity, delegated: bool) -> None:
        request = asked.get("createRequest") or {}
        if not delegated or request.get("conferenceSolutionKey", {}).get("type") != "hangoutsMeet":
            raise GoogleError(400, "invalid", "Invalid conference type value.")
        event["conferenceData"] = {"createRequest": {**request, "status": {"statusCode": "pending"}}}
        if self.faults.happens("google", "conference_failure"):
            event["conferenceData"]["createRequest"]["status"]["statusCode"] = "failure"
        elif fault := self.faults.take("google", ("pending",)):
            self._looks_left[calendar, event["id"]] = int(fault.seconds or 1)
        else:
            _ready(event)


def _ready(event: Entity) -> None:
    call = event["conferenceData"]
    code = "-".join("".join(secrets.choice(string.ascii_lowercase) for _ in range(size)) for size in (3, 4, 3))
    call["createRequest"]["status"]["statusCode"] = "success"
    call["conferenceId"] = code
    call["conferenceSolution"] = {"key": {"type": "hangoutsMeet"}, "name": "Google Meet", "iconUri": MEET + "icon.png"}
    call["entryPoints"] = [{"entryPointType": "video", "uri": MEET + code, "label": f"meet.google.com/{code}"}]
    event["hangoutLink"] = MEET + code


def _check(asked: Entity, event_id: str) -> None:
    if not LEGAL_ID.fullmatch(event_id):
        raise GoogleError(400, "invalid", "Invalid resource id value.")
    for end in ("start", "end"):
        if not asked.get(end):
            raise GoogleError(400, "required", f"Missing {end} time.")


def _new_event(calendar: str, event_id: str, asked: Entity) -> Entity:
    kept = {key: value for key, value in asked.items() if key != "conferenceData"}
    return {
        "kind": "calendar#event", "etag": f'"{new_hex(16)}"', "status": "confirmed",
        "htmlLink": f"https://www.google.com/calendar/event?eid={event_id}", "created": _stamp(), "updated": _stamp(),
        "creator": {"email": calendar}, "organizer": {"email": calendar, "self": True},
        "iCalUID": f"{event_id}@google.com",
        "sequence": 0, "reminders": {"useDefault": True}, "eventType": "default", **kept, "id": event_id,
    }  # fmt: skip


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")

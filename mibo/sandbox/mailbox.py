"""Everything that reached people's phones and mail boxes, and what they wrote back."""

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime

REMEMBERED = 20_000
WINDOW_SECONDS = 24 * 3600


def digits(phone: str) -> str:
    """`919876543210`, however an Indian number was written."""
    bare = "".join(each for each in phone if each.isdigit())
    return f"91{bare}" if len(bare) == 10 else bare


@dataclass
class Message:
    """One message to one person. `buttons` hold {text, kind, url or payload}; `at` is in Unix seconds."""

    id: str
    channel: str  # whatsapp | sms | mail
    phone: str
    text: str
    template: str = ""
    values: dict[str, str] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)
    status: str = "sent"
    to: str = ""
    name: str = ""
    at: float = field(default_factory=time.time)

    def as_json(self) -> dict[str, object]:
        return {**vars(self), "at": datetime.fromtimestamp(self.at, UTC).isoformat()}


@dataclass
class Reply:
    """What a person wrote or pressed."""

    id: str
    phone: str
    text: str
    at: float = field(default_factory=time.time)


@dataclass
class Mailbox:
    """Messages and replies, oldest first."""

    _messages: deque[Message] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _replies: deque[Reply] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take_in(self, message: Message) -> None:
        with self._lock:
            self._messages.append(message)

    def write_back(self, reply: Reply) -> None:
        with self._lock:
            self._replies.append(reply)

    def forget(self) -> None:
        with self._lock:
            self._messages.clear()
            self._replies.clear()

    def messages(self, phone: str = "", channel: str = "", to: str = "") -> list[Message]:
        with self._lock:
            return [
                each
                for each in self._messages
                if phone in ("", each.phone) and channel in ("", each.channel) and to in ("", each.to)
            ]

    def message(self, message_id: str) -> Message | None:
        with self._lock:
            return next((each for each in self._messages if each.id == message_id), None)

    def thread(self, phone: str) -> list[Message | Reply]:
        """Both sides of the talk with one phone, newest last."""
        with self._lock:
            both: list[Message | Reply] = [*self._messages, *self._replies]
        return sorted((each for each in both if each.phone == phone), key=lambda each: each.at)

    def latest(self) -> list[Message]:
        """Each phone's newest message that arrived, the newest first."""
        newest = {each.phone: each for each in self.messages() if each.phone and each.status != "failed"}
        return sorted(newest.values(), key=lambda message: -message.at)

    def wrote_today(self, phone: str) -> bool:
        """WhatsApp lets a business write freely for 24 hours after the person wrote."""
        with self._lock:
            return any(reply.phone == phone and time.time() - reply.at < WINDOW_SECONDS for reply in self._replies)

"""Who is acting: what a sign-in says about the person behind it, right now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mibo import clock
from mibo.identity import permissions
from mibo.identity.permissions import Permission, Role
from mibo.messaging import wording

Audience = Literal["PATIENT", "STAFF"]

FRESH = timedelta(minutes=5)  # how long a second factor counts as given just now
JUST_NOW = timedelta(minutes=10)  # how long signing in counts as having been just now


@dataclass(frozen=True)
class Actor:
    """Somebody signed in. Read anew at each request, so a role or centre taken away is gone at the next one.

    `centre_ids` are those of their post. `practice_ids` are those where they see patients as a clinician: beside a post
    elsewhere, they reach their own visits there and nothing more.
    """

    account_id: int
    audience: Audience
    roles: frozenset[Role]
    centre_ids: frozenset[int]
    everywhere: bool
    clinician_id: int | None
    sign_in_id: int
    full_name: str
    practice_ids: frozenset[int] = frozenset()
    channel: str = "WEB"
    enrolled: bool = False
    proved_at: datetime | None = None
    by_code: bool = False
    began_at: datetime | None = None
    last_seen_at: datetime | None = None
    ends_at: datetime | None = None
    language: str | None = None

    @classmethod
    def patient(cls, account_id: int, full_name: str) -> "Actor":
        """The patient whose phone or link answered, for what a patient may do themselves: they are not signed in."""
        nowhere: frozenset[int] = frozenset()
        return cls(account_id, "PATIENT", frozenset({Role.PATIENT}), nowhere, False, None, 0, full_name)

    @property
    def first_name(self) -> str:
        return wording.first_name(self.full_name) if self.full_name.strip() else ""

    @property
    def fresh(self) -> bool:
        """Whether they may do what is sensitive: who has a second factor gave it just now (security.md line 14).

        Whose role asks for one and who has none yet has given both a password and a code by WhatsApp in this stay. An app
        is not asked for that: its older clients have no words for it.
        """
        if self.enrolled:
            return self.proved_at is not None and clock.now() - self.proved_at <= FRESH
        return self.channel != "WEB" or not self.should_enrol or self.proved_at is not None

    @property
    def proved_just_now(self) -> bool:
        """Whether they showed who they are a moment ago: by their second factor, or else by signing in (line 23)."""
        if self.enrolled:
            return self.fresh
        return self.began_at is not None and clock.now() - self.began_at <= JUST_NOW

    @property
    def should_enrol(self) -> bool:
        """Whether their role asks for a second factor that they have not set up."""
        return not self.enrolled and permissions.asks_for_second_factor(self.roles)

    def may(self, permission: Permission) -> bool:
        """Whether they may do this somewhere; `reaches` says where."""
        return permissions.may(self.roles, permission)

    def reaches(self, centre_id: int) -> bool:
        """Whether what happens at this centre is theirs to see. Nobody without a centre sees all of them (R-ACL-2)."""
        return self.everywhere or centre_id in self.centre_ids

    def works_at(self, centre_id: int) -> bool:
        """Whether anything there is theirs to see, be it only their own visits."""
        return self.reaches(centre_id) or centre_id in self.practice_ids

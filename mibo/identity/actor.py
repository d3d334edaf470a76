"""Who is acting: what a sign-in says about the person behind it, right now."""

from dataclasses import dataclass
from typing import Literal

from mibo.identity import permissions
from mibo.identity.permissions import Permission, Role

Audience = Literal["PATIENT", "STAFF"]


@dataclass(frozen=True)
class Actor:
    """Somebody signed in. Read anew at each request, so a role or centre taken away is gone at the next one."""

    account_id: int
    audience: Audience
    roles: frozenset[Role]
    centre_ids: frozenset[int]
    everywhere: bool
    clinician_id: int | None
    sign_in_id: int
    full_name: str

    @property
    def first_name(self) -> str:
        return self.full_name.split()[0] if self.full_name.strip() else ""

    def may(self, permission: Permission) -> bool:
        """Whether they may do this somewhere; `reaches` says where."""
        return permissions.may(self.roles, permission)

    def reaches(self, centre_id: int) -> bool:
        """Whether what happens at this centre is theirs to see. Nobody without a centre sees all of them (R-ACL-2)."""
        return self.everywhere or centre_id in self.centre_ids

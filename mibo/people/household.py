"""The people of one phone, as their side of the pages begins: who they are, and how much they have not read."""

from collections.abc import Sequence
from dataclasses import dataclass

from mibo import db
from mibo.identity import Actor
from mibo.people import inbox, queries
from mibo.people.models import Patient


@dataclass(frozen=True)
class Household:
    """Everybody an account acts for, themselves first, and the number of notices that none of them has read."""

    members: Sequence[Patient]
    unread: int

    @property
    def several(self) -> bool:
        """Whether it must be said whose something is."""
        return len(self.members) > 1

    def member(self, patient_id: int | None) -> Patient | None:
        """The one of them with this id."""
        return next((one for one in self.members if one.id == patient_id), None)


def household(by: Actor) -> Household:
    """Who they are, and what waits for them: one statement."""
    unread = inbox.unread_count(by).correlate(None).scalar_subquery()
    found = db.session().execute(queries.family(by.account_id).add_columns(unread)).all()
    return Household([one for one, _ in found], found[0][1] if found else 0)

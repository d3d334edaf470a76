"""The people of one phone, as their side of the pages begins: who they are, and how much they have not read."""

from collections.abc import Sequence
from dataclasses import dataclass

from mibo import clock, db
from mibo.identity import Actor
from mibo.people import guardians, inbox, queries
from mibo.people.models import Patient


@dataclass(frozen=True)
class Household:
    """Everybody an account acts for, themselves first; who has turned eighteen on its phone and left; and the number of
    notices that none of the former has read.
    """

    members: Sequence[Patient]
    left: Sequence[Patient]
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
    found = db.session().execute(queries.everybody_on(by.account_id).add_columns(unread)).all()
    gone = [one for one, _ in found if guardians.has_left(one, clock.today())]
    return Household([one for one, _ in found if one not in gone], gone, found[0][1] if found else 0)

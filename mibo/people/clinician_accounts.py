"""The account behind a clinician: the role it holds where, and who may touch it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select
from sqlalchemy.exc import IntegrityError

from mibo import db
from mibo.errors import Refused
from mibo.identity import Account, Actor, PhoneTaken, RoleGrant, UsernameTaken
from mibo.identity.permissions import Role

if TYPE_CHECKING:
    from mibo.people.clinicians import Places

TAKEN: dict[str | None, type[PhoneTaken] | type[UsernameTaken]] = {
    "uq_account_audience_phone": PhoneTaken,
    "uq_account_username": UsernameTaken,
}


class NotTheirAccount(Refused):
    """An account that is more than a clinician's is an administrator's to change."""

    code = "FORBIDDEN"
    message = "This clinician has another role as well. Only an administrator may change how they sign in."


def put(account: Account, **values: str | None) -> None:
    """Change phone, e-mail or username. Raises PhoneTaken or UsernameTaken."""
    try:
        with db.session().begin_nested():
            for name, value in values.items():
                setattr(account, name, value)
            db.session().flush()
    except IntegrityError as error:
        taken = TAKEN.get(getattr(getattr(error.orig, "diag", None), "constraint_name", None))
        if taken is None:
            raise
        raise taken from None


def roles(account_id: int) -> set[str]:
    """What an account holds anywhere."""
    return set(db.session().scalars(select(RoleGrant.role).where(RoleGrant.account_id == account_id)))


def is_only_clinician(account_id: int) -> bool:
    """Whether they are a clinician and nothing else."""
    return roles(account_id) == {Role.CLINICIAN}


def may_touch(account_id: int, by: Actor) -> bool:
    """Whoever is more than a clinician is an administrator's to touch: no way up through a colleague's account."""
    return Role.ADMIN in by.roles or roles(account_id) <= {Role.CLINICIAN}


def grant(account_id: int, places: "Places") -> None:
    """The role CLINICIAN at these centres and no others; what else they are stays."""
    held = set(_clinician_centres(account_id))
    gone = [each for each in held if each not in places.centre_ids]
    if gone:
        mine = (RoleGrant.account_id == account_id, RoleGrant.role == Role.CLINICIAN)
        where = or_(RoleGrant.centre_id.in_([each for each in gone if each]), RoleGrant.centre_id.is_(None))
        db.session().execute(delete(RoleGrant).where(*mine, where))
    db.session().add_all(
        RoleGrant(account_id=account_id, role=Role.CLINICIAN, centre_id=each, is_primary=each == places.primary_id)
        for each in sorted(places.centre_ids - held)
    )
    db.session().flush()


def _clinician_centres(account_id: int) -> Iterable[int | None]:
    wanted = select(RoleGrant.centre_id).where(RoleGrant.account_id == account_id, RoleGrant.role == Role.CLINICIAN)
    return db.session().scalars(wanted).all()

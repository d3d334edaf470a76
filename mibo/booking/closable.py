"""Whose time somebody may close and open: their centres', or (clinicians) their own (R-BLK-7)."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from mibo import db
from mibo.errors import Invalid, Missing
from mibo.identity import Actor
from mibo.identity.permissions import GRANTED, Permission, Role
from mibo.people import Clinician, ClinicianCentre
from mibo.scheduling import TimeBlock

NO_CLINICIAN = "We could not find that clinician."
NO_CENTRE = "We could not find that centre."


def check_may_close(
    clinician_id: int | None, centre_id: int | None, by: Actor, right: Permission = Permission.BLOCK_TIME
) -> None:
    """Raises Missing for what is not theirs, as for what never was, and Invalid where a centre must be named."""
    if clinician_id is None:
        _check_whole_centre(centre_id, by, right)
        return
    places = centres_of(clinician_id)
    own = clinician_id == by.clinician_id
    if not places or not (own or _reached(places, by, right)):
        raise Missing(NO_CLINICIAN)
    if centre_id is None:
        if not own and len(_reached(places, by, right)) < len(places):
            raise Invalid.field("centre", "This clinician also works where you do not. Choose one of your centres.")
    elif centre_id not in (places if own else _reached(places, by, right)):
        raise Invalid.field("centre", "This clinician does not work there. Choose one of their centres.")


def _check_whole_centre(centre_id: int | None, by: Actor, right: Permission) -> None:
    if centre_id is None:
        raise Invalid.field("clinician", "Choose a clinician, a centre, or both.")
    if not _reached({centre_id}, by, right):
        raise Missing(NO_CENTRE)


def has_post(by: Actor, right: Permission = Permission.BLOCK_TIME) -> bool:
    """Whether they may do this for others, and not only for themselves as a clinician."""
    return not (by.roles - {Role.CLINICIAN}).isdisjoint(GRANTED[right])


def _reached(places: Collection[int], by: Actor, right: Permission) -> set[int]:
    return {one for one in places if by.reaches(one)} if has_post(by, right) else set()


def centres_of(clinician_id: int) -> set[int]:
    """Where an active clinician works; nowhere when there is no such clinician."""
    wanted = (
        select(ClinicianCentre.centre_id)
        .join(Clinician, Clinician.id == ClinicianCentre.clinician_id)
        .where(ClinicianCentre.clinician_id == clinician_id, Clinician.active)
    )
    return set(db.session().scalars(wanted))


def may_open(clinician_id: int | None, centre_id: int | None, by: Actor) -> bool:
    """Whether a block is theirs to lift; the rule by which they could have made it."""
    try:
        check_may_close(clinician_id, centre_id, by)
    except (Missing, Invalid):
        return False
    return True


def blocks_in_reach(by: Actor) -> ColumnElement[bool]:
    """The blocks somebody may see: all that concern their centres, and (clinicians) themselves."""
    if by.everywhere:
        return true()
    own = TimeBlock.clinician_id == by.clinician_id if by.clinician_id else false()
    post = has_post(by, Permission.SEE_HOURS)
    centres = sorted(by.centre_ids if post else by.practice_ids | by.centre_ids)
    if not post:
        return or_(own, and_(TimeBlock.clinician_id.is_(None), TimeBlock.centre_id.in_(centres)))
    working = select(ClinicianCentre.clinician_id).where(ClinicianCentre.centre_id.in_(centres))
    everywhere = and_(TimeBlock.centre_id.is_(None), TimeBlock.clinician_id.in_(working))
    return or_(own, TimeBlock.centre_id.in_(centres), everywhere)

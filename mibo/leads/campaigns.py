"""What the clinic does to be heard of, and the codes by which it is known who came of it."""

import re
from collections.abc import Sequence
from datetime import date
from operator import attrgetter

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from mibo import audit, db
from mibo.booking.rules import ChangedMeanwhile
from mibo.errors import Invalid, Missing
from mibo.identity import Actor
from mibo.leads.models import CODE_LENGTH, Campaign, Enquiry

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def running(code: str | None, on: date) -> Campaign | None:
    """The campaign that a link names, while it runs; anything else in an address is nobody's and is not kept."""
    wanted = (code or "").strip().lower()
    if len(wanted) > CODE_LENGTH or not CODE.fullmatch(wanted):
        return None
    found = select(Campaign).where(Campaign.code == wanted, Campaign.from_on <= on)
    return db.session().scalar(found.where((Campaign.to_on.is_(None)) | (Campaign.to_on >= on)))


def campaigns() -> Sequence[tuple[Campaign, int]]:
    """All of them, the newest first, each with how many enquiries came of it."""
    came = select(func.count()).where(Enquiry.campaign_id == Campaign.id).scalar_subquery()
    return [
        (row[0], row[1])
        for row in db.session().execute(select(Campaign, came).order_by(Campaign.from_on.desc(), Campaign.id.desc()))
    ]


def campaign(campaign_id: int) -> Campaign:
    """Raises Missing."""
    found = db.session().get(Campaign, campaign_id)
    if found is None:
        raise Missing("We could not find that campaign.")
    return found


def add_campaign(code: str, name: str, heard_of: str, from_on: date, to_on: date | None, *, by: Actor) -> Campaign:
    """The same form sent twice is one campaign. Raises Invalid, at the code where another campaign has it."""
    if not CODE.fullmatch(code):
        raise Invalid.field("code", "Use small letters, digits and single dashes, for example kochi-radio-2026.")
    check_span(from_on, to_on)
    made = Campaign(
        code=code, name=name, heard_of=heard_of, from_on=from_on, to_on=to_on, created_by=by.account_id, version=1
    )
    try:
        with db.session().begin_nested():
            db.session().add(made)
            db.session().flush()
    except IntegrityError as error:
        if db.violated(error) != "uq_campaign_code":
            raise
        if (standing := _standing(made)) is not None:
            return standing
        raise Invalid.field("code", "Another campaign has this code. Choose another one.") from None
    audit.record("campaign.added", made.id, by=by.account_id, code=code)
    return made


def change_campaign(
    campaign_id: int, name: str, heard_of: str, from_on: date, to_on: date | None, *, by: Actor, seen: int
) -> Campaign:
    """The code stays: it stands in links that are out. Raises Missing, ChangedMeanwhile, Invalid."""
    check_span(from_on, to_on)
    found = db.session().get(Campaign, campaign_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise Missing("We could not find that campaign.")
    told = {"name": name, "heard_of": heard_of, "from_on": from_on, "to_on": to_on}
    changed = sorted(field for field, value in told.items() if getattr(found, field) != value)
    if changed and found.version != seen:
        raise ChangedMeanwhile
    for field in changed:
        setattr(found, field, told[field])
    if changed:
        found.version += 1
        audit.record("campaign.changed", found.id, by=by.account_id, fields=changed)
    return found


def _standing(made: Campaign) -> Campaign | None:
    """The campaign of this code, where the same person has added just the same."""
    found = db.session().scalar(
        select(Campaign).where(Campaign.code == made.code, Campaign.created_by == made.created_by)
    )
    told = attrgetter("name", "heard_of", "from_on", "to_on")
    return found if found is not None and told(found) == told(made) else None


def check_span(from_on: date, to_on: date | None) -> None:
    """Raises Invalid."""
    if to_on is not None and to_on < from_on:
        raise Invalid.field("to_on", "The last day comes before the first one.")

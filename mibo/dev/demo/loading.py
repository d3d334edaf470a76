"""Writing the demo clinic into an empty database, all of it or nothing."""

from datetime import datetime

from sqlalchemy import exists, select, text, update

from mibo import clinics, clock, db, identity
from mibo.clinics import Centre
from mibo.config import settings
from mibo.dev.children import CannotStart
from mibo.dev.demo import planning
from mibo.dev.demo.centres import PASSWORD, STAFF, SignIn
from mibo.dev.demo.rows import ids_of_the_database, take_all_the_time_it_needs
from mibo.identity import Account


def load(*, busy: bool = False, now: datetime | None = None, seed: int = planning.SEED) -> list[SignIn]:
    """Load the demo clinic; returns how to sign in. Raises CannotStart in production and where centres exist."""
    if settings().production:
        raise CannotStart("The demo clinic is never loaded in production (MIBO_ENV=production).")
    with db.transaction() as session:
        take_all_the_time_it_needs()
        if session.scalar(select(exists().select_from(Centre))):
            raise CannotStart("This database has centres already: the demo clinic is loaded into an empty one only.")
        policy = clinics.policy_in_force()
        made = planning.plan(now or clock.now(), next_id=ids_of_the_database(), policy=policy, busy=busy, seed=seed)
        made.rows.write()
        _give_passwords()
        session.execute(text("analyze"))
    return made.sign_ins


def _give_passwords() -> None:
    """One for all, so it is hashed once."""
    session = db.session()
    first = session.scalars(select(Account).where(Account.username == STAFF[0][2])).one()
    identity.set_password(first, PASSWORD)
    session.execute(update(Account).where(Account.audience == "STAFF").values(password_hash=first.password_hash))

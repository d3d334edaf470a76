"""How a new patient heard of the clinic: asked once, at the desk that adds them."""

from sqlalchemy.dialects.postgresql import insert

from mibo import db
from mibo.identity import Actor
from mibo.leads.models import PatientOrigin


def note_origin(patient_id: int, heard_of: str, *, by: Actor) -> None:
    """As they told it; what was told first stands."""
    told = insert(PatientOrigin).values(patient_id=patient_id, heard_of=heard_of, told_to=by.account_id)
    db.session().execute(told.on_conflict_do_nothing())

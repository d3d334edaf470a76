"""The page on which a patient gives an appointment another time: signed in, or by the link of a message."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import request
from flask.typing import ResponseReturnValue

from mibo import clinics, db, people
from mibo.booking import Appointment, SlotTaken
from mibo.errors import Conflict, Invalid
from mibo.web import choosing, own_changes, ways
from mibo.web.forms.changes import OwnMoveForm
from mibo.web.htmx import show
from mibo.web.inputs.changes import OwnMoveInput


@dataclass(frozen=True)
class Door:
    """Where the page stands: its own address for other days, where its form goes, and where one comes back to."""

    address: Callable[..., str]
    action: str
    back: str
    back_words: str


@dataclass(frozen=True)
class Trouble:
    """Why it was not moved, and the time that somebody else has just taken."""

    words: str = ""
    taken: datetime | None = None
    status: int = 422


def take(form: OwnMoveForm, move: Callable[..., Appointment]) -> Appointment | Trouble:
    """Move it to the chosen time, in a transaction of its own, or say why not."""
    if not (said := form.read(OwnMoveInput)):
        return Trouble()
    centre_id, starts_at = said.time
    mode = "ONLINE" if request.form.get("way") == ways.ONLINE else "IN_PERSON"
    try:
        with db.transaction():
            return move(starts_at=starts_at, centre_id=centre_id, mode=mode, version=said.version)
    except Invalid as error:
        return Trouble(error.message)
    except Conflict as error:
        return Trouble(error.message, starts_at if isinstance(error, SlotTaken) else None, 409)


def page(
    one: Appointment, door: Door, form: OwnMoveForm | None = None, trouble: Trouble | None = None
) -> ResponseReturnValue:
    """Its free times, as long as it may be moved; else why not, and whom to call."""
    trouble = trouble or Trouble(status=200)
    who = people.clinician(one.clinician_id, active=None)
    changes = own_changes.of(one)
    asked = request.form if form else request.args
    times = (
        choosing.look(
            who, asked, patient_id=one.patient_id, taken=trouble.taken, moving=one, address=door.address
        )
        if changes.may_move
        else None
    )  # fmt: skip
    return show(
        "my/move.html", "my/_move.html", one=one, who=who, changes=changes, page=times, form=form, door=door,
        problem=trouble.words, policy=clinics.policy_in_force(), portal=True, status=trouble.status,
    )  # fmt: skip

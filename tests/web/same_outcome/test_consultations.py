"""A clinician's day: begun, written of, ended, missed, and when the patient should come again."""

from datetime import timedelta
from typing import Any

import pytest

from mibo.booking import Status
from mibo.identity import Role
from tests.web.same_outcome.twins import Twins
from tests.web.same_outcome.world import Step, Verb, World

ONE = "/appointments/{appointment_id}"
CHANGE = f"PUT {ONE}"
WORDS = "Slept well.\nWalks every day."


def due(**more: Any) -> Step:
    return lambda world: world.book(at=world.now - timedelta(minutes=10), minutes=20, **more)


BEGUN, DUE = due(status=Status.IN_PROGRESS), due()


def page(path: str, **fields: Any) -> Step:
    return lambda world: world.page(Role.CLINICIAN, f"/my-day/{world.one.id}/{path}", **fields)


def app(verb: str, path: str, **sent: Any) -> Step:
    call = f"{verb} /appointments/{{}}" + (f"/{path}" if path else "")
    return lambda world: world.app(Role.CLINICIAN, call.format(world.one.id), sent)


def written(world: World) -> None:
    BEGUN(world)
    assert app("POST", "clinician-notes", session_notes="Slept badly.")(world).status_code == 200


def again_by_page(world: World) -> Any:
    day = world.now.date() + timedelta(days=21)
    return page("follow-up", again="day", wanted_on=[day.day, day.month, day.year], note="With her sister")(world)


def again_by_app(world: World) -> Any:
    day = world.now.date() + timedelta(days=21)
    return app("POST", "schedule-followup", follow_up_date=str(day), follow_up_notes="With her sister")(world)


VERBS = {
    "start": Verb(f"POST {ONE}/start-session", page("start"), app("POST", "start-session"), DUE),
    "start as a state": Verb(CHANGE, page("start"), app("PUT", "", status="IN_PROGRESS"), DUE),
    "end": Verb(
        f"POST {ONE}/end-session", page("end", without_note="y"), app("POST", "end-session"), BEGUN,
    ),
    "end what nobody started": Verb(
        f"POST {ONE}/end-session", page("end", without_note="y"), app("POST", "end-session"), DUE,
    ),
    "end as a state": Verb(CHANGE, page("end", without_note="y"), app("PUT", "", status="COMPLETED"), BEGUN),
    "write": Verb(
        f"POST {ONE}/clinician-notes", page("note", words=WORDS, version="0"),
        app("POST", "clinician-notes", session_notes=WORDS), BEGUN,
    ),
    "write anew": Verb(
        f"PATCH {ONE}/notes", page("note", words=WORDS, version="1"), app("PATCH", "notes", notes=WORDS), written,
    ),
    "empty the note": Verb(f"PATCH {ONE}/notes", page("note", version="1"), app("PATCH", "notes", notes=""), written),
    "when to come again": Verb(f"POST {ONE}/schedule-followup", again_by_page, again_by_app, BEGUN),
    "nobody came": Verb(
        CHANGE, lambda world: page("no-show", version=world.one.version)(world), app("PUT", "", status="NO_SHOW"), DUE,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", VERBS)
def test_a_clinicians_day_and_their_app_do_the_same(name: str, twins: Twins) -> None:
    twins.check_same(VERBS[name])

"""What may not be done to a visit is refused by page and API alike, and leaves nothing behind by either."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mibo import clock, db
from mibo.booking import Status
from mibo.identity import Role
from tests import make
from tests.web.same_outcome import test_bookings as bookings
from tests.web.same_outcome import test_changes as changes
from tests.web.same_outcome import test_consultations as consultations
from tests.web.same_outcome import test_own as own
from tests.web.same_outcome.twins import Twins
from tests.web.same_outcome.world import WHY, Step, World

Refusal = tuple[Step, Step, Step]
YESTERDAY = -1


def nothing(world: World) -> None:
    """All is as it is."""


def day(ahead: int) -> str:
    return str(clock.today() + timedelta(days=ahead))


def ravi_is_booked(world: World) -> None:
    world.book(who=world.ravi)


def desk(**wrong: Callable[[World], Any]) -> Step:
    return lambda world: bookings.by_page(world, "LINK", **{name: told(world) for name, told in wrong.items()})


def desk_app(**wrong: Callable[[World], Any]) -> Step:
    return lambda world: bookings.by_app(world, **{name: told(world) for name, told in wrong.items()})


AT_THE_DESK: dict[str, Refusal] = {
    "a time that is over": (
        nothing, desk(day=lambda _: day(YESTERDAY)), desk_app(appointmentDate=lambda _: day(YESTERDAY)),
    ),
    "a time that is taken": (ravi_is_booked, desk(), desk_app()),
    "a time outside the hours": (nothing, desk(at=lambda _: "20:00"), desk_app(appointmentTime=lambda _: "20:00")),
    "a time between two": (nothing, desk(at=lambda _: "10:20"), desk_app(appointmentTime=lambda _: "10:20")),
    "no time": (nothing, desk(at=lambda _: ""), desk_app(appointmentTime=lambda _: "")),
    "a centre that is not theirs": (
        nothing, desk(centre=lambda world: world.mumbai.id), desk_app(centreId=lambda world: world.mumbai.id),
    ),
    "a way to meet that is none": (
        nothing, desk(mode=lambda _: "BY_PHONE"), desk_app(appointmentType=lambda _: "BY_PHONE"),
    ),
    "the digits of somebody else": (nothing, desk(last_four=lambda _: "0002"), desk_app(lastFour=lambda _: "0002")),
    "a note with a card's number": (
        nothing, desk(note=lambda _: "4111 1111 1111 1111"), desk_app(notes=lambda _: "4111 1111 1111 1111"),
    ),
    "a note that is too long": (nothing, desk(note=lambda _: "x" * 501), desk_app(notes=lambda _: "x" * 501)),
}  # fmt: skip


def taken(**wrong: Callable[[World], Any]) -> Step:
    return lambda world: own.taken_by_page(world, **{name: told(world) for name, told in wrong.items()})


def taken_by_app(**wrong: Callable[[World], Any]) -> Step:
    return lambda world: own.taken_by_app(world, **{name: told(world) for name, told in wrong.items()})


def time_at(face: str, ahead: int = 1) -> Callable[[World], str]:
    return lambda world: f"{world.kochi.id}@{day(ahead)}T{face}"


def asha_is_booked_elsewhere(world: World) -> None:
    with db.transaction():
        other = make.clinician(world.mumbai, name="Dr. Leela Rao")
        make.appointment(world.asha, other, world.mumbai, make.at("10:00"))


def ravis(path: str) -> Step:
    return lambda world: world.page(world.asha, f"/my/{world.one.reference}/{path}", reason="I am away")


def ravis_by_app(call: str) -> Step:
    return lambda world: world.app(world.asha, call.format(world.one.id), {"reason": "I am away"})


def asks(reason: str) -> Step:
    return lambda world: world.page(world.asha, f"/my/{world.one.reference}/cancellation-wish", reason=reason)


def asks_by_app(reason: str) -> Step:
    return lambda world: world.app(
        world.asha, f"POST /patient/appointments/{world.one.id}/cancel", {"reason": reason}
    )  # fmt: skip


def says(**wrong: str) -> Step:
    return lambda world: world.page(
        world.asha, "/my/details", **{"full_name": "Asha Menon", "age": "30", "gender": "FEMALE", **wrong}
    )


def says_by_app(**wrong: object) -> Step:
    return lambda world: world.app(world.asha, "PUT /patient/profile", wrong)


def ravis_notice(world: World) -> None:
    own.told(world)
    world.asha, world.ravi = world.ravi, world.asha


BY_PATIENTS: dict[str, Refusal] = {
    "a time that is over": (
        nothing, taken(time=time_at("10:00", YESTERDAY)), taken_by_app(appointmentDate=lambda _: day(YESTERDAY)),
    ),
    "a time that is taken": (ravi_is_booked, taken(), taken_by_app()),
    "a time of one's own elsewhere": (asha_is_booked_elsewhere, taken(), taken_by_app()),
    "a time too far ahead": (nothing, taken(time=time_at("10:00", 90)), taken_by_app(appointmentDate=lambda _: day(90))),
    "no time": (nothing, taken(time=lambda _: ""), taken_by_app(appointmentTime=lambda _: "")),
    "for somebody else's patient": (
        nothing, taken(patient=lambda world: world.ravi.id), taken_by_app(patientId=lambda world: world.ravi.id),
    ),
    "to cancel somebody else's": (ravi_is_booked, ravis("cancellation"), ravis_by_app("POST /booking/{}/cancel")),
    "to ask for somebody else's": (
        ravi_is_booked, ravis("cancellation-wish"), ravis_by_app("POST /patient/appointments/{}/cancel"),
    ),
    "to cancel when it is too late": (
        own.soon, ravis("cancellation"), ravis_by_app("POST /booking/{}/cancel"),
    ),
    "to cancel what is cancelled": (
        lambda world: world.book(status=Status.CANCELLED), ravis("cancellation"), ravis_by_app("POST /booking/{}/cancel"),
    ),
    "to ask without a word": (own.soon, asks(""), asks_by_app("")),
    "to ask in a word": (own.soon, asks("away"), asks_by_app("away")),
    "to ask twice": (
        lambda world: world.book(at=world.now + timedelta(hours=3), status=Status.CANCELLATION_REQUESTED),
        asks("I am away"), asks_by_app("I am away"),
    ),
    "an e-mail that is none": (nothing, says(email="asha at home"), says_by_app(email="asha at home")),
    "an age that is none": (nothing, says(age="200"), says_by_app(age=200)),
    "a birthday to come": (
        nothing, lambda world: world.page(
            world.asha, "/my/details", full_name="Asha Menon", gender="FEMALE", date_of_birth=["1", "1", "2090"]
        ), says_by_app(dateOfBirth="2090-01-01"),
    ),
    "somebody else's notice": (
        ravis_notice, lambda world: world.page(world.asha, f"/my/notices/{world.one.id}/reading"),
        lambda world: world.app(world.asha, f"PUT /patient/notifications/{world.one.id}/read", {}),
    ),
}  # fmt: skip


def to(ahead: int = 1, **goal: Any) -> Step:
    """Moved by the form of the page."""
    return lambda world: world.page(
        Role.FRONT_DESK, f"/desk/appointments/{world.one.id}/move", **{
            "clinician": world.anita.id, "centre": world.kochi.id, "mode": "IN_PERSON", "day": day(ahead), "at": "15:00",
            "version": world.one.version, **goal,
        },
    )  # fmt: skip


def to_by_app(ahead: int = 1, who: Role = Role.FRONT_DESK, **more: Any) -> Step:
    def app(world: World) -> Any:
        sent = {"scheduledStartAt": f"{day(ahead)}T15:00:00", **more}
        return world.app(who, f"PUT /appointments/{world.one.id}", sent)

    return app


def both_are_booked(world: World) -> None:
    world.book("15:00", who=world.ravi)
    world.book()


def at_mumbai(world: World) -> None:
    with db.transaction():
        other = make.clinician(world.mumbai, name="Dr. Leela Rao")
        world.one = make.appointment(world.asha, other, world.mumbai, make.at("10:00"))


CANCELLED = changes.booked(status=Status.CANCELLED)
OF_STAFF: dict[str, Refusal] = {
    "moved to a time that is taken": (
        both_are_booked, to(), to_by_app(),
    ),
    "moved into the past": (
        changes.booked(), to(YESTERDAY), to_by_app(YESTERDAY),
    ),
    "moved after it was cancelled": (CANCELLED, to(), to_by_app()),
    "moved after it was changed": (
        changes.booked(), to(version=99), to_by_app(version=99),
    ),
    "moved at a centre that is not theirs": (
        at_mumbai, to(), to_by_app(),
    ),
    "cancelled without a reason": (
        changes.booked(), changes.page(Role.FRONT_DESK, "cancellation"),
        lambda world: world.app(Role.FRONT_DESK, f"DELETE /appointments/{world.one.id}", {"reason": " "}),
    ),
    "cancelled as a state without a reason": (
        changes.booked(), changes.page(Role.FRONT_DESK, "cancellation"), changes.change(Role.FRONT_DESK, status="CANCELLED"),
    ),
    "cancelled twice": (
        CANCELLED, changes.page(Role.FRONT_DESK, "cancellation", reason=WHY),
        lambda world: world.app(Role.FRONT_DESK, f"DELETE /appointments/{world.one.id}", {"reason": WHY}),
    ),
    "cancelled when it is completed": (
        changes.over(status=Status.COMPLETED), changes.page(Role.FRONT_DESK, "cancellation", reason=WHY),
        changes.change(Role.FRONT_DESK, status="CANCELLED", reason=WHY),
    ),
    "cancelled by a clinician": (
        changes.booked(), changes.page(Role.CLINICIAN, "cancellation", reason=WHY),
        changes.change(Role.CLINICIAN, status="CANCELLED", reason=WHY),
    ),
    "moved by a clinician": (
        changes.booked(), lambda world: world.page(
            Role.CLINICIAN, f"/desk/appointments/{world.one.id}/move", clinician=world.anita.id, centre=world.kochi.id,
            mode="IN_PERSON", day=make.tomorrow(), at="15:00", version=world.one.version,
        ), to_by_app(who=Role.CLINICIAN),
    ),
    "a wish granted by the front desk": (
        changes.WISHED, changes.page(Role.FRONT_DESK, "cancellation-decision", decision="GRANT"),
        changes.change(Role.FRONT_DESK, status="CANCELLED", reason=WHY),
    ),
    "missed before it began": (
        changes.booked(), changes.page(Role.FRONT_DESK, "no-show"), changes.change(Role.FRONT_DESK, status="NO_SHOW"),
    ),
    "completed before it began": (
        changes.booked(), changes.page(Role.MANAGER, "completion"), changes.change(Role.MANAGER, status="COMPLETED"),
    ),
    "one that never was": (
        changes.booked(), lambda world: world.page(Role.MANAGER, "/desk/appointments/7/cancellation", reason=WHY),
        lambda world: world.app(Role.MANAGER, "DELETE /appointments/7", {"reason": WHY}),
    ),
}  # fmt: skip


def anothers(world: World) -> None:
    """A colleague's, at the same centre."""
    with db.transaction():
        other = make.clinician(world.kochi, name="Dr. Leela Rao")
        world.one = make.appointment(world.asha, other, world.kochi, world.now - timedelta(minutes=10), minutes=20)


def one_is_open(world: World) -> None:
    world.book(at=world.now - timedelta(minutes=40), minutes=20, who=world.ravi, status=Status.IN_PROGRESS)
    consultations.DUE(world)


def at_home(note: str) -> tuple[Step, Step]:
    return consultations.page("note", words=note, version="0"), consultations.app(
        "POST", "clinician-notes", session_notes=note
    )


OF_CLINICIANS: dict[str, Refusal] = {
    "a colleague's begun": (anothers, consultations.page("start"), consultations.app("POST", "start-session")),
    "a colleague's written of": (anothers, *at_home("Slept well")),
    "a colleague's ended": (
        anothers, consultations.page("end", without_note="y"), consultations.app("POST", "end-session"),
    ),
    "begun too early": (changes.booked(), consultations.page("start"), consultations.app("POST", "start-session")),
    "begun while another is open": (one_is_open, consultations.page("start"), consultations.app("POST", "start-session")),
    "begun when it is cancelled": (
        consultations.due(status=Status.CANCELLED), consultations.page("start"), consultations.app("POST", "start-session"),
    ),
    "ended twice": (
        consultations.due(status=Status.COMPLETED), consultations.page("end", without_note="y"),
        consultations.app("POST", "end-session"),
    ),
    "a note that is too long": (consultations.BEGUN, *at_home("x" * 200_001)),
    "to come again in the past": (
        consultations.BEGUN, consultations.page("follow-up", again="day", wanted_on=["1", "1", "2020"]),
        consultations.app("POST", "schedule-followup", follow_up_date="2020-01-01"),
    ),
    "to come again on no day": (
        consultations.BEGUN, consultations.page("follow-up", again="day"), consultations.app("POST", "schedule-followup"),
    ),
}  # fmt: skip

GROUPS = {
    "at the desk": AT_THE_DESK, "by patients": BY_PATIENTS, "of staff": OF_STAFF, "of clinicians": OF_CLINICIANS,
}  # fmt: skip
ALL = {f"{kind}: {name}": refusal for kind, group in GROUPS.items() for name, refusal in group.items()}


@pytest.mark.parametrize("name", ALL)
def test_both_refuse_it_and_leave_nothing_behind(name: str, twins: Twins) -> None:
    twins.check_refused(*ALL[name])

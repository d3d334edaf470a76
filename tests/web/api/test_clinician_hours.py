"""Hours over the API as the older staff app sets them, and the grid of a clinician's days."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from flask.testing import FlaskClient

from mibo import clock, db, scheduling
from mibo.booking import Status
from mibo.identity import Role
from mibo.scheduling import WeeklyHours
from tests import make
from tests.counting import statements
from tests.web.api.conftest import App, Clinic

BOTH = pytest.mark.parametrize("prefix", ["/clinicians", "/users/clinicians"])


class Writer(App):
    def send(self, method: str, path: str, sent: object = None):
        return self.client.open("/api" + path, method=method, json=sent, headers=self.headers)


@pytest.fixture
def of(client: FlaskClient, signed_in, clinic: Clinic) -> Callable[..., Writer]:
    def made(role: Role, *centres) -> Writer:
        with db.transaction():
            account = make.staff(role, *centres)
        writer = Writer(client)
        writer.headers = signed_in(account).headers
        return writer

    return made


def rule(clinic: Clinic, day: int = 1, start: str = "09:00", end: str = "12:00", **more: object) -> dict:
    """As the older staff app sends it: both spellings of some keys."""
    return {
        "centre_id": str(clinic.centre.id), "centreId": str(clinic.centre.id), "dayOfWeek": day, "startTime": start,
        "endTime": end, "slotDurationMinutes": 60, "consultationMode": "BOTH", "mode": "BOTH", **more,
    }  # fmt: skip


def standing(clinic: Clinic) -> list[tuple[int, int, int, str]]:
    with db.reading():
        rows = scheduling.weekly_hours(clinic.clinician.id)
    return [(row.weekday, row.opens_minute, row.closes_minute, row.mode) for row in rows]


@BOTH
def test_the_whole_set_is_replaced_and_each_rule_keeps_its_centre(of, clinic, prefix):
    with db.transaction() as session:
        second = make.centre("Mibo Mumbai")
        session.add(make.ClinicianCentre(clinician_id=clinic.clinician.id, centre_id=second.id))
    rules = [
        rule(clinic),
        rule(clinic, 2, "09:00:00", "09:50:00", slotDurationMinutes=50, centreId=second.id, mode="ONLINE"),
    ]
    rules[1].pop("centre_id")
    rules[1].pop("consultationMode")
    answer = of(Role.MANAGER).send("PUT", f"{prefix}/{clinic.clinician.id}/availability", {"availability_rules": rules})
    assert answer.status_code == 200, answer.json
    assert standing(clinic) == [(1, 540, 720, "BOTH"), (2, 540, 590, "ONLINE")]
    shown = answer.json["data"]["availabilityRules"]
    assert [(each["centreId"], each["startTime"], each["slotDurationMinutes"]) for each in shown] == [
        (str(clinic.centre.id), "09:00:00", 60), (str(second.id), "09:00:00", 50),
    ]  # fmt: skip
    assert shown[0]["effectiveFrom"] != shown[1]["effectiveFrom"] == clock.today().isoformat()


def test_what_was_read_can_be_sent_back_and_changes_nothing(of, clinic, incumbent):
    app = of(Role.ADMIN)
    path = f"/users/clinicians/{clinic.clinician.id}/availability"
    with db.transaction() as session:
        session.add(
            WeeklyHours(
                clinician_id=clinic.clinician.id, centre_id=clinic.centre.id, weekday=make.tomorrow().isoweekday() % 7,
                opens_minute=900, closes_minute=960, slot_minutes=60, effective_from=make.tomorrow(),
                effective_to=make.tomorrow(),
            )
        )  # fmt: skip
    read = app.get(path).json["data"]
    assert len(read) == 7
    assert {"day_of_week", "start_time", "mode", "centre_id", "slot_duration_minutes", "dayOfWeek"} <= set(read[0])
    assert app.send("PUT", path, {"availability_rules": read}).status_code == 200
    assert [each["id"] for each in app.get(path).json["data"]] == [each["id"] for each in read]


def test_a_planned_pattern_may_be_sent_ahead(of, clinic):
    day = clock.today() + timedelta(days=10)
    sent = {"availabilityRules": [rule(clinic, "MONDAY")], "effectiveFrom": day.isoformat()}
    path = f"/clinicians/{clinic.clinician.id}/availability"
    assert of(Role.ADMIN).send("PUT", path, sent).status_code == 200
    assert len(standing(clinic)) == 7
    with db.reading():
        kept = scheduling.kept_hours([clinic.clinician.id])[clinic.clinician.id]
    assert [each.effective_from for each in kept if each.effective_from > clock.today()] == []
    assert len([each for each in kept if each.effective_to == day - timedelta(days=1)]) == 6


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"endTime": "08:00"}, "Rule 1 (Monday): The end must be after the start."),
        ({"startTime": "09:10"}, "Rule 1 (Monday): Start on the quarter hour, for example 9:00 am."),
        (
            {"slotDurationMinutes": 240},
            "Rule 1 (Monday): A session of 240 minutes does not fit into 9:00 am to 12:00 pm.",
        ),
        (
            {"centreId": "99999", "centre_id": "99999"},
            "Rule 1 (Monday): Dr. Anita Kurian does not work at this centre.",
        ),
        ({"startTime": "soon"}, "Start time (1) must be a time such as 09:30."),
        ({"dayOfWeek": 7}, "Day of week (1) must be 0 (Sunday) to 6 (Saturday)."),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_changes(of, clinic, wrong, said):
    path = f"/clinicians/{clinic.clinician.id}/availability"
    answer = of(Role.ADMIN).send("PUT", path, {"availability_rules": [rule(clinic, **{}) | wrong]})
    assert (answer.status_code, answer.json["message"]) == (400, said)
    assert len(standing(clinic)) == 7


def test_overlapping_rules_are_refused_and_the_same_rule_twice_is_one(of, clinic):
    app, path = of(Role.ADMIN), f"/clinicians/{clinic.clinician.id}/availability"
    assert app.send("PUT", path, {"availability_rules": [rule(clinic), rule(clinic)]}).status_code == 200
    refused = app.send("PUT", path, {"availability_rules": [rule(clinic), rule(clinic, 1, "11:00", "13:00")]})
    assert refused.status_code == 400
    assert refused.json["error"]["details"][0]["field"] == "availability_rules"
    assert "Overlaps 9:00 am to 12:00 pm" in refused.json["message"]


@BOTH
def test_hours_are_set_by_those_whose_clinician_it_is(of, clinic, client, signed_in, prefix):
    path = f"{prefix}/{clinic.clinician.id}/availability"
    sent = {"availability_rules": [rule(clinic)]}
    with db.transaction() as session:
        elsewhere = make.centre("Mibo Mumbai")
        herself = session.get_one(make.Account, clinic.clinician.account_id)
    assert of(Role.CENTRE_MANAGER, elsewhere).send("PUT", path, sent).status_code == 404
    assert of(Role.FRONT_DESK, clinic.centre).send("PUT", path, sent).status_code == 403
    assert Writer(client).send("PUT", path, sent).status_code == 401
    own = Writer(client)
    own.headers = signed_in(herself).headers
    assert own.send("PUT", path, sent).status_code == 200
    assert of(Role.CENTRE_MANAGER, clinic.centre).send("PUT", path, sent).status_code == 200


def test_a_rule_is_deleted_once(of, clinic):
    app, path = of(Role.MANAGER), f"/clinicians/{clinic.clinician.id}/availability"
    gone = app.get(path).json["data"][0]["id"]
    answer = app.send("DELETE", f"{path}/{gone}")
    assert (answer.status_code, answer.json["data"]) == (200, None)
    assert len(app.get(path).json["data"]) == 6
    assert app.send("DELETE", f"{path}/{gone}").status_code == 404
    assert app.send("DELETE", f"{path}/nonsense").status_code == 400


def test_a_weekday_is_deleted_and_named(of, clinic, incumbent):
    app, path = of(Role.MANAGER), f"/users/clinicians/{clinic.clinician.id}/availability"
    answer = app.send("POST", f"{path}/delete-by-day", {"dayOfWeek": 1, "centreId": str(clinic.centre.id)})
    assert answer.status_code == 200
    assert answer.json["message"] == "1 availability rule deleted successfully"
    [gone] = answer.json["data"]["deletedRules"]
    assert (gone["day_of_week"], gone["start_time"], gone["end_time"], gone["mode"]) == (
        1,
        "09:00:00",
        "12:00:00",
        "BOTH",
    )
    again = app.send("POST", f"{path}/delete-by-day", {"dayOfWeek": 1})
    assert (again.status_code, again.json["message"]) == (404, "There are no hours on Monday to delete.")


def test_a_week_by_day_has_no_empty_days(of, clinic):
    app, path = of(Role.CENTRE_MANAGER, clinic.centre), f"/clinicians/{clinic.clinician.id}/availability"
    app.send("POST", f"{path}/delete-by-day", {"day_of_week": 0})
    days = app.get(f"{path}/by-day").json["data"]
    assert sorted(days) == ["1", "2", "3", "4", "5", "6"]
    [window] = days["1"]
    assert (window["startTime"], window["endTime"], window["slotCount"]) == ("09:00:00", "12:00:00", 3)
    assert app.get(f"{path}/by-day", centreId="99999").json["data"] == {}


def test_a_new_clinician_may_come_with_her_hours(of, clinic):
    sent = {
        "full_name": "Dr. Leela D'Souza", "phone": "9845011122", "password": "rain over the backwaters",
        "primary_centre_id": str(clinic.centre.id), "specialization": ["Therapist"], "qualification": ["M.Phil"],
        "languages": ["English"], "consultation_fee": 1500, "default_consultation_duration_minutes": 45,
        "availability_slots": [{"dayOfWeek": 1, "startTime": "09:00", "endTime": "12:00", "consultationMode": "ONLINE"}],
    }  # fmt: skip
    answer = of(Role.MANAGER).send("POST", "/clinicians", sent)
    assert answer.status_code == 201, answer.json
    [hours] = answer.json["data"]["availabilityRules"]
    assert (hours["centreId"], hours["slotDurationMinutes"], hours["mode"]) == (str(clinic.centre.id), 45, "ONLINE")


# the grid


@BOTH
def test_the_grid_of_a_day_says_what_is_booked_and_blocked_and_by_what_to_staff(of, clinic, prefix):
    day = make.tomorrow()
    with db.transaction():
        one = make.appointment(clinic.patient, clinic.clinician, clinic.centre, make.at("09:00"))
        shut = make.block(datetime.combine(day, time(11)), datetime.combine(day, time(11, 30)), who=clinic.clinician)
    path = f"{prefix}/{clinic.clinician.id}/slots"
    grid = of(Role.FRONT_DESK, clinic.centre).get(path, date=day.isoformat()).json["data"]
    assert grid == [
        {
            "clinicianId": str(clinic.clinician.id), "centreId": str(clinic.centre.id), "date": day.isoformat(),
            "startTime": start, "endTime": end, "mode": "BOTH", **more,
        }
        for start, end, more in [
            ("09:00", "10:00", {"status": "booked", "state": "BOOKED", "appointmentId": str(one.id)}),
            ("10:00", "11:00", {"status": "available", "state": "FREE"}),
            ("11:00", "12:00", {"status": "blocked", "state": "BLOCKED", "blockedSlotId": shut.id}),
        ]
    ]  # fmt: skip


def test_a_stranger_reads_the_grid_without_ids_of_appointments_and_blocks(stranger, clinic):
    with db.transaction():
        make.appointment(clinic.patient, clinic.clinician, clinic.centre, make.at("09:00"))
    asked = {"clinicianId": clinic.clinician.id, "startDate": make.tomorrow(), "endDate": make.tomorrow()}
    grid = stranger.get("/booking/clinician-slots", **asked).json["data"]
    assert [one["status"] for one in grid] == ["booked", "available", "available"]
    shown = {"clinicianId", "centreId", "date", "startTime", "endTime", "status", "mode"}
    assert all(set(one) == shown for one in grid)


def test_the_range_is_of_the_primary_centre_unless_told_and_has_the_true_mode(stranger, clinic):
    with db.transaction() as session:
        second = make.centre("Mibo Mumbai")
        session.add(make.ClinicianCentre(clinician_id=clinic.clinician.id, centre_id=second.id))
        make.hours(clinic.clinician, second, opens="15:00", closes="16:00", mode="ONLINE")
        make.appointment(
            clinic.patient, clinic.clinician, clinic.centre, make.at("10:00"), status=Status.PENDING, mode="ONLINE"
        )
    asked = {"clinician_id": clinic.clinician.id, "start_date": make.tomorrow(), "end_date": make.tomorrow()}
    here = stranger.get("/booking/clinician-slots", **asked).json["data"]
    assert [(one["startTime"], one["status"], one["mode"]) for one in here] == [
        ("09:00", "available", "BOTH"), ("10:00", "booked", "BOTH"), ("11:00", "available", "BOTH"),
    ]  # fmt: skip
    there = stranger.get("/booking/clinician-slots", **asked, centreId=second.id).json["data"]
    assert [(one["startTime"], one["mode"]) for one in there] == [("15:00", "ONLINE")]


def test_a_past_time_that_nobody_took_is_not_available(stranger, clinic):
    yesterday = clock.today() - timedelta(days=1)
    grid = stranger.get(f"/clinicians/{clinic.clinician.id}/slots", date=yesterday).json["data"]
    assert [one["status"] for one in grid] == ["blocked"] * 3


def test_a_pause_around_an_appointment_is_as_good_as_booked(stranger, clinic):
    with db.transaction() as session:
        session.get_one(make.Clinician, clinic.clinician.id).buffer_minutes = 15
        make.appointment(clinic.patient, clinic.clinician, clinic.centre, make.at("10:00"))
    grid = stranger.get(f"/clinicians/{clinic.clinician.id}/slots", date=make.tomorrow()).json["data"]
    assert [one["status"] for one in grid] == ["booked"] * 3


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 400),
        ({"startDate": "2031-04-07", "endDate": "2031-09-01"}, 400),
        ({"startDate": "2031-04-08", "endDate": "2031-04-07"}, 400),
        ({"startDate": "soon", "endDate": "2031-04-07"}, 400),
    ],
)
def test_a_range_that_makes_no_sense_is_refused(stranger, clinic, asked, status):
    answer = stranger.get("/booking/clinician-slots", clinicianId=clinic.clinician.id, **asked)
    assert answer.status_code == status


def test_a_clinician_who_is_not_there_is_missing_and_never_an_empty_grid(stranger, clinic):
    with db.transaction():
        gone = make.clinician(clinic.centre, active=False)
    for who in (999_999, gone.id, clinic.centre.id):
        assert stranger.get(f"/clinicians/{who}/slots", date=make.tomorrow()).status_code == 404


def test_sixty_one_days_take_as_many_statements_as_one(stranger, clinic):
    def taken(days: int) -> int:
        asked = {"startDate": make.tomorrow(), "endDate": make.tomorrow() + timedelta(days=days - 1)}
        with statements() as sent:
            answer = stranger.get("/booking/clinician-slots", clinicianId=clinic.clinician.id, **asked)
        assert len(answer.json["data"]) == 3 * days
        return len(sent)

    assert taken(61) == taken(1) == 3


def test_the_range_has_another_name(stranger, clinic):
    days = {"startDate": str(make.tomorrow()), "endDate": str(make.tomorrow())}
    named = stranger.get("/booking/clinician-slots", clinicianId=clinic.clinician.id, **days)
    other = f"/booking/clinician/{clinic.clinician.id}/slots-range"
    assert named.json["data"]
    assert stranger.get(other, **days).json == named.json
    assert stranger.get(other).status_code == 400
    assert stranger.get("/booking/clinician/999999999/slots-range", **days).status_code == 404

import base64
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from mibo.config import settings
from mibo.integrations import google_meet
from mibo.integrations.google_meet import Meeting
from mibo.integrations.http import ProviderError
from tests.integrations.scripted import answer, hang, reset

STARTS = datetime(2026, 12, 1, 4, 30, tzinfo=UTC)
ENDS = STARTS + timedelta(minutes=50)
TOKEN = answer(200, {"access_token": "ya29.test", "expires_in": 3599, "token_type": "Bearer"})
FIRST = google_meet.event_id_of("bk-1042", 1)
SECOND = google_meet.event_id_of("bk-1042", 2)
DOOR = "https://meet.google.com/aaa-bbbb-ccc"


@pytest.fixture(autouse=True)
def _pointed(provider, point_at, impatient):
    account = json.loads(settings().google_service_account_json) | {
        "token_uri": f"{provider.url}/token",
        "private_key_id": uuid4().hex,
    }
    point_at(
        google_calendar_url=f"{provider.url}/calendar/v3/",
        google_service_account_json=json.dumps(account),
        google_calendar_id="clinic@example.com",
        google_subject="bookings@example.com",
    )


def no(status, reason, message=""):
    problem = {"domain": "global", "reason": reason, "message": message}
    return answer(status, {"error": {"code": status, "message": message, "errors": [problem]}})


def event(event_id=FIRST, state="success", **changes):
    """A calendar event as Google tells of it."""
    video = {"entryPointType": "video", "uri": DOOR, "label": "meet.google.com/aaa-bbbb-ccc"}
    phone = {"entryPointType": "phone", "uri": "tel:+91-80-0000"}
    return {
        "id": event_id,
        "status": "confirmed",
        "start": {"dateTime": "2026-12-01T10:00:00+05:30", "timeZone": "Asia/Kolkata"},
        "end": {"dateTime": "2026-12-01T05:20:00Z"},
        "conferenceData": {
            "createRequest": {"requestId": "r", "status": {"statusCode": state}},
            **({"entryPoints": [phone, video]} if state == "success" else {}),
        },
        **changes,
    }


def create(revision=1):
    return google_meet.create_meeting("bk-1042", revision, "Consultation", STARTS, ENDS)


def failure(ask, *arguments):
    with pytest.raises(ProviderError) as caught:
        ask(*arguments)
    return caught.value


def calls(provider):
    return [f"{asked.method} {asked.path.split('?')[0].rpartition('/')[2]}" for asked in provider.asked]


def test_a_meeting_is_one_event_with_a_room_and_without_guests_or_names(provider):
    provider.then(TOKEN, answer(200, event()))
    assert create() == Meeting(FIRST, DOOR, pending=False)
    token, insert = provider.asked
    claims = token.body.decode().split("assertion=")[1].split(".")[1]
    said = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert (said["sub"], said["scope"]) == ("bookings@example.com", google_meet.SCOPE)
    assert insert.path.startswith("/calendar/v3/calendars/clinic%40example.com/events?")
    assert {key: insert.query[key] for key in ("conferenceDataVersion", "sendUpdates")} == {
        "conferenceDataVersion": "1",
        "sendUpdates": "none",
    }
    assert insert.headers["authorization"] == "Bearer ya29.test"
    wanted = insert.json
    request = wanted.pop("conferenceData")["createRequest"]
    assert request["conferenceSolutionKey"] == {"type": "hangoutsMeet"}
    assert wanted == {
        "id": FIRST,
        "summary": "Consultation",
        "start": {"dateTime": "2026-12-01T10:00:00+05:30", "timeZone": "Asia/Kolkata"},
        "end": {"dateTime": "2026-12-01T10:50:00+05:30", "timeZone": "Asia/Kolkata"},
        "extendedProperties": {"private": {"booking": "bk-1042"}},
    }


def test_the_ids_of_events_are_legal_and_one_per_revision():
    ids = {google_meet.event_id_of(key, revision) for key in ("bk-1", "bk-11", "b") for revision in (1, 2, 11)}
    assert len(ids) == 9
    assert [each for each in ids if set(each) - set("abcdefghijklmnopqrstuv0123456789") or len(each) < 5] == []


def test_a_token_is_used_for_an_hour_and_renewed_when_it_is_refused(provider):
    refused = no(401, "authError")
    provider.then(TOKEN, answer(200, event()), answer(200, event()), refused, TOKEN, answer(200, event()))
    for _ in range(3):
        google_meet.fetch(FIRST)
    assert calls(provider) == [
        "POST token",
        f"GET {FIRST}",
        f"GET {FIRST}",
        f"GET {FIRST}",
        "POST token",
        f"GET {FIRST}",
    ]


def test_a_meeting_asked_for_twice_is_the_same_meeting(provider):
    provider.then(TOKEN, no(409, "duplicate"), answer(200, event()))
    assert create() == Meeting(FIRST, DOOR, pending=False)
    assert calls(provider) == ["POST token", "POST events", f"GET {FIRST}"]


def test_a_meeting_that_stands_at_another_time_is_moved(provider):
    elsewhere = event(start={"dateTime": "2026-12-01T11:00:00+05:30"})
    provider.then(TOKEN, no(409, "duplicate"), answer(200, elsewhere), answer(200, event()))
    assert create() == Meeting(FIRST, DOOR, pending=False)
    assert calls(provider)[-1] == f"PATCH {FIRST}"
    assert provider.asked[-1].json["start"]["dateTime"] == "2026-12-01T10:00:00+05:30"


def test_a_removed_meetings_id_stays_taken_so_the_next_revision_is_used(provider):
    provider.then(TOKEN, no(409, "duplicate"), answer(200, event(status="cancelled")), answer(200, event(SECOND)))
    assert create() == Meeting(SECOND, DOOR, pending=False)
    assert provider.asked[-1].json["id"] == SECOND


def test_a_room_still_being_made_has_no_link_yet(provider):
    provider.then(TOKEN, answer(200, event(state="pending")), answer(200, event()))
    assert create() == Meeting(FIRST, None, pending=True)
    assert google_meet.fetch(FIRST) == Meeting(FIRST, DOOR, pending=False)


def test_a_link_without_entry_points_is_taken_from_the_event(provider):
    provider.then(TOKEN, answer(200, event(state="pending", hangoutLink=DOOR)))
    assert create() == Meeting(FIRST, DOOR, pending=False)


@pytest.mark.parametrize(
    "made", [event(state="failure"), event(conferenceData=None), event(state="failure", hangoutLink="javascript:1")]
)
def test_an_event_without_a_room_is_no_meeting(provider, made):
    provider.then(TOKEN, answer(200, made))
    error = failure(create)
    assert (error.kind, error.code) == ("refused", "CONFERENCE_FAILED")


@pytest.mark.parametrize(
    "gone",
    [
        answer(404, {"error": {"code": 404}}),
        answer(410, {"error": {"code": 410}}),
        answer(200, event(status="cancelled")),
    ],
)
def test_a_meeting_that_is_gone_is_told_as_gone(provider, gone):
    provider.then(TOKEN, gone, gone)
    assert [failure(google_meet.fetch, FIRST).code, failure(google_meet.move, FIRST, STARTS, ENDS).code] == [
        "GONE",
        "GONE",
    ]


@pytest.mark.parametrize(
    "step", [answer(204, b""), answer(404, {"error": {"code": 404}}), answer(410, {"error": {"code": 410}})]
)
def test_to_remove_what_is_gone_is_to_remove(provider, step):
    provider.then(TOKEN, step)
    google_meet.remove(FIRST)
    assert calls(provider)[-1] == f"DELETE {FIRST}"


def test_a_moved_meeting_keeps_its_link(provider):
    provider.then(TOKEN, answer(200, event()))
    assert google_meet.move(FIRST, STARTS, ENDS) == Meeting(FIRST, DOOR, pending=False)
    assert provider.asked[-1].query["conferenceDataVersion"] == "1"
    assert set(provider.asked[-1].json) == {"start", "end"}


@pytest.mark.parametrize(
    ("step", "kind", "code"),
    [
        (hang(), "unknown", "TIMED_OUT"),
        (reset, "unknown", "DROPPED"),
        (no(500, "backendError"), "unknown", "backendError"),
        (answer(502, b"<html>"), "unknown", "HTTP_502"),
        (answer(200, b'{"id": '), "unknown", "NOT_JSON"),
        (answer(200, b""), "unknown", "UNREADABLE"),
        (answer(204, b""), "unknown", "UNREADABLE"),
        (answer(200, {"kind": "calendar#event"}), "unknown", "UNREADABLE"),
        (answer(200, b'"' + b"x" * 10_000_000 + b'"'), "unknown", "ANSWER_TOO_LARGE"),
        (answer(302, b"", {"Location": "/"}), "unknown", "HTTP_302"),
        (no(429, "rateLimitExceeded"), "retry", "rateLimitExceeded"),
        (no(403, "userRateLimitExceeded"), "retry", "userRateLimitExceeded"),
        (no(403, "forbidden"), "refused", "forbidden"),
        (no(400, "invalid", "Invalid conference type value."),
         "refused", "invalid"),
        (no(404, "notFound"), "refused", "notFound"),
    ],
)  # fmt: skip
def test_trouble_with_a_new_event_is_told_as_what_it_is(provider, step, kind, code):
    provider.then(TOKEN, step)
    error = failure(create)
    assert (error.kind, error.code) == (kind, code)


@pytest.mark.parametrize("step", [reset, answer(500, {}), answer(200, b"{"), answer(429, {})])
def test_trouble_with_the_token_means_that_nothing_was_done(provider, step):
    provider.then(step)
    assert failure(create).kind == "retry"


@pytest.mark.parametrize(
    "step", [answer(400, {"error": "invalid_grant", "error_description": "Invalid JWT"}), answer(200, {})]
)
def test_an_account_google_does_not_know_is_refused(provider, step):
    provider.then(step)
    error = failure(create)
    assert error.kind == "refused"
    assert error.code in ("invalid_grant", "BAD_CREDENTIALS")


@pytest.mark.parametrize("account", ["not json", "[]", "7", "{}", '{"type": "service_account", "private_key": "x"}'])
def test_a_broken_account_in_the_settings_is_told_by_code(point_at, account):
    point_at(google_service_account_json=account)
    error = failure(create)
    assert (error.kind, error.code) == ("refused", "BAD_CREDENTIALS")


def test_a_clinic_without_google_asks_google_nothing(provider, point_at):
    assert google_meet.configured()
    point_at(google_service_account_json="")
    assert not google_meet.configured()
    error = failure(create)
    assert (error.kind, error.code) == ("refused", "NOT_CONFIGURED")
    assert provider.asked == []

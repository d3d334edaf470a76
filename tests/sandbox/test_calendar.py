"""Google's calendar, through Google's own library and a service account's real sign-in."""

import json

import httplib2
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.oauth2.service_account import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

CALENDAR = "clinic@example.com"
SCOPES = ["https://www.googleapis.com/auth/calendar.events"]


@pytest.fixture(scope="session")
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem.decode()


@pytest.fixture
def events_of(provider, private_key):
    """The calendar's events as seen by the service account acting for somebody, or for nobody."""

    def events(subject=CALENDAR):
        account = {
            "type": "service_account", "client_email": "mibo@project.iam.gserviceaccount.com",
            "private_key": private_key, "token_uri": f"{provider.url}/token",
        }  # fmt: skip
        credentials = Credentials.from_service_account_info(account, scopes=SCOPES, subject=subject)
        return build(
            "calendar",
            "v3",
            http=AuthorizedHttp(credentials, http=httplib2.Http(timeout=5, proxy_info=None)),
            client_options={"api_endpoint": f"{provider.url}/calendar/v3/"},
            static_discovery=True,
            cache_discovery=False,
        ).events()

    return events


@pytest.fixture
def events(events_of):
    return events_of()


def wanted(event_id="mibo1042", request_id="bk-1042"):
    return {
        "id": event_id,
        "summary": "Consultation",
        "start": {"dateTime": "2026-12-01T10:00:00+05:30", "timeZone": "Asia/Kolkata"},
        "end": {"dateTime": "2026-12-01T10:50:00+05:30", "timeZone": "Asia/Kolkata"},
        "conferenceData": {
            "createRequest": {"requestId": request_id, "conferenceSolutionKey": {"type": "hangoutsMeet"}}
        },
        "extendedProperties": {"private": {"booking": "1042"}},
    }


def insert(events, **more):
    return events.insert(
        calendarId=CALENDAR, body=wanted(**more), conferenceDataVersion=1, sendUpdates="none"
    ).execute()


def status_of(request):
    with pytest.raises(HttpError) as caught:
        request.execute()
    return caught.value.resp.status, caught.value.reason


def test_a_service_account_signs_in_and_makes_a_meeting(provider, events):
    event = insert(events)
    request = event["conferenceData"]["createRequest"]
    assert (event["id"], event["status"], request["status"]) == ("mibo1042", "confirmed", {"statusCode": "success"})
    assert event["conferenceData"]["entryPoints"][0]["uri"] == event["hangoutLink"]
    assert event["hangoutLink"].startswith("https://meet.google.com/")
    assert events.get(calendarId=CALENDAR, eventId="mibo1042").execute() == event
    token, insertion, _ = provider.get("/_sandbox/calls", provider="google").json()
    assert token["body"]["assertion"] == "(hidden)"
    assert insertion["path"] == "/calendar/v3/calendars/clinic@example.com/events"
    assert insertion["query"]["conferenceDataVersion"] == "1"


def test_a_pending_call_is_ready_after_some_looks(provider, events):
    provider.fault("google", "pending", seconds=2)
    assert "hangoutLink" not in insert(events)
    looks = [events.get(calendarId=CALENDAR, eventId="mibo1042").execute() for _ in range(2)]
    assert ["hangoutLink" in look for look in looks] == [False, True]


def test_a_call_can_fail(provider, events):
    provider.fault("google", "conference_failure")
    assert insert(events)["conferenceData"]["createRequest"]["status"] == {"statusCode": "failure"}


def test_without_the_conference_version_there_is_no_call(events):
    event = events.insert(calendarId=CALENDAR, body=wanted()).execute()
    assert "conferenceData" not in event
    changed = events.patch(
        calendarId=CALENDAR, eventId="mibo1042", body={"conferenceData": wanted()["conferenceData"]}
    ).execute()
    assert "conferenceData" not in changed


def test_the_same_id_again_is_a_duplicate(events):
    insert(events)
    again = events.insert(calendarId=CALENDAR, body=wanted(), conferenceDataVersion=1)
    assert status_of(again) == (409, "The requested identifier already exists.")


def test_a_removed_event_is_gone_but_its_id_stays_taken(events):
    insert(events)
    assert events.delete(calendarId=CALENDAR, eventId="mibo1042").execute() == ""
    assert status_of(events.delete(calendarId=CALENDAR, eventId="mibo1042"))[0] == 410
    assert events.get(calendarId=CALENDAR, eventId="mibo1042").execute()["status"] == "cancelled"
    assert status_of(events.insert(calendarId=CALENDAR, body=wanted()))[0] == 409
    assert events.list(calendarId=CALENDAR).execute()["items"] == []


def test_an_event_is_found_by_its_private_property_and_moved(events):
    insert(events)
    insert(events, event_id="mibo1043")
    start = {"dateTime": "2026-12-02T10:00:00+05:30"}
    moved = events.patch(calendarId=CALENDAR, eventId="mibo1043", body={"start": start}, conferenceDataVersion=1)
    assert moved.execute()["start"] == start
    found = events.list(calendarId=CALENDAR, privateExtendedProperty="booking=1042").execute()["items"]
    assert [event["id"] for event in found] == ["mibo1042", "mibo1043"]
    assert events.list(calendarId=CALENDAR, privateExtendedProperty="booking=9").execute()["items"] == []


def test_a_bare_service_account_cannot_make_a_call(events_of):
    request = events_of(subject=None).insert(calendarId=CALENDAR, body=wanted(), conferenceDataVersion=1)
    assert status_of(request) == (400, "Invalid conference type value.")


def test_what_is_not_there_or_not_legal_is_refused(events):
    assert status_of(events.get(calendarId=CALENDAR, eventId="mibo1")) == (404, "Not Found")
    assert status_of(events.insert(calendarId=CALENDAR, body=wanted(event_id="zzzzz")))[0] == 400
    assert status_of(events.insert(calendarId=CALENDAR, body={"id": "mibo1042"})) == (400, "Missing start time.")


def test_a_rate_limit_is_googles(provider, events):
    provider.fault("google", "403", path="/events")
    with pytest.raises(HttpError) as caught:
        events.get(calendarId=CALENDAR, eventId="mibo1042").execute()
    assert caught.value.error_details[0]["reason"] == "rateLimitExceeded"


def test_a_forgotten_token_is_renewed_by_the_library(provider, events):
    insert(events)
    provider.running.world.diary.subjects.clear()
    assert events.get(calendarId=CALENDAR, eventId="mibo1042").execute()["id"] == "mibo1042"


def test_a_token_is_not_given_for_nonsense(provider):
    import requests

    answer = requests.post(f"{provider.url}/token", data={"grant_type": "x", "assertion": "a.b.c"}, timeout=5)
    assert (answer.status_code, json.loads(answer.text)["error"]) == (400, "unsupported_grant_type")

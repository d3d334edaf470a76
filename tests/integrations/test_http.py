import socket

import pytest

from mibo.integrations.http import Outgoing, ProviderError
from tests.integrations.scripted import answer, drip, hang, raw_bytes, reset

pytestmark = pytest.mark.usefixtures("impatient")

HTML = b"<html><h1>502 Bad Gateway</h1></html>"
PROMISED_MORE = raw_bytes(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"id":"x"')
HUGE = answer(200, b'"' + b"x" * 10_000_000 + b'"')


def call(provider, method, **kwargs):
    with Outgoing("razorpay", provider.url, **kwargs) as session:
        return session.request(method, f"{provider.url}/v1/things", json={"name": "Asha Rao"}, timeout=60)


def trouble(provider, method, **kwargs):
    with pytest.raises(ProviderError) as caught:
        call(provider, method, **kwargs)
    return caught.value


@pytest.mark.parametrize(
    ("step", "code", "status"),
    [
        (hang(), "TIMED_OUT", None),
        (reset, "DROPPED", None),
        (raw_bytes(b""), "DROPPED", None),
        (raw_bytes(b"garbage\r\n\r\n"), "DROPPED", None),
        (drip, "TIMED_OUT", None),
        (PROMISED_MORE, "DROPPED", None),
        (HUGE, "ANSWER_TOO_LARGE", 200),
        (answer(200, b'{"id": "x'), "NOT_JSON", 200),
        (answer(200, b"[" * 100_000), "NOT_JSON", 200),
        (answer(500, {"error": "x"}), "HTTP_500", 500),
        (answer(502, HTML), "HTTP_502", 502),
        (answer(503, b""), "HTTP_503", 503),
        (answer(302, b"", {"Location": "/elsewhere"}), "HTTP_302", 302),
    ],
)
def test_trouble_after_sending_is_unknown_for_a_change_and_worth_a_retry_for_a_question(provider, step, code, status):
    provider.then(step, step)
    changed, read = trouble(provider, "POST"), trouble(provider, "GET")
    assert (changed.kind, changed.code, changed.status) == ("unknown", code, status)
    assert (read.kind, read.code, read.status) == ("retry", code, status)
    assert len(provider.asked) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422])
def test_a_refusal_is_final(provider, status):
    provider.then(answer(status, {}))
    assert trouble(provider, "POST").kind == "refused"


@pytest.mark.parametrize("status", [408, 425, 429])
def test_a_call_that_was_turned_away_may_be_repeated(provider, status):
    provider.then(answer(status, {}))
    assert trouble(provider, "POST").kind == "retry"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "999999999"}, 3600.0),
        ({"Retry-After": "Fri, 31 Jul 2026 10:00:30 GMT", "Date": "Fri, 31 Jul 2026 10:00:00 GMT"}, 30.0),
        ({"Retry-After": "Fri, 31 Jul 2026 09:00:00 GMT", "Date": "Fri, 31 Jul 2026 10:00:00 GMT"}, 0.0),
        ({"Retry-After": "soon", "Date": "Fri, 31 Jul 2026 10:00:00 GMT"}, None),
        ({"Retry-After": "-5"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_as_seconds(provider, headers, seconds):
    provider.then(answer(429, {}, headers))
    assert trouble(provider, "POST").retry_after == seconds


def test_a_closed_door_means_that_nothing_was_sent():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with Outgoing("gallabox", url) as session, pytest.raises(ProviderError) as caught:
        session.post(f"{url}/x")
    assert (caught.value.kind, caught.value.code) == ("retry", "UNREACHABLE")


def test_a_name_that_does_not_resolve_means_that_nothing_was_sent():
    with Outgoing("gallabox", "http://nowhere.invalid") as session, pytest.raises(ProviderError) as caught:
        session.post("http://nowhere.invalid/x")
    assert (caught.value.kind, caught.value.code) == ("retry", "UNREACHABLE")


def test_a_wrong_address_in_the_settings_is_final():
    with Outgoing("gallabox", "") as session, pytest.raises(ProviderError) as caught:
        session.post("/devapi")
    assert (caught.value.kind, caught.value.code) == ("refused", "MISADDRESSED")


def test_a_redirect_is_never_followed(provider):
    provider.then(answer(307, b"", {"Location": f"{provider.url}/secret"}), answer(200, {}))
    trouble(provider, "GET")
    assert [asked.path for asked in provider.asked] == ["/v1/things"]


def test_a_proxy_of_the_environment_is_not_asked_about_loopback(provider, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    provider.then(answer(200, {"id": 1}))
    assert call(provider, "GET").json() == {"id": 1}


def test_an_empty_answer_is_as_good_as_json(provider):
    provider.then(raw_bytes(b"HTTP/1.1 204 No Content\r\n\r\n"))
    assert call(provider, "DELETE").content == b""


def test_a_chunked_answer_is_read_whole(provider):
    provider.then(raw_bytes(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n'))
    assert call(provider, "GET").json() == {"a": 1}


def test_a_broken_chunk_is_a_dropped_line(provider):
    provider.then(raw_bytes(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"a'))
    assert trouble(provider, "POST").code == "DROPPED"


def test_the_sentence_of_an_error_repeats_nothing_that_was_sent_and_no_numbers(provider):
    text = "customer Asha Rao <asha@example.com> at +91 98765 43210 is not valid: amount at least 1.00"
    provider.then(answer(400, {"message": text}))
    error = trouble(provider, "POST", read_error=lambda said: ("BAD", said["message"]))
    assert str(error) == "razorpay refused: BAD (HTTP 400): customer … … at … is not valid: amount at least 1.00"


def test_a_code_that_the_provider_means_as_later_may_be_repeated(provider):
    provider.then(answer(403, {"reason": "slow down"}))
    later = frozenset({"slow down"})
    assert trouble(provider, "POST", read_error=lambda said: (said["reason"], ""), retry_codes=later).kind == "retry"


def test_trouble_prints_nothing_and_hides_the_request_from_its_trace(provider, capsys):
    provider.then(reset)
    error = trouble(provider, "POST")
    assert error.__suppress_context__
    assert capsys.readouterr() == ("", "")

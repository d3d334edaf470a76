"""A sandbox of these tests' own, told to send its webhooks to a listener."""

from collections.abc import Iterator
from typing import Any

import pytest
import razorpay
import requests

from mibo.sandbox import Options, Running, serve
from tests.sandbox.listener import GALLABOX_SECRET, RAZORPAY_SECRET, Listener

KEY = ("rzp_test_local", "a-key-secret")


class Provider:
    """The sandbox as its callers see it: over HTTP."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.url = running.url

    def get(self, path: str, /, **asked: str) -> Any:
        return requests.get(self.url + path, params=asked, timeout=15)

    def post(self, path: str, /, **asked: Any) -> Any:
        return requests.post(self.url + path, json=asked, timeout=15)

    def pay(self, **asked: Any) -> Any:
        answer = self.post("/_sandbox/pay", **asked)
        self.running.idle()
        return answer.json()

    def fault(self, provider: str, fault: str, /, **more: Any) -> None:
        assert self.post("/_sandbox/faults", **{"provider": provider, "fault": fault, **more}).status_code == 200

    def razorpay(self, method: str, path: str, **asked: Any) -> requests.Response:
        """Razorpay's API without its SDK, which hides statuses and headers."""
        return requests.request(method, self.url + path, auth=KEY, json=asked or None, timeout=5)

    def whatsapp(self, phone: str, whatsapp: dict[str, Any], **headers: str) -> requests.Response:
        sent = {
            "channelId": "5f00000000000000000000aa",
            "channelType": "whatsapp",
            "recipient": {"name": "Asha", "phone": phone},
            "whatsapp": whatsapp,
        }
        keys = {"apiKey": "an-api-key", "apiSecret": "an-api-secret", **headers}
        return requests.post(f"{self.url}/devapi/messages/whatsapp", json=sent, headers=keys, timeout=5)

    def template(self, phone: str, name: str, values: dict[str, str], *buttons: dict[str, Any]) -> requests.Response:
        template = {"templateName": name, "bodyValues": values, "buttonValues": list(buttons)}
        return self.whatsapp(phone, {"type": "template", "template": template})


@pytest.fixture(scope="session")
def _listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.stop()


@pytest.fixture(scope="session")
def _running(_listener: Listener) -> Iterator[Running]:
    running = serve(
        Options(
            app_url=_listener.url,
            razorpay_key_id=KEY[0],
            razorpay_key_secret=KEY[1],
            razorpay_webhook_secret=RAZORPAY_SECRET,
            gallabox_api_key="an-api-key",
            gallabox_api_secret="an-api-secret",
            gallabox_channel_id="5f00000000000000000000aa",
            gallabox_webhook_secret=GALLABOX_SECRET,
            retries_after=(0.05, 0.05),
        ),
        smtp_port=0,
    )
    yield running
    running.stop()


@pytest.fixture
def listener(_listener: Listener) -> Listener:
    _listener.forget()
    return _listener


@pytest.fixture
def provider(_running: Running, listener: Listener) -> Iterator[Provider]:
    """A sandbox that remembers nothing."""
    _running.world.reset()
    yield Provider(_running)
    _running.idle()


@pytest.fixture
def client(provider: Provider) -> Iterator[razorpay.Client]:
    """Razorpay's own SDK."""
    with requests.Session() as session:
        yield razorpay.Client(session=session, auth=KEY, base_url=provider.url)

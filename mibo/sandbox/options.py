"""What a sandbox is told when it starts."""

from dataclasses import dataclass

RETRIES_AFTER = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)


@dataclass(frozen=True)
class Options:
    """The secrets the sandbox shares with the app, and where the two find each other.

    `app_url` is where webhooks are sent and what message buttons point at; empty means that nobody listens.
    `public_url` is the sandbox's own address as a browser sees it; `serve` fills it in.
    `retries_after` are the seconds before each new try of a webhook that was not answered with 2xx.
    """

    app_url: str = ""
    razorpay_key_id: str = "rzp_test_sandbox"
    razorpay_key_secret: str = "sandbox-key-secret"
    razorpay_webhook_secret: str = "sandbox-razorpay-webhooks"
    gallabox_api_key: str = "sandbox-api-key"
    gallabox_api_secret: str = "sandbox-api-secret"
    gallabox_channel_id: str = "5f0000000000000000000001"
    gallabox_webhook_secret: str = "sandbox-gallabox-webhooks"
    public_url: str = ""
    retries_after: tuple[float, ...] = RETRIES_AFTER

"""The keys that Mibo and its sandbox share: made up once for each data folder, and worth nothing anywhere else."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

APPROVED = Path(__file__).parents[1] / "sandbox" / "approved.json"
Keys = Mapping[str, str]


def kept(file: Path) -> Keys:
    """The keys kept in `file`, which only its owner may read; made on first use."""
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as opened:
            json.dump(dict(fresh()), opened, indent=1)
    found: dict[str, str] = json.loads(file.read_text())
    return found


def fresh() -> Keys:
    """New keys."""
    return {
        "secret_key": secrets.token_urlsafe(48),
        "razorpay_key_id": f"rzp_test_{secrets.token_hex(7)}",
        "razorpay_key_secret": secrets.token_urlsafe(18),
        "razorpay_webhook_secret": secrets.token_urlsafe(24),
        "gallabox_api_key": secrets.token_hex(12),
        "gallabox_api_secret": secrets.token_urlsafe(24),
        "gallabox_channel_id": secrets.token_hex(12),
        "gallabox_webhook_secret": secrets.token_urlsafe(24),
        "google_private_key": _private_key(),
    }


def for_app(keys: Keys, sandbox_url: str, mail_port: int = 0) -> dict[str, str]:
    """The settings, by their names in the environment, of an app whose providers are all the sandbox."""
    return {
        "SECRET_KEY": keys["secret_key"],
        "RAZORPAY_URL": sandbox_url,
        "RAZORPAY_CHECKOUT_URL": f"{sandbox_url}/v1/checkout.js",
        "RAZORPAY_KEY_ID": keys["razorpay_key_id"],
        "RAZORPAY_KEY_SECRET": keys["razorpay_key_secret"],
        "RAZORPAY_WEBHOOK_SECRETS": json.dumps([keys["razorpay_webhook_secret"]]),
        "GALLABOX_URL": sandbox_url,
        "GALLABOX_API_KEY": keys["gallabox_api_key"],
        "GALLABOX_API_SECRET": keys["gallabox_api_secret"],
        "GALLABOX_CHANNEL_ID": keys["gallabox_channel_id"],
        "GALLABOX_ACCOUNT_ID": "sandbox",
        "GALLABOX_WEBHOOK_SECRETS": json.dumps([keys["gallabox_webhook_secret"]]),
        "SMS_URL": f"{sandbox_url}/sms" if sandbox_url else "",
        "SMS_API_KEY": "sandbox",
        "SMS_SENDER": "MIBOCL",
        "SMS_ENTITY_ID": "1101000000000000001",
        "SMS_DLT_TEMPLATES": json.dumps(_registered_texts()),
        **(_mail(mail_port) if mail_port else {}),
        "GOOGLE_CALENDAR_URL": f"{sandbox_url}/calendar/v3/",
        "GOOGLE_SERVICE_ACCOUNT_JSON": _service_account(keys["google_private_key"], sandbox_url),
        "GOOGLE_CALENDAR_ID": "meetings@mibo.example",
        "GOOGLE_SUBJECT": "meetings@mibo.example",
        "POLICY_QUIET_FROM_HOUR": "0",  # nobody is woken by the sandbox
        "POLICY_QUIET_UNTIL_HOUR": "0",
    }


def _registered_texts() -> dict[str, str]:
    """An invented DLT id for each text in each language."""
    texts = json.loads(APPROVED.read_text(encoding="utf-8"))
    return {text["name"]: f"1107{place:015d}" for place, text in enumerate(texts, start=1)}


def _mail(port: int) -> dict[str, str]:
    return {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(port),
        "SMTP_SECURITY": "none",
        "MAIL_FROM": "clinic@mibo.example",
    }


def for_sandbox(keys: Keys) -> dict[str, str]:
    """What the sandbox must know to check what the app sends, and to sign what it sends back."""
    return {name: value for name, value in keys.items() if name.startswith(("razorpay_", "gallabox_"))}


def _service_account(private_key: str, sandbox_url: str) -> str:
    return json.dumps(
        {
            "type": "service_account",
            "project_id": "mibo-sandbox",
            "private_key_id": "sandbox",
            "private_key": private_key,
            "client_email": "mibo@mibo-sandbox.iam.example",
            "client_id": "100000000000000000000",
            "token_uri": f"{sandbox_url}/token",
        }
    )


def _private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

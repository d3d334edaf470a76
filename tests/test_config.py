"""Settings: `.env.example` tells the truth, and production starts with nothing weak."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from mibo.config import Settings

EXAMPLE = Path(__file__).parents[1] / ".env.example"
LINE = re.compile(r"^(#?)([A-Z][A-Z0-9_]*)=(.*)$")
STRONG: dict[str, Any] = {
    "mibo_env": "production",
    "secret_key": "a-long-key-that-only-this-test-knows-of",
    "base_url": "https://clinic.example",
    "trusted_hosts": ["clinic.example"],
    "database_url": "postgresql://mibo@db.example/mibo",
    "razorpay_url": "https://api.razorpay.com",
    "razorpay_checkout_url": "https://checkout.razorpay.com/v1/checkout.js",
    "razorpay_key_id": "rzp_live_made_up",
    "razorpay_key_secret": "made-up-for-this-test",
    "razorpay_webhook_secrets": ["made-up-for-this-test"],
    "gallabox_url": "https://server.gallabox.com",
    "gallabox_api_key": "made-up-key",
    "gallabox_api_secret": "made-up-for-this-test",
    "gallabox_channel_id": "made-up-channel",
    "gallabox_webhook_secrets": ["made-up-for-this-test"],
    "sms_url": "https://sms.example/send",
    "sms_api_key": "made-up-key",
    "sms_sender": "MIBOCL",
    "sms_entity_id": "1101000000000000001",
    "sms_dlt_templates": {"mibo_reminder": "1107000000000000001"},
    "smtp_host": "mail.example",
    "smtp_security": "starttls",
    "mail_from": "clinic@mibo.example",
    "google_calendar_url": "https://www.googleapis.com/calendar/v3/",
    "storage_dir": "/var/lib/mibo/files",
}


def example() -> dict[str, tuple[bool, str]]:
    """Each setting of the example: whether it is only shown, and its value."""
    found = [LINE.match(line) for line in EXAMPLE.read_text().splitlines()]
    return {match[2]: (match[1] == "#", match[3]) for match in found if match}


def test_the_example_names_every_setting_and_no_other() -> None:
    assert set(example()) == {name.upper() for name in Settings.model_fields}


def test_a_commented_line_of_the_example_shows_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {name: value for name, (only_shown, value) in example().items() if only_shown}
    for name in example():
        monkeypatch.delenv(name, raising=False)
    defaults = Settings()
    for name, value in shown.items():
        monkeypatch.setenv(name, value)
        assert getattr(Settings(), name.lower()) == getattr(defaults, name.lower()), name


def test_production_starts_with_strong_settings() -> None:
    assert Settings(**STRONG).production


@pytest.mark.parametrize(
    ("name", "weak"),
    [
        ("secret_key", "short"),
        ("secret_key", "development-only-and-long-enough-all-the-same"),
        ("secret_key", "abcabcabcabcabcabcabcabcabcabcabcabcabc"),
        ("secret_key_fallbacks", ["an-older-key-that-is-long-and-random-enough", "short"]),
        ("base_url", "http://clinic.example"),
        ("base_url", "https://127.0.0.1"),
        ("base_url", "https://localhost"),
        ("trusted_hosts", []),
        ("trusted_hosts", ["*"]),
        ("trusted_hosts", ["clinic.example", " "]),
        ("cors_origins", ["*"]),
        ("database_url", "sqlite:///mibo.db"),
        ("database_url", "postgresql+psycopg2://mibo@db.example/mibo"),
        ("read_database_url", "mysql://mibo@db.example/mibo"),
        ("redis_url", "http://127.0.0.1:6379"),
        ("limiter_redis_url", "memory://"),
        ("razorpay_key_id", ""),
        ("razorpay_key_secret", "changeme"),
        ("razorpay_webhook_secrets", []),
        ("razorpay_webhook_secrets", ["short"]),
        ("gallabox_api_key", " "),
        ("gallabox_api_secret", "secret"),
        ("gallabox_channel_id", ""),
        ("gallabox_webhook_secrets", ["long-enough-for-anybody", "short"]),
        ("razorpay_url", "http://127.0.0.1:8010"),
        ("razorpay_checkout_url", "http://127.0.0.1:8010/checkout.js"),
        ("razorpay_webhook_secrets", [" " * 20]),
        ("gallabox_url", "http://127.0.0.1:8010"),
        ("google_calendar_url", "http://127.0.0.1:8010/calendar/v3/"),
        ("sms_url", "http://sms.example/send"),
        ("sms_api_key", ""),
        ("sms_sender", " "),
        ("smtp_security", "none"),
        ("mail_from", "the clinic"),
        ("storage_dir", ".mibo/files"),
        ("s3_endpoint", "http://store.example"),
    ],
)
def test_production_refuses_a_weak_setting_by_its_name(name: str, weak: object) -> None:
    with pytest.raises(ValidationError, match=name.upper()):
        Settings(**{**STRONG, name: weak})


def test_every_weakness_is_named_at_once_and_no_secret_is_quoted() -> None:
    weak = {"secret_key": "hunter2-hunter2", "base_url": "http://clinic.example", "gallabox_api_key": "changeme"}
    with pytest.raises(ValidationError) as refused:
        Settings(**{**STRONG, **weak})
    said = "".join(problem["msg"] for problem in refused.value.errors(include_input=False))
    assert [name for name in ("SECRET_KEY", "BASE_URL", "GALLABOX_API_KEY") if name in said] == [
        "SECRET_KEY", "BASE_URL", "GALLABOX_API_KEY",
    ]  # fmt: skip
    assert "hunter2" not in said + str(refused.value)


@pytest.mark.parametrize("url", ["postgres://u@h/db", "postgresql://u@h/db", "postgresql+psycopg://u@h/db"])
def test_every_spelling_of_a_postgresql_address_is_one(url: str) -> None:
    from mibo.db import address

    assert Settings(**{**STRONG, "database_url": url}).production
    assert address(url) == "postgresql+psycopg://u@h/db"


def test_the_example_alone_does_not_start_production(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, (only_shown, value) in example().items():
        monkeypatch.delenv(name, raising=False)
        if not only_shown:
            monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match="SECRET_KEY must be at least 32"):
        Settings()

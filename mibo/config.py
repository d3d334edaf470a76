"""Every setting, read and checked once from the environment. No other module reads it."""

import hmac
import sys
from collections.abc import Iterator
from functools import cache
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

WEAK = {"", "dev", "secret", "changeme", "change-me", "password", "test"}
SECRET_LENGTH = 32
SECRET_LETTERS = 12  # different ones: fewer are no random characters
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
NOTES = "consultation notes"
POSTGRES = ("postgresql://", "postgresql+psycopg://", "postgres://")
REDIS = ("redis://", "rediss://", "unix://")
PROVIDER_KEYS = (
    "razorpay_key_id",
    "razorpay_key_secret",
    "gallabox_api_key",
    "gallabox_api_secret",
    "gallabox_channel_id",
)


class Settings(BaseSettings):
    """What the operator decides. Names are the environment's; `.env.example` explains each."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    # where it runs
    mibo_env: Literal["production", "development", "test"] = "development"
    secret_key: str = "development-only-not-a-secret-at-all"  # noqa: S105
    secret_key_fallbacks: list[str] = []
    notes_keys: list[str] = []  # of consultation notes, the one in use first; the secret key serves while there is none
    base_url: str = "http://127.0.0.1:8000"
    trusted_hosts: list[str] = []
    proxy_hops: int = Field(0, ge=0, le=5)
    cors_origins: list[str] = ["http://localhost:5173", "http://localhost:5174", "http://localhost:5175"]
    api_dialect: Literal["canonical", "incumbent"] = "canonical"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    # what it stands on
    database_url: str = "postgresql+psycopg:///mibo"
    read_database_url: str = ""
    db_pool_size: int = Field(8, ge=1, le=100)
    db_prepare: Literal["auto", "off"] = "auto"
    redis_url: str = "redis://127.0.0.1:6379/0"
    limiter_redis_url: str = ""

    # who carries money, messages and meetings
    razorpay_url: str = "https://api.razorpay.com"
    razorpay_checkout_url: str = "https://checkout.razorpay.com/v1/checkout.js"
    razorpay_key_id: str = ""
    razorpay_key_secret: str = ""
    razorpay_webhook_secrets: list[str] = []
    gallabox_url: str = "https://server.gallabox.com"
    gallabox_api_key: str = ""
    gallabox_api_secret: str = ""
    gallabox_channel_id: str = ""
    gallabox_account_id: str = ""  # only for `flask messages check`
    gallabox_webhook_secrets: list[str] = []
    sms_url: str = ""  # empty: nobody is told by SMS
    sms_api_key: str = ""
    sms_sender: str = ""
    sms_entity_id: str = ""
    sms_dlt_templates: dict[str, str] = {}
    smtp_host: str = ""  # empty: nobody is told by e-mail
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: str = ""
    mail_from: str = ""
    google_calendar_url: str = "https://www.googleapis.com/calendar/v3/"
    google_service_account_json: str = ""
    google_calendar_id: str = ""
    google_subject: str = ""
    meeting_hosts: list[str] = ["meet.google.com", "zoom.us", "teams.microsoft.com", "teams.live.com", "webex.com"]

    # where files are kept (mibo/integrations/storage.py): a folder, or an S3-compatible store when it has an address
    storage_dir: str = ".mibo/files"
    s3_endpoint: str = ""
    s3_bucket: str = ""
    s3_key: str = ""
    s3_secret: str = ""
    s3_region: str = "us-east-1"

    # how often is too often (mibo/web/limits.py)
    limit_api_per_minute: int = Field(100, ge=1)
    limit_auth_per_15_minutes: int = Field(30, ge=1)

    # whom to call in a crisis: stands at the foot of every public and patient page (templates/layout/_crisis.html)
    crisis_name: str = Field("Tele-MANAS", min_length=1, max_length=60)
    crisis_phone: str = Field("14416", pattern=r"[0-9+ -]{2,20}")
    crisis_phone_other: str = Field("1800-891-4416", pattern=r"[0-9+ -]{0,20}")
    emergency_phone: str = Field("112", pattern=r"[0-9+ -]{2,20}")

    # how long a browser may be left alone before its stay ends (mibo/identity/idling.py)
    idle_minutes_patient: int = Field(30, ge=5, le=1440)
    idle_minutes_desk: int = Field(20, ge=5, le=720)
    idle_minutes_staff: int = Field(15, ge=5, le=720)

    # the clinic's policy numbers (mibo/clinics/policy.py says what each means)
    policy_hold_minutes: int = Field(15, ge=15, le=60)
    policy_link_hold_minutes: int = Field(30, ge=16, le=1440)
    policy_lead_minutes: int = Field(15, ge=0, le=1440)
    policy_horizon_days: int = Field(60, ge=1, le=365)
    policy_registration_fee_rupees: int = Field(100, ge=0, le=10_000)
    policy_patient_cutoff_hours: int = Field(24, ge=0, le=168)
    policy_unpaid_holds: int = Field(2, ge=1, le=20)
    policy_refund_in_time_percent: int = Field(100, ge=0, le=100)
    policy_refund_late_percent: int = Field(0, ge=0, le=100)
    policy_start_early_minutes: int = Field(15, ge=0, le=1440)
    policy_undo_seconds: int = Field(20, ge=0, le=300)
    policy_quiet_from_hour: int = Field(21, ge=0, le=23)
    policy_quiet_until_hour: int = Field(8, ge=0, le=23)

    @property
    def production(self) -> bool:
        return self.mibo_env == "production"

    @property
    def secure(self) -> bool:
        """Served over HTTPS, so cookies may insist on it."""
        return self.base_url.startswith("https://")

    def keys_for(self, purpose: str) -> list[bytes]:
        """A key of 32 bytes for one purpose only, from the secret key and then from each one before it; notes have keys of their own."""
        return [
            hmac.digest(secret.encode(), f"mibo: {purpose}".encode(), "sha256")
            for secret in (*(self.notes_keys if purpose == NOTES else ()), self.secret_key, *self.secret_key_fallbacks)
        ]

    @model_validator(mode="after")
    def strong_enough(self) -> "Settings":
        """In production each weak or missing setting stops the start, by name."""
        if self.production and (wrong := list(_weaknesses(self))):
            raise ValueError("; ".join(wrong))
        return self


def _weaknesses(settings: Settings) -> Iterator[str]:
    yield from _weak_keys(settings)
    yield from _wrong_addresses(settings)
    yield from _unready_providers(settings)
    yield from _other_channels(settings)
    yield from _storage_weaknesses(settings)


def _weak_keys(settings: Settings) -> Iterator[str]:
    for name in ("secret_key", "secret_key_fallbacks", "notes_keys"):
        kept = getattr(settings, name)
        if any(map(_is_guessable, kept if isinstance(kept, list) else [kept])):
            yield f"{name.upper()} must be at least {SECRET_LENGTH} random characters"


def _wrong_addresses(settings: Settings) -> Iterator[str]:
    if not settings.secure or urlsplit(settings.base_url).hostname in LOOPBACK:
        yield "BASE_URL must be the public https address"
    if not settings.trusted_hosts or any("*" in host or not host.strip(". ") for host in settings.trusted_hosts):
        yield "TRUSTED_HOSTS must name the hosts that Mibo answers for"
    if "*" in settings.cors_origins:
        yield "CORS_ORIGINS must name each origin that may call the API"
    for name, forms, called in (
        ("database_url", POSTGRES, "PostgreSQL"),
        ("read_database_url", ("", *POSTGRES), "PostgreSQL"),
        ("redis_url", REDIS, "Redis"),
        ("limiter_redis_url", ("", *REDIS), "Redis"),
    ):
        address = getattr(settings, name)
        if not any(address.startswith(form) if form else not address for form in forms):
            yield f"{name.upper()} must be a {called} address"


def _unready_providers(settings: Settings) -> Iterator[str]:
    for name in PROVIDER_KEYS:
        if getattr(settings, name).strip().lower() in WEAK:
            yield f"{name.upper()} is missing"
    for name in ("razorpay_webhook_secrets", "gallabox_webhook_secrets"):
        secrets = getattr(settings, name)
        if not secrets or any(len(secret.strip()) < 16 for secret in secrets):
            yield f"{name.upper()} must hold at least one secret of 16 characters or more"
    for name in ("razorpay_url", "razorpay_checkout_url", "gallabox_url", "google_calendar_url"):
        if not getattr(settings, name).startswith("https://"):
            yield f"{name.upper()} must be https (the sandbox never runs in production)"


def _other_channels(settings: Settings) -> Iterator[str]:
    """SMS and e-mail may be left out; what is set up must be whole."""
    if settings.sms_url:
        if not settings.sms_url.startswith("https://"):
            yield "SMS_URL must be https (the sandbox never runs in production)"
        for name in ("sms_api_key", "sms_sender", "sms_entity_id"):
            if getattr(settings, name).strip().lower() in WEAK:
                yield f"{name.upper()} is missing"
        if not settings.sms_dlt_templates:
            yield "SMS_DLT_TEMPLATES must name the registered id of each text"
    if settings.smtp_host:
        if settings.smtp_security == "none":
            yield "SMTP_SECURITY must be starttls or tls"
        if "@" not in settings.mail_from:
            yield "MAIL_FROM must be the address that mail comes from"


def _is_guessable(secret: str) -> bool:
    return len(secret) < SECRET_LENGTH or len(set(secret)) < SECRET_LETTERS or secret.startswith("development-only")


def _storage_weaknesses(settings: Settings) -> list[str]:
    if settings.s3_endpoint:
        missing = [name for name in ("s3_bucket", "s3_key", "s3_secret") if not getattr(settings, name).strip()]
        unsafe = [] if settings.s3_endpoint.startswith("https://") else ["S3_ENDPOINT must be https"]
        return unsafe + [f"{name.upper()} is missing" for name in missing]
    if not settings.storage_dir.startswith("/"):
        return ["STORAGE_DIR must be a folder that lasts, told from the root (or set S3_ENDPOINT)"]
    return []


@cache
def settings() -> Settings:
    """The settings of this process. Raises SystemExit with one sentence per wrong setting."""
    try:
        return Settings()
    except ValidationError as error:
        sentences = [_sentence(tuple(problem["loc"]), problem["msg"]) for problem in error.errors(include_input=False)]
        sys.exit("Mibo cannot start: " + "; ".join(sentences))


def _sentence(where: tuple[int | str, ...], message: str) -> str:
    name = ".".join(str(part).upper() for part in where)
    return f"{name}: {message}" if name else message.removeprefix("Value error, ")

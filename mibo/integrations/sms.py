"""An SMS gateway over HTTP, as India's are asked: each text is registered beforehand and named by its DLT template id.

It knows no idempotency that we could lean on: what may have left must not blindly be sent again.
"""

from collections.abc import Sequence

from mibo.config import settings
from mibo.integrations.http import Outgoing, ProviderError
from mibo.integrations.wire import json_of, maybe_text, part

TEXT_LENGTH = 1_000  # some seven parts of Malayalam, Hindi or Kannada; no text of ours comes near
TAKEN = ("QUEUED", "ACCEPTED", "SENT", "SUBMITTED", "OK")


def is_set_up() -> bool:
    """Whether there is a gateway at all."""
    return bool(settings().sms_url)


def unregistered(names: Sequence[str]) -> list[str]:
    """Which of our texts have no DLT id, so that the operators would not carry them."""
    return [name for name in names if not settings().sms_dlt_templates.get(name)]


def send(phone_e164: str, text: str, *, template: str, reference: str) -> str:
    """Hand a text to the gateway and return its id there. `template` is our name for it, `reference` our id of it.

    Raises ProviderError; `unknown` means that it may have left.
    """
    config = settings()
    if not config.sms_url:
        raise ProviderError("sms", "refused", "NOT_CONFIGURED")
    registered = config.sms_dlt_templates.get(template)
    if not registered:
        raise ProviderError("sms", "refused", "NO_DLT_TEMPLATE")
    wanted = {
        "to": phone_e164.removeprefix("+"),
        "text": text[:TEXT_LENGTH],
        "sender": config.sms_sender,
        "entity_id": config.sms_entity_id,
        "template_id": registered,
        "reference": reference,
    }
    keys = {"Authorization": f"Bearer {config.sms_api_key}"}
    with Outgoing("sms", config.sms_url, read_error=_read_error) as session:
        answer = part(json_of(session.post(config.sms_url, json=wanted, headers=keys).content))
    status, message_id = maybe_text(answer, "status") or "", maybe_text(answer, "id")
    if status and status.upper() not in TAKEN:
        raise ProviderError("sms", "refused", "REJECTED")
    if not message_id:
        raise ProviderError("sms", "unknown", "UNREADABLE")
    return message_id


def _read_error(answer: object) -> tuple[str, str]:
    said = part(answer)
    return "REJECTED" if said.get("status") else "", maybe_text(said, "message") or ""

"""The approved templates of the clinic's account at Gallabox, as its list has them (integrations.md 2.7)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from mibo.config import settings
from mibo.integrations.http import Outgoing, ProviderError
from mibo.integrations.wire import Entity, json_of, maybe_text, part, parts


@dataclass(frozen=True)
class ListedTemplate:
    """One of them. Its variables stand in single braces, as in our own texts."""

    name: str
    language: str
    status: str
    body: str
    button: str
    answers: tuple[str, ...] = ()


def listed_templates() -> list[ListedTemplate]:
    """All of them, approved or not. Raises ProviderError."""
    config = settings()
    if not (config.gallabox_api_key and config.gallabox_api_secret and config.gallabox_account_id):
        raise ProviderError("gallabox", "refused", "NOT_CONFIGURED")
    keys = {"apiKey": config.gallabox_api_key, "apiSecret": config.gallabox_api_secret}
    with Outgoing("gallabox", config.gallabox_url) as session:
        where = f"/devapi/accounts/{quote(config.gallabox_account_id, safe='')}/whatsappTemplates"
        answer = json_of(session.get(config.gallabox_url.rstrip("/") + where, headers=keys).content)
    listed = parts(answer) or parts(part(answer).get("templates")) or parts(part(answer).get("data"))
    return [_read(one) for one in listed if maybe_text(one, "name")]


def _read(one: Entity) -> ListedTemplate:
    pieces = {(maybe_text(piece, "type") or "").upper(): piece for piece in parts(one.get("components"))}
    buttons = parts(part(pieces.get("BUTTONS")).get("buttons"))
    body = maybe_text(part(pieces.get("BODY")), "text") or ""
    return ListedTemplate(
        name=maybe_text(one, "name") or "",
        language=(maybe_text(one, "language") or "").split("_")[0].lower(),
        status=(maybe_text(one, "status") or "").upper(),
        body=re.sub(r"{{\s*(\w+)\s*}}", r"{\1}", body),
        button=next(_labels(each for each in buttons if not _is_answer(each)), ""),
        answers=tuple(_labels(each for each in buttons if _is_answer(each))),
    )


def _is_answer(button: Entity) -> bool:
    return (maybe_text(button, "type") or "").upper() == "QUICK_REPLY"


def _labels(buttons: Iterable[Entity]) -> Iterator[str]:
    return (text for each in buttons if (text := maybe_text(each, "text")))

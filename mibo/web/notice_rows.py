"""Notices as the pages and the API show them: words in the patient's language, and where they lead."""

from dataclasses import dataclass

from mibo import clock, messaging
from mibo.people import Notice
from mibo.web.filters import moment


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice, ready to draw."""

    id: int
    title: str
    words: str
    language: str
    at: str
    to_whom: str
    unread: bool


def rows(found: list[Notice], *, several: bool) -> list[NoticeRow]:
    """What each says; with `several` in a family, to whom."""
    return [
        NoticeRow(
            one.id, messaging.titles.title(one.message.template, one.message.language), words(one),
            one.message.language, moment(one.shows_at), one.patient.full_name if several else "", one.read_at is None,
        )
        for one in found
    ]  # fmt: skip


def words(one: Notice) -> str:
    """The sentence that was sent; of one that is not said any more nothing is left but its title."""
    if one.message.template not in messaging.templates.TEMPLATES:
        return ""
    return messaging.rendered(one.message.template, one.message.body, one.message.language)


def leads_to(one: Notice) -> str:
    """Where one acts on it: where its button led while that is of use, else the appointment, else all of them."""
    message = one.message
    if message.template == "mibo_receipt":
        return "/my/receipts"
    if message.link and (message.not_after is None or message.not_after > clock.now()):
        return f"/{message.link}"
    reference = message.body.get("reference")
    return f"/my/{reference}" if reference else "/my"

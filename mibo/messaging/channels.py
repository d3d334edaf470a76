"""The three ways to somebody: which of them there are, and a message handed over by one."""

from dataclasses import dataclass

from mibo.config import settings
from mibo.integrations import gallabox, mail, sms
from mibo.integrations.http import ProviderError
from mibo.messaging import words
from mibo.messaging.replies import payloads, token_of
from mibo.messaging.rules import Wishes
from mibo.messaging.templates import MOVES, REMINDERS, approved_name
from mibo.messaging.wording import rendered


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it leaves: to whom, by which way, and what stands in it."""

    message_id: int
    channel: str
    template: str
    phone: str
    email: str | None
    name: str
    language: str
    values: dict[str, str]
    link: str | None
    dedupe_key: str


def is_open(channel: str, email: str | None) -> bool:
    """Whether somebody with this address (or none) can be told by this way at all."""
    if channel == "SMS":
        return sms.is_set_up()
    return channel == "WHATSAPP" or bool(email and mail.is_set_up())


def first_of(wishes: Wishes) -> str:
    """The way that somebody asked for; WhatsApp where that one is not open to them."""
    return wishes.channel if is_open(wishes.channel, wishes.email) else "WHATSAPP"


def hand_over(letter: Letter) -> str:
    """Give it to its provider and return the provider's id of it. Raises ProviderError."""
    if letter.channel == "SMS":
        return sms.send(
            letter.phone, _text(letter, " "), template=approved_name(letter.template, letter.language),
            reference=str(letter.message_id),
        )  # fmt: skip
    if letter.channel == "EMAIL":
        subject = words.SPOKEN[letter.language].subject
        text, reference = _text(letter, "\n\n"), f"mibo-{letter.message_id}"
        return mail.send(mail.Mail(letter.email or "", letter.name, subject, text, letter.language, reference))
    template, link = approved_name(letter.template, letter.language), _link(letter)
    answers = payloads(letter.dedupe_key) if letter.template in REMINDERS else ()
    return gallabox.send_template(letter.phone, letter.name, template, letter.values, link, answers=answers)


def _text(letter: Letter, before_link: str) -> str:
    """The sentence, and the address that WhatsApp would have put behind its button."""
    try:
        said = rendered(letter.template, letter.values, letter.language)
    except KeyError:
        raise ProviderError(letter.channel.lower(), "refused", "VALUE_MISSING") from None
    # a reminder that has no buttons is answered on a page, where an online one also leads to its call
    link = f"answer/{token_of(letter.dedupe_key)}" if letter.template in REMINDERS else _link(letter)
    return f"{said}{before_link}{settings().base_url.rstrip('/')}/{link}" if link else said


def _link(letter: Letter) -> str | None:
    """Where its button leads. Another time is chosen without signing in, by a token that lies nowhere but in the message;
    the link that is kept leads to the same page of whoever is signed in.
    """
    return f"answer/{token_of(letter.dedupe_key)}/another-time" if letter.template in MOVES else letter.link

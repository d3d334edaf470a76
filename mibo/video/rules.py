"""Pure: which address may be pasted as the link of a meeting."""

from collections.abc import Collection
from urllib.parse import urlsplit

from mibo.errors import Invalid

LINK_LENGTH = 500
PLAIN = set(map(chr, range(0x21, 0x7F))) - set('"<>\\^`{|}')


def check_link(typed: str, hosts: Collection[str]) -> str:
    """The address as it is kept: https, at a host that the clinic named or below it, and nothing that hides another host.

    A patient follows it in an anxious moment without reading it, so one slip or one bad will may not lead anywhere else.
    Raises Invalid at `link`.
    """
    link = typed.strip()
    if not link or len(link) > LINK_LENGTH or not set(link) <= PLAIN:
        raise Invalid.field("link", "Paste the whole address of the meeting, as its provider shows it.")
    try:
        parts = urlsplit(link)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise Invalid.field("link", "That is no address. Paste it as the provider shows it.") from None
    if parts.scheme.lower() != "https":
        raise Invalid.field("link", "The address must begin with https://.")
    if "@" in parts.netloc or port not in (None, 443):
        raise Invalid.field("link", "That address hides where it leads. Paste it as the provider shows it.")
    if not any(host == known or host.endswith(f".{known}") for known in hosts):
        named = ", ".join(sorted(hosts))
        raise Invalid.field("link", f"Meetings of this clinic are at {named}. Ask an administrator to add another.")
    if parts.path in ("", "/"):
        raise Invalid.field("link", "That is the provider's front page. Paste the address of this meeting.")
    return link

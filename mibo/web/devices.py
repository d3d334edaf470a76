"""A browser or app in plain words, from what it says of itself, and roughly where it is."""

from ipaddress import IPv6Address, ip_address, ip_network

from mibo.phrases import phrase
from mibo.web.limits import address

BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
            ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
SYSTEMS = (("iPhone", "an iPhone"), ("iPad", "an iPad"), ("Android", phrase("an Android phone")), ("CrOS", "a Chromebook"),
           ("Windows", "Windows"), ("Macintosh", "a Mac"), ("Linux", "Linux"))  # fmt: skip


def in_words(user_agent: str, channel: str = "WEB") -> str:
    """`Chrome on an Android phone`; the names that browsers bear for old sites' sake are looked through."""
    browser = next((words for sign, words in BROWSERS if sign in user_agent), "")
    system = next((words for sign, words in SYSTEMS if sign in user_agent), "")
    if browser and system:
        return phrase("%(browser)s on %(system)s", browser=browser, system=system)
    return (
        browser
        or system.removeprefix("an ").removeprefix("a ")
        or (phrase("An app") if channel == "API" else phrase("A browser"))
    )


def network() -> str:
    """The visitor's network, `103.21.244.0/24`: enough to know one's own again, too little to find anybody by."""
    return network_of(address())


def network_of(whole: str) -> str:
    """The first half of an address and no more; empty for one within a house, which says nothing."""
    try:
        found = ip_address(whole)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if found.is_private or found.is_loopback or found.is_link_local:
        return ""
    return str(ip_network(f"{found}/{24 if found.version == 4 else 48}", strict=False))


def network_words(kept: str) -> str:
    """`Network 103.21.244.…`"""
    if not kept:
        return phrase("Not known")
    begins = kept.rsplit(".", 1)[0] + ".…" if "." in kept else kept.partition("::")[0] + ":…"
    return phrase("Network %(begins)s", begins=begins)


def signed_out(who: str, stays: int) -> str:
    """What to say to staff who signed somebody out everywhere."""
    if not stays:
        return f"{who} was not signed in anywhere."
    return f"{who} is signed out everywhere: {stays} {'sign-in' if stays == 1 else 'sign-ins'} ended."

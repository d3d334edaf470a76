"""A browser or app in plain words, from what it says of itself."""

BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
            ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
SYSTEMS = (("iPhone", "an iPhone"), ("iPad", "an iPad"), ("Android", "an Android phone"), ("CrOS", "a Chromebook"),
           ("Windows", "Windows"), ("Macintosh", "a Mac"), ("Linux", "Linux"))  # fmt: skip


def in_words(user_agent: str, channel: str = "WEB") -> str:
    """`Chrome on an Android phone`; the names that browsers bear for old sites' sake are looked through."""
    browser = next((words for sign, words in BROWSERS if sign in user_agent), "")
    system = next((words for sign, words in SYSTEMS if sign in user_agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system.removeprefix("an ").removeprefix("a ") or ("An app" if channel == "API" else "A browser")

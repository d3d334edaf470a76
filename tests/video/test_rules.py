"""Which address may be pasted as a meeting's link."""

import pytest

from mibo.config import settings
from mibo.errors import Invalid
from mibo.video.rules import check_link

HOSTS = settings().meeting_hosts


@pytest.mark.parametrize(
    "link",
    [
        "https://meet.google.com/abc-defg-hij",
        "https://us02web.zoom.us/j/81234567890?pwd=YWJj.1",
        "https://teams.microsoft.com/l/meetup-join/19%3ameeting_x%40thread.v2/0?context=%7b%7d",
        "HTTPS://Meet.Google.com:443/abc-defg-hij",
    ],
)
def test_a_meeting_at_a_known_provider_is_kept_as_it_was_pasted(link: str) -> None:
    assert check_link(f"  {link}\n", HOSTS) == link


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("http://meet.google.com/abc-defg-hij", "The address must begin with https://."),
        ("javascript:alert(1)", "The address must begin with https://."),
        ("//meet.google.com/abc", "The address must begin with https://."),
        ("https://meet.google.com.evil.example/abc", "Meetings of this clinic are at"),
        ("https://evil-zoom.us/j/1", "Meetings of this clinic are at"),
        ("https://evil.example/#meet.google.com/abc", "Meetings of this clinic are at"),
        ("https://meet.google.com@evil.example/abc", "That address hides where it leads."),
        ("https://meet.google.com:8443/abc", "That address hides where it leads."),
        ("https://meet.google.com/", "That is the provider's front page."),
        ("https://meet.google.com\\@evil.example/abc", "Paste the whole address"),
        ("https://meet.google.com/abc def", "Paste the whole address"),
        ("https://m\u0435et.google.com/abc", "Paste the whole address"),
        ("https://meet.google.com/" + "a" * 500, "Paste the whole address"),
        ("https://[meet.google.com/abc", "That is no address."),
        ("", "Paste the whole address"),
    ],
)
def test_whatever_leads_or_might_lead_elsewhere_is_refused_with_the_reason(link: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_link(link, HOSTS)
    assert [(one.field, one.message[: len(why)]) for one in refused.value.problems] == [("link", why)]

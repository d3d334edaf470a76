"""How money, times and phones read on a page, in the page's language: as Unicode's CLDR has it, in Western digits."""

from collections.abc import Sequence
from datetime import date, datetime

from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from flask import Flask
from flask_babel import gettext
from markupsafe import Markup

from mibo import clock, money, phone
from mibo.web.languages import ENGLISH, language


def clock_time(at: datetime) -> str:
    """`3:00 pm` on the clinic's clock (R-TIME-3); `दोपहर 3:00` in Hindi."""
    if (spoken := language()) != ENGLISH:
        return str(format_time(clock.local(at).time(), "B h:mm", locale=spoken))
    return clock.local(at).strftime("%I:%M %p").lstrip("0").lower()


def day(at: datetime | date) -> str:
    """`Wed 25 Nov`."""
    on = _clinic_day(at)
    if (spoken := language()) != ENGLISH:
        return str(format_skeleton("MMMEd", on, locale=spoken))
    return f"{on:%a} {on.day} {on:%b}"


def long_day(at: datetime | date) -> str:
    """`Wednesday 25 November 2026`."""
    on = _clinic_day(at)
    if (spoken := language()) != ENGLISH:
        return str(format_date(on, "full", locale=spoken))
    return f"{on:%A} {on.day} {on:%B %Y}"


def day_and_year(at: datetime | date) -> str:
    """`Wed 25 Nov 2026`."""
    on = _clinic_day(at)
    if (spoken := language()) != ENGLISH:
        return str(format_skeleton("yMMMEd", on, locale=spoken))
    return f"{day(on)} {on:%Y}"


def weekday(on: date) -> str:
    """`Wed`."""
    return str(format_date(on, "EEE", locale=language()))


def month(on: date) -> str:
    """`Nov`."""
    return str(format_date(on, "MMM", locale=language()))


def _clinic_day(at: datetime | date) -> date:
    return clock.clinic_day(at) if isinstance(at, datetime) else at


def moment(at: datetime) -> str:
    """`Wed 25 Nov, 3:00 pm`."""
    return f"{day(at)}, {clock_time(at)}"


def honest(at: datetime) -> Markup:
    """The same, with the instant itself beside it: a device that is elsewhere adds its own time (M21)."""
    beside = gettext("IST ({time} where you are)")
    return Markup('<time datetime="{}" data-yours="{}">{}</time>').format(at.isoformat(), beside, moment(at))


def in_words(names: Sequence[str]) -> str:
    """`Bengaluru, Kochi and Mumbai`."""
    if (spoken := language()) != ENGLISH:
        return str(format_list(names, locale=spoken))
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def register(app: Flask) -> None:
    """Make them known to templates."""
    app.jinja_env.filters.update(
        rupees=money.rupees, clock_time=clock_time, day=day, long_day=long_day, moment=moment, honest=honest,
        in_words=in_words,
        phone=phone.shown, masked_phone=phone.masked,
    )  # fmt: skip

"""Every sentence that leaves, from plain values (security.md line 80).

A message may be read over a shoulder: it says first name, day, time, centre and reference, and never what the care is.
Template names, their variables and their texts are the approved ones; changing any of them needs a new approval.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from mibo.messaging import values, words
from mibo.messaging.templates import DISCREET, gaps
from mibo.messaging.values import Spoken, fitting
from mibo.money import rupees

SENTENCES = words.SENTENCES["en"]

first_name, initialled = values.first_name, values.initialled
moment, the_day, manner = values.moment, values.the_day, values.manner


@dataclass(frozen=True)
class Wording:
    """A template, what stands in its gaps, and the end of the address behind its button where it has one."""

    template: str
    values: dict[str, str] = field(default_factory=dict)
    link: str | None = None
    link_is_secret: bool = False  # it opens something for whoever has it: sealed until it has left

    def put(self, language: str, *, discreet: bool = False) -> tuple[str, dict[str, str]]:
        """The template and what stands in its gaps, for somebody who reads this language and may want it discreet."""
        template = DISCREET.get(self.template, self.template) if discreet else self.template
        values = {
            name: value.put(language) if isinstance(value, Spoken) else value for name, value in self.values.items()
        }
        if template != self.template:
            values = {name: value for name, value in values.items() if name in gaps(SENTENCES[template])}
        return template, values


def sign_in_code() -> Wording:
    """The code itself goes along sealed, as the value `otp`."""
    return Wording("mibo_sign_in_code")


def sign_in_ended(name: str) -> Wording:
    """Somebody used a key of this person's sign-in that was no longer theirs to use, so the sign-in was ended."""
    return Wording("mibo_sign_in_ended", {"name": first_name(name)})


def new_phone_code() -> Wording:
    """To a number that somebody wants to use from now on; the code goes along sealed, as the value `otp`."""
    return Wording("mibo_new_phone_code")


def phone_left() -> Wording:
    """To the number an account used before. It may be somebody else's by now, so it names nobody."""
    return Wording("mibo_phone_left")


def password_link(name: str, *, link: str) -> Wording:
    """Set your password here; whoever has the link can, once."""
    return Wording("mibo_password_link", {"name": first_name(name)}, link, link_is_secret=True)


def booking_confirmed(name: str, *, clinician: str, when: datetime, where: str, reference: str) -> Wording:
    """`where` is the centre's short name."""
    return Wording("mibo_booking_confirmed", _confirmed(name, clinician, when, where, reference))


def booking_confirmed_online(
    name: str, *, clinician: str, when: datetime, where: str, reference: str, link: str
) -> Wording:
    """`link` is the end of our own address that leads to the meeting."""
    return Wording("mibo_booking_confirmed_online", _confirmed(name, clinician, when, where, reference), link)


def _confirmed(name: str, clinician: str, when: datetime, where: str, reference: str) -> dict[str, str]:
    return {
        "name": first_name(name),
        "clinician": fitting(clinician),
        "when": moment(when),
        "where": fitting(where),
        "reference": fitting(reference),
    }


def payment_link(name: str, *, amount_paise: int, when: datetime, until: datetime, link: str) -> Wording:
    """Please pay; the time is kept until `until`."""
    values = {"name": first_name(name), "amount": rupees(amount_paise), "when": moment(when), "until": moment(until)}
    return Wording("mibo_payment_link", values, link)


def hold_ended(name: str, *, when: datetime) -> Wording:
    """The time was not paid for and is free again."""
    return Wording("mibo_hold_ended", {"name": first_name(name), "when": moment(when)})


def late_payment_refund(name: str, *, amount_paise: int, reference: str) -> Wording:
    """The money came after the time was given up and goes back."""
    values = {"name": first_name(name), "amount": rupees(amount_paise), "reference": fitting(reference)}
    return Wording("mibo_late_payment_refund", values)


def booking_cancelled(name: str, *, when: datetime, reference: str) -> Wording:
    """The appointment will not take place."""
    return Wording("mibo_booking_cancelled", _about(name, when, reference))


def booking_moved(name: str, *, when: datetime, reference: str) -> Wording:
    """`when` is the new time."""
    return Wording("mibo_booking_moved", _about(name, when, reference))


def booking_off(name: str, *, when: datetime, reference: str) -> Wording:
    """The clinic calls it off."""
    return Wording("mibo_booking_off", _about(name, when, reference))


def refund_opened(name: str, *, amount_paise: int, when: datetime, reference: str) -> Wording:
    """Money goes back; said only where a refund row stands (P9)."""
    return Wording("mibo_refund_opened", _about(name, when, reference) | {"amount": rupees(amount_paise)})


def refund_sent(name: str, *, amount_paise: int, days: int, reference: str) -> Wording:
    """The provider has it; banks need so many working days."""
    return Wording("mibo_refund_sent", _of_refund(name, amount_paise, reference) | {"days": str(days)})


def receipt(name: str, *, reference: str, days: int, link: str) -> Wording:
    """A receipt behind a link that works for some days; whoever has the link can read it."""
    values = {"name": first_name(name), "reference": fitting(reference), "days": str(days)}
    return Wording("mibo_receipt", values, link, link_is_secret=True)


def refund_done(name: str, *, amount_paise: int, reference: str) -> Wording:
    """It has arrived, or was handed over at the desk."""
    return Wording("mibo_refund_done", _of_refund(name, amount_paise, reference))


def _of_refund(name: str, amount_paise: int, reference: str) -> dict[str, str]:
    return {"name": first_name(name), "amount": rupees(amount_paise), "reference": fitting(reference)}


def refund_declined(name: str, *, amount_paise: int, when: datetime, reference: str) -> Wording:
    """The clinic decided that it does not go back."""
    return Wording("mibo_refund_declined", _about(name, when, reference) | {"amount": rupees(amount_paise)})


def request_refused(name: str, *, when: datetime, reference: str) -> Wording:
    """The patient asked to cancel and the clinic said no."""
    return Wording("mibo_request_refused", _about(name, when, reference))


def please_move(name: str, *, when: datetime, reference: str, link: str) -> Wording:
    """The time is closed: the patient chooses another at `link`, the end of our own address."""
    return Wording("mibo_please_move", _about(name, when, reference), link)


def running_late(name: str, *, when: datetime, minutes: int, reference: str) -> Wording:
    """`minutes` is about how much later it begins."""
    return Wording("mibo_running_late", _about(name, when, reference) | {"minutes": str(minutes)})


def reminder(name: str, *, when: datetime, where: str, reference: str) -> Wording:
    """`where` is the centre's short name."""
    return Wording("mibo_reminder", _about(name, when, reference) | {"where": fitting(where)})


def reminder_online(name: str, *, when: datetime, where: str, reference: str, link: str) -> Wording:
    """`link` is the end of our own address that leads to the meeting."""
    return Wording("mibo_reminder_online", reminder(name, when=when, where=where, reference=reference).values, link)


def missed_you(name: str, *, when: datetime, reference: str, link: str) -> Wording:
    """Nobody came: kindly, and how to come another time."""
    return Wording("mibo_missed_you", _about(name, when, reference), link)


def come_again(name: str, *, day: date, link: str) -> Wording:
    """The clinician would like to see them again about that day."""
    return Wording("mibo_come_again", {"name": first_name(name), "day": the_day(day)}, link)


def answer_thanks(name: str, *, when: datetime, reference: str) -> Wording:
    """They said that they come."""
    return Wording("mibo_answer_thanks", _about(name, when, reference))


def answer_move(name: str, *, when: datetime, reference: str, link: str) -> Wording:
    """They want another time: `link` leads to where it is chosen."""
    return Wording("mibo_answer_move", _about(name, when, reference), link)


def answer_asked(name: str, *, when: datetime, reference: str) -> Wording:
    """Too late to cancel by themselves, they have asked, and the clinic decides."""
    return Wording("mibo_answer_asked", _about(name, when, reference))


def answer_over(name: str, *, link: str) -> Wording:
    """The button that they pressed is of a time that has changed or is over."""
    return Wording("mibo_answer_over", {"name": first_name(name)}, link)


def will_call(name: str) -> Wording:
    """Staff answer what somebody wrote: we call."""
    return Wording("mibo_will_call", {"name": first_name(name)})


def please_call(name: str, *, phone: str) -> Wording:
    """Staff answer what somebody wrote: please call us."""
    return Wording("mibo_please_call", {"name": first_name(name), "phone": fitting(phone)})


def meeting_link(name: str, *, when: datetime, reference: str, link: str) -> Wording:
    """The meeting's address, when it came only after the confirmation."""
    return Wording("mibo_meeting_link", _about(name, when, reference), link)


def _about(name: str, when: datetime, reference: str) -> dict[str, str]:
    return {"name": first_name(name), "when": moment(when), "reference": fitting(reference)}


def clinician_booking(name: str, *, patient: str, when: datetime, mode: str) -> Wording:
    """To the clinician, who reads the patient's first name and an initial. `mode` is `IN_PERSON` or `ONLINE`."""
    values = {"name": first_name(name), "patient": initialled(patient), "when": moment(when), "mode": manner(mode)}
    return Wording("mibo_clinician_booking", values)


def clinician_moved(name: str, *, patient: str, before: datetime, when: datetime, mode: str) -> Wording:
    """To the clinician: an appointment of theirs has another time."""
    about = clinician_booking(name, patient=patient, when=when, mode=mode).values
    return Wording("mibo_clinician_moved", about | {"before": moment(before)})


def clinician_cancelled(name: str, *, patient: str, when: datetime) -> Wording:
    """To the clinician: an appointment of theirs will not take place."""
    values = {"name": first_name(name), "patient": initialled(patient), "when": moment(when)}
    return Wording("mibo_clinician_cancelled", values)


def series_booked(name: str, *, count: int, when: datetime, reference: str) -> Wording:
    """One message for all of them; `when` and `reference` are the first one's."""
    return Wording("mibo_series_booked", _about(name, when, reference) | {"count": str(count)})


def series_moved(name: str, *, count: int, when: datetime, reference: str) -> Wording:
    """`when` is the new time of the first that is moved."""
    return Wording("mibo_series_moved", _about(name, when, reference) | {"count": str(count)})


def series_off(name: str, *, count: int, when: datetime, reference: str) -> Wording:
    """`when` is the first that will not take place."""
    return Wording("mibo_series_off", _about(name, when, reference) | {"count": str(count)})


def clinician_series(name: str, *, patient: str, count: int, when: datetime, mode: str) -> Wording:
    """To the clinician: all of them at once."""
    about = clinician_booking(name, patient=patient, when=when, mode=mode).values
    return Wording("mibo_clinician_series", about | {"count": str(count)})


def clinician_series_moved(name: str, *, patient: str, count: int, when: datetime, mode: str) -> Wording:
    """To the clinician: so many have another time, the first now this one."""
    about = clinician_series(name, patient=patient, count=count, when=when, mode=mode)
    return Wording("mibo_clinician_series_moved", about.values)


def clinician_series_off(name: str, *, patient: str, count: int, when: datetime) -> Wording:
    """To the clinician: so many will not take place."""
    about = clinician_cancelled(name, patient=patient, when=when).values
    return Wording("mibo_clinician_series_off", about | {"count": str(count)})


def rendered(template: str, values: dict[str, str], language: str = "en") -> str:
    """The sentence as the person reads it."""
    return words.SENTENCES[language][template].format_map(values)


def button(template: str, language: str = "en") -> str:
    """What stands on its button; empty where it has none."""
    return words.BUTTONS[language].get(template, "")

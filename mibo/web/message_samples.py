"""Every message with invented values, so that staff can read what leaves."""

from dataclasses import dataclass
from datetime import date, datetime

from mibo.clock import CLINIC_ZONE
from mibo.messaging import templates, wording
from mibo.money import rupees

# what may stand in each gap; one that is not here shows its name
SAMPLES = {
    "name": "Asha", "patient": "Asha M.", "clinician": "Dr. Anita Kurian", "where": "Indiranagar",
    "reference": "MB-7F3K", "otp": "482913", "minutes": "20", "count": "8", "days": "7", "amount": rupees(170_000),
    "phone": "+91 80 4000 1000",
    "when": wording.moment(datetime(2026, 12, 1, 10, 0, tzinfo=CLINIC_ZONE)),
    "until": wording.moment(datetime(2026, 11, 30, 16, 30, tzinfo=CLINIC_ZONE)),
    "before": wording.moment(datetime(2026, 11, 30, 16, 30, tzinfo=CLINIC_ZONE)), "day": wording.the_day(date(2026, 12, 1)),
    "mode": wording.manner("IN_PERSON"),
}  # fmt: skip
ONLINE = wording.manner("ONLINE")


@dataclass(frozen=True, slots=True)
class Sample:
    """A message as it is read, and its name at the provider."""

    name: str
    text: str
    button: str
    urgent: bool


def samples(language: str) -> list[tuple[str, list[Sample]]]:
    """All of them under the headings of their kinds."""
    return [
        (title, [_sample(name, language) for name, of in templates.KIND.items() if of == kind])
        for kind, title in templates.KINDS.items()
    ]


def _sample(template: str, language: str) -> Sample:
    gaps = templates.gaps(wording.SENTENCES[template])
    values = {gap: SAMPLES.get(gap, gap) for gap in gaps}
    if template.endswith("_online") and "where" in values:
        values["where"] = ONLINE
    _, said = wording.Wording(template, values).put(language)
    text, button = wording.rendered(template, said, language), wording.button(template, language)
    return Sample(templates.approved_name(template, language), text, button, template in templates.URGENT)

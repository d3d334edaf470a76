"""One message for many visits of a series, to the patient and to each clinician; its refunds in one sum."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mibo import clock, db, jobs, messaging, people
from mibo.booking import telling
from mibo.booking.models import Appointment, Series
from mibo.identity import Account
from mibo.messaging import wording
from mibo.messaging.wording import Wording
from mibo.people import Clinician

Visits = Sequence[Appointment]


def booked(series: Series, visits: Visits, *, wait_s: int) -> None:
    """All of them at once; each online one gets its meeting."""
    first = visits[0]
    told = wording.series_booked(first.patient.full_name, count=len(visits), **_about(first))
    _patient(series, first, told, f"series:{first.id}", not_after=visits[-1].starts_at, wait_s=wait_s)
    for who, theirs in _by_clinician(visits):
        news = wording.clinician_series(
            who.full_name, patient=first.patient.full_name, count=len(theirs), when=clock.local(theirs[0].starts_at),
            mode=theirs[0].mode,
        )  # fmt: skip
        _clinician(series, who, theirs, news, f"clinician-series:{theirs[0].id}", wait_s=wait_s)
    for visit in visits:
        if visit.meeting_id:
            jobs.defer(telling.attach_meeting, visit.meeting_id)


def moved(series: Series, visits: Visits, *, wait_s: int) -> None:
    """So many have another time; what was promised of each one's former move is no longer true."""
    first = visits[0]
    for visit in visits:
        former = f"{visit.id}:{visit.moves - 1}"
        messaging.withdraw(
            *(f"{what}:{former}" for what in ("moved", "clinician-moved", "series-moved", "clinician-series-moved"))
        )
    told = wording.series_moved(first.patient.full_name, count=len(visits), **_about(first))
    number = f"{first.id}:{first.moves}"
    _patient(series, first, told, f"series-moved:{number}", not_after=visits[-1].ends_at, wait_s=wait_s)
    for who, theirs in _by_clinician(visits):
        news = wording.clinician_series_moved(
            who.full_name, patient=first.patient.full_name, count=len(theirs), when=clock.local(theirs[0].starts_at),
            mode=theirs[0].mode,
        )  # fmt: skip
        key = f"clinician-series-moved:{theirs[0].id}:{theirs[0].moves}"
        _clinician(series, who, theirs, news, key, wait_s=wait_s)


def called_off(series: Series, visits: Visits, refund_paise: int, *, wait_s: int) -> None:
    """So many will not take place; what goes back is said in one sum, where refund rows stand (P9)."""
    first = visits[0]
    told = wording.series_off(first.patient.full_name, count=len(visits), **_about(first))
    _patient(series, first, told, f"series-off:{first.id}", wait_s=wait_s)
    if refund_paise:
        back = wording.refund_opened(first.patient.full_name, amount_paise=refund_paise, **_about(first))
        _patient(series, first, back, f"series-refund:{first.id}", wait_s=wait_s)
    for who, theirs in _by_clinician(visits):
        news = wording.clinician_series_off(
            who.full_name, patient=first.patient.full_name, count=len(theirs), when=clock.local(theirs[0].starts_at)
        )
        _clinician(series, who, theirs, news, f"clinician-series-off:{theirs[0].id}", wait_s=wait_s)


def _about(first: Appointment) -> dict[str, Any]:
    return {"when": clock.local(first.starts_at), "reference": first.reference}


def _by_clinician(visits: Visits) -> list[tuple[Clinician, list[Appointment]]]:
    found: dict[int, list[Appointment]] = defaultdict(list)
    for visit in visits:
        found[visit.clinician_id].append(visit)
    return [(theirs[0].clinician, theirs) for theirs in found.values()]


def _patient(
    series: Series, first: Appointment, told: Wording, key: str, *, wait_s: int, not_after: datetime | None = None
) -> None:
    people.inbox.tell(
        told, first.patient, dedupe_key=key, about_id=series.id, not_after=not_after, wait_s=wait_s,
        centre_id=first.centre_id, concerns_at=first.starts_at,
    )  # fmt: skip


def _clinician(series: Series, who: Clinician, theirs: Visits, told: Wording, key: str, *, wait_s: int) -> None:
    account = db.session().get(Account, who.account_id or 0)
    if account is None:
        return
    messaging.tell(
        told, phone=account.phone, name=account.full_name, dedupe_key=key, about_id=series.id,
        not_after=theirs[-1].starts_at, wait_s=wait_s, centre_id=theirs[0].centre_id, concerns_at=theirs[0].starts_at,
    )  # fmt: skip

"""Somebody would like to hear from the clinic: on the website, or as staff note it. One phone has one open enquiry."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from mibo import audit, clinics, clock, db, payments
from mibo.errors import Missing
from mibo.identity import Actor
from mibo.leads import campaigns, steps
from mibo.leads.call_times import first_call
from mibo.leads.models import Enquiry, EnquiryStep
from mibo.leads.rules import CALL_NOTICE, OPEN, State, source_of
from mibo.leads.sealed import seal


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody told. `centre_id` is empty for a video visit, and for who does not know yet."""

    full_name: str
    phone: str
    request_key: str
    centre_id: int | None = None
    online: bool = False
    care: str = "OUT_PATIENT"
    for_other: bool = False
    call_at: str = "ANY"
    words: str | None = None
    language: str = "en"
    source: str = "WEBSITE"
    heard_of: str | None = None
    campaign: str | None = None
    referrer: str | None = None


def ask(told: Asked, *, by: Actor | None = None) -> Enquiry:
    """Note it. The same form sent again is the same enquiry, and the same phone joins the one that is open.

    Raises Missing for a centre that is closed or not theirs, Invalid for a card number.
    """
    payments.refuse_card_number(told.words, "words")
    payments.refuse_card_number(told.referrer, "referrer")
    _check_centre(told, by)
    db.session().execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"enquiry {told.phone}", 0))))
    if (before := _asked_before(told)) is not None:
        return before
    found = select(Enquiry).where(Enquiry.phone == told.phone, Enquiry.status.in_(OPEN)).with_for_update()
    standing = db.session().scalar(found.execution_options(populate_existing=True))
    return _again(standing, told, by) if standing else _new(told, by)


def _check_centre(told: Asked, by: Actor | None) -> None:
    if told.centre_id is None:
        return
    centre = clinics.centre(told.centre_id)
    if centre is None or not centre.active or (by is not None and not by.reaches(centre.id)):
        raise Missing("We could not find that centre.")


def _asked_before(told: Asked) -> Enquiry | None:
    """The same form; the key alone is not enough, so that nobody's is guessed."""
    sent = select(Enquiry).join(EnquiryStep, EnquiryStep.enquiry_id == Enquiry.id)
    return db.session().scalar(sent.where(EnquiryStep.request_key == told.request_key, Enquiry.phone == told.phone))


def _new(told: Asked, by: Actor | None) -> Enquiry:
    now, campaign = clock.now(), campaigns.running(told.campaign, clock.today())
    heard_of = told.heard_of or (campaign.heard_of if campaign else None)
    due, _ = first_call(clock.local(now), told.call_at)
    made = Enquiry(
        full_name=told.full_name, phone=told.phone, centre_id=told.centre_id, online=told.online, care=told.care,
        for_other=told.for_other, call_at=told.call_at, words=seal(told.words), language=told.language,
        source=source_of(told.source, heard_of), heard_of=heard_of, campaign_id=campaign.id if campaign else None,
        referrer=told.referrer, consent_version=CALL_NOTICE, status=State.NEW, next_call_at=due, tries=0, version=1,
        added_by=by.account_id if by else None, created_at=now, touched_at=now,
    )  # fmt: skip
    db.session().add(made)
    db.session().flush()
    db.session().add(
        EnquiryStep(
            enquiry_id=made.id, kind="ASKED", before={}, by_account_id=made.added_by, at=now,
            request_key=told.request_key,
        )
    )  # fmt: skip
    db.session().flush()
    audit.record("enquiry.asked", made.id, by=made.added_by, source=made.source)
    return made


def _again(one: Enquiry, told: Asked, by: Actor | None) -> Enquiry:
    """They ask once more: what they wrote stands with the step, and they are called at the new time if it is sooner."""
    due, _ = first_call(clock.local(clock.now()), told.call_at)
    sooner = min(due, one.next_call_at) if one.next_call_at else due
    changes: dict[str, Any] = {"next_call_at": sooner, "call_at": told.call_at}
    if told.care == "IN_PATIENT":
        changes["care"] = told.care
    if told.centre_id is not None and one.centre_id is None:
        changes["centre_id"] = told.centre_id
    note = ": ".join(filter(None, (told.full_name if told.full_name != one.full_name else "", told.words or "")))
    steps.step(
        one, "ASKED_AGAIN", by=by.account_id if by else None, note=note or None, request_key=told.request_key, **changes
    )
    return one

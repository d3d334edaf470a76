"""Somebody would like to be called: one phone has one open enquiry, whatever is sent twice or at once."""

from datetime import datetime

import pytest
from sqlalchemy import func, select

from mibo import audit, clock, db, leads
from mibo.errors import Invalid, Missing
from mibo.identity.permissions import Role
from mibo.leads import Asked, Enquiry, EnquiryStep
from tests import make
from tests.together import at_once

PHONE = "+919800000001"


def asked(**more: object) -> Asked:
    return Asked(**{"full_name": "Nila Nair", "phone": PHONE, "request_key": "a-key-of-a-form", **more})  # type: ignore[arg-type]


def test_what_they_wrote_is_sealed_and_can_be_read_again(database: object) -> None:
    with db.transaction():
        one = leads.ask(asked(words="Please ask for Meera"))
        assert one.words
        assert b"Meera" not in one.words
        assert leads.unseal(one.words) == "Please ask for Meera"


def test_the_same_form_sent_twice_is_one_enquiry_and_one_step(database: object) -> None:
    with db.transaction():
        assert leads.ask(asked()).id == leads.ask(asked()).id
        assert db.session().scalar(select(func.count(EnquiryStep.id))) == 1


def test_the_same_phone_joins_the_open_enquiry_and_what_they_ask_now_stands_with_it(database: object) -> None:
    with db.transaction():
        one = leads.ask(asked())
        again = leads.ask(
            asked(request_key="another-form", full_name="Nila N", care="IN_PATIENT", words="Now for my father")
        )
        step = db.session().scalars(select(EnquiryStep).where(EnquiryStep.kind == "ASKED_AGAIN")).one()
        assert (again.id, again.care, again.full_name) == (one.id, "IN_PATIENT", "Nila Nair")
        assert leads.unseal(step.note) == "Nila N: Now for my father"


def test_two_forms_at_the_same_moment_make_one_enquiry(database: object) -> None:
    def send(n: int) -> int:
        with db.transaction():
            return leads.ask(asked(request_key=f"form-number-{n}")).id

    made = at_once(*(lambda n=n: send(n) for n in range(4)))
    assert len(set(made)) == 1


def test_whom_a_doctor_sent_is_a_referral_and_a_campaign_is_kept_only_while_it_runs(database: object) -> None:
    with db.transaction():
        manager = make.actor(make.staff(Role.MANAGER), Role.MANAGER)
        leads.add_campaign("kochi-radio", "Radio", "PRESS", clock.today(), None, by=manager)
        leads.add_campaign(
            "old-one", "Old", "PRESS", clock.today().replace(year=2020), clock.today().replace(year=2021), by=manager
        )
        sent = leads.ask(asked(heard_of="DOCTOR", campaign="kochi-radio"))
        late = leads.ask(asked(phone="+919800000002", request_key="another-form", campaign="old-one"))
        assert (sent.source, sent.campaign_id is not None) == ("REFERRAL", True)
        assert (late.source, late.campaign_id, late.heard_of) == ("WEBSITE", None, None)


def test_a_card_number_and_a_closed_centre_are_refused(database: object) -> None:
    with db.transaction():
        closed = make.centre(active=False)
        with pytest.raises(Invalid):
            leads.ask(asked(words="4111 1111 1111 1111"))
        with pytest.raises(Missing):
            leads.ask(asked(centre_id=closed.id))


def test_the_audit_says_that_somebody_asked_and_not_who(database: object) -> None:
    with db.transaction():
        one = leads.ask(asked(words="Please ask for Meera"))
        found, _ = audit.entries(audit.AuditWish(subject_id=one.id), limit=5)
        assert [(each.act, each.by_account_id, each.details) for each in found] == [
            ("enquiry.asked", None, {"source": "WEBSITE"})
        ]


@pytest.mark.parametrize(
    ("now", "when", "begins", "ends"),
    [
        ("2026-11-30T10:00", "ANY", "2026-11-30T10:00", "2026-11-30T19:00"),
        ("2026-11-30T20:00", "ANY", "2026-12-01T09:00", "2026-12-01T19:00"),
        ("2026-11-30T11:45", "MORNING", "2026-12-01T09:00", "2026-12-01T12:00"),
        ("2026-11-30T08:00", "EVENING", "2026-11-30T16:00", "2026-11-30T19:00"),
        ("2026-11-28T18:45", "EVENING", "2026-11-30T16:00", "2026-11-30T19:00"),  # a Saturday: not on Sunday
    ],
)  # fmt: skip
def test_they_are_called_when_they_wish_in_the_hours_in_which_the_clinic_calls(
    now: str, when: str, begins: str, ends: str
) -> None:
    found = leads.first_call(datetime.fromisoformat(now), when)
    assert [one.isoformat(timespec="minutes") for one in found] == [begins, ends]


def test_an_enquiry_that_was_made_is_new_and_due(database: object) -> None:
    with db.transaction():
        one = leads.ask(asked())
        kept = db.session().get_one(Enquiry, one.id)
        assert (kept.status, kept.tries, kept.owner_id) == ("NEW", 0, None)
        assert kept.next_call_at is not None

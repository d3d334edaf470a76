"""From where new people come (P20): an enquiry each, or a first booking without one; nobody counts twice."""

from datetime import timedelta

from mibo import clock, db, leads
from mibo.booking import Status, merging
from mibo.identity.permissions import Role
from mibo.leads import Enquiry, PatientOrigin
from tests import make


def enquiry(phone: str = "+919800000001", source: str = "WEBSITE", **more: object) -> Enquiry:
    """Somebody asked to be called."""
    made = Enquiry(full_name="Nila Nair", phone=phone, source=source, consent_version="2026-11", **more)
    db.session().add(made)
    db.session().flush()
    return made


def counted(*centres: int) -> dict[str, int]:
    now = clock.now()
    found = leads.by_source(set(centres) or None, now - timedelta(days=30), now + timedelta(minutes=1))
    return {one.source: one.leads for one in found}


def test_all_four_sources_are_told_even_where_nobody_came(database: object) -> None:
    with db.transaction():
        assert counted() == {"WEBSITE": 0, "PHONE": 0, "DIRECT": 0, "REFERRAL": 0}


def test_a_first_booking_without_an_enquiry_counts_by_the_way_it_was_made(database: object) -> None:
    with db.transaction():
        place = make.centre()
        who = make.clinician(place)
        desk = make.staff(Role.FRONT_DESK, place)
        for n, (source, walk_in) in enumerate((("WEB_PATIENT", False), ("FRONT_DESK", False), ("MANAGER", True))):
            one = make.appointment(make.patient(), who, place, make.at(f"1{n}:00"))
            one.source, one.walk_in = source, walk_in
        sent = make.appointment(make.patient("Ravi"), who, place, make.at("15:00"))
        db.session().add(PatientOrigin(patient_id=sent.patient_id, heard_of="DOCTOR", told_to=desk.id))
        db.session().flush()
        assert counted() == {"WEBSITE": 1, "PHONE": 1, "DIRECT": 1, "REFERRAL": 1}


def test_a_second_booking_is_no_lead_and_a_hold_that_ran_out_is_none_either(database: object) -> None:
    with db.transaction():
        place = make.centre()
        who, again = make.clinician(place), make.patient()
        make.appointment(again, who, place, make.at("10:00")).created_at = clock.now() - timedelta(days=40)
        make.appointment(again, who, place, make.at("11:00"))
        make.appointment(make.patient("Ravi"), who, place, make.at("12:00"), status=Status.EXPIRED)
        db.session().flush()
        assert sum(counted().values()) == 0


def test_who_enquired_and_then_booked_counts_once_by_the_phone_or_by_the_link(database: object) -> None:
    with db.transaction():
        place = make.centre()
        who = make.clinician(place)
        by_phone, by_link = make.patient(), make.patient("Ravi")
        enquiry(by_phone.phone, centre_id=place.id)
        enquiry("+919800000009", "PHONE", centre_id=place.id, patient_id=by_link.id)
        make.appointment(by_phone, who, place, make.at("10:00"))
        make.appointment(by_link, who, place, make.at("11:00"))
        assert counted() == {"WEBSITE": 1, "PHONE": 1, "DIRECT": 0, "REFERRAL": 0}


def test_a_merge_of_two_records_adds_no_lead(database: object) -> None:
    with db.transaction():
        place = make.centre()
        who, admin = make.clinician(place), make.actor(make.staff(Role.ADMIN), Role.ADMIN)
        kept, double = make.patient(), make.patient()
        enquiry("+919800000009", patient_id=double.id)
        make.appointment(double, who, place, make.at("10:00"))
        merging.merge(kept.id, double.id, double.phone[-4:], by=admin)
        assert sum(counted().values()) == 1


def test_each_centre_counts_its_own_and_what_has_no_centre_counts_only_everywhere(database: object) -> None:
    with db.transaction():
        here, there = make.centre(), make.centre()
        enquiry("+919800000001", centre_id=here.id)
        enquiry("+919800000002", centre_id=there.id)
        enquiry("+919800000003")
        assert [sum(counted(*which).values()) for which in ((here.id,), (here.id, there.id), ())] == [1, 2, 3]

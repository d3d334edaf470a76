"""The policy numbers: the clinic's defaults, and what they may be."""

from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

from mibo.clinics.policy import Policy
from mibo.errors import Invalid


def test_the_defaults_are_what_the_clinic_has_decided() -> None:
    policy = Policy()
    assert {field.name: getattr(policy, field.name) for field in fields(policy)} == {
        "hold_minutes": 15,
        "link_hold_minutes": 30,
        "hold_extensions": 1,
        "lead_minutes": 15,
        "desk_lead_minutes": 0,
        "horizon_days": 60,
        "registration_fee_paise": 10_000,
        "patient_cutoff_hours": 24,
        "patient_moves": 2,
        "unpaid_holds": 2,
        "future_per_clinician": 4,
        "join_minutes_before": 15,
        "join_minutes_after": 15,
        "link_alert_minutes": 30,
        "whereabouts_days": 90,
        "closing_hours": 2,
        "ladder_minutes": 10,
        "replies_kept_days": 90,
        "records_hours": 72,
        "request_days": 30,
        "enquiries_kept_days": 180,
        "undo_seconds": 20,
        "start_early_minutes": 15,
        "refund_in_time_percent": 100,
        "refund_late_percent": 0,
        "refund_days": 7,
        "desk_discount_percent": 0,
        "drawer_float_paise": 0,
        "drawer_opens_itself": 1,
        "reminder_first_hours": 72,
        "reminder_second_hours": 24,
        "reminder_third_hours": 2,
        "quiet_from_hour": 21,
        "quiet_until_hour": 8,
    }


def test_a_policy_does_not_change_once_made() -> None:
    with pytest.raises(FrozenInstanceError):
        Policy().lead_minutes = 0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ({"hold_minutes": 14}, "Hold minutes must be a whole number from 15 to 1440."),
        ({"link_hold_minutes": 15}, "Link hold minutes must be a whole number from 16 to 10080."),
        ({"lead_minutes": -1}, "Lead minutes must be a whole number from 0 to 10080."),
        ({"horizon_days": 0}, "Horizon days must be a whole number from 1 to 366."),
        ({"registration_fee_paise": 99.5}, "Registration fee paise must be a whole number from 0 to 10000000."),
        ({"unpaid_holds": True}, "Unpaid holds must be a whole number from 1 to 20."),
    ],
)
def test_a_number_out_of_its_bounds_is_refused_by_name(numbers: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Invalid) as refusal:
        Policy(**numbers)
    assert [(problem.field, problem.message) for problem in refusal.value.problems] == [(*numbers, sentence)]


def test_all_wrong_numbers_are_named_at_once() -> None:
    with pytest.raises(Invalid) as refusal:
        Policy(hold_minutes=1, horizon_days=1000, patient_moves=-1)
    assert [problem.field for problem in refusal.value.problems] == ["hold_minutes", "horizon_days", "patient_moves"]


def test_the_smallest_and_the_greatest_numbers_are_allowed() -> None:
    least = Policy(hold_minutes=15, link_hold_minutes=16, lead_minutes=0, horizon_days=1, registration_fee_paise=0)
    most = Policy(hold_minutes=1440, horizon_days=366, patient_cutoff_hours=336)
    assert (least.hold_minutes, least.registration_fee_paise, most.horizon_days) == (15, 0, 366)

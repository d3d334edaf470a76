"""Every operation of the API that changes something is compared with its page, or it is said why there is none."""

from types import ModuleType

import pytest
from flask import Flask

from tests.web.api.contract.matrix import operations
from tests.web.same_outcome import (
    test_bookings,
    test_centres,
    test_changes,
    test_clinicians,
    test_closed_time,
    test_consultations,
    test_hours,
    test_money,
    test_own,
    test_people,
    test_signing_in,
    test_staff,
    test_video,
)

COMPARED: tuple[ModuleType, ...] = (
    test_bookings, test_centres, test_changes, test_clinicians, test_closed_time, test_consultations, test_hours,
    test_money, test_own, test_people, test_signing_in, test_staff, test_video,
)  # fmt: skip
SAME_VIEW = {"PATCH /appointments/{appointment_id}": "PUT /appointments/{appointment_id}"}
NO_PAGE = {
    "POST /admin/slots/affected-patients": "It changes nothing: it lists whom a closing would reach, as the page does by itself.",
    "POST /auth/refresh": "A browser's stay has no tokens that could be renewed.",
    "POST /patient-auth/refresh": "A browser's stay has no tokens that could be renewed.",
    "POST /patient-auth/login-with-password": "No patient has a password: the operation only says so.",
    "POST /hooks/gallabox": "The provider of messages calls it.",
    "POST /payments/admin-webhook": "The provider of payments calls it.",
    "POST /payments/failure": "Only an app has a checkout of its own that can be closed. A page's hold goes on until it ends "
                              "(R-BOOK-7), or is let go by its button.",
    "POST /notifications/appointment-confirmation": "What is told once more is told from programs; pages show what was sent.",
    "POST /notifications/appointment-reminder": "What is told once more is told from programs; pages show what was sent.",
    "DELETE /video/appointment/{appointment_id}/meet-link": "A page puts another link in its place, and leaves no call without.",
}  # fmt: skip


def test_every_operation_that_changes_something_is_compared_with_a_page_or_says_why_there_is_none(app: Flask) -> None:
    writing = {f"{verb} {path}" for path, verb, _ in operations(app) if verb != "GET"}
    verbs = [verb for module in COMPARED for verb in module.VERBS.values()]
    compared = {operation for verb in verbs for operation in (verb.operation, *verb.also)}
    assert compared <= writing
    assert {SAME_VIEW.get(one, one) for one in writing} - compared == set(NO_PAGE)


@pytest.mark.parametrize("other", SAME_VIEW)
def test_two_operations_that_are_called_the_same_are_one_view(other: str, app: Flask) -> None:
    views = {f"{verb} {path}": endpoint for path, verb, endpoint in operations(app)}
    assert views[other] == views[SAME_VIEW[other]]

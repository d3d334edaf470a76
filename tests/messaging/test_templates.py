"""The approved templates: read from the provider's list, and compared with ours."""

import json

import pytest

from mibo.messaging.templates import differences, to_be_approved
from mibo.sandbox.templates_whatsapp import TEMPLATES, Template

pytestmark = pytest.mark.usefixtures("sandbox")


def run(app, *words):
    return app.test_cli_runner().invoke(args=["messages", *words])


def test_the_check_tells_that_all_is_approved_and_names_each_that_is_not(app, monkeypatch, sandbox):
    said = run(app, "check")
    assert (said.exit_code, said.output) == (
        0,
        f"All {len(to_be_approved())} templates are approved as we have them.\n",
    )
    monkeypatch.setitem(TEMPLATES, "mibo_booking_moved_hi", Template("नमस्ते {name}", "", "hi"))
    monkeypatch.setitem(TEMPLATES, "mibo_booking_off", Template("Hello {name}, {when}: off. {reference}", "Call", "en"))
    monkeypatch.setitem(TEMPLATES, "mibo_payment_link_kn", Template(TEMPLATES["mibo_payment_link_kn"].body, "", "ml"))
    monkeypatch.delitem(TEMPLATES, "mibo_hold_ended")
    said = run(app, "check")
    assert said.exit_code == 1
    assert sorted(said.output.splitlines()[1:]) == [
        "mibo_booking_moved_hi: with other variables",
        "mibo_booking_off: with another button",
        "mibo_booking_off: with another text",
        "mibo_hold_ended: not there",
        "mibo_payment_link_kn: in the language ml, not kn",
        "mibo_payment_link_kn: with another button",
    ]
    sandbox.fault("gallabox", "503")
    assert "could not be read" in run(app, "check").output


def test_an_approval_that_is_lost_is_named():
    known = {
        one["name"]: (one["language"], "APPROVED", one["body"], one["button"], tuple(one["answers"]))
        for one in to_be_approved()
    }
    assert differences(known) == []
    paused = known["mibo_reminder"]
    assert differences(known | {"mibo_reminder": (paused[0], "PAUSED", *paused[2:])}) == ["mibo_reminder: paused"]
    without = known | {"mibo_reminder_hi": (*known["mibo_reminder_hi"][:4], ())}
    assert differences(without) == ["mibo_reminder_hi: with other answers"]


def test_what_is_handed_in_is_printed_as_the_sandbox_has_it(app):
    assert json.loads(run(app, "templates").output) == to_be_approved()

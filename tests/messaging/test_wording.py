"""What leaves: names, gaps, sentences, and nothing that tells what the care is (security.md line 80)."""

import re
from datetime import datetime
from string import Formatter

import pytest

from mibo.messaging import wording
from mibo.messaging.wording import SENTENCES, Wording, first_name, initialled, moment, rendered
from mibo.sandbox.templates_whatsapp import TEMPLATES

WHEN = datetime(2026, 12, 1, 10, 0)
UNTIL = datetime(2026, 11, 30, 0, 5)
NAME, CLINICIAN = "Asha Menon", "Dr. Anita Kurian"
CONFIRMED = {"clinician": CLINICIAN, "when": WHEN, "where": "Indiranagar", "reference": "MB-1042"}

EVERY_WORDING = [
    wording.sign_in_code(),
    wording.sign_in_ended(NAME),
    wording.new_phone_code(),
    wording.phone_left(),
    wording.password_link(NAME, link="staff/password/abc"),
    wording.booking_confirmed(NAME, **CONFIRMED),
    wording.booking_confirmed_online(NAME, **CONFIRMED, link="j/abc"),
    wording.payment_link(NAME, amount_paise=170_000, when=WHEN, until=UNTIL, link="p/abc"),
    wording.hold_ended(NAME, when=WHEN),
    wording.late_payment_refund(NAME, amount_paise=170_050, reference="MB-1042"),
    wording.booking_cancelled(NAME, when=WHEN, reference="MB-1042"),
    wording.booking_moved(NAME, when=WHEN, reference="MB-1042"),
    wording.clinician_booking(CLINICIAN, patient=NAME, when=WHEN, mode="ONLINE"),
    wording.booking_off(NAME, when=WHEN, reference="MB-1042"),
    wording.refund_opened(NAME, amount_paise=160_000, when=WHEN, reference="MB-1042"),
    wording.request_refused(NAME, when=WHEN, reference="MB-1042"),
    wording.please_move(NAME, when=WHEN, reference="MB-1042", link="my/MB-1042"),
    wording.running_late(NAME, when=WHEN, minutes=20, reference="MB-1042"),
    wording.clinician_moved(CLINICIAN, patient=NAME, before=UNTIL, when=WHEN, mode="ONLINE"),
    wording.clinician_cancelled(CLINICIAN, patient=NAME, when=WHEN),
    wording.series_booked(NAME, count=8, when=WHEN, reference="MB-1042"),
    wording.series_moved(NAME, count=6, when=WHEN, reference="MB-1042"),
    wording.series_off(NAME, count=6, when=WHEN, reference="MB-1042"),
    wording.clinician_series(CLINICIAN, patient=NAME, count=8, when=WHEN, mode="ONLINE"),
    wording.clinician_series_moved(CLINICIAN, patient=NAME, count=6, when=WHEN, mode="ONLINE"),
    wording.clinician_series_off(CLINICIAN, patient=NAME, count=6, when=WHEN),
    wording.meeting_link(NAME, when=WHEN, reference="MB-1042", link="j/abc"),
]


def gaps(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(SENTENCES[template]) if name}


def test_every_template_has_its_wording_and_fills_every_gap():
    assert {each.template for each in EVERY_WORDING} == SENTENCES.keys()
    for each in EVERY_WORDING:
        sealed = {"otp"} if each.template in ("mibo_sign_in_code", "mibo_new_phone_code") else set()
        assert each.values.keys() | sealed == gaps(each.template), each.template


def test_our_sentences_are_the_approved_ones():
    approved = {name: template.body for name, template in TEMPLATES.items()}
    assert approved == SENTENCES
    assert {each.template for each in EVERY_WORDING if each.link} == {
        name for name, template in TEMPLATES.items() if template.button
    }


def test_a_confirmation_reads_as_it_should():
    said = wording.booking_confirmed(NAME, **CONFIRMED)
    assert rendered(said.template, said.values) == (
        "Hello Asha, your appointment with Dr. Anita Kurian is confirmed for Tue 1 Dec, 10:00 am, Indiranagar. "
        "Reference MB-1042."
    )


def test_a_payment_link_says_how_much_and_until_when():
    assert wording.payment_link(NAME, amount_paise=170_000, when=WHEN, until=UNTIL, link="p/abc") == Wording(
        "mibo_payment_link",
        {"name": "Asha", "amount": "₹1,700", "when": "Tue 1 Dec, 10:00 am", "until": "Mon 30 Nov, 12:05 am"},
        "p/abc",
    )


def test_a_clinician_reads_a_first_name_and_an_initial():
    assert wording.clinician_booking(CLINICIAN, patient=NAME, when=WHEN, mode="IN_PERSON").values == {
        "name": "Anita", "patient": "Asha M.", "when": "Tue 1 Dec, 10:00 am", "mode": "in person",
    }  # fmt: skip


def test_no_sentence_tells_what_the_care_is():
    forbidden = re.compile("mental|health|psych|therap|counsel|diagnos|depress|anxiet|session|special", re.IGNORECASE)
    assert [name for name, sentence in SENTENCES.items() if forbidden.search(sentence + name)] == []


@pytest.mark.parametrize(
    ("full", "first", "short"),
    [
        ("Asha Menon", "Asha", "Asha M."),
        ("Dr. Meera Nair", "Meera", "Meera N."),
        ("dr meera", "meera", "meera"),
        ("Dr", "Dr", "Dr"),
        ("Asha", "Asha", "Asha"),
        ("", "there", "there"),
        ("   ", "there", "there"),
        ("Asha K. R. Menon", "Asha", "Asha M."),
        ("ആശ മേനോൻ", "ആശ", "ആശ മ."),
    ],
)
def test_names_are_shortened(full, first, short):
    assert (first_name(full), initialled(full)) == (first, short)


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>", "{0.__class__}", "{reference}", "A\nB", "A\tB", "\u202eahsA", "A\x00B", "a" * 500,
        "x     y", "%s", "{", "\u200b",
    ],
)  # fmt: skip
def test_hostile_names_stay_text_on_one_line(name):
    values = wording.booking_cancelled(name, when=WHEN, reference="MB-1").values
    assert re.fullmatch(r"[^\n\t\x00\u202e]{1,100}", values["name"])
    assert values["name"] in rendered("mibo_booking_cancelled", values)


@pytest.mark.parametrize(
    ("hour", "face"),
    [(0, "12:05 am"), (9, "9:05 am"), (11, "11:05 am"), (12, "12:05 pm"), (13, "1:05 pm"), (23, "11:05 pm")],
)
def test_hours_are_said_as_people_say_them(hour, face):
    assert moment(datetime(2026, 2, 28, hour, 5)) == f"Sat 28 Feb, {face}"

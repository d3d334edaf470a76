"""Every page of staff that shows a list has it as CSV, as a PDF and on paper, or it is said here why not."""

import re
from collections.abc import Iterator
from pathlib import Path

from mibo import exports
from mibo.web import listings  # noqa: F401  (describes them)
from mibo.web.requests import ROOT

TEMPLATES = ROOT / "templates"
NO_PAGES = {"api", "errors", "layout", "styleguide", "ui"}
A_LIST = re.compile(
    r"<table|\{\{ ?(?:pagination|steps|table|drawn)\(|class=\"(?:plain notices|found)|\{% for \w+ in rows %\}"
    r"|\{% for [^%]+%\}\s*<(?:tr|li|section|article|details)\b"
)
CALLED = re.compile(r"\b(?:downloads|files|download_buttons)\((?:'([a-z-]+)')?")
PARTS = re.compile(r'\{% (?:include|extends) "(?!layout/|ui/)([^"]+)"')

WHY_NOT = {
    "it shows one thing, with what belongs to it": {
        "blocks/block", "centres/holiday", "clinicians/edit", "clinicians/one", "data_requests/one", "desk/appointment",
        "enquiries/one", "hours/history", "hours/one", "payments/one", "policy/numbers", "receipts/one", "refunds/one",
        "series/one", "week/why",
    },
    "it asks before something is done": {
        "blocks/confirm", "blocks/reopening", "centres/state", "clinicians/closing", "desk/find", "desk/new", "late/ask",
        "merging/choose", "merging/preview", "openings/removal", "patients/form", "queue/find", "refunds/new",
        "series/preview", "series_changes/cancellation", "series_changes/move_sure",
    },
    "it is the paper itself, or has one of its own": {"appointments/paper", "drawers/one", "drawers/paper", "payments/paper"},
    "it has files of its own, CSV and PDF, which are noted as an opening of that record": {"ledgers/account", "patients/show"},
    "it is live: the day list and the appointments are the same to be taken along": {"desk/board", "my_day/today", "week/one"},
    "what is written for treatment leaves Mibo only as a patient's own copy": {
        "emergency/read", "my_day/earlier", "my_day/versions", "record/one",
    },
    "it is only about whoever looks": {"bell/listing", "exports/listing", "second_factor/codes", "stays/staff"},
    "it says what words mean": {"figures/definitions", "message_log/wording"},
    "it is for patients, who take all that is kept of them along under Your data": {
        "consents/notice", "consents/own", "my/appointment", "my/appointments", "my/home", "my_notices/listing",
        "own_data/listing", "own_data/paper", "own_payments/payments", "own_receipts/by_link", "own_receipts/listing",
        "own_receipts/one", "own_requests/listing", "profile/details", "stays/patient",
    },
    "it is for everybody": {"book/pay", "enquire/thanks", "home/clinician", "home/clinicians", "home/start"},
}  # fmt: skip


def text_of(name: str, seen: set[str]) -> str:
    """A template with all that it is made of."""
    if name in seen:
        return ""
    seen.add(name)
    text = (TEMPLATES / name).read_text()
    return text + "".join(text_of(part, seen) for part in PARTS.findall(text))


def pages() -> Iterator[tuple[str, str]]:
    for path in sorted(TEMPLATES.glob("*/*.html")):
        if not path.name.startswith("_") and path.parent.name not in NO_PAGES:
            name = str(path.relative_to(TEMPLATES))
            yield name.removesuffix(".html"), text_of(name, set())


def test_a_page_with_a_list_has_its_file_or_a_reason_to_have_none() -> None:
    without = {name for name, text in pages() if A_LIST.search(text) and not CALLED.search(text)}
    said = [name for names in WHY_NOT.values() for name in names]
    assert len(set(said)) == len(said)
    assert without == set(said)


def test_a_page_that_offers_a_file_can_be_printed() -> None:
    for name, text in pages():
        if "{{ files(" in text or "downloads(" in text or "download_buttons(" in text:
            printed = re.search(r"\bdownloads\(|\bdownload_buttons\(|data-print", text)
            assert printed or name == "centres/centre", name  # whose holidays are a card of it


def test_every_list_is_offered_on_a_page() -> None:
    offered = {name for path in Path(TEMPLATES).glob("*/*.html") for name in CALLED.findall(path.read_text()) if name}
    behind = {name for name in exports.listings() if name.startswith("figure-")}  # the page says which by its address
    assert offered - {"figure-"} == set(exports.listings()) - behind

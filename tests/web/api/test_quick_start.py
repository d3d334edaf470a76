"""The quick start of docs/api-quickstart.md runs as it stands."""

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mibo import db
from mibo.booking import Appointment
from mibo.web.api import docs_page
from tests import make
from tests.machine import Sandbox

WITHIN_S = 60


@pytest.fixture
def worker(work: Callable[[], None]) -> Iterator[None]:
    """Does what is rung for, as the worker of `bin/run` does."""
    over = threading.Event()

    def until_over() -> None:
        while not over.wait(0.2):
            work()

    thread = threading.Thread(target=until_over)
    thread.start()
    yield
    over.set()
    thread.join()


@pytest.mark.usefixtures("worker")
def test_the_lines_of_the_quick_start_run_as_they_stand(live: str, sandbox: Sandbox, tmp_path: Path) -> None:
    with db.transaction():
        centre = make.centre("Mibo Kochi")
        clinician = make.clinician(centre)
        make.hours(clinician, centre, opens="09:00", closes="12:00")
        make.patient(phone="+919800000001")
    lines = "\n".join(lines for _, lines in docs_page.quick_start())
    here = lines.replace("http://127.0.0.1:8000", live).replace("http://127.0.0.1:8010", sandbox.url)
    assert here.count(live) == here.count(sandbox.url) == 1
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", here], cwd=tmp_path, env=os.environ, capture_output=True, text=True,
        timeout=WITHIN_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "CONFIRMED\n" in done.stdout
    assert done.stdout.endswith("304\n")
    with db.reading() as session:
        (one,) = session.query(Appointment).all()
        assert (one.status, one.cancel_reason) == ("CANCELLED", "Only trying the API")


def test_the_page_has_every_step_and_every_rule() -> None:
    text = docs_page.QUICK_START.read_text()
    assert len(docs_page.quick_start()) == text.count("```sh\n")
    assert [heading for heading, _ in docs_page.rules()] == [
        "Address", "Signing in", "Answers", "Refusals", "Sending again", "Asking again", "How often",
    ]  # fmt: skip

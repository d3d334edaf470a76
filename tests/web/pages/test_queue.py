"""The page of the queue: added with the right patient read back, called in turn, booked out of it."""

import re
from datetime import timedelta

import pytest

from mibo import booking, clock, db
from mibo.booking import Appointment, QueueEntry
from mibo.identity.permissions import Role
from tests import make
from tests.web.pages.desk import Desk, statements
from tests.web.pages.visitor import problems, words

pytestmark = pytest.mark.usefixtures("database")


class World:
    """A centre, its desk and clinician; another centre's desk."""

    def __init__(self):
        with db.transaction():
            self.kochi, self.mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai", city="mumbai")
            account = make.staff(Role.CLINICIAN, self.kochi, name="Dr. Anita Kurian")
            self.anita = make.clinician(self.kochi, account=account)
            make.hours(self.anita, self.kochi, opens="00:00", closes="24:00")
            self.account = account
            self.staff = make.staff(Role.FRONT_DESK, self.kochi)
            self.outsider = make.staff(Role.FRONT_DESK, self.mumbai)
            self.asha = make.patient("Asha Menon", phone="+919876500001")

    def join(self, who=None, **more):
        who = who or self.asha
        with db.transaction():
            by = make.actor(self.staff, Role.FRONT_DESK, centres=(self.kochi,))
            return booking.queue.join(who.id, self.kochi.id, last_four=who.phone[-4:], by=by, **more)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def desk(client, world):
    return Desk(client, world.staff)


def now_of(entry):
    with db.reading() as session:
        return session.get_one(QueueEntry, entry.id)


def test_who_walks_in_is_found_read_back_and_gets_a_slip(desk, world):
    found = desk.post(f"/queue/find?centre={world.kochi.id}", q="0001")
    assert (found.status_code, found.location) == (303, f"/queue/add?centre={world.kochi.id}&patient={world.asha.id}")
    page = desk.get(found.location).text
    assert "Asha Menon" in page
    assert "phone ending 0001" in page
    assert "9876500001" not in page
    joined = desk.post("/queue/add", patient=world.asha.id, centre=world.kochi.id, last_four="0001",
                       clinician=world.anita.id, note="Has a letter")  # fmt: skip
    assert joined.status_code == 303
    slip = desk.get(joined.location)
    part = words(slip, "section")
    assert "Mibo Kochi 1 " in part
    assert "For Dr. Anita Kurian" in part
    assert "Asha" not in part
    shown = words(desk.get("/queue"))
    assert "Asha Menon" in shown
    assert "Has a letter" in shown


def test_the_wrong_patient_is_refused_and_nothing_typed_is_lost(desk, world):
    answer = desk.post("/queue/add", patient=world.asha.id, centre=world.kochi.id, last_four="9999", note="Letter")
    assert answer.status_code == 409
    assert problems(answer)
    assert 'value="Letter"' in answer.text
    assert "Asha" not in words(desk.get("/queue"))


def test_added_twice_they_are_found_with_their_number(desk, world):
    world.join()
    answer = desk.post("/queue/add", patient=world.asha.id, centre=world.kochi.id, last_four="0001")
    assert (answer.status_code, answer.location) == (303, f"/queue?centre={world.kochi.id}")
    assert "with number 1" in words(desk.get(answer.location))


def test_called_skipped_called_back_and_done_by_the_buttons_of_the_page(desk, world):
    entry = world.join()
    for label, status in (("CALLED", "CALLED"), ("SKIPPED", "SKIPPED"), ("CALLED", "CALLED"), ("DONE", "DONE")):
        page = desk.get("/queue").text
        form = re.search(
            rf'action="(/queue/{entry.id}/step)">.{{0,200}}?name="step" value="{label}">'
            r'<input type="hidden" name="version" value="(\d+)"',
            page,
        )
        assert form, label
        answer = desk.post(form[1], step=label, version=form[2])
        assert answer.status_code == 303
        assert now_of(entry).status == status
    assert "Bring back" in desk.get("/queue").text


def test_a_page_that_is_behind_gets_the_queue_as_it_stands(desk, world):
    entry = world.join()
    assert desk.post(f"/queue/{entry.id}/step", step="CALLED", version=1).status_code == 303
    late = desk.post(f"/queue/{entry.id}/step", step="LEFT", version=1)
    assert late.status_code == 409
    assert "Deepa changed number 1 in the meantime, at " in problems(late)[0]
    assert "Called" in words(late)
    assert now_of(entry).status == "CALLED"


def test_a_step_that_is_none_is_refused(desk, world):
    entry = world.join()
    for sent in (
        {},
        {"step": "GONE", "version": 1},
        {"step": "CALLED"},
        {"step": "CALLED", "version": 1, "status": "x"},
    ):
        assert desk.post(f"/queue/{entry.id}/step", **sent).status_code == 422
    assert now_of(entry).status == "WAITING"


def test_the_next_one_is_called_by_one_key(desk, world):
    world.join()
    page = desk.get("/queue").text
    assert 'aria-keyshortcuts="Alt+Shift+N">Call number 1<' in page


def test_a_poll_that_finds_nothing_new_is_a_304_and_a_step_ends_that(desk, world):
    entry = world.join()
    first = desk.get("/queue")
    tag = first.headers["ETag"]
    assert f"data-etag='{tag}'" in first.text
    again = desk.part("/queue", **{"If-None-Match": tag})
    assert (again.status_code, again.data) in ((304, b""), (200, again.data))  # the minute may have turned
    desk.post(f"/queue/{entry.id}/step", step="CALLED", version=1)
    changed = desk.part("/queue", **{"If-None-Match": tag})
    assert changed.status_code == 200
    assert "<html" not in changed.text


def test_the_page_takes_as_many_statements_however_long_the_queue_is(desk, world):
    desk.get("/queue")
    counts = []
    for n in range(2):
        with db.transaction():
            who = make.patient(f"Patient {n}")
        world.join(who)
        with statements() as asked:
            desk.get("/queue")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 6


def test_a_booking_out_of_the_queue_is_prefilled_and_closes_the_number(desk, world):
    entry = world.join(clinician_id=world.anita.id)
    link = re.search(rf'id="book-{entry.id}" href="([^"]+)"', desk.get("/queue").text)
    assert link
    page = desk.get(link[1].replace("&amp;", "&")).text
    assert f'name="queue_entry" value="{entry.id}"' in page
    assert "Asha Menon" in page
    day = clock.today() + timedelta(days=1)
    booked = desk.post(
        "/desk/new", patient=world.asha.id, centre=world.kochi.id, clinician=world.anita.id, mode="IN_PERSON",
        day=day.isoformat(), at="10:00", last_four="0001", pay_by="CASH", walk_in="y", request_key="a-request-key",
        queue_entry=entry.id,
    )  # fmt: skip
    assert booked.status_code == 303
    kept = now_of(entry)
    assert kept.status == "DONE"
    with db.reading() as session:
        made = session.get_one(Appointment, kept.appointment_id)
    assert (made.patient_id, f"/desk/appointments/{made.id}") == (world.asha.id, booked.location.split("?")[0])
    assert f'href="/desk/appointments/{made.id}"' in desk.get("/queue").text


def test_a_number_that_is_somebody_elses_is_not_linked_and_the_booking_stands(desk, world):
    with db.transaction():
        ravi = make.patient("Ravi Kumar", phone="+919876500002")
    entry = world.join()
    booked = desk.post(
        "/desk/new", patient=ravi.id, centre=world.kochi.id, clinician=world.anita.id, mode="IN_PERSON",
        day=make.tomorrow().isoformat(), at="10:00", last_four="0002", pay_by="CASH", request_key="a-request-key",
        queue_entry=entry.id,
    )  # fmt: skip
    assert booked.status_code == 303
    assert "somebody else" in words(desk.get(booked.location))
    assert now_of(entry).status == "WAITING"


def test_another_centres_queue_was_never_there(client, app, world):
    entry = world.join()
    for who in (world.outsider,):
        stranger = Desk(app.test_client(), who)
        never = stranger.get("/queue/999999999/slip")
        theirs = stranger.get(f"/queue/{entry.id}/slip")
        assert theirs.status_code == never.status_code == 404
        assert stranger.post(f"/queue/{entry.id}/step", step="CALLED", version=1).status_code == 404
        assert stranger.get(f"/queue?centre={world.kochi.id}").status_code == 404
        assert "Asha" not in stranger.get("/queue").text
        answer = stranger.post("/queue/add", patient=world.asha.id, centre=world.kochi.id, last_four="0001")
        assert answer.status_code == 404
    assert now_of(entry).status == "WAITING"


def test_a_clinician_sees_whom_they_may_and_adds_nobody(app, world):
    world.join()
    clinician = Desk(app.test_client(), world.account)
    page = clinician.get("/queue").text
    assert "Asha Menon" in page
    assert 'id="find"' not in page
    assert clinician.get("/queue/find").status_code == 403


def test_an_empty_queue_says_so(desk, world):
    assert "Nobody is waiting" in words(desk.get("/queue"))


def test_who_is_not_known_yet_is_added_and_comes_back_to_the_queue_with_their_name(desk, world):
    found = desk.post(f"/queue/find?centre={world.kochi.id}", q="Nobody Known").text
    assert f"/desk/patients/new?queue={world.kochi.id}" in found
    form = desk.get(f"/desk/patients/new?queue={world.kochi.id}").text
    assert f'action="/desk/patients/new?queue={world.kochi.id}"' in form
    ravi = {"first_name": "Ravi", "phone": "9876500020", "age": "40", "gender": "MALE"}
    added = desk.post(f"/desk/patients/new?queue={world.kochi.id}", **ravi)
    assert added.location.startswith(f"/queue/add?centre={world.kochi.id}&patient=")
    assert "Ravi" in desk.get(added.location).text
    assert desk.get("/desk/patients/new?queue=nonsense").status_code == 200


def test_a_clinicians_page_leads_to_their_week_hours_and_time_off(desk, world):
    page = desk.get(f"/desk/clinicians/{world.anita.id}").text
    for path in (f"/week/{world.anita.id}", f"/hours/{world.anita.id}", f"/time-off?clinician={world.anita.id}"):
        address = re.search(rf'href="([^"]*{re.escape(path)})"', page)
        assert address, path
        assert desk.get(address[1]).status_code == 200

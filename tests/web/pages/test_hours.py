"""The hours pages: the week is seen before it is saved, and so is everybody who would be outside it."""

import re
from datetime import timedelta

import pytest

from mibo import booking, clock, db
from mibo.booking import Appointment, Status
from mibo.identity.permissions import Role
from tests import make
from tests.web.pages.desk import Desk, statements
from tests.web.pages.forms import csrf_token
from tests.web.pages.visitor import problems, words

pytestmark = pytest.mark.usefixtures("database")


class Editor(Desk):
    """Somebody at the hours pages."""

    def post(self, path: str, part: bool = False, **fields: object):
        headers = {"HX-Request": "true"} if part else {}
        return self.client.post(path, data={"csrf_token": csrf_token(self.client), **fields}, headers=headers)


class World:
    """A clinician at two centres who keeps 9 to 12 on Mondays at the first, and those who look after her."""

    def __init__(self, app) -> None:
        with db.transaction():
            self.kochi, self.mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai", city="mumbai")
            account = make.staff(Role.CLINICIAN, self.kochi, name="Dr. Anita Kurian")
            self.anita = make.clinician(self.kochi, self.mumbai, account=account)
            make.hours(self.anita, self.kochi, weekdays=[1], closes="12:00")
            self.ravi = make.clinician(self.mumbai, name="Dr. Ravi Rao")
            people = {
                "admin": make.staff(Role.ADMIN, name="Ada Admin"),
                "head": make.staff(Role.CENTRE_MANAGER, self.kochi, name="Hema Head"),
                "desk": make.staff(Role.FRONT_DESK, self.kochi),
                "herself": account,
            }
        self.admin, self.head, self.desk, self.herself = (
            Editor(app.test_client(), people[name]) for name in ("admin", "head", "desk", "herself")
        )
        self.page = f"/hours/{self.anita.id}"
        ahead = (8 - clock.today().isoweekday()) % 7 + 7
        self.monday = clock.today() + timedelta(days=ahead)

    def row(
        self, n: int, opens: str, closes: str, *, on: int = 1, at=None, mode: str = "BOTH", minutes: str = ""
    ) -> dict:
        typed = {"weekday": on, "opens": opens, "closes": closes, "centre": (at or self.kochi).id, "mode": mode}
        return {f"row-{n}-{name}": value for name, value in {**typed, "minutes": minutes}.items()}

    def typed(self, *rows: dict, version: str | None = None, who: Editor | None = None, **more: object) -> dict:
        seen = version if version is not None else self.version(who or self.admin)
        told = {"from_day": self.monday.isoformat(), "session_minutes": 60, "buffer_minutes": 0, "version": seen}
        return {**told, **{name: value for row in rows for name, value in row.items()}, **more}

    def version(self, who: Editor) -> str:
        found = re.search(r'name="version"[^>]*value="([0-9a-f]+)"', who.get(self.page).text)
        assert found
        return found[1]

    def save(self, *rows: dict, who: Editor | None = None, **more: object):
        return (who or self.admin).post(self.page, **self.typed(*rows, who=who, **more))

    def draft(self, *rows: dict, part: bool = False, **more: object):
        return self.admin.post(f"{self.page}/draft", part=part, **self.typed(*rows, **more))

    def visit(self, face: str = "11:00", **more: object) -> Appointment:
        with db.transaction():
            return make.appointment(
                make.patient("Asha Menon"), self.anita, self.kochi, make.at(face, self.monday), **more
            )

    def kept(self) -> list[int]:
        with db.reading():
            return [slot.starts_minute // 60 for slot in booking.open_slots(self.anita.id, self.monday)]

    def status(self, one: Appointment) -> str:
        with db.reading() as session:
            return session.get_one(Appointment, one.id).status


@pytest.fixture
def world(app) -> World:
    return World(app)


def rows_of(answer) -> list[tuple[str, str, str]]:
    """The rows as the form has them: weekday, from, to."""
    found = re.findall(r'name="(row-\d+)-(weekday|opens|closes)"[^>]*value="([^"]*)"', answer.text)
    rows: dict[str, dict[str, str]] = {}
    for row, name, value in found:
        rows.setdefault(row, {})[name] = value
    return [(each["weekday"], each.get("opens", ""), each.get("closes", "")) for each in rows.values()]


# looking


def test_the_list_shows_each_week_at_a_glance_and_only_those_within_reach(world):
    day = make.tomorrow()
    with db.transaction():
        [opening] = make.hours(world.ravi, world.mumbai, weekdays=[day.isoweekday() % 7])
        opening.effective_from = opening.effective_to = day
    page = words(world.admin.get("/hours"))
    assert "2 clinicians" in page
    assert "Dr. Anita Kurian Clinical Psychologist 9 am–12 pm" in page
    assert "Dr. Ravi Rao Clinical Psychologist No hours yet" in page
    assert "Ravi" not in words(world.desk.get("/hours"))
    assert "Ravi" not in words(world.admin.get("/hours?q=anita"))


def test_a_clinicians_list_is_her_own_page(world):
    answer = world.herself.get("/hours")
    assert (answer.status_code, answer.location) == (303, world.page)
    assert "Your hours" in words(world.herself.get(world.page))
    with db.transaction() as session:
        session.add(make.ClinicianCentre(clinician_id=world.ravi.id, centre_id=world.kochi.id))
    assert world.herself.get(f"/hours/{world.ravi.id}").status_code == 404


def test_the_desk_sees_a_week_and_no_form(world):
    page = world.desk.get(world.page)
    assert "3 sessions" in words(page)
    assert 'name="from_day"' not in page.text
    assert world.desk.post(world.page, **world.typed(version="x")).status_code == 403


def test_clinicians_of_other_centres_are_missing(world):
    assert world.head.get(f"/hours/{world.ravi.id}").status_code == 404
    assert world.head.get(f"/hours/{world.ravi.id}/history").status_code == 404


def test_the_editor_begins_with_what_is_kept(world):
    page = world.admin.get(f"{world.page}?from={world.monday}")
    assert rows_of(page) == [("1", "09:00", "12:00")]
    assert "A normal week" in words(page)
    assert 'aria-current="page">Hours' in page.text or "Hours" in words(page, "nav")


def test_the_list_takes_as_many_statements_for_thirty_as_for_three(world):
    def asked() -> int:
        with statements() as sent:
            assert world.admin.get("/hours").status_code == 200
        return len(sent)

    few = asked()
    with db.transaction():
        for n in range(30):
            make.hours(make.clinician(world.kochi, name=f"Dr. Number {n}"), world.kochi, weekdays=[1, 2])
    assert asked() == few


# drafting


def test_a_row_is_added_copied_and_taken_away_without_saving(world):
    added = world.draft(world.row(0, "09:00", "12:00"), act="add-3")
    assert rows_of(added) == [("1", "09:00", "12:00"), ("3", "", "")]
    copied = world.draft(world.row(0, "09:00", "12:00"), act="copy-1", **{"copy-1-to": ["2", "4"]})
    assert sorted(rows_of(copied)) == [("1", "09:00", "12:00"), ("2", "09:00", "12:00"), ("4", "09:00", "12:00")]
    gone = world.draft(world.row(0, "09:00", "12:00"), world.row(1, "14:00", "16:00"), act="drop-0")
    assert rows_of(gone) == [("1", "14:00", "16:00")]
    assert world.kept() == [9, 10, 11]


def test_the_new_row_has_the_focus(world):
    added = world.draft(world.row(0, "09:00", "12:00"), act="add-3", part=True)
    assert added.text.lstrip().startswith("<form")
    assert re.search(r'data-focus[^>]*id="row-1-opens"|id="row-1-opens"[^>]*data-focus', added.text)


def test_the_live_preview_draws_the_week_and_names_who_is_outside(world):
    world.visit("11:00")
    token = world.typed(world.row(0, "09:00", "11:00"), world.row(1, "16:00", "18:00", on=3))
    answer = world.admin.client.post(
        f"{world.page}/draft",
        data={"csrf_token": csrf_token(world.admin.client), **token},
        headers={"HX-Request": "true", "HX-Target": "week"},
    )
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith("<section")
    said = words(answer, "section")
    assert "4 sessions" in said
    assert "1 booked visit falls outside" in said
    assert "Asha Menon" in said
    assert world.kept() == [9, 10, 11]


def test_the_preview_says_what_makes_no_sense(world):
    answer = world.draft(world.row(0, "12:00", "09:00"), act="look")
    assert answer.status_code == 422
    assert problems(answer) == ["Monday: The end must be after the start."]


# saving


def test_a_split_week_at_two_centres_is_saved_from_its_day(world):
    rows = world.row(0, "09:00", "11:00"), world.row(1, "16:00", "18:00", at=world.mumbai, mode="ONLINE", minutes="30")
    answer = world.save(*rows)
    assert (answer.status_code, answer.location) == (303, world.page)
    assert world.kept() == [9, 10, 16, 16, 17, 17]
    page = words(world.admin.get(world.page))
    assert "hours from" in page
    assert "Planned" in page
    assert "4:00 pm to 6:00 pm · Mumbai · online · 30 min" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("13:00", "09:00", {}), "Monday: The end must be after the start."),
        (("22:00", "02:00", {}), "Monday: Hours end by midnight. For the time after it, add a row to the next day."),
        (("09:10", "12:00", {}), "Monday: Start on the quarter hour, for example 9:00 am."),
        (("09:00", "", {}), "Monday: Enter when these hours end."),
        (("9ish", "12:00", {}), "Monday: From must be a time such as 09:30."),
        (("09:00", "12:00", {"minutes": "300"}), "Monday: A session has from 15 to 240 minutes."),
        (("09:00", "09:45", {}), "Monday: A session of 60 minutes does not fit into 9:00 am to 9:45 am."),
        (("09:00", "12:00", {"minutes": "an hour"}), "Monday: Enter whole minutes, for example 50."),
        (("09:00", "12:00", {"mode": "BY_POST"}), "Monday: Choose how patients meet the clinician."),
    ],
)
def test_what_is_wrong_is_said_at_its_row_and_what_was_typed_stays(world, typed, said):
    opens, closes, more = typed
    answer = world.save(world.row(0, "15:00", "16:00"), world.row(1, opens, closes, **more))
    assert answer.status_code == 422
    assert problems(answer) == [said]
    assert f'value="{opens}"' in answer.text
    assert 'value="15:00"' in answer.text
    assert world.kept() == [9, 10, 11]


def test_a_centre_where_she_does_not_work_is_refused(world):
    with db.transaction():
        other = make.centre("Mibo Thrissur")
    answer = world.save(world.row(0, "09:00", "12:00", at=other))
    assert problems(answer) == ["Monday: Dr. Anita Kurian does not work at this centre."]


def test_overlapping_rows_are_refused_at_the_later_one(world):
    answer = world.save(world.row(0, "09:00", "12:00"), world.row(1, "11:00", "13:00", at=world.mumbai))
    assert problems(answer) == ["Monday: Overlaps 9:00 am to 12:00 pm at Kochi on Monday."]
    assert 'href="#row-1-opens"' in answer.text


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"from_day": ""}, "Choose the day from which these hours hold."),
        ({"from_day": "2020-01-06"}, "Hours change from today on, and within two years."),
        ({"session_minutes": "5"}, "A session has from 15 to 240 minutes."),
        ({"buffer_minutes": "500"}, "A pause has from 0 to 120 minutes."),
    ],
)
def test_the_day_the_session_and_the_pause_are_checked(world, more, said):
    answer = world.save(world.row(0, "09:00", "12:00", minutes="60"), **more)
    assert (answer.status_code, problems(answer)) == (422, [said])


def test_an_end_of_midnight_is_typed_as_browsers_type_it(world):
    assert world.save(world.row(0, "22:00", "00:00")).status_code == 303
    assert world.kept() == [22, 23]


def test_a_usual_session_that_changes_takes_the_rows_along_that_name_none(world):
    assert world.save(world.row(0, "09:00", "12:00"), session_minutes=90).status_code == 303
    assert world.kept() == [9, 10]


def test_nothing_is_saved_before_somebody_has_decided_about_each_visit(world):
    one = world.visit("11:00")
    answer = world.save(world.row(0, "09:00", "11:00"))
    assert answer.status_code == 422
    assert problems(answer) == ["1 booked visit falls outside these hours. Choose what becomes of it, then save again."]
    assert f'name="visit-{one.id}" value="keep" checked' in answer.text
    assert world.kept() == [9, 10, 11]
    again = world.save(world.row(0, "09:00", "11:00"), **{f"visit-{one.id}": "keep"})
    assert again.status_code == 303
    assert (world.kept(), world.status(one)) == ([9, 10], Status.CONFIRMED)


def test_a_visit_outside_is_cancelled_or_asked_to_move_when_that_is_chosen(world):
    gone, asked = world.visit("10:00"), world.visit("11:00")
    choices = {f"visit-{gone.id}": "cancel", f"visit-{asked.id}": "move"}
    answer = world.save(world.row(0, "09:00", "10:00"), **choices)
    assert answer.status_code == 303
    assert (world.status(gone), world.status(asked)) == (Status.CANCELLED, Status.CONFIRMED)
    assert "1 asked to choose another time, 1 cancelled" in words(world.admin.get(world.page))


def test_a_clinician_may_ask_to_move_and_not_cancel(world):
    one = world.visit("11:00")
    page = world.save(world.row(0, "09:00", "11:00"), who=world.herself)
    assert f'name="visit-{one.id}" value="move"' in page.text
    assert f'name="visit-{one.id}" value="cancel"' not in page.text


def test_a_stale_page_is_answered_with_what_stands_and_who_did_it(world):
    seen = world.version(world.head)
    assert world.save(world.row(0, "09:00", "10:00")).status_code == 303
    answer = world.save(world.row(0, "14:00", "16:00"), who=world.head, version=seen)
    assert answer.status_code == 409
    said = words(answer)
    assert "Ada Admin changed these hours at" in said
    assert "Monday, 2:00 pm to 4:00 pm · Kochi · in person or online · 60 min" in said
    assert world.kept() == [9]


def test_the_same_page_sent_twice_saves_once(world):
    typed = world.typed(world.row(0, "09:00", "10:00"))
    assert world.admin.post(world.page, **typed).status_code == 303
    assert world.admin.post(world.page, **typed).status_code == 303
    assert "stood so already" in words(world.admin.get(world.page))


def test_a_manager_of_one_centre_sees_the_others_rows_and_changes_only_her_own(world):
    world.save(world.row(0, "09:00", "12:00"), world.row(1, "14:00", "16:00", at=world.mumbai))
    page = world.head.get(f"{world.page}?from={world.monday}")
    assert rows_of(page) == [("1", "09:00", "12:00")]
    assert "2:00 pm to 4:00 pm · Mumbai" in words(page)
    assert world.save(world.row(0, "09:00", "10:00"), who=world.head).status_code == 303
    assert world.kept() == [9, 14, 15]
    refused = world.save(world.row(0, "09:00", "10:00", at=world.mumbai), who=world.head)
    assert problems(refused) == ["Monday: The hours at Mumbai are not yours to set."]


def test_the_last_row_is_not_taken_away_by_oversight(world):
    answer = world.save()
    assert answer.status_code == 422
    assert "There is no row left." in problems(answer)[0]
    assert world.save(act="end").status_code == 303
    assert world.kept() == []
    assert "Changes on" in words(world.admin.get("/hours?q=anita"))


def test_a_planned_change_can_be_taken_back(world):
    world.save(world.row(0, "14:00", "16:00"))
    page = world.admin.get(world.page)
    back = re.search(r'href="([^"]+)">Go on as before instead', page.text)
    assert back
    editor = world.admin.get(back[1].replace("&amp;", "&"))
    assert rows_of(editor) == [("1", "09:00", "12:00")]
    world.save(world.row(0, "09:00", "12:00"))
    assert world.kept() == [9, 10, 11]


def test_the_history_shows_every_pattern_and_who_set_it(world):
    world.save(world.row(0, "14:00", "16:00"))
    said = words(world.admin.get(f"{world.page}/history"))
    assert "From the beginning to" in said
    assert "9:00 am to 12:00 pm · Kochi" in said
    assert "2:00 pm to 4:00 pm · Kochi" in said
    assert "Ada Admin Set the week from" in said


def test_nonsense_in_the_address_and_in_the_form_does_no_harm(world):
    assert world.admin.get(f"{world.page}?from=soon&like=never").status_code == 200
    assert world.admin.get("/hours?page=0&centre=x&q=%00").status_code == 200
    assert world.admin.get("/hours/9999999").status_code == 404
    odd = {"row-weekday": "1", "row-0-weekday": "9", "row-x-weekday": "1", "row-1-opens": "09:00", "act": "drop-999"}
    assert world.draft(**odd).status_code == 200
    many = {f"row-{n}-weekday": "1" for n in range(400)} | {f"row-{n}-opens": "09:00" for n in range(400)}
    assert world.draft(many, act="look").status_code == 422

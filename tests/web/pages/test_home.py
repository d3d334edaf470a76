"""What anybody may see: the start, the directory and its filters, one clinician."""

import re

import pytest

from mibo import db
from tests import make
from tests.counting import statements
from tests.web.pages.visitor import Clinic, Visitor, clinic, title, words

pytestmark = pytest.mark.usefixtures("database")
MOST_STATEMENTS = 10


@pytest.fixture
def world(app) -> Clinic:
    return clinic()


@pytest.fixture
def visitor(client, world) -> Visitor:
    return Visitor(client)


def names(answer) -> list[str]:
    return re.findall(r"<h2><a [^>]*>([^<]+)</a></h2>", answer.text)


def test_the_start_page_names_the_open_centres_and_leads_to_the_clinicians(visitor: Visitor, world: Clinic) -> None:
    with db.transaction():
        make.centre("Mibo Closed", active=False)
    page = visitor.get("/")
    assert "in Kochi and Mumbai, or by video" in words(page)
    assert "Closed" not in page.text
    assert f'href="/clinicians?centre={world.kochi.id}"' in page.text
    assert 'href="/clinicians?specialisation=Clinical+Psychologist"' in page.text
    assert title(page) == "Book an appointment – Mibo"


def test_the_start_page_of_an_empty_clinic_has_no_empty_headings(client) -> None:
    page = client.get("/")
    assert "Our centres" not in page.text
    assert "Find a clinician" in page.text


@pytest.mark.parametrize("path", ["/", "/clinicians", "/sign-in", "/staff/sign-in", "/nothing-here"])
def test_every_page_tells_whom_to_call_in_a_crisis(visitor: Visitor, path: str) -> None:
    help_line = words(visitor.get(path), "footer")
    for number in ("14416", "1800-891-4416", "112"):
        assert number in help_line


def test_the_directory_shows_what_a_patient_chooses_by(visitor: Visitor) -> None:
    card = words(visitor.get("/clinicians"), "ul")
    for fact in ("Dr. Anita Kurian", "Clinical Psychologist", "In person or online, Kochi", "English, Malayalam",
                 "8 years of practice", "₹1,600", "Next free"):  # fmt: skip
        assert fact in card
    assert "+91" not in card


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["Dr. Anita Kurian", "Farah Ali", "Omana Babu"]),
        ("centre={mumbai}", ["Farah Ali"]),
        ("specialisation=Counsellor", ["Farah Ali"]),
        ("language=Malayalam", ["Dr. Anita Kurian", "Omana Babu"]),
        ("mode=ONLINE", ["Dr. Anita Kurian", "Farah Ali"]),
        ("fee=under-1500", ["Farah Ali"]),
        ("fee=1500-2000", ["Dr. Anita Kurian", "Omana Babu"]),
        ("fee=over-2500", []),
        ("name=omana", ["Omana Babu"]),
        ("language=Malayalam&mode=ONLINE", ["Dr. Anita Kurian"]),
        ("centre=x&mode=RADIO&fee=free&language=", ["Dr. Anita Kurian", "Farah Ali", "Omana Babu"]),
        ("centre=99999999999999999999", ["Dr. Anita Kurian", "Farah Ali", "Omana Babu"]),
        ("centre=123456789", []),
        ("name=%25", []),
        ("name=%00", ["Dr. Anita Kurian", "Farah Ali", "Omana Babu"]),
    ],
)
def test_the_directory_is_filtered(visitor: Visitor, world: Clinic, asked: str, found: list[str]) -> None:
    with db.transaction():
        make.clinician(
            world.mumbai, name="Farah Ali", fee_paise=120_000, specialisations=["Counsellor"], languages=["Hindi"]
        )
        make.clinician(
            world.kochi, name="Omana Babu", fee_paise=150_000, specialisations=["Therapist"],
            languages=["Malayalam"], modes=("IN_PERSON",),
        )  # fmt: skip
        make.clinician(world.kochi, name="Gone Away", active=False)
    path = "/clinicians?" + asked.format(mumbai=world.mumbai.id)
    assert names(visitor.get(path)) == found
    assert names(visitor.part(path)) == found


def test_a_filter_that_fits_nobody_says_so_and_offers_the_way_back(visitor: Visitor) -> None:
    page = visitor.get("/clinicians?fee=over-2500")
    assert "No clinician fits all of this" in words(page)
    assert 'href="/clinicians"' in page.text
    assert '<option value="over-2500" selected>' in page.text


def test_htmx_gets_the_cards_alone(visitor: Visitor) -> None:
    part = visitor.part("/clinicians")
    assert "<html" not in part.text
    assert names(part) == ["Dr. Anita Kurian"]
    assert "HX-Request" in part.headers["Vary"]


def test_the_next_free_time_is_one_that_can_be_held(visitor: Visitor, world: Clinic) -> None:
    shown = re.search(r"Next free (\w{3} \d+ \w{3}, [\d:]+ [ap]m)", words(visitor.get("/clinicians")))
    assert shown
    assert shown[1] in words(visitor.get(f"/clinicians/{world.anita.id}"))


def test_one_clinician_is_shown_with_qualification_registration_and_each_way_to_meet(
    visitor: Visitor, world: Clinic
) -> None:
    page = visitor.get(f"/clinicians/{world.anita.id}")
    said = words(page)
    for fact in ("Dr. Anita Kurian", "M.Phil", "RCI-1001", "₹1,600 for 60 minutes", "English, Malayalam", "8 years",
                 "In person, Kochi", "Online, by video"):  # fmt: skip
        assert fact in said
    assert f'href="/book/{world.anita.id}?way={world.kochi.id}"' in page.text
    assert f'href="/book/{world.anita.id}?way=online"' in page.text
    assert title(page) == "Clinician – Mibo"


def test_each_way_to_meet_has_its_own_next_time(visitor: Visitor, world: Clinic) -> None:
    with db.transaction():
        two = make.clinician(world.kochi, world.mumbai, name="Two Places", modes=("IN_PERSON",))
        make.hours(two, world.mumbai, opens="10:00", closes="12:00")
    said = words(visitor.get(f"/clinicians/{two.id}"))
    assert "In person, Kochi Nothing free in the next two weeks" in said
    assert re.search(r"In person, Mumbai \w{3} \d+ \w{3}, 1[01]:00 am", said)
    assert "Online" not in said


def test_a_clinician_without_a_fee_is_shown_and_booked_by_phone(visitor: Visitor, world: Clinic) -> None:
    with db.transaction():
        free = make.clinician(world.kochi, name="No Fee", fee_paise=None)
        make.hours(free, world.kochi)
    assert "By phone" in words(visitor.get("/clinicians?name=No"), "ul")
    said = words(visitor.get(f"/clinicians/{free.id}"))
    assert "Please call the centre" in said
    assert "See times" not in said
    assert "cannot be booked here yet" in words(visitor.get(f"/book/{free.id}"))


@pytest.mark.parametrize("path", ["/clinicians/{}", "/book/{}"])
def test_who_left_who_never_was_and_ids_of_another_kind_are_all_missing(
    visitor: Visitor, world: Clinic, path: str
) -> None:
    with db.transaction():
        gone = make.clinician(world.kochi, name="Gone Away", active=False)
    for other in (gone.id, world.kochi.id, world.asha.id, 999_999_999, 10**18):
        answer = visitor.get(path.format(other))
        assert (answer.status_code, "Gone" in answer.text) == (404, False)
    assert visitor.get(path.format("x")).status_code == 404
    assert visitor.get(path.format(10**40)).status_code == 404


@pytest.mark.parametrize("path", ["/", "/clinicians", "/clinicians/{anita}", "/book/{anita}"])
def test_a_public_page_takes_the_same_few_statements_whatever_there_is(
    visitor: Visitor, world: Clinic, path: str
) -> None:
    address = path.format(anita=world.anita.id)
    visitor.get(address)
    with statements() as few:
        visitor.get(address)
    with db.transaction():
        for name in ("Farah Ali", "Omana Babu"):
            more = make.clinician(world.kochi, world.mumbai, name=name)
            make.hours(more, world.kochi, opens="09:00", closes="12:00")
            make.hours(more, world.mumbai, opens="13:00", closes="18:00")
        make.hours(world.anita, world.mumbai, opens="19:00", closes="21:00")
    world.book("11:00")
    with statements() as many:
        visitor.get(address)
    print(f"{path}: {len(many)} statements")
    assert len(many) == len(few) <= MOST_STATEMENTS, "\n".join(many)


def test_public_pages_touch_no_patient(visitor: Visitor, world: Clinic) -> None:
    world.book("10:00")
    with statements() as asked:
        for path in ("/", "/clinicians", f"/clinicians/{world.anita.id}"):
            visitor.get(path)
    assert not [each for each in asked if " patient" in each.lower().replace("patient_id", "")]

"""Clinicians as staff keep them: every field comes back, nobody reaches beyond their centres, and nobody leaves a patient waiting."""

import io
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from mibo import booking, db, identity, people
from mibo.booking import Appointment, Status
from mibo.identity import Account, Role, RoleGrant
from mibo.people import Clinician
from mibo.web.pages.clinicians import bp
from tests import make
from tests.web.pages.desk import Desk, statements
from tests.web.pages.visitor import problems, words

LIST = "/desk/clinicians"


@pytest.fixture
def manager(client: FlaskClient) -> Desk:
    with db.transaction():
        account = make.staff(Role.MANAGER, name="Meera Manager")
    return Desk(client, account)


def somebody(*centres, **more) -> Clinician:
    with db.transaction():
        account = make.staff(
            Role.CLINICIAN, *centres, name="Dr. Anita Kurian", username="anita", email="a@clinic.example"
        )
        return make.clinician(*centres, account=account, **more)


def places(n: int = 2) -> list:
    with db.transaction():
        return [make.centre() for _ in range(n)]


def typed(*centres, **more) -> dict:
    """Every field of the form, each with something unlike its default."""
    return {
        "phone": "98450 11122",
        "email": "new@clinic.example",
        "username": "dr_leela",
        "full_name": "Dr. Leela D'Souza",
        "title": "Clinical Psychologist",
        "registration_number": "RCI-77",
        "specialisations": ["Psychiatrist", "Therapist"],
        "qualifications": ["MBBS", "MD"],
        "languages": ["English", "Tamil"],
        "expertise": ["OCD", "Sleep"],
        "years_of_experience": "12",
        "fee": "1,750.50",
        "modes": ["ONLINE"],
        "session_minutes": "45",
        "buffer_minutes": "10",
        "bio": "Sees adults.\r\nAnd <b>their</b> families & friends.",
        "video_url": "https://video.example/leela?a=1&b=2",
        "picture_url": "https://pictures.example/leela.jpg",
        "centres": [each.id for each in centres],
        "primary": centres[-1].id,
        **more,
    }


def kept(full_name: str = "Dr. Leela D'Souza") -> Clinician | None:
    with db.reading() as session:
        found = session.scalar(select(Clinician.id).where(Clinician.full_name == full_name))
        return people.clinician(found, active=None) if found else None


def test_every_field_that_is_typed_is_kept_and_comes_back(manager):
    """P13: fill all, save, reopen, compare."""
    centres = places()
    said = typed(*centres)
    answer = manager.post(f"{LIST}/new", **said)
    assert answer.status_code == 303, problems(answer)
    one = kept()
    assert people.profile_of(one) == people.Profile(
        full_name="Dr. Leela D'Souza", title="Clinical Psychologist", registration_number="RCI-77",
        specialisations=["Psychiatrist", "Therapist"], qualifications=["MBBS", "MD"], expertise=["OCD", "Sleep"],
        languages=["English", "Tamil"], modes=["ONLINE"], years_of_experience=12, fee_paise=175_050, session_minutes=45,
        buffer_minutes=10, bio="Sees adults.\r\nAnd <b>their</b> families & friends.",
        picture_url="https://pictures.example/leela.jpg", video_url="https://video.example/leela?a=1&b=2",
    )  # fmt: skip
    assert people.contact_of(one) == people.Contact(
        phone="+919845011122", email="new@clinic.example", username="dr_leela"
    )
    assert people.places_of(one) == people.Places(
        centre_ids=frozenset(each.id for each in centres), primary_id=centres[-1].id
    )


def test_saving_the_form_as_it_was_drawn_changes_nothing(manager):
    centres = places()
    manager.post(f"{LIST}/new", **typed(*centres))
    before = kept()
    drawn = fields_of(manager.get(f"{LIST}/{before.id}/edit").text)
    assert manager.post(f"{LIST}/{before.id}/edit", **drawn).status_code == 303
    after = kept()
    assert people.profile_of(after) == people.profile_of(before)
    assert people.contact_of(after) == people.contact_of(before)
    assert people.places_of(after) == people.places_of(before)


def fields_of(page: str) -> dict:
    """What a browser would send of the form on this page."""
    import html5lib

    tree = html5lib.parse(page, namespaceHTMLElements=False)
    form = next(each for each in tree.iter("form") if each.get("class") == "stack")
    sent: dict[str, list[str]] = {}
    for box in form.iter("input"):
        if box.get("type") not in ("checkbox", "radio") or box.get("checked") is not None:
            sent.setdefault(box.get("name"), []).append(box.get("value") or "")
    for area in form.iter("textarea"):
        sent[area.get("name")] = ["\r\n".join((area.text or "").splitlines())]
    del sent["csrf_token"]
    return sent


def test_whoever_is_added_is_a_clinician_at_these_centres_and_nothing_else(manager):
    centres = places()
    assert manager.post(f"{LIST}/new", **typed(*centres), role="ADMIN", role_ids="1").status_code == 422
    manager.post(f"{LIST}/new", **typed(*centres))
    with db.reading() as session:
        grants = session.scalars(select(RoleGrant).where(RoleGrant.account_id == kept().account_id)).all()
        assert {(grant.role, grant.centre_id) for grant in grants} == {(Role.CLINICIAN, each.id) for each in centres}


@pytest.mark.parametrize(
    ("field", "wrong", "told"),
    [
        ("full_name", "", "Enter the clinician's full name"),
        ("phone", "12345", "10-digit"),
        ("phone", "", "Enter the clinician's mobile number"),
        ("email", "nobody", "Enter an e-mail address"),
        ("username", "a b", "A username has 3 to 50"),
        ("username", "9845011122", "at least one letter"),
        ("fee", "0", "more than 0"),
        ("fee", "free", "more than 0"),
        ("fee", "NaN", "more than 0"),
        ("specialisations", [], "at least one specialisation"),
        ("specialisations", ["Magician"], "Magician"),
        ("qualifications", [], "at least one qualification"),
        ("languages", [], "at least one language"),
        ("modes", [], "at least one way to meet"),
        ("centres", [], "at least one centre"),
        ("session_minutes", "five", "whole number"),
        ("session_minutes", "500", "less than or equal to 240"),
        ("video_url", "http://video.example", "begins with https://"),
        ("video_url", "javascript:alert(1)", "begins with https://"),
        ("picture_url", "file:///etc/passwd", "begins with https://"),
    ],
)
def test_what_makes_no_sense_is_told_at_its_field_and_nothing_is_kept(manager, field, wrong, told):
    (centre,) = places(1)
    answer = manager.post(f"{LIST}/new", **typed(centre, **{field: wrong}))
    assert answer.status_code == 422
    assert any(told in each for each in problems(answer)), problems(answer)
    assert "RCI-77" in answer.text
    with db.reading() as session:
        assert session.scalars(select(Clinician)).all() == []
        assert session.scalars(select(Account).where(Account.username == "dr_leela")).all() == []


def test_a_phone_or_username_of_a_colleague_is_told_at_its_field(manager):
    (centre,) = places(1)
    somebody(centre)
    manager.post(f"{LIST}/new", **typed(centre))
    again = manager.post(f"{LIST}/new", **typed(centre))
    assert again.status_code == 409
    assert problems(again) == ["An account with this phone number already exists."]
    taken = manager.post(f"{LIST}/new", **typed(centre, phone="9845099999", username="ANITA"))
    assert problems(taken) == ["This username is taken."]


def test_hostile_words_stay_words(manager):
    (centre,) = places(1)
    hostile = "</textarea><script>alert(1)</script>{{7*7}}'\"\x00"
    answer = manager.post(f"{LIST}/new", **typed(centre, bio=hostile, full_name="=Dr <i>Eve</i>", title=hostile[:90]))
    assert answer.status_code == 303
    one = kept("=Dr <i>Eve</i>")
    for path in (
        LIST,
        f"{LIST}/{one.id}",
        f"{LIST}/{one.id}/edit",
        f"{LIST}/{one.id}/preview",
        f"/clinicians/{one.id}",
    ):
        shown = manager.get(path).text
        assert "<script>alert" not in shown
        assert "<i>Eve" not in shown
    assert "'=Dr <i>Eve</i>" in manager.post("/exports/clinicians", state="all").text


def test_a_centre_manager_keeps_the_clinicians_of_their_centres_only(client):
    here, there = places()
    near, far = somebody(here, there), None
    with db.transaction():
        far = make.clinician(there, name="Dr. Far Away")
        boss = make.staff(Role.CENTRE_MANAGER, here, name="Chitra Centre")
    desk = Desk(client, boss)
    page = desk.get(LIST).text
    assert "Anita" in page
    assert "Far Away" not in page
    assert "Far Away" not in desk.post("/exports/clinicians").text
    for path in ("", "/edit", "/preview", "/closing"):
        assert desk.get(f"{LIST}/{far.id}{path}").status_code == 404
    assert desk.post(f"{LIST}/{far.id}/edit", **typed(here)).status_code == 404
    for path in ("/closing", "/opening", "/picture/removal", "/password-link"):
        assert desk.post(f"{LIST}/{far.id}{path}").status_code == 404
    assert (
        desk.post(f"{LIST}/{near.id}/edit", **typed(here, primary=here.id, centres=[here.id, there.id])).status_code
        == 422
    )
    saved = desk.post(f"{LIST}/{near.id}/edit", **typed(here))
    assert saved.status_code == 303, problems(saved)
    assert people.places_of(kept()).centre_ids == {here.id, there.id}
    assert desk.post(f"{LIST}/new", **typed(there, phone="9845099998", username="x.y")).status_code == 422


def test_nobody_gets_at_an_admin_through_the_clinician_they_also_are(client):
    (here,) = places(1)
    with db.transaction():
        account = make.staff(Role.ADMIN, name="Dr. Anita Kurian", username="boss")
        db.session().add(RoleGrant(account_id=account.id, role=Role.CLINICIAN, centre_id=here.id))
        one = make.clinician(here, account=account)
        manager = make.staff(Role.CENTRE_MANAGER, here)
    desk = Desk(client, manager)
    answer = desk.post(f"{LIST}/{one.id}/edit", **typed(here))
    assert answer.status_code == 403
    with db.reading() as session:
        assert session.get_one(Account, account.id).username == "boss"
        assert session.get_one(Account, account.id).phone == account.phone


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.CARE_COORDINATOR, Role.CLINICIAN])
def test_others_see_clinicians_and_change_nothing(client, role):
    (here,) = places(1)
    one = somebody(here)
    with db.transaction():
        account = make.staff(role, here)
    desk = Desk(client, account)
    assert desk.get(LIST).status_code == 200
    assert "Switch off" not in desk.get(f"{LIST}/{one.id}").text
    assert desk.get(f"{LIST}/new").status_code == 403
    for path in ("edit", "closing", "opening", "picture", "picture/removal", "password-link"):
        assert desk.post(f"{LIST}/{one.id}/{path}").status_code == 403


def test_every_page_of_this_folder_asks_for_a_sign_in(client, app):
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(bp.name + "."):
            path = rule.rule.replace("<int:clinician_id>", "1")
            for method in rule.methods & {"GET", "POST"}:
                answer = client.open(path, method=method)
                assert answer.status_code in (302, 303, 400, 401), rule


def test_somebody_without_a_centre_is_told_so(client):
    with db.transaction():
        account = make.staff(Role.FRONT_DESK)
    assert "no centre" in words(Desk(client, account).get(LIST)).lower() or "centre" in words(
        Desk(client, account).get(LIST)
    )


def test_a_clinician_with_visits_to_come_is_not_switched_off(manager):
    """R-ACL-5: refused with the list, each with its link; what is over or cancelled does not count."""
    (here,) = places(1)
    one = somebody(here)
    with db.transaction():
        make.hours(one, here)
        who = make.patient("Asha Menon")
        ahead = make.appointment(who, one, here, make.at("10:00"))
        make.appointment(who, one, here, make.at("12:00"), status=Status.CANCELLED)
        make.appointment(who, one, here, make.at("10:00") - timedelta(days=9), status=Status.COMPLETED)
    answer = manager.post(f"{LIST}/{one.id}/closing")
    assert answer.status_code == 409
    assert f"/desk/appointments/{ahead.id}" in answer.text
    assert "still has 1 visit to come" in problems(answer)[0]
    with db.reading() as session:
        assert session.get_one(Clinician, one.id).active
    with db.transaction() as session:
        session.get_one(Appointment, ahead.id).status = Status.CANCELLED
        session.add(booking.StatusChange(appointment_id=ahead.id, previous="CONFIRMED", next="CANCELLED"))
    assert manager.post(f"{LIST}/{one.id}/closing").status_code == 303
    with db.reading() as session:
        assert not session.get_one(Clinician, one.id).active


def test_a_centre_with_visits_to_come_is_not_taken_away(manager):
    here, there = places()
    one = somebody(here, there)
    with db.transaction():
        make.appointment(make.patient(), one, there, make.at("10:00"))
    answer = manager.post(f"{LIST}/{one.id}/edit", **typed(here))
    assert answer.status_code == 409
    assert people.places_of(kept("Dr. Anita Kurian")).centre_ids == {here.id, there.id}


def test_who_is_switched_off_is_gone_at_once_and_keeps_what_was(manager, app):
    """R-ACL-6 and line 21: gone from the directory, their page, booking and the API, and signed out."""
    (here,) = places(1)
    one = somebody(here)
    with db.transaction() as session:
        make.hours(one, here)
        visit = make.appointment(
            make.patient(), one, here, make.at("10:00") - timedelta(days=9), status=Status.COMPLETED
        )
        key = identity.start_web_sign_in(session.get_one(Account, one.account_id), "a test")
    stranger = app.test_client()
    assert "Anita" in stranger.get("/clinicians").text
    assert manager.post(f"{LIST}/{one.id}/closing").status_code == 303
    assert "Anita" not in stranger.get("/clinicians").text
    assert stranger.get(f"/clinicians/{one.id}").status_code == 404
    assert stranger.get(f"/book/{one.id}").status_code == 404
    assert stranger.get("/api/clinicians").json["data"] == []
    with db.reading():
        assert identity.who_by_key(key) is None
        assert booking.open_slots(one.id, make.tomorrow(), make.tomorrow()) == [] or not [
            slot for slot in booking.open_slots(one.id, make.tomorrow(), make.tomorrow()) if slot.state == "FREE"
        ]
        assert booking.staff_appointment(visit.id, by=make.actor(Account(id=1, full_name="M"), Role.MANAGER))
    assert manager.post(f"{LIST}/{one.id}/opening").status_code == 303
    assert "Anita" in stranger.get("/clinicians").text


def test_a_new_fee_leaves_what_is_booked_as_it_was(manager):
    (here,) = places(1)
    one = somebody(here)
    with db.transaction():
        booked = make.appointment(make.patient(registered=True), one, here, make.at("10:00"))
    assert manager.post(f"{LIST}/{one.id}/edit", **typed(here, fee="9999")).status_code == 303
    with db.reading() as session:
        payment = session.scalar(select(booking.models.Payment).where(booking.models.Payment.id == booked.payment_id))
        assert payment.consultation_paise == 160_000


def test_the_list_is_searched_filtered_sorted_paged_and_takes_few_statements(manager):
    here, there = places()
    with db.transaction():
        for n in range(60):
            make.clinician(here if n % 2 else there, name=f"Dr. Number {n:02d}", fee_paise=100_000 + n)
        make.clinician(here, name="Dr. Old Hand", active=False)
    with statements() as few:
        page = manager.get(LIST)
    assert "Page 1 of 2" in page.text
    assert len(few) <= 8
    assert "Number 59" in manager.get(f"{LIST}?page=2").text
    assert "1 clinician<" in manager.get(f"{LIST}?q=number+07").text.replace("</p>", "<")
    assert "30 clinicians" in manager.get(f"{LIST}?centre={here.id}").text
    assert "Old Hand" in manager.get(f"{LIST}?state=inactive").text
    assert "61 clinicians" in manager.get(f"{LIST}?state=all&sort=fee").text
    assert "Old Hand" in manager.part(f"{LIST}?state=inactive").text
    assert "<html" not in manager.part(f"{LIST}?q=x").text
    for odd in ("?page=99999999999999999999", "?centre=x&mode=y&state=z&sort=;drop", "?q=%00%27%25", "?page=-1"):
        assert manager.get(LIST + odd).status_code == 200


def test_the_password_link_goes_to_their_phone_and_the_page_does_not_show_it(manager):
    (here,) = places(1)
    one = somebody(here)
    answer = manager.post(f"{LIST}/{one.id}/password-link")
    assert answer.status_code == 303
    with db.reading() as session:
        assert session.scalar(select(identity.models.OneTimeLink.account_id)) == one.account_id


def image(kind: str = "PNG", size: tuple[int, int] = (600, 800)) -> bytes:
    body = io.BytesIO()
    Image.new("RGB", size, "teal").save(body, kind)
    return body.getvalue()


def upload(manager: Desk, one: Clinician, body: bytes, name: str = "../../x.svg"):
    answer = manager.post(f"{LIST}/{one.id}/picture", picture=(io.BytesIO(body), name))
    answer.request.environ["wsgi.input"].close()  # the client's own file of a large body
    return answer


def test_a_picture_is_drawn_anew_and_shown_to_everybody(manager, app):
    (here,) = places(1)
    one = somebody(here)
    assert upload(manager, one, image()).status_code == 303
    first = kept("Dr. Anita Kurian").picture
    stranger = app.test_client()
    shown = stranger.get(first)
    assert shown.status_code == 200
    assert shown.mimetype == "image/webp"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert "immutable" in shown.headers["Cache-Control"]
    for path in ("/clinicians", f"/clinicians/{one.id}"):
        assert f'src="{first}"' in stranger.get(path).text
    assert upload(manager, one, image("JPEG")).status_code == 303
    assert stranger.get(first).status_code == 404
    assert manager.post(f"{LIST}/{one.id}/picture/removal").status_code == 303
    assert kept("Dr. Anita Kurian").picture == ""


@pytest.mark.parametrize(
    "path", ["x", "../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "a" * 22, "a" * 22 + ".webp", "." + "a" * 21]
)
def test_no_other_file_is_ever_served_as_a_picture(app, path):
    assert app.test_client().get(f"/pictures/{path}").status_code == 404


def test_what_is_no_picture_or_too_large_is_told_at_the_field(manager):
    (here,) = places(1)
    one = somebody(here)
    for body, status, told in [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422, "no picture we can use"),
        (b"", 422, "Choose a picture"),
        (image() + b"x" * (2 * 1024 * 1024), 413, "up to 2 MB"),
    ]:
        answer = upload(manager, one, body)
        assert answer.status_code == status
        assert told in problems(answer)[0]
    assert kept("Dr. Anita Kurian").picture == ""


def test_a_foreign_picture_is_a_link_to_staff_and_never_an_image(manager):
    (here,) = places(1)
    one = somebody(here, picture_url="https://169.254.169.254/latest")
    assert 'src="https://' not in manager.get(f"{LIST}/{one.id}").text
    assert "169.254.169.254" not in manager.get(f"/clinicians/{one.id}").text

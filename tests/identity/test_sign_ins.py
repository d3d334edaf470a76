"""Sign-ins and tokens (security.md lines 21, 25-31; api-contract.md "Refresh")."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from sqlalchemy import event, func, select, text, update

from mibo import clock, db, identity
from mibo.config import settings
from mibo.identity import Account, AccountClosed, RefreshToken, Role, RoleGrant, SignIn
from mibo.identity.access_tokens import CLAIMS
from mibo.messaging import Message
from tests import make
from tests.identity.people import PHONE, account, at_once

pytestmark = pytest.mark.usefixtures("database")


def web(who, device="Firefox"):
    with db.transaction():
        return identity.start_web_sign_in(who, device)


def api(who):
    with db.transaction():
        return identity.start_api_sign_in(who, "Pixel")


def by_key(key):
    with db.reading():
        return identity.who_by_key(key)


def by_token(token):
    with db.reading():
        return identity.who_by_access_token(token)


def refresh(token, audience="PATIENT"):
    with db.transaction():
        return identity.refresh(token, audience)


def later(seconds):
    """Let every sign-in have begun so many seconds earlier."""
    with db.transaction() as session:
        span = timedelta(seconds=seconds)
        session.execute(update(SignIn).values(created_at=SignIn.created_at - span, ends_at=SignIn.ends_at - span))


def ended() -> list[str | None]:
    with db.reading() as session:
        return list(session.scalars(select(SignIn.ended_because).order_by(SignIn.id)))


def test_a_browser_is_known_by_its_key_until_the_sign_in_is_ended():
    patient = account()
    key = web(patient)
    actor = by_key(key)
    assert (actor.account_id, actor.audience, actor.roles, actor.first_name) == (
        patient.id, "PATIENT", {Role.PATIENT}, "Asha",
    )  # fmt: skip
    with db.transaction():
        identity.end_sign_in(actor.sign_in_id, "signed_out")
    assert by_key(key) is None
    with db.transaction():
        identity.end_sign_in(actor.sign_in_id, "again")
    assert ended() == ["signed_out"]


def test_only_a_hash_of_the_key_is_kept():
    key = web(account())
    with db.reading() as session:
        row = session.scalar(text("select s::text from sign_in s"))
    assert len(base64.urlsafe_b64decode(key + "=")) == 32
    assert key not in row
    assert key.encode().hex() not in row


@pytest.mark.parametrize(("audience", "hours"), [("STAFF", 12), ("PATIENT", 24)])
def test_a_browsers_stay_ends_by_itself(audience, hours):
    key = web(account(audience))
    later(hours * 3600 - 5)
    assert by_key(key)
    later(10)
    assert by_key(key) is None


def test_what_is_taken_from_an_account_is_gone_at_its_next_request():
    with db.transaction():
        here, there = make.centre(), make.centre()
        desk = make.staff(Role.FRONT_DESK, here, there)
    key, tokens = web(desk), api(desk)
    assert by_key(key).centre_ids == {here.id, there.id}
    assert by_key(key).reaches(here.id)
    with db.transaction() as session:
        session.execute(text("delete from role_grant where centre_id = :id"), {"id": here.id})
    assert by_key(key).centre_ids == by_token(tokens.access).centre_ids == {there.id}
    assert not by_key(key).reaches(here.id)
    with db.transaction() as session:
        session.execute(update(Account).values(active=False))
    assert (by_key(key), by_token(tokens.access), refresh(tokens.refresh, "STAFF")) == (None, None, None)


def test_managers_reach_every_centre_and_a_desk_without_one_reaches_none():
    with db.transaction():
        centre, manager, desk = make.centre(), make.staff(Role.MANAGER), make.staff(Role.FRONT_DESK)
    assert by_key(web(manager)).reaches(centre.id)
    assert not by_key(web(desk)).reaches(centre.id)


def test_a_clinician_is_known_as_one_also_after_a_refresh():
    with db.transaction():
        centre = make.centre()
        who = make.staff(Role.CLINICIAN, centre, name="Dr. Anita Kurian")
        clinician = make.clinician(centre, account=who)
    tokens = refresh(api(who).refresh, "STAFF")
    assert by_token(tokens.access).clinician_id == by_key(web(who)).clinician_id == clinician.id
    with db.transaction():
        db.session().merge(clinician).active = False
    assert by_token(tokens.access).clinician_id is None


def test_who_it_is_takes_one_statement_whatever_they_are():
    with db.transaction():
        staff = make.staff(Role.CARE_COORDINATOR, make.centre(), make.centre(), make.centre())
    key, token, patients = web(staff), api(staff).access, web(account())
    for known in (lambda: by_key(key), lambda: by_token(token), lambda: by_key(patients)):
        assert statements(known) == 1


def statements(what) -> int:
    seen = []
    note = lambda *_: seen.append(1)  # noqa: E731
    event.listen(db.read_engine(), "before_cursor_execute", note)
    try:
        assert what()
    finally:
        event.remove(db.read_engine(), "before_cursor_execute", note)
    return len(seen)


def test_a_closed_account_cannot_start():
    closed = account(active=False)
    for start in (web, api):
        with pytest.raises(AccountClosed):
            start(closed)


def test_ending_all_spares_the_one_it_is_asked_from():
    who = account()
    keys, tokens = [web(who), web(who)], api(who)
    with db.transaction():
        identity.end_all(who.id, "password_changed", but=by_key(keys[0]).sign_in_id)
    assert by_key(keys[0])
    assert (by_key(keys[1]), by_token(tokens.access), refresh(tokens.refresh)) == (None, None, None)


def test_an_access_token_says_nothing_but_whose_sign_in_it_is():
    who = account()
    tokens = api(who)
    said = jwt.decode(tokens.access, options={"verify_signature": False})
    assert sorted(said) == sorted(CLAIMS)
    assert (said["sub"], said["sid"], said["aud"], said["typ"]) == (
        str(who.id), str(tokens.sign_in_id), "patient", "access",
    )  # fmt: skip
    assert said["exp"] - said["iat"] == 900


def test_logging_out_ends_an_access_token_at_once():
    tokens = api(account())
    assert by_token(tokens.access)
    with db.transaction():
        identity.end_sign_in(tokens.sign_in_id, "signed_out")
    assert by_token(tokens.access) is None
    assert refresh(tokens.refresh) is None


def forged(good, *, key=None, algorithm="HS256", without=(), **claims):
    said = jwt.decode(good, options={"verify_signature": False}) | claims
    for name in without:
        del said[name]
    return jwt.encode(said, key or settings().keys_for("access tokens")[0], algorithm=algorithm)


def test_a_token_made_with_our_key_would_be_good():
    good = api(account()).access
    assert by_token(forged(good))


PAST, FUTURE = datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "change",
    [
        {"key": b"k" * 32},
        {"algorithm": "HS512", "key": b"k" * 64},
        {"aud": "staff"},
        {"aud": "somebody"},
        {"aud": ["patient", "staff"]},
        {"iss": "somebody"},
        {"typ": "refresh"},
        {"nbf": FUTURE},
        {"iat": FUTURE},
        {"exp": PAST},
        {"sid": "0"},
        {"sid": "1"},
        {"sid": "x"},
        {"sub": "1"},
        *({"without": [name]} for name in CLAIMS),
    ],
    ids=str,
)
def test_whatever_is_wrong_with_an_access_token_nobody_is_behind_it(change):
    good = api(account()).access
    assert by_token(forged(good, **change)) is None


def test_a_token_of_another_algorithm_with_our_own_key_is_refused():
    good = api(account()).access
    key = settings().keys_for("access tokens")[0]
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        assert by_token(forged(good, key=key, algorithm="HS512")) is None


def test_a_token_without_signature_is_refused():
    good = api(account()).access
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).rstrip(b"=").decode()
    assert by_token(f"{head}.{good.split('.')[1]}.") is None
    assert by_token(f"{head}.{good.split('.')[1]}.{good.split('.')[2]}") is None


@pytest.mark.parametrize(
    "junk", ["", "null", "a.b.c", "é" * 40, "[" * 900, "A" * 5_000, "\x00", "eyJ.eyJ.eyJ", "\ud800"]
)
def test_junk_is_nobody(junk):
    assert (by_token(junk), by_key(junk), refresh(junk)) == (None, None, None)


def test_keys_and_tokens_do_not_stand_in_for_each_other():
    who = account()
    key, tokens = web(who), api(who)
    assert (by_token(key), by_token(tokens.refresh)) == (None, None)
    assert (by_key(tokens.refresh), by_key(tokens.access)) == (None, None)
    assert (refresh(key), refresh(tokens.access)) == (None, None)


def test_a_web_sign_in_is_no_api_sign_in():
    who = account()
    sid = str(by_key(web(who)).sign_in_id)
    assert by_token(forged(api(who).access, sid=sid)) is None


def test_tokens_outlive_a_new_secret_key(new_secret_key):
    tokens = api(account())
    new_secret_key()
    assert by_token(tokens.access)


def test_every_refresh_gives_new_tokens_and_the_old_access_token_stays_good():
    first = api(account())
    second = refresh(first.refresh)
    assert len({first.access, second.access, first.refresh, second.refresh}) == 4
    assert len(base64.urlsafe_b64decode(second.refresh + "=")) == 32
    assert by_token(first.access) == by_token(second.access)


def test_only_hashes_of_refresh_tokens_are_kept():
    tokens = api(account())
    with db.reading() as session:
        row = session.scalar(text("select t::text from refresh_token t"))
    assert tokens.refresh not in row
    assert tokens.refresh.encode().hex() not in row


def test_a_client_that_keeps_the_first_token_goes_on_until_the_sign_ins_end():
    first = api(account())
    for _ in range(5):
        assert by_token(refresh(first.refresh).access)
    later(7 * 24 * 3600 - 5)
    assert refresh(first.refresh)
    later(10)
    assert refresh(first.refresh) is None
    assert by_token(first.access) is None


def test_refreshing_does_not_move_the_end_of_the_sign_in():
    token = api(account()).refresh
    for _ in range(7):
        later(24 * 3600 - 10)
        token = refresh(token).refresh
    later(100)
    assert refresh(token) is None


def test_twenty_refreshes_of_one_token_at_once_all_succeed():
    first = api(account())
    pairs = at_once(20, lambda: refresh(first.refresh))
    assert len({pair.refresh for pair in pairs}) == 20
    assert all(by_token(pair.access) for pair in pairs)
    assert refresh(first.refresh)
    assert refresh(pairs[7].refresh)


def test_a_retired_token_ends_the_whole_sign_in_and_the_person_is_told(capfd):
    first = api(account())
    second = refresh(first.refresh)
    third = refresh(second.refresh)  # from now on the first is retired
    other = web(db_account())
    capfd.readouterr()
    assert refresh(first.refresh) is None
    assert "".join(capfd.readouterr()).count("auth.refresh_reuse") == 1
    assert [by_token(each.access) for each in (first, second, third)] == [None] * 3
    assert [refresh(each.refresh) for each in (first, second, third)] == [None] * 3
    assert ended() == ["refresh_reuse", None]
    assert by_key(other)
    with db.reading() as session:
        told = session.execute(select(Message.template, Message.phone, Message.body)).all()
    assert [tuple(row) for row in told] == [("mibo_sign_in_ended", PHONE, {"name": "Asha"})]


def db_account():
    with db.reading() as session:
        return session.scalar(select(Account))


def test_the_successor_of_a_stolen_token_is_not_enough_for_a_thief_to_go_unseen():
    owners = api(account()).refresh
    thiefs = refresh(owners).refresh
    assert refresh(thiefs)
    assert refresh(owners) is None
    assert ended() == ["refresh_reuse"]


def test_a_token_presented_while_it_is_being_retired_is_reuse():
    first = api(account())
    second = refresh(first.refresh)
    with ThreadPoolExecutor(1) as other:
        with db.transaction():
            assert identity.refresh(second.refresh, "PATIENT")
            rival = other.submit(refresh, first.refresh)
            assert not wait([rival], timeout=0.3).done  # it waits for what this transaction decides
        assert rival.result() is None
    assert ended() == ["refresh_reuse"]


def test_reuse_and_refresh_at_once_leave_no_token_alive():
    first = api(account())
    second = refresh(first.refresh)
    refresh(second.refresh)
    at_once(10, lambda: (refresh(first.refresh), refresh(second.refresh)))
    assert refresh(second.refresh) is None
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 1


def test_a_token_of_one_audience_is_none_of_the_other():
    tokens = api(account())
    assert refresh(tokens.refresh, "STAFF") is None
    assert refresh(tokens.refresh)


def test_tokens_are_forgotten_a_day_after_their_sign_in_is_over():
    gone, alive = api(account()), api(account(phone="+919876500003"))
    for tokens in (gone, alive):
        refresh(refresh(tokens.refresh).refresh)
    with db.transaction() as session:
        identity.end_sign_in(gone.sign_in_id, "signed_out")
        long_ago = clock.now() - timedelta(hours=25)
        session.execute(update(SignIn).where(SignIn.id == gone.sign_in_id).values(ended_at=long_ago))
    identity.forget_spent()
    with db.reading() as session:
        left = session.scalars(select(RefreshToken.sign_in_id)).all()
    assert left == [alive.sign_in_id] * 3


def test_a_role_of_staff_never_reaches_a_patients_account():
    patient = account()
    with db.transaction() as session:
        session.add(RoleGrant(account_id=patient.id, role=Role.ADMIN))
    actor = by_key(web(patient))
    assert (actor.roles, actor.everywhere) == ({Role.PATIENT}, False)


def test_one_phone_may_be_staff_and_patient():
    patient, staff = account(), account("STAFF")
    with db.reading():
        assert identity.account_by_phone("PATIENT", PHONE).id == patient.id
        assert identity.staff_account("98765 00001").id == staff.id

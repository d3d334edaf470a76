"""Passwords of staff (security.md lines 09, 12, 13)."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from mibo import db, identity
from mibo.errors import Invalid
from mibo.identity import Account, AccountClosed, PasswordTry, SignIn, TooMany
from mibo.identity.passwords import require_strong
from tests.identity.people import PHONE, account, at_once

GOOD = "seven quiet rivers"


def staff(password=GOOD, username="deepa.desk", **more):
    made = account("STAFF", full_name="Deepa Nair", username=username, **more)
    with db.transaction():
        identity.set_password(db.session().merge(made), password)
    return made


def attempt(name, password, address="192.0.2.1"):
    with db.transaction():
        return identity.check_password_sign_in(name, password, address=address)


def hash_kept():
    with db.reading() as session:
        return session.scalar(select(Account.password_hash))


@pytest.mark.usefixtures("database")
class TestSigningIn:
    def test_by_username_or_phone_as_it_is_typed(self):
        made = staff()
        for name in ("deepa.desk", " Deepa.Desk ", PHONE, "98765 00001", "09876500001"):
            assert attempt(name, GOOD).id == made.id

    def test_a_wrong_password_or_name_is_nobody(self):
        staff()
        assert attempt("deepa.desk", GOOD + " ") is None
        assert attempt("deepa.desk", "") is None
        assert attempt("somebody", GOOD) is None
        assert attempt("", GOOD) is None

    def test_somebody_without_a_password_cannot_sign_in_with_one(self):
        account("STAFF", username="new")
        assert attempt("new", "the password of nobody at all") is None
        assert attempt("stranger", "the password of nobody at all") is None

    def test_a_patients_account_has_no_password_sign_in(self):
        patient = account(username="asha")
        with db.transaction():
            identity.set_password(db.session().merge(patient), GOOD)
        assert attempt("asha", GOOD) is None
        assert attempt(PHONE, GOOD) is None

    def test_only_who_knows_the_password_learns_that_an_account_is_closed(self):
        closed = staff(active=False)
        assert attempt("deepa.desk", "a wrong password") is None
        proved = attempt("deepa.desk", GOOD)
        assert proved.id == closed.id
        with pytest.raises(AccountClosed), db.transaction():
            identity.start_web_sign_in(proved)

    def test_nobody_can_call_themselves_by_a_colleagues_phone(self):
        victim = staff()
        account("STAFF", phone="+919876500002", username="9876500001")
        with db.reading():
            assert identity.staff_account("9876500001").id == victim.id

    def test_a_sixth_try_is_refused_even_with_the_right_password(self):
        staff()
        assert [attempt("deepa.desk", "a wrong password") for _ in range(5)] == [None] * 5
        refused = attempt("deepa.desk", GOOD)
        assert isinstance(refused, TooMany)
        assert 890 <= refused.retry_after <= 900

    def test_tries_made_at_once_are_counted_one_by_one(self):
        staff()
        tries = at_once(12, lambda: attempt("deepa.desk", "a wrong password"))
        counted = tries.count(None)
        assert 1 <= counted <= 5  # who has to wait too long is refused before being counted
        assert sum(isinstance(each, TooMany) for each in tries) == 12 - counted

    def test_tries_from_one_address_lock_nobody_out_at_another(self):
        staff()
        for _ in range(6):
            attempt("deepa.desk", "a wrong password")
        assert attempt("deepa.desk", GOOD, address="192.0.2.2")

    def test_unknown_names_are_limited_like_known_ones(self):
        for _ in range(5):
            attempt("nobody", "a wrong password")
        assert isinstance(attempt("nobody", GOOD), TooMany)

    def test_the_limit_ends_after_a_quarter_of_an_hour_and_with_a_success(self):
        staff()
        for _ in range(4):
            attempt("deepa.desk", "a wrong password")
        assert attempt("deepa.desk", GOOD)
        assert [attempt("deepa.desk", "a wrong password") for _ in range(5)] == [None] * 5
        with db.transaction() as session:
            earlier = PasswordTry.tried_at - timedelta(minutes=15)
            session.execute(update(PasswordTry).values(tried_at=earlier))
        assert attempt("deepa.desk", GOOD)

    def test_the_limit_needs_no_redis(self, redis_down):
        staff()
        with redis_down():
            assert [attempt("deepa.desk", "a wrong password") for _ in range(5)] == [None] * 5
            assert isinstance(attempt("deepa.desk", GOOD), TooMany)

    def test_an_old_hash_is_renewed_at_the_next_sign_in(self):
        staff()
        weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)
        with db.transaction() as session:
            session.execute(update(Account).values(password_hash=weak))
        assert attempt("deepa.desk", GOOD)
        assert hash_kept().startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert attempt("deepa.desk", GOOD)

    def test_a_new_password_ends_the_other_sign_ins(self):
        made = staff()
        with db.transaction():
            kept, gone = (identity.start_web_sign_in(made) for _ in range(2))
        with db.transaction() as session:
            actor = identity.who_by_key(kept)
            identity.set_password(session.get_one(Account, made.id), "nine loud mountains", but=actor.sign_in_id)
        with db.reading() as session:
            assert identity.who_by_key(kept)
            assert identity.who_by_key(gone) is None
            assert set(session.scalars(select(SignIn.ended_because))) == {None, "password_changed"}
        assert attempt("deepa.desk", GOOD) is None

    def test_spaces_and_letters_of_every_script_are_kept(self):
        staff("  മഴ പെയ്യുന്ന രാത്രി  ")
        assert attempt("deepa.desk", "  മഴ പെയ്യുന്ന രാത്രി  ")
        assert attempt("deepa.desk", "മഴ പെയ്യുന്ന രാത്രി") is None

    def test_a_letter_composed_otherwise_is_the_same_letter(self):
        staff("caf\u00e9 on the hill")
        assert attempt("deepa.desk", "cafe\u0301 on the hill")

    @pytest.mark.parametrize("password", ["\x00" * 20, "\ud800" * 20, "x" * 100_000])
    def test_whatever_is_typed_is_only_wrong(self, password):
        staff()
        assert attempt("deepa.desk", password) is None


@pytest.mark.parametrize(
    "password",
    [
        GOOD, "correct horse battery staple", "x7#Kd0!qLm2z", "83025 79461 20", "नदी के पार एक घर",
        "a" * 100 + " brick!",
        "mibo is where I grow tomatoes",
    ],
)  # fmt: skip
def test_a_password_of_ones_own_is_taken(password):
    require_strong(password, phone=PHONE, username="deepa.desk")


@pytest.mark.parametrize(
    "password",
    [
        "", "short", "elevenchars", "passwordpassword", "Password@1234", "P@ssw0rd12345", "123456789012",
        "111111111111",         "abcdefghijklmnop", "qwertyuiop123", "1q2w3e4r5t6y",
        "iloveyou12345", "administrator1", "welcome to mibo",
        "MiboClinic2026", "mental health 2026", "kochi kochi kochi", "my 9876500001 phone", "Deepa.Desk rocks on",
        "aaaaaaaaaaab", "987654321000", "x" * 257,
    ],
)  # fmt: skip
def test_a_password_that_others_would_guess_is_refused(password):
    with pytest.raises(Invalid) as refused:
        require_strong(password, phone=PHONE, username="deepa.desk")
    assert [problem.field for problem in refused.value.problems] == ["password"]

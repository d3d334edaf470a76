"""Accounts, codes, sign-ins and tokens: how somebody proves who they are, and what they may do."""

from mibo.identity.accounts import PhoneTaken, UsernameTaken, forget_spent, open_account
from mibo.identity.actor import Actor, Audience
from mibo.identity.codes import Asked, CodeOutcome, CodeUsed, Verdict, ask_for_code, check_code, use_code
from mibo.identity.limits import TooMany
from mibo.identity.models import (
    EMAIL_LENGTH,
    NAME_LENGTH,
    USERNAME_LENGTH,
    Account,
    Challenge,
    PasswordTry,
    RefreshToken,
    RoleGrant,
    SignIn,
)
from mibo.identity.passwords import check_password_sign_in, set_password
from mibo.identity.permissions import Permission, Role
from mibo.identity.queries import account_by_phone, account_in_full, actor_of, names_of, staff_account
from mibo.identity.refreshing import refresh
from mibo.identity.sign_ins import (
    AccountClosed,
    Tokens,
    end_all,
    end_sign_in,
    start_api_sign_in,
    start_web_sign_in,
    who_by_access_token,
    who_by_key,
)

__all__ = [
    "EMAIL_LENGTH",
    "NAME_LENGTH",
    "USERNAME_LENGTH",
    "Account",
    "AccountClosed",
    "Actor",
    "Asked",
    "Audience",
    "Challenge",
    "CodeOutcome",
    "CodeUsed",
    "PasswordTry",
    "Permission",
    "PhoneTaken",
    "RefreshToken",
    "Role",
    "RoleGrant",
    "SignIn",
    "Tokens",
    "TooMany",
    "UsernameTaken",
    "Verdict",
    "account_by_phone",
    "account_in_full",
    "actor_of",
    "ask_for_code",
    "check_code",
    "check_password_sign_in",
    "end_all",
    "end_sign_in",
    "forget_spent",
    "names_of",
    "open_account",
    "refresh",
    "set_password",
    "staff_account",
    "start_api_sign_in",
    "start_web_sign_in",
    "use_code",
    "who_by_access_token",
    "who_by_key",
]

"""Accounts, codes, sign-ins and tokens: how somebody proves who they are, and what they may do."""

from mibo.identity.models import EMAIL_LENGTH, NAME_LENGTH, Account, Challenge, RefreshToken, RoleGrant, SignIn

__all__ = ["EMAIL_LENGTH", "NAME_LENGTH", "Account", "Challenge", "RefreshToken", "RoleGrant", "SignIn"]

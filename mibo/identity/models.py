"""Accounts, what they may do where, the codes they prove themselves with, and their stays."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mibo.db import Base, Entity
from mibo.identity.permissions import Role
from mibo.messaging import LANGUAGES

NAME_LENGTH = 100
USERNAME_LENGTH = 50
EMAIL_LENGTH = 254
DEVICE_LENGTH = 200
NETWORK_LENGTH = 24
REQUEST_KEY_LENGTH = 80
AUDIENCES = ("PATIENT", "STAFF")
PHONE_FORMAT = r"phone ~ '^\+[1-9][0-9]{7,14}$'"


class Account(Entity):
    """Someone who can sign in: as a patient or as staff. One person may be both, on the same phone (clinic.md 1.2)."""

    __tablename__ = "account"

    audience: Mapped[str] = mapped_column(String(10))
    full_name: Mapped[str] = mapped_column(String(2 * NAME_LENGTH), server_default="")
    phone: Mapped[str] = mapped_column(String(16))
    email: Mapped[str | None] = mapped_column(String(EMAIL_LENGTH))
    username: Mapped[str | None] = mapped_column(String(USERNAME_LENGTH))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    designation: Mapped[str | None] = mapped_column(String(100))
    language: Mapped[str | None] = mapped_column(String(2))  # in which they read our pages; empty until they choose
    second_factor: Mapped[bytes | None] = mapped_column(LargeBinary)  # the authenticator app's secret, sealed
    second_factor_at: Mapped[datetime | None]  # when it was proved; empty while it is being set up
    second_factor_step: Mapped[int | None]  # the last time step used, so that a code works once
    active: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())

    grants: Mapped[list["RoleGrant"]] = relationship(order_by="RoleGrant.id", lazy="raise")

    __table_args__ = (
        UniqueConstraint("audience", "phone"),
        Index("uq_account_username", text("lower(username)"), unique=True),
        CheckConstraint("audience in ('PATIENT', 'STAFF')", name="audience"),
        CheckConstraint(f"language in {tuple(LANGUAGES)}", name="language"),
        CheckConstraint(PHONE_FORMAT, name="phone_format"),
    )


class RoleGrant(Entity):
    """A role somebody holds at a centre: the only place that says so (P14). Admins and managers need no centre."""

    __tablename__ = "role_grant"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    is_primary: Mapped[bool] = mapped_column(server_default="false")

    __table_args__ = (
        UniqueConstraint("account_id", "role", "centre_id", postgresql_nulls_not_distinct=True),
        CheckConstraint(
            "role in ({})".format(", ".join(f"'{role}'" for role in Role if role != Role.PATIENT)), name="role"
        ),
    )


class Challenge(Entity):
    """A code that was asked for. Only a keyed hash of the code is kept (security.md line 03)."""

    __tablename__ = "challenge"

    audience: Mapped[str] = mapped_column(String(10))
    phone: Mapped[str] = mapped_column(String(16))
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    tries: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_challenge_phone", "phone", "audience", "created_at"),)


class PasswordTry(Entity):
    """A password that was tried; `tried_by` is a keyed hash of the name that was typed and the address it came from."""

    __tablename__ = "password_try"

    tried_by: Mapped[bytes] = mapped_column(LargeBinary)
    tried_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (Index("ix_password_try_tried_by", "tried_by", "tried_at"),)


class SignIn(Entity):
    """An authenticated stay: a browser's or an app's. Ending the row ends it everywhere at once."""

    __tablename__ = "sign_in"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    channel: Mapped[str] = mapped_column(String(5))
    key_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    device: Mapped[str] = mapped_column(String(DEVICE_LENGTH), server_default="")
    network: Mapped[str] = mapped_column(String(NETWORK_LENGTH), server_default="")  # never the whole address
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    by_code: Mapped[bool] = mapped_column(server_default="false")  # began with a code by WhatsApp, not a password
    proved_at: Mapped[datetime | None]  # when the second factor was last given in this stay
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str | None] = mapped_column(String(40))

    __table_args__ = (CheckConstraint("channel in ('WEB', 'API')", name="channel"),)


class RefreshToken(Entity):
    """A refresh token of an app's sign-in; only its SHA-256 is kept (security.md lines 27-29)."""

    __tablename__ = "refresh_token"

    sign_in_id: Mapped[int] = mapped_column(ForeignKey("sign_in.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    predecessor_id: Mapped[int | None] = mapped_column(ForeignKey("refresh_token.id"), index=True)
    issued_at: Mapped[datetime] = mapped_column(server_default=func.now())
    presented_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]


class RecoveryCode(Entity):
    """One way in for somebody who lost their authenticator; works once, and only its hash is kept."""

    __tablename__ = "recovery_code"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    used_at: Mapped[datetime | None]


class OneTimeLink(Entity):
    """A link sent by message with which somebody sets a password; nobody at the clinic can read it (R-AUTH-6)."""

    __tablename__ = "one_time_link"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("purpose in ('SET_PASSWORD', 'RESET_PASSWORD')", name="purpose"),)


class AnsweredRequest(Base):
    """A request that a program may send again, by the key it gave it: what it asked, as a hash, and its sealed answer."""

    __tablename__ = "answered_request"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    request_key: Mapped[str] = mapped_column(String(REQUEST_KEY_LENGTH), primary_key=True)
    asked: Mapped[bytes] = mapped_column(LargeBinary)
    began_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)

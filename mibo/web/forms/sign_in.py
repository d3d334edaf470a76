"""The forms of signing in."""

from typing import ClassVar

from wtforms import PasswordField, StringField, TelField

from mibo.phrases import phrase
from mibo.web.forms.base import InputForm


class PhoneForm(InputForm):
    """Where to send the code."""

    also = ("again",)
    missing: ClassVar = {"phone": phrase("Enter your mobile number.")}

    phone = TelField(
        phrase("Mobile number"), description=phrase("We send a six-digit code to this number on WhatsApp.")
    )


class NewPhoneForm(PhoneForm):
    """The number somebody wants to use from now on."""

    missing: ClassVar = {"phone": phrase("Enter your new mobile number.")}

    phone = TelField(phrase("New mobile number"), description=phrase("We send a six-digit code to it on WhatsApp."))


class CodeForm(InputForm):
    """The code that came."""

    missing: ClassVar = {"code": phrase("Enter the six digits of the code.")}

    code = StringField(phrase("Six-digit code"))


class SecondFactorForm(InputForm):
    """What the authenticator app shows, or a recovery code."""

    missing: ClassVar = {"code": "Enter the code your authenticator app shows."}

    code = StringField("Code", description="Six digits from your authenticator app, or a recovery code.")


class PasswordAgainForm(InputForm):
    """One's own password, from somebody who came in by a code."""

    missing: ClassVar = {"password": "Enter your password."}

    password = PasswordField("Your password", render_kw={"autocomplete": "current-password"})


class ForgotForm(InputForm):
    """Who has forgotten a password."""

    name = StringField("Username or phone", render_kw={"autocomplete": "username", "autocapitalize": "none"})


class NewPasswordForm(InputForm):
    """A password and nothing else: no second field, it can be looked at instead."""

    missing: ClassVar = {"password": "Enter the new password."}

    password = PasswordField(
        "New password",
        description="At least 12 characters. A few words in a row work well.",
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(NewPasswordForm):
    """The new password, and the present one as proof."""

    missing: ClassVar = {"password": "Enter the new password.", "password_now": "Enter your present password."}

    password_now = PasswordField("Present password", render_kw={"autocomplete": "current-password"})


class PasswordForm(InputForm):
    """For staff: a username or phone, and a password."""

    missing: ClassVar = {"name": "Enter your username or phone.", "password": "Enter your password."}

    name = StringField("Username or phone", render_kw={"autocomplete": "username", "autocapitalize": "none"})
    password = PasswordField("Password", render_kw={"autocomplete": "current-password"})

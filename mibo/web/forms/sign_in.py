"""The forms of signing in."""

from typing import ClassVar

from wtforms import PasswordField, StringField, TelField

from mibo.web.forms.base import InputForm


class PhoneForm(InputForm):
    """Where to send the code."""

    missing: ClassVar = {"phone": "Enter your mobile number."}

    phone = TelField("Mobile number", description="We send a six-digit code to this number on WhatsApp.")


class CodeForm(InputForm):
    """The code that came."""

    missing: ClassVar = {"code": "Enter the six digits of the code."}

    code = StringField("Six-digit code")


class PasswordForm(InputForm):
    """For staff: a username or phone, and a password."""

    missing: ClassVar = {"name": "Enter your username or phone.", "password": "Enter your password."}

    name = StringField("Username or phone", render_kw={"autocomplete": "username", "autocapitalize": "none"})
    password = PasswordField("Password", render_kw={"autocomplete": "current-password"})

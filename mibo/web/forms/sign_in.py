"""The forms of signing in."""

from wtforms import PasswordField, StringField, TelField

from mibo.web.forms.base import InputForm


class PhoneForm(InputForm):
    """Where to send the code."""

    phone = TelField("Mobile number", description="We send a six-digit code to this number on WhatsApp.")


class CodeForm(InputForm):
    """The code that came."""

    code = StringField("Six-digit code")


class PasswordForm(InputForm):
    """For staff: a username or phone, and a password."""

    name = StringField("Username or phone", render_kw={"autocomplete": "username", "autocapitalize": "none"})
    password = PasswordField("Password", render_kw={"autocomplete": "current-password"})

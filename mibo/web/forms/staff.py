"""The forms of the staff pages."""

from collections.abc import Sequence
from typing import ClassVar

from wtforms import (
    EmailField,
    HiddenField,
    SearchField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.widgets import CheckboxInput, ListWidget

from mibo.clinics import Centre
from mibo.identity import Account, Role, post_of
from mibo.phone import ten_digits
from mibo.web.forms.base import InputForm
from mibo.web.menu import ROLE_WORDS

SORT_WORDS = [
    SelectChoice("name", "Name"),
    SelectChoice("newest", "Newest first"),
    SelectChoice("seen", "Last seen first"),
]
ANY = SelectChoice("", "Any")
STATE_WORDS = [ANY, SelectChoice("active", "Active"), SelectChoice("closed", "Closed")]


class StaffFilterForm(InputForm):
    """Which staff are looked at. What is typed travels in the body, so that no name stands in an address."""

    q = SearchField("Name, phone or username", render_kw={"autocomplete": "off", "spellcheck": "false"})
    role = SelectField(
        "Role",
        choices=[ANY, *(SelectChoice(role.value, words) for role, words in ROLE_WORDS.items())],
        validate_choice=False,
    )
    centre = SelectField("Centre", choices=[ANY], validate_choice=False)
    state = SelectField("State", choices=STATE_WORDS, validate_choice=False)
    sort = SelectField("Sort by", choices=SORT_WORDS, validate_choice=False)
    page = HiddenField()

    def offer(self, centres: Sequence[Centre]) -> "StaffFilterForm":
        """The centres to choose from."""
        self.centre.choices = [ANY, *_places(centres)]
        return self


class StaffForm(InputForm):
    """A member of staff."""

    missing: ClassVar = {
        "full_name": "Enter their name.",
        "phone": "Enter their mobile number.",
        "role": "Choose a role.",
    }

    full_name = StringField("Full name", render_kw={"autocomplete": "off", "spellcheck": "false"})
    phone = TelField("Mobile number", description="Codes to sign in go to this number.")
    username = StringField(
        "Username", description="3 to 50 letters, digits, dots, dashes or underscores.",
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"},
    )  # fmt: skip
    email = EmailField("Email", render_kw={"autocomplete": "off"})
    designation = StringField(
        "Designation", description="As it stands on their door.", render_kw={"autocomplete": "off"}
    )
    role = SelectField("Role", validate_choice=False)
    primary = SelectField("Main centre", validate_choice=False)
    centres = SelectMultipleField(
        "Also works at", validate_choice=False, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def offer(self, roles: Sequence[Role], centres: Sequence[Centre]) -> "StaffForm":
        """The roles and centres to choose from."""
        self.role.choices = [SelectChoice(role.value, ROLE_WORDS[role]) for role in roles if role != Role.CLINICIAN]
        self.primary.choices = [SelectChoice("", "None"), *_places(centres)]
        self.centres.choices = _places(centres)
        return self

    def show(self, account: Account) -> "StaffForm":
        """What is known of somebody, as it may be changed."""
        for name in ("full_name", "username", "email", "designation"):
            self[name].data = getattr(account, name)
        self.phone.data = ten_digits(account.phone) if account.phone.startswith("+91") else account.phone
        if post := post_of(account):
            own, *others = [*map(str, post.centre_ids)] or [""]
            self.role.data, self.primary.data, self.centres.data = post.role.value, own, others
        return self


def _places(centres: Sequence[Centre]) -> list[SelectChoice]:
    return [SelectChoice(str(one.id), one.short_name) for one in centres]

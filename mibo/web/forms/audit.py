"""The filters of the audit."""

from wtforms import DateField, HiddenField, SearchField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from mibo.web.audit_words import AREAS
from mibo.web.forms.base import InputForm

QUIET = {"autocomplete": "off", "spellcheck": "false"}


class AuditForm(InputForm):
    """Which entries are wanted. What is typed travels in the body, so that no name stands in an address."""

    who = SearchField("Done by", description="Part of a name, or a username.", render_kw=QUIET)
    area = SelectField(
        "What",
        choices=[SelectChoice("", "Everything"), *(SelectChoice(key, words) for key, (words, _) in AREAS.items())],
        validate_choice=False,
    )
    subject = StringField("Record", description="Its number.", render_kw={**QUIET, "inputmode": "numeric"})
    since = DateField("From")
    until = DateField("To")
    before = HiddenField()

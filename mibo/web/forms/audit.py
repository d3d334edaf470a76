"""The filters of the audit."""

from wtforms import DateField, HiddenField, SearchField, StringField

from mibo.web.forms.base import InputForm

QUIET = {"autocomplete": "off", "spellcheck": "false"}


class AuditForm(InputForm):
    """Which entries are wanted. What is typed travels in the body, so that no name stands in an address."""

    who = SearchField("Done by", description="Part of a name, or a username.", render_kw=QUIET)
    act = StringField("What", description="For example staff, or policy.decided.", render_kw=QUIET)
    subject = StringField("Record", description="Its number.", render_kw={**QUIET, "inputmode": "numeric"})
    since = DateField("From")
    until = DateField("To")
    before = HiddenField()

"""The questions before an online appointment."""

from typing import ClassVar

from wtforms import BooleanField, RadioField, StringField, TelField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from mibo.phrases import phrase
from mibo.web.forms.base import InputForm


class CallForm(InputForm):
    """Who joins, from where, whom to call in need, and that they agree."""

    missing: ClassVar = {
        "joins_as": phrase("Say who is joining."),
        "private": phrase("Say whether you can speak freely."),
        "place": phrase("Enter where you are now."),
        "contact_name": phrase("Enter the name of somebody we may call in an emergency."),
        "contact_phone": phrase("Enter their phone number."),
    }

    joins_as = RadioField(phrase("Who is joining?"), validate_choice=False)
    adult_present = BooleanField(phrase("A parent or guardian is here and stays for the whole call"))
    private = RadioField(
        phrase("Are you somewhere safe, where you can speak freely?"),
        choices=[SelectChoice("YES", phrase("Yes")), SelectChoice("NO", phrase("No, somebody may hear me"))],
        description=phrase("Headphones help. If you say no, your clinician knows and takes care."),
        validate_choice=False,
    )
    place = StringField(
        phrase("Where are you now?"),
        description=phrase("House, street and town, so that help finds you if you need it."),
        render_kw={"autocomplete": "street-address"},
    )
    contact_name = StringField(
        phrase("Whom may we call in an emergency?"),
        description=phrase("Somebody near you: a name, and what they are to you."),
        render_kw={"autocomplete": "off"},
    )
    contact_phone = TelField(phrase("Their phone number"), render_kw={"autocomplete": "off"})
    agreed = BooleanField(phrase("I agree to this consultation by video"))

    def for_patient(self, name: str, *, is_minor: bool) -> "CallForm":
        """Who may be joining; a child's parent or guardian may."""
        self.joins_as.choices = [SelectChoice("PATIENT", phrase("I am %(name)s", name=name))]
        if is_minor:
            self.joins_as.choices.append(
                SelectChoice("GUARDIAN", phrase("I am the parent or guardian of %(name)s", name=name))
            )
        return self

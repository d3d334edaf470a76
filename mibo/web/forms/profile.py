"""The form of one's own details."""

from wtforms import StringField, TelField

from mibo.phrases import phrase
from mibo.web.forms.booking import OFF, DetailsForm


class ProfileForm(DetailsForm):
    """Who somebody is, how else they can be reached, and whom to call for them."""

    email = StringField(phrase("E-mail, if you have one"), render_kw={"autocomplete": "email", "inputmode": "email"})
    emergency_contact_name = StringField(
        phrase("Somebody to call in an emergency"),
        description=phrase("Their name. Only your clinicians and the centre see it."),
        render_kw=OFF,
    )
    emergency_contact_phone = TelField(phrase("Their phone number"), render_kw=OFF)

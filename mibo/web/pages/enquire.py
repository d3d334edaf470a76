"""Ask us to call you: anybody may, for an appointment or a stay; nothing is told to whoever asks but what happens next."""

import secrets
from datetime import datetime

from flask import Blueprint, request, session
from flask.typing import ResponseReturnValue

from mibo import clinics, clock, identity, leads, phone
from mibo.errors import Invalid, Missing
from mibo.ids import read_id
from mibo.leads import Asked
from mibo.leads.rules import CARES, WEBSITE
from mibo.phrases import phrase
from mibo.web import enquiry_words
from mibo.web.access import public
from mibo.web.filters import clock_time, day
from mibo.web.forms.enquiries import PublicEnquiryForm, offer_centres
from mibo.web.htmx import go, show
from mibo.web.inputs.enquiries import PublicEnquiryInput
from mibo.web.languages import language
from mibo.web.limits import address, limiter
from mibo.web.proving import ADDRESS_LIMIT

bp = Blueprint("enquire", __name__, url_prefix="/enquire")

PHONE_LIMIT = "10 per hour"
CALLED_BY = "enquiry_called_by"


def _phone_typed() -> str:
    """The phone of the form, so that nobody can tell whose; the address where it is no phone."""
    try:
        return identity.limits.key_of("enquiry forms", phone.canonical(request.form.get("phone", "")[:40])).hex()[:32]
    except Invalid:
        return address()


@bp.get("")
@public
def form() -> ResponseReturnValue:
    """The form. A link may name a centre, a kind of care and a campaign; of campaigns only those that run are kept."""
    return _page(PublicEnquiryForm(formdata=None))


@bp.post("")
@public
@limiter.limit(ADDRESS_LIMIT, key_func=address)
@limiter.limit(PHONE_LIMIT, key_func=_phone_typed)
def ask() -> ResponseReturnValue:
    """Note it. A machine that fills in what nobody sees is thanked, too, and nothing is kept."""
    form = PublicEnquiryForm()
    if said := form.read(PublicEnquiryInput):
        try:
            if not said.site:
                leads.ask(_asked(said))
        except Invalid as error:
            form.refuse(error)
        except Missing:
            form.say("where", phrase("Choose a centre, or that you do not know yet."))
        else:
            _, by_when = leads.first_call(clock.local(clock.now()), said.call_at)
            session[CALLED_BY] = by_when.isoformat()
            return go("enquire.thanks")
    return _page(form, status=422)


@bp.get("/thanks")
@public
def thanks() -> ResponseReturnValue:
    """What happens next, and when."""
    told = session.get(CALLED_BY)
    by_when = datetime.fromisoformat(told) if told else None
    words = f"{day(by_when.date())}, {clock_time(by_when)}" if by_when else ""
    return show("enquire/thanks.html", by_when=words, centres=clinics.centres(active=True))


def _asked(said: PublicEnquiryInput) -> Asked:
    centre_id, online = said.where
    return Asked(
        full_name=said.full_name, phone=said.phone, request_key=said.key, centre_id=centre_id, online=online, care=said.care,
        for_other=said.whose == "OTHER", call_at=said.call_at, words=said.words, language=language(), source=WEBSITE,
        heard_of=said.heard_of, campaign=said.campaign,
    )  # fmt: skip


def _page(form: PublicEnquiryForm, *, status: int = 200) -> ResponseReturnValue:
    centres = clinics.centres(active=True)
    asked, care = request.args.get("centre", ""), request.args.get("care", "").upper().replace("-", "_")
    known = read_id(asked) in {one.id for one in centres} or asked == "ONLINE"
    offer_centres(form, centres)
    if status == 200:
        form.where.data = asked if known else "ANY"
        form.care.data = care if care in CARES else "OUT_PATIENT"
        form.campaign.data = _campaign()
    form.key.data = form.key.data or secrets.token_urlsafe(16)
    return show(
        "enquire/form.html", form=form, care_notes=enquiry_words.CARE_NOTES, status=status,
        days=clinics.policy_in_force().enquiries_kept_days,
    )  # fmt: skip


def _campaign() -> str:
    """The code of a campaign that runs, or nothing: what else a link says of where somebody came from is not looked at."""
    found = leads.running(request.args.get("c") or request.args.get("utm_campaign"), clock.today())
    return found.code if found else ""

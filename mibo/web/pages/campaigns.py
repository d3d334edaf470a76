"""Campaigns: what the clinic does to be heard of, and the links that say so."""

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from mibo import clock, db, leads
from mibo.config import settings
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.leads import Campaign
from mibo.web.access import actor, may
from mibo.web.enquiry_rows import runs
from mibo.web.enquiry_words import STAFF_HEARD_OF
from mibo.web.forms.enquiries import CampaignChangeForm, CampaignForm
from mibo.web.htmx import go, show
from mibo.web.inputs.enquiries import CampaignChange, CampaignInput

bp = Blueprint("campaigns", __name__, url_prefix="/enquiries/campaigns")

ONE = f"/<int(max={GREATEST_ID}):campaign_id>"


@bp.get("")
@may(Permission.KEEP_CAMPAIGNS)
def listing() -> ResponseReturnValue:
    """All of them, each with its link; and a new one."""
    return _listing(CampaignForm(formdata=None, from_on=clock.today()))


@bp.post("")
@may(Permission.KEEP_CAMPAIGNS, own_transactions=True)
def add() -> ResponseReturnValue:
    """A new campaign."""
    form = CampaignForm()
    if made := form.made(CampaignInput, _add):
        flash(f"{made.name} is added. Its link stands in the list.", "success")
        return go("campaigns.listing")
    with db.reading():
        return _listing(form, status=form.status)


def _add(said: CampaignInput) -> Campaign:
    return leads.add_campaign(said.code, said.name, said.heard_of, said.from_on, said.to_on, by=actor())


@bp.get(ONE)
@may(Permission.KEEP_CAMPAIGNS)
def campaign(campaign_id: int) -> ResponseReturnValue:
    """One of them, to be changed."""
    found = leads.campaign(campaign_id)
    form = CampaignChangeForm(formdata=None, obj=found)
    form.seen.data = str(found.version)
    return show("campaigns/one.html", form=form, one=found)


@bp.post(ONE)
@may(Permission.KEEP_CAMPAIGNS, own_transactions=True)
def change(campaign_id: int) -> ResponseReturnValue:
    """Change what it is called, and until when it runs; its code stays."""
    form = CampaignChangeForm()
    with db.reading():
        found = leads.campaign(campaign_id)
    if form.done(CampaignChange, lambda said: _change(campaign_id, said)):
        flash("Saved.", "success")
        return go("campaigns.listing")
    with db.reading():
        return show("campaigns/one.html", form=form, one=found, status=form.status)


def _change(campaign_id: int, said: CampaignChange) -> None:
    told = said.name, said.heard_of, said.from_on, said.to_on
    leads.change_campaign(campaign_id, *told, by=actor(), seen=said.seen)


def _listing(form: CampaignForm, *, status: int = 200) -> ResponseReturnValue:
    rows = [(one, came, _link(one), str(STAFF_HEARD_OF[one.heard_of]), runs(one)) for one, came in leads.campaigns()]
    return show("campaigns/listing.html", form=form, rows=rows, status=status)


def _link(one: Campaign) -> str:
    return settings().base_url.rstrip("/") + url_for("enquire.form", c=one.code)

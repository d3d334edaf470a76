"""The message log: what was sent to whom and what became of it, its numbers, and the texts themselves."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from mibo import booking, clinics, identity, messaging
from mibo.errors import Missing
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.messaging import LANGUAGES
from mibo.web import message_rows, message_samples, report_rows
from mibo.web.access import actor, may
from mibo.web.forms.message_log import LogForm, NumbersForm, offer
from mibo.web.htmx import go, show
from mibo.web.inputs.message_log import LogFilter, NumbersFilter
from mibo.web.keys import takes
from mibo.web.listings.messages import days_of, tally_of, text_words
from mibo.web.listings.work import wish as message_wish
from mibo.web.paging import page_asked

bp = Blueprint("message_log", __name__, url_prefix="/desk/messages")

PAGE = 30


@bp.route("", methods=["GET", "POST"])
@may(Permission.SEE_MESSAGES)
def listing() -> ResponseReturnValue:
    """The messages that were asked for, a page at a time; an address asks for one patient's, or one appointment's."""
    who = actor()
    if not (who.everywhere or who.centre_ids):
        return show("desk/no_centre.html")
    form, asked = _asked()
    offer(form, [one for one in clinics.centres() if who.reaches(one.id)])
    found, more = messaging.log.log_page(message_wish(asked, actor()))
    references = booking.lists.references_of({one.about_id for one in found if one.about_id})
    return show(
        "message_log/listing.html",
        form=form,
        lines=[message_rows.line(one, references) for one in found],
        next_id=found[-1].id if more else None,
        is_first=asked.before is None,
        status=422 if form.errors else 200,
    )


def _asked() -> tuple[LogForm, LogFilter]:
    if request.method == "POST":
        form = LogForm()
        return form, form.read(LogFilter) or LogFilter()
    told = {
        name: value for name, value in request.args.items() if name in ("standing", "patient", "appointment") and value
    }
    try:
        asked = LogFilter.model_validate(told)
    except ValueError:
        raise Missing("We could not find those messages.") from None
    return LogForm(formdata=None, data=told), asked


@bp.route("/numbers", methods=["GET", "POST"])
@may(Permission.SEE_MESSAGES)
def numbers() -> ResponseReturnValue:
    """How many left, arrived, were read or failed, by day and by template: the last four weeks, unless asked otherwise."""
    first, last = days_of(NumbersFilter())
    usual = NumbersFilter(since=first, until=last)
    form = NumbersForm(data=usual.model_dump())
    asked = form.read(NumbersFilter) or usual
    days, texts = tally_of(asked, actor())
    return show(
        "message_log/numbers.html", form=form, chart=message_rows.chart(days), layers=message_rows.LAYERS,
        days=[(message_rows.short_day(one.of), one) for one in reversed(days) if one.total],
        texts=[(text_words(one.of), one) for one in texts], asked=asked, status=422 if form.errors else 200,
    )  # fmt: skip


@bp.get("/reports")
@may(Permission.OVERSEE_MESSAGES)
def reports() -> ResponseReturnValue:
    """Delivery reports that are of no message we know, or that nobody can read: those nobody has seen, or the others."""
    seen, page = "seen" in request.args, page_asked(PAGE)
    found = messaging.unmatched.unmatched(seen=seen, **page.reach)
    shown = page.shown(found)
    names = identity.names_of({one.seen_by for one in shown if one.seen_by})
    return show(
        "message_log/reports.html",
        lines=[report_rows.line(one, names) for one in shown],
        seen=seen,
        **page.facts(found),
    )


@bp.post("/reports/seen")
@may(Permission.OVERSEE_MESSAGES)
@takes("report")
def see() -> ResponseReturnValue:
    """Somebody has looked at them."""
    ids = {int(each) for each in request.form.getlist("report")[:PAGE] if each.isascii() and each.isdigit()}
    count = messaging.unmatched.mark_seen({each for each in ids if each <= GREATEST_ID}, by=actor().account_id)
    flash(f"{count} marked as seen." if count else "Nothing was left to mark.", "success" if count else "info")
    return go("message_log.reports")


@bp.get("/wording")
@may(Permission.SEE_MESSAGES)
def texts() -> ResponseReturnValue:
    """Every text in one language, with invented values, as somebody's phone shows it."""
    language = request.args.get("language", "en")
    if language not in LANGUAGES:
        raise Missing("There are no messages in that language.")
    return show(
        "message_log/wording.html", groups=message_samples.samples(language), languages=LANGUAGES, language=language
    )

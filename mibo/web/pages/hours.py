"""The hours of clinicians: their week at a glance, the editor, and what was kept before."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from mibo import audit, booking, clinics, clock, db, identity, people, scheduling
from mibo.booking import Choice, HoursWish, VisitsOutside, WeekAhead
from mibo.errors import Invalid
from mibo.identity.permissions import Permission, Role
from mibo.ids import GREATEST_ID, read_id
from mibo.people import ClinicianWish
from mibo.scheduling import Standing
from mibo.scheduling.rules import HoursChanged, in_effect, patterns, rows_on, window_of
from mibo.web import hours_rows, hours_sheet, hours_words
from mibo.web.access import actor, may
from mibo.web.filters import clock_time, moment
from mibo.web.forms.hours import HoursForm
from mibo.web.hours_sheet import Sheet, Typed, centre_names
from mibo.web.htmx import go, show
from mibo.web.inputs.base import read_day
from mibo.web.inputs.clinicians import ClinicianSearch
from mibo.web.inputs.hours import RowInput

bp = Blueprint("hours", __name__, url_prefix="/hours")

ONE = f"/<int(max={GREATEST_ID}):clinician_id>"
END = "end"
CHANGES = 50


@bp.get("")
@may(Permission.SEE_HOURS)
def index() -> ResponseReturnValue:
    """Everybody within reach with the week they keep; a clinician's own is all of it."""
    who = actor()
    if who.roles == {Role.CLINICIAN} and who.clinician_id:
        return go("hours.one", clinician_id=who.clinician_id)
    if not (who.everywhere or who.centre_ids or who.clinician_id):
        return show("desk/no_centre.html")
    search = _search()
    wish = ClinicianWish(q=search.q, centre_id=search.centre, active=True)
    found, total = people.clinicians_page(wish, search.page, by=who)
    kept = scheduling.kept_hours([one.id for one in found], from_day=clock.today())
    return show(
        "hours/index.html",
        "hours/_list.html",
        rows=[hours_rows.row(one, kept.get(one.id, ())) for one in found],
        total=total,
        search=search,
        pages=max(1, -(-total // people.CLINICIANS_PAGE)),
        url=_page_url(search),
        centres=[(each.id, each.short_name) for each in clinics.centres() if who.reaches(each.id)],
        week=[name[:3] for name in hours_words.names()],
    )


@bp.get(ONE)
@may(Permission.SEE_HOURS)
def one(clinician_id: int) -> ResponseReturnValue:
    """One clinician's hours: the editor for whoever may set them, else the week."""
    now = scheduling.standing(clinician_id, by=actor())
    if not (now.centres and actor().may(Permission.SET_HOURS)):
        return show("hours/one.html", **_about(now), sheet=None, week=_week_now(now))
    return _editor(_fresh(now))


@bp.post(f"{ONE}/draft")
@may(Permission.SET_HOURS, own_transactions=True)
def draft(clinician_id: int) -> ResponseReturnValue:
    """What is typed, with a row more or less, or a day copied; and the week it would give. Nothing is saved."""
    with db.reading():
        now = scheduling.standing(clinician_id, by=actor())
        rows, act = hours_sheet.sent_rows(request.form), request.form.get("act", "")
        if act:
            rows = hours_sheet.changed(now, rows, act, request.form)
        sheet = hours_sheet.sheet(now, HoursForm(), rows)
        ahead = _ahead(sheet)
        if act and act != "look":
            sheet = hours_sheet.sheet(now, HoursForm(), rows)
            return _editor(sheet, ahead, focus=_focus(act, rows))
        return _editor(sheet, ahead, status=422 if sheet.errors else 200)


@bp.post(ONE)
@may(Permission.SET_HOURS, own_transactions=True)
def save(clinician_id: int) -> ResponseReturnValue:
    """Keep these hours from the day on, once it is said what becomes of every visit outside them."""
    with db.reading():
        now = scheduling.standing(clinician_id, by=actor())
        rows = hours_sheet.sent_rows(request.form)
        sheet = hours_sheet.sheet(now, HoursForm(), rows)
        wish = _wish(sheet)
    if wish is None:
        with db.reading():
            return _editor(sheet, status=422)
    try:
        with db.transaction():
            done = booking.set_hours(
                clinician_id, wish, answers=_answers(), version=sheet.form.version.data or "", by=actor()
            )
    except Invalid as error:
        sheet.refuse(error)
        with db.reading():
            return _editor(sheet, status=422)
    except VisitsOutside as error:
        return _ask(sheet, wish, error)
    except HoursChanged:
        return _changed_meanwhile(clinician_id, rows)
    own = actor().clinician_id == clinician_id
    for sentence, kind in hours_rows.said_of(wish, done, "Your" if own else f"{now.one.full_name}’s"):
        flash(sentence, kind)
    return go("hours.one", clinician_id=clinician_id)


@bp.get(f"{ONE}/history")
@may(Permission.SEE_HOURS)
def history(clinician_id: int) -> ResponseReturnValue:
    """Every pattern that was, is or will be kept, and who changed what when."""
    one = scheduling.clinician_with_hours(clinician_id, by=actor())
    kept = scheduling.kept_hours([one.id]).get(one.id, ())
    entries, _ = audit.entries(audit.AuditWish(subject_id=one.id, acts=("clinician.hours",)), limit=CHANGES)
    names = identity.names_of({each.by_account_id for each in entries if each.by_account_id})
    shown = hours_words.patterns_shown(patterns(kept), centre_names(one) | hours_rows.other_names(kept), clock.today())
    changes = [(each.at, names.get(each.by_account_id or 0, "Mibo"), hours_rows.change_words(each)) for each in entries]
    return show("hours/history.html", one=one, patterns=shown, changes=changes)


def _page_url(search: ClinicianSearch) -> str:
    address = url_for("hours.index", q=search.q or None, centre=search.centre)
    return address + ("&" if "?" in address else "?") + "page={page}"


def _search() -> ClinicianSearch:
    known = {name: value for name, value in request.args.items() if name in ("q", "centre", "page")}
    return ClinicianSearch.model_validate(known)


def _fresh(now: Standing) -> Sheet:
    """The editor with what is kept on the day from which it shall change; `like`: as on another day."""
    from_day = _day("from") or clock.today() + timedelta(days=1 if now.mine else 0)
    like = _day("like") or from_day
    form = HoursForm(
        formdata=None, from_day=from_day, session_minutes=now.one.session_minutes,
        buffer_minutes=now.one.buffer_minutes, version=scheduling.version_of(now.one, now.kept),
    )  # fmt: skip
    return hours_sheet.sheet(now, form, hours_sheet.standing_rows(now, rows_on(now.mine, like)))


def _day(name: str) -> date | None:
    told = read_day(request.args.get(name))
    return told if told and clock.today() <= told <= clock.today() + scheduling.FARTHEST else None


def _wish(sheet: Sheet) -> HoursWish | None:
    """What is to be saved; the last row is not taken away by oversight."""
    wish = sheet.read()
    if wish is None or wish.rows or not sheet.now.mine:
        return wish
    if request.form.get("act") == END:
        return wish
    sheet.form.form_errors.append("There is no row left. Add one, or choose “No more hours from this day”.")
    return None


def _answers() -> dict[int, Choice]:
    chosen: dict[int, Choice] = {}
    for name, value in request.form.items():
        visit = read_id(name.removeprefix("visit-")) if name.startswith("visit-") else None
        if visit and value in set(Choice):
            chosen[visit] = Choice(value)
    return chosen


def _ahead(sheet: Sheet) -> WeekAhead | None:
    """The week that would result; what is wrong is said at its field."""
    wish = sheet.read()
    if wish is None:
        return None
    try:
        return booking.preview_hours(sheet.now.one.id, wish, by=actor())
    except Invalid as error:
        sheet.refuse(error)
        return None


def _ask(sheet: Sheet, wish: HoursWish, error: VisitsOutside) -> ResponseReturnValue:
    sheet.form.form_errors.append(error.message)
    with db.reading():
        return _editor(sheet, booking.preview_hours(sheet.now.one.id, wish, by=actor()), status=422)


def _changed_meanwhile(clinician_id: int, typed: Sequence[Typed]) -> ResponseReturnValue:
    """Somebody else was faster: what stands now, who did it, and what was typed."""
    with db.reading():
        now = scheduling.standing(clinician_id, by=actor())
        lost = hours_sheet.sheet(now, HoursForm(), typed)
        lines = [row.window(now.one.session_minutes) for row in _readable(lost)]
        words = [hours_words.dated(row, centre_names(now.one)) for row in lines]
        return _editor(_fresh(now), status=409, meanwhile=_who_changed(now.one.id), lost=words)


def _readable(sheet: Sheet) -> list[RowInput]:
    found = [row.read(RowInput) for row in sheet.rows if not hours_sheet.is_blank(row)]
    return [row for row in found if row]


def _who_changed(clinician_id: int) -> str:
    found, _ = audit.entries(audit.AuditWish(subject_id=clinician_id, acts=("clinician.",)), limit=1)
    if not found:
        return HoursChanged.message
    [entry] = found
    name = identity.names_of({entry.by_account_id or 0}).get(entry.by_account_id or 0, "Somebody")
    at = clock_time(entry.at) if clock.clinic_day(entry.at) == clock.today() else moment(entry.at)
    return f"{name} changed these hours at {at}. This is how they stand now; yours are not saved."


def _focus(act: str, rows: Sequence[Typed]) -> str:
    """Where to go on: the new row's first box, or the day that a button was in."""
    what, _, told = act.partition("-")
    return f"row-{len(rows) - 1}-opens" if what == "add" else f"day-{told}" if what == "copy" else "rows-title"


def _about(now: Standing) -> dict[str, Any]:
    """What every part of the page shows besides the rows: patterns that are kept now and will be."""
    names = centre_names(now.one) | hours_rows.other_names(now.kept)
    today = clock.today()
    known = [each for each in patterns(now.kept) if each.last is None or each.last >= today]
    own = actor().clinician_id == now.one.id
    return {
        "one": now.one,
        "own": own,
        "patterns": [each for each in hours_words.patterns_shown(known, names, today) if each.days or each.is_planned],
        "cancels": actor().may(Permission.CANCEL_APPOINTMENTS),
    }


def _week_now(now: Standing) -> hours_words.NormalWeek:
    rows = [window_of(each) for each in rows_on(now.kept, clock.today())]
    return hours_words.normal_week(rows, centre_names(now.one))


def _editor(
    sheet: Sheet, ahead: WeekAhead | None = None, *, status: int = 200, focus: str = "", meanwhile: str = "",
    lost: Sequence[str] = (),
) -> ResponseReturnValue:  # fmt: skip
    ahead = ahead or (None if sheet.errors else _ahead(sheet) if request.method == "POST" else _as_it_stands(sheet))
    now = sheet.now
    part = "hours/_week.html" if request.headers.get("HX-Target") == "week" else "hours/_sheet.html"
    return show(
        "hours/one.html", part, **_about(now), sheet=sheet, form=sheet, ahead=ahead, focus=focus, meanwhile=meanwhile, lost=lost,
        week=hours_words.normal_week(ahead.rows, centre_names(now.one)) if ahead else None, chosen=_answers(),
        visits=hours_rows.visits(ahead), from_day=sheet.form.from_day.data, status=status,
    )  # fmt: skip


def _as_it_stands(sheet: Sheet) -> WeekAhead:
    """Nothing has been changed yet, so nobody is outside."""
    from_day = sheet.form.from_day.data or clock.today()
    kept = [each for each in sheet.now.kept if in_effect(each, from_day)]
    typed = [window_of(each) for each in rows_on(kept, from_day)]
    return WeekAhead(typed, [], [])

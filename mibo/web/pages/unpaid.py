"""What is owed and not paid, by how long ago the visit was, with what may be done about it."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from mibo import clinics, clock, ledger, money
from mibo.identity.permissions import Permission
from mibo.web import payment_rows
from mibo.web.access import actor, may
from mibo.web.htmx import show
from mibo.web.inputs.takings import UnpaidInput, of_address
from mibo.web.mismatch_rows import silent_words

bp = Blueprint("unpaid", __name__, url_prefix="/money/unpaid")


@bp.get("")
@may(Permission.BOOK_AT_DESK)
def listing() -> ResponseReturnValue:
    """What is owed of one age; the ages beside it say how many there are, and to managers how much."""
    asked, _ = of_address(UnpaidInput, request.args)
    who = actor()
    if not (who.everywhere or who.centre_ids):
        return show("desk/no_centre.html")
    ages = ledger.owed_by_age(by=who, centre_id=asked.centre)
    found = ledger.owed_of(asked.age, by=who, centre_id=asked.centre)
    adds_up = who.may(Permission.SEE_REVENUE)
    tabs = [
        (age, words, ages[age].payments, money.rupees(ages[age].paise) if adds_up and ages[age].payments else "")
        for age, words in payment_rows.AGES.items()
    ]
    return show(
        "unpaid/listing.html", rows=payment_rows.owed(found), tabs=tabs, asked=asked, made_at=clock.local(clock.now()),
        centres=[one for one in clinics.centres() if who.reaches(one.id)], more=ages[asked.age].payments - len(found),
        age_words=payment_rows.AGES[asked.age].lower(), silent=silent_words(who),
    )  # fmt: skip

"""Documents in a patient's record: put in, opened, removed, taken back."""

import io
from contextlib import closing

from flask import Blueprint, flash, send_file
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import ServiceUnavailable

from mibo import booking, care, db
from mibo.errors import Conflict, Invalid
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID
from mibo.integrations.http import ProviderError
from mibo.web.access import actor, may
from mibo.web.forms.record import DocumentForm
from mibo.web.htmx import go
from mibo.web.keys import takes
from mibo.web.pages.record import page
from mibo.web.reads import more_read, noted

bp = Blueprint("documents", __name__, url_prefix="/desk/patients")

ALL = f"/<int(max={GREATEST_ID}):patient_id>/documents"
ONE = f"{ALL}/<int(max={GREATEST_ID}):document_id>"
AWAY = "The document could not be kept just now. Please try again in a moment."


@bp.post(ALL)
@may(Permission.KEEP_RECORD, own_transactions=True)
def add(patient_id: int) -> ResponseReturnValue:
    """Check the file, keep it sealed, and put it into the record."""
    with db.reading():
        booking.patients.check_treats(patient_id, by=actor())
    form, status, words = DocumentForm(), 422, ""
    if form.validate_on_submit():
        try:
            _keep(patient_id, form)
        except care.document_rules.TooLarge as error:
            status = 413
            form.refuse(error)
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            status, words = 409, error.message
        except ProviderError:
            status = 503
            form.say("file", AWAY)
        else:
            flash("The document is in the record.", "success")
            return go("record.one", patient_id=patient_id)
    with db.reading():
        return page(patient_id, file=form, words=words, status=status)


def _keep(patient_id: int, form: DocumentForm) -> None:
    file = form.file.data
    if not file:
        raise Invalid.field("file", "Choose a file.")
    with closing(file):
        made = care.documents.store(file.read(care.document_rules.LARGEST_BYTES + 1), file.filename or "")
    try:
        with db.transaction():
            care.documents.add(made, patient_id, by=actor())
    except BaseException:
        care.documents.forget(made)
        raise


@bp.get(ONE)
@may(Permission.KEEP_RECORD, own_transactions=True)
@noted("document.opened", "patient_id")
def read(patient_id: int, document_id: int) -> ResponseReturnValue:
    """The file, to be kept and opened by what opens such files: never shown as a page of ours."""
    with db.reading():
        shown, kept = care.documents.one(document_id, patient_id, by=actor())
    try:
        body = care.documents.body(kept)
    except ProviderError:
        raise ServiceUnavailable from None
    more_read(document=shown.id)
    answer = send_file(
        io.BytesIO(body),
        care.document_rules.TYPES[shown.kind],
        as_attachment=True,
        download_name=shown.name,
        max_age=None,
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.post(f"{ONE}/removal")
@may(Permission.KEEP_RECORD)
@takes()
def remove(patient_id: int, document_id: int) -> ResponseReturnValue:
    """It is in the record no more; for a day it can be taken back."""
    care.documents.remove(document_id, patient_id, by=actor())
    flash("The document is removed. For 24 hours it can be taken back.", "success")
    return go("record.one", patient_id=patient_id)


@bp.post(f"{ONE}/return")
@may(Permission.KEEP_RECORD, own_transactions=True)
@takes()
def take_back(patient_id: int, document_id: int) -> ResponseReturnValue:
    """It is in the record again."""
    try:
        with db.transaction():
            care.documents.take_back(document_id, patient_id, by=actor())
    except Conflict as error:
        with db.reading():
            return page(patient_id, words=error.message, status=409)
    flash("The document is in the record again.", "success")
    return go("record.one", patient_id=patient_id)

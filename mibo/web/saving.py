"""A file that leaves the house: to be saved and not shown; its name says which list and which day, and nobody's name."""

from flask import make_response
from werkzeug.wrappers import Response

from mibo import clock, exports
from mibo.exports import Listing
from mibo.people import Patient
from mibo.web import reads
from mibo.web.access import actor


def saved(answer: Response, name: str, file: str) -> Response:
    """An answer that holds a file, as such."""
    answer.headers["Content-Type"] = exports.content_type(file)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{clock.today():%Y-%m-%d}.{file}"'
    return answer


def file_of(one: Listing, patient: Patient, file: str) -> Response:
    """What there is of one patient; that it leaves the house is noted."""
    body, rows = exports.of_one(one, {"patient": patient.id, "name": patient.full_name}, file, by=actor())
    reads.exported(one.name, rows, file=file)
    return saved(make_response(body), one.name, file)

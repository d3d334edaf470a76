"""Patients: looked for, added, changed, and one with all that happened. Who they are never stands in an address."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from mibo import audit, booking, care, clinics, db, identity, payments, people, phone
from mibo.audit import AuditWish
from mibo.booking import UNDO_WITHIN, Appointment, Sought
from mibo.clock import now
from mibo.errors import Conflict, Invalid
from mibo.identity.permissions import Permission
from mibo.ids import GREATEST_ID, read_id
from mibo.people import MrnTaken, Patient, PhoneInUse
from mibo.web import desk_patients, receipt_rows
from mibo.web.access import actor, may
from mibo.web.devices import signed_out
from mibo.web.forms.patients import MedicalNoteForm, PatientsForm, RecordForm, patients_form, record_form
from mibo.web.htmx import go, show
from mibo.web.inputs.patients import MedicalNoteInput, PatientsInput, RecordInput
from mibo.web.keys import takes
from mibo.web.listings.one_patient import HISTORY
from mibo.web.reads import more_read, noted
from mibo.web.saving import file_of

bp = Blueprint("patients", __name__, url_prefix="/desk/patients")

ONE = f"/<int(max={GREATEST_ID}):patient_id>"
OPENINGS_SHOWN = 10
CONSENTS_SHOWN = 100


@bp.get("")
@may(Permission.SEE_PATIENTS)
def index() -> ResponseReturnValue:
    """The patients within reach, the newest first."""
    return _list(_search(sent=False), Sought(), 1)


@bp.post("/find")
@may(Permission.SEE_PATIENTS)
def find() -> ResponseReturnValue:
    """Look for patients. What is typed, and the page that is wanted, travel in the body."""
    form = _search()
    if told := form.read(PatientsInput):
        return _list(form, told.sought, told.page)
    return _list(form, Sought(), 1, status=422)


@bp.get("/new")
@may(Permission.ADD_PATIENTS)
def new() -> ResponseReturnValue:
    """An empty record."""
    return _form(RecordForm(formdata=None))


@bp.post("/known")
@may(Permission.SEE_PATIENTS)
@takes("phone")
def known() -> ResponseReturnValue:
    """Who has the phone that is being typed; nothing while it is none."""
    number = _number(request.form.get("phone", ""))
    found = desk_patients.known_on(number) if number else []
    return show("patients/_known.html", known=found, saved=False)


@bp.post("/new")
@may(Permission.ADD_PATIENTS, own_transactions=True)
def add() -> ResponseReturnValue:
    """Add a patient. A number that is known offers who has it, and to share it with them."""
    form, status = RecordForm(), 422
    if said := form.read(RecordInput):
        try:
            with db.transaction():
                told = said.told(with_mrn=actor().may(Permission.SET_MRN))
                added = people.register_patient(told, by=actor(), family=bool(said.family))
        except (Invalid, Conflict) as error:
            status = _refuse(form, error)
        else:
            flash(f"{added.full_name} is added, with the MRN {added.mrn}.", "success")
            if (centre := _queue()) is not None:
                return go("queue.add", centre=centre, patient=added.id)
            return go("patients.show_patient", patient_id=added.id)
    with db.reading():
        return _form(form, status=status)


def _queue() -> int | None:
    """The centre in whose queue the patient will wait, where the desk came from there."""
    return read_id(request.args.get("queue", ""))


@bp.get(ONE)
@may(Permission.SEE_APPOINTMENTS)
@noted("patient.opened", "patient_id")
def show_patient(patient_id: int) -> ResponseReturnValue:
    """One patient, with what happened as far as it is within reach."""
    return _page(booking.patients.patient_within_reach(patient_id, by=actor()))


@bp.get(f"{ONE}/history.csv")
@may(Permission.SEE_PATIENTS, fresh=True)
@noted("patient.opened", "patient_id")
def history(patient_id: int) -> ResponseReturnValue:
    """A patient's visits and payments for a spreadsheet."""
    return file_of(HISTORY, booking.patients.patient_within_reach(patient_id, by=actor()), "csv")


@bp.get(f"{ONE}/history.pdf")
@may(Permission.SEE_PATIENTS, fresh=True)
@noted("patient.opened", "patient_id")
def history_pdf(patient_id: int) -> ResponseReturnValue:
    """The same on A4."""
    return file_of(HISTORY, booking.patients.patient_within_reach(patient_id, by=actor()), "pdf")


@bp.get(f"{ONE}/edit")
@may(Permission.EDIT_PATIENTS)
@noted("patient.opened", "patient_id")
def edit(patient_id: int) -> ResponseReturnValue:
    """The record as it stands, to be changed."""
    one = booking.patients.patient_within_reach(patient_id, by=actor())
    return _form(record_form(one), one)


@bp.post(f"{ONE}/edit")
@may(Permission.EDIT_PATIENTS, own_transactions=True)
def save(patient_id: int) -> ResponseReturnValue:
    """Keep what was changed."""
    form, status = RecordForm(), 422
    if said := form.read(RecordInput):
        try:
            with db.transaction():
                booking.patients.patient_within_reach(patient_id, by=actor())
                told = said.told(with_mrn=actor().may(Permission.SET_MRN))
                people.change_patient(patient_id, told, by=actor(), family=bool(said.family))
        except (Invalid, Conflict) as error:
            status = _refuse(form, error)
        else:
            flash("Saved.", "success")
            return go("patients.show_patient", patient_id=patient_id)
    with db.reading():
        return _form(form, booking.patients.patient_within_reach(patient_id, by=actor()), status=status)


@bp.post(f"{ONE}/mrn")
@may(Permission.EDIT_PATIENTS)
@takes()
def number_patient(patient_id: int) -> ResponseReturnValue:
    """Give the next MRN to a patient without one."""
    booking.patients.patient_within_reach(patient_id, by=actor())
    flash(f"The MRN is {people.assign_mrn(patient_id, by=actor()).mrn}.", "success")
    return go("patients.show_patient", patient_id=patient_id)


@bp.post(f"{ONE}/archive")
@may(Permission.EDIT_PATIENTS, own_transactions=True)
@takes("active")
def archive(patient_id: int) -> ResponseReturnValue:
    """Put a record aside, or take it up again."""
    active = request.form.get("active") == "yes"
    try:
        with db.transaction():
            booking.patients.patient_within_reach(patient_id, by=actor())
            booking.patients.archive(patient_id, active=active, by=actor())
    except Conflict as error:
        with db.reading():
            return _page(booking.patients.patient_within_reach(patient_id, by=actor()), words=error.message, status=409)
    flash("The record is in use again." if active else "The record is put aside.", "success")
    return go("patients.show_patient", patient_id=patient_id)


@bp.post(f"{ONE}/sign-ins/end")
@may(Permission.EDIT_PATIENTS, fresh=True)
@takes()
def end_sign_ins(patient_id: int) -> ResponseReturnValue:
    """Sign their phone out of every browser and app: it was lost, or is shared. A new code lets them in (clinic.md P23)."""
    one = booking.patients.patient_within_reach(patient_id, by=actor())
    flash(signed_out("This phone", identity.end_stays_of(one.account_id, by=actor())), "success")
    return go("patients.show_patient", patient_id=patient_id)


@bp.post(f"{ONE}/notes")
@may(Permission.WRITE_MEDICAL_NOTES, own_transactions=True)
def write_note(patient_id: int) -> ResponseReturnValue:
    """Write a medical note on a patient one treats."""
    form = MedicalNoteForm()
    if said := form.read(MedicalNoteInput):
        with db.transaction():
            booking.patients.check_treats(patient_id, by=actor())
            people.write_medical_note(patient_id, said.note, by=actor())
        return go("patients.show_patient", patient_id=patient_id)
    with db.reading():
        return _page(booking.patients.patient_within_reach(patient_id, by=actor()), form, status=422)


def _search(*, sent: bool = True) -> PatientsForm:
    return patients_form([one for one in clinics.centres() if actor().reaches(one.id)], sent=sent)


def _list(form: PatientsForm, sought: Sought, page: int, status: int = 200) -> ResponseReturnValue:
    if not (actor().everywhere or actor().centre_ids):
        return show("desk/no_centre.html")
    found = booking.patients.find(sought, by=actor(), page=page)
    visits = booking.patients.visits_of(found.patients, by=actor())
    return show(
        "patients/index.html", "patients/_list.html", form=form, found=found,
        rows=desk_patients.rows(found.patients, visits), counted_to=booking.patients.COUNTED_TO, status=status,
    )  # fmt: skip


def _form(form: RecordForm, one: Patient | None = None, status: int = 200) -> ResponseReturnValue:
    number = _number(form.phone.data or "") if form.errors else None
    known = desk_patients.known_on(number, but=one.id if one else None) if number else []
    return show("patients/form.html", form=form, one=one, known=known, saved=True, queue=_queue(), status=status)


def _number(typed: str) -> str | None:
    try:
        return phone.canonical(typed[:40])
    except Invalid:
        return None


def _refuse(form: RecordForm, error: Invalid | Conflict) -> int:
    """Say at its field what was wrong, and with which status."""
    if isinstance(error, Invalid):
        form.refuse(error)
        return 422
    field = "mrn" if isinstance(error, MrnTaken) else "phone" if isinstance(error, PhoneInUse) else "full_name"
    form.say(field, error.message)
    return 409


def _page(
    one: Patient, form: MedicalNoteForm | None = None, *, words: str = "", status: int = 200
) -> ResponseReturnValue:
    who = actor()
    appointments = booking.patients.appointments_of(one.id, by=who)
    told = booking.patients.messages_of(appointments) if who.may(Permission.SEE_PATIENTS) else []
    merge = booking.patients.newest_merge(one.id) if who.may(Permission.MERGE_PATIENTS) else None
    facts: dict[str, Any] = {
        "notes": None,
        "risks": [],
        "opened": _opened(one) if who.may(Permission.SEE_AUDIT) else None,
    }
    if who.may(Permission.WRITE_MEDICAL_NOTES) and booking.patients.treats(one.id, by=who):
        written = booking.patients.notes_of(one.id)
        more_read(medical_notes=len(written))
        facts["risks"] = care.history.risks_of(one.id, by=who)
        facts["notes"] = desk_patients.notes(written, identity.names_of({note.author_id for note in written}))
    return show(
        "patients/show.html", one=one, problem_words=words,
        page=desk_patients.look(one, appointments, told, _consent_recorded_by(one), who),
        form=form or MedicalNoteForm(formdata=None), status=status, papers=_papers(appointments),
        merge=merge if merge and merge.merged_at > now() - UNDO_WITHIN else None, **facts,
    )  # fmt: skip


def _papers(appointments: Sequence[Appointment]) -> Sequence[Mapping[str, str]]:
    """The receipts of these visits, the latest first, for those who give them."""
    if not actor().may(Permission.GIVE_RECEIPTS):
        return []
    return receipt_rows.links(payments.receipts_of([one.payment_id for one in appointments]), "/money/receipts")[::-1]


def _opened(one: Patient) -> list[tuple[str, str, str]]:
    """Who opened the record before, the latest first."""
    found, _ = audit.entries(AuditWish(acts=("patient.opened",), subject_id=one.id), limit=OPENINGS_SHOWN)
    return desk_patients.openings(
        found, identity.names_of({each.by_account_id for each in found if each.by_account_id})
    )


def _consent_recorded_by(one: Patient) -> str:
    if one.guardian_consent_at is None:
        return ""
    found, _ = audit.entries(AuditWish(acts=("patient.consent",), subject_id=one.id), limit=CONSENTS_SHOWN)
    who = next((each.by_account_id for each in found if each.details.get("kind") == "guardian"), None)
    return identity.names_of({who}).get(who, "") if who else ""

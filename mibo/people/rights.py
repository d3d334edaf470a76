"""What patients ask for about what is kept of them: asked, taken back, and followed by themselves (security.md line 76)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from mibo import audit, clinics, clock, db, sealing
from mibo.errors import Invalid, Missing
from mibo.identity import Actor
from mibo.people import queries
from mibo.people import rights_rules as rules
from mibo.people.models import Patient
from mibo.people.rights_models import RightsRequest
from mibo.phrases import phrase

SHOWN = 50
PURPOSE = "rights requests"


def ask(patient_id: int, kind: str, words: str, *, by: Actor) -> RightsRequest:
    """A patient asks, for themselves or for whom they act. The same said twice is one. Raises Missing, Invalid."""
    if kind not in rules.KINDS:
        raise Invalid.field("kind", phrase("Choose what you ask for."))
    kept = rules.check_words(words)
    one = queries.own_patient(patient_id, by=by)
    db.session().execute(select(Patient.id).where(Patient.id == one.id).with_for_update())
    if (standing := _standing(one.id, kind)) is not None:
        if words_of(standing) == kept:
            return standing
        raise Invalid.field(
            "words",
            phrase("You have asked for this already, and we have not answered yet. You can take that back first."),
        )
    now = clock.now()
    made = RightsRequest(
        patient_id=one.id, kind=kind, words=seal(kept), asked_by=by.account_id, asked_at=now,
        due_at=rules.due_at(kind, now, clinics.policy_in_force()),
    )  # fmt: skip
    db.session().add(made)
    db.session().flush()
    audit.record("request.made", made.id, by=by.account_id, patient=one.id, kind=kind)
    return made


def take_back(request_id: int, *, by: Actor) -> RightsRequest:
    """It is not wanted any more. Twice is once. Raises Missing, RequestClosed."""
    wanted = _own(by).where(RightsRequest.id == request_id).with_for_update(of=RightsRequest)
    one = db.session().scalar(wanted.execution_options(populate_existing=True))
    if one is None:
        raise Missing(phrase("We could not find that request."))
    if one.status == rules.WITHDRAWN:
        return one
    close(one, rules.WITHDRAWN, by=by)
    return one


def close(one: RightsRequest, status: str, *, by: Actor) -> None:
    """It ends so. Raises RequestClosed."""
    if one.status != rules.OPEN:
        raise rules.RequestClosed
    one.status, one.closed_by, one.closed_at, one.version = status, by.account_id, clock.now(), one.version + 1
    db.session().flush()
    audit.record("request.closed", one.id, by=by.account_id, patient=one.patient_id, kind=one.kind, after=status)


def own(*, by: Actor) -> Sequence[RightsRequest]:
    """What was asked for oneself and those one acts for: the open ones first, then the latest."""
    open_first = (RightsRequest.closed_at.is_not(None), RightsRequest.id.desc())
    wanted = _own(by).options(joinedload(RightsRequest.patient, innerjoin=True)).order_by(*open_first)
    return db.session().scalars(wanted.limit(SHOWN)).all()


def of_patient(patient_id: int) -> Sequence[RightsRequest]:
    """All of one person; whose it is to see is asked before."""
    return (
        db.session()
        .scalars(select(RightsRequest).where(RightsRequest.patient_id == patient_id).order_by(RightsRequest.id))
        .all()
    )


def nominee_of(patient_id: int) -> tuple[str, datetime] | None:
    """Whom they named to act for them when they cannot, as it was noted last, and since when."""
    noted = select(RightsRequest).where(
        RightsRequest.patient_id == patient_id, RightsRequest.kind == rules.NOMINEE, RightsRequest.status == rules.DONE
    )
    one = db.session().scalar(noted.order_by(RightsRequest.id.desc()).limit(1))
    return (words_of(one), one.closed_at) if one is not None and one.closed_at else None


def seal(words: str) -> bytes:
    """As it is kept."""
    return sealing.box(PURPOSE).encrypt(words.encode())


def words_of(one: RightsRequest) -> str:
    """What was asked; empty where its key is gone."""
    return _opened(one.words)


def answer_of(one: RightsRequest) -> str:
    """What was answered; empty where nothing was yet."""
    return _opened(one.answer)


def _opened(kept: bytes | None) -> str:
    try:
        return sealing.box(PURPOSE).decrypt(kept).decode() if kept else ""
    except sealing.InvalidToken:
        return ""


def _standing(patient_id: int, kind: str) -> RightsRequest | None:
    same = select(RightsRequest).where(
        RightsRequest.patient_id == patient_id, RightsRequest.kind == kind, RightsRequest.status == rules.OPEN
    )
    return db.session().scalar(same.limit(1))


def _own(by: Actor) -> Select[RightsRequest]:
    return select(RightsRequest).where(RightsRequest.patient_id.in_(queries.ids_acted_for(by.account_id)))

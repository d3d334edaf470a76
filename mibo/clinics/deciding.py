"""The policy in force, kept for some seconds by each process, and how it is decided anew."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields

from sqlalchemy import select

from mibo import audit, db
from mibo.clinics.models import PolicyVersion
from mibo.clinics.policy import Policy
from mibo.config import settings

KEPT_S = 30

_kept: tuple[float, Policy] | None = None


def policy_in_force() -> Policy:
    """The newest decision, over what the operator has set. Another process may go by the former for half a minute."""
    global _kept  # noqa: PLW0603
    if _kept is not None and 0 <= time.monotonic() - _kept[0] < KEPT_S:
        return _kept[1]
    found = db.read(newest_policy)
    _kept = (time.monotonic(), found)
    return found


def forget_policy() -> None:
    """Ask again the next time."""
    global _kept  # noqa: PLW0603
    _kept = None


def newest_policy() -> Policy:
    """The policy as the database has it at this moment."""
    numbers = db.session().scalar(select(PolicyVersion.numbers).order_by(PolicyVersion.id.desc()).limit(1))
    known = {field.name for field in fields(Policy)}
    return Policy(**{**_of_the_operator(), **{name: value for name, value in (numbers or {}).items() if name in known}})


def _of_the_operator() -> dict[str, int]:
    chosen = settings()
    return {
        "hold_minutes": chosen.policy_hold_minutes,
        "link_hold_minutes": chosen.policy_link_hold_minutes,
        "lead_minutes": chosen.policy_lead_minutes,
        "horizon_days": chosen.policy_horizon_days,
        "registration_fee_paise": chosen.policy_registration_fee_rupees * 100,
        "patient_cutoff_hours": chosen.policy_patient_cutoff_hours,
        "unpaid_holds": chosen.policy_unpaid_holds,
        "refund_in_time_percent": chosen.policy_refund_in_time_percent,
        "refund_late_percent": chosen.policy_refund_late_percent,
        "start_early_minutes": chosen.policy_start_early_minutes,
        "undo_seconds": chosen.policy_undo_seconds,
        "quiet_from_hour": chosen.policy_quiet_from_hour,
        "quiet_until_hour": chosen.policy_quiet_until_hour,
    }


def decide_policy(wanted: Mapping[str, int], reason: str, *, by: int | None) -> Policy:
    """Put these numbers in force and leave the others as they are. Raises Invalid at every number out of its bounds."""
    before = newest_policy()
    after = Policy(**{**asdict(before), **wanted})
    changed = {name: [old, new] for name, old in asdict(before).items() if (new := getattr(after, name)) != old}
    if not changed:
        return before
    made = PolicyVersion(numbers=asdict(after), reason=reason, decided_by=by)
    db.session().add(made)
    db.session().flush()
    audit.record("policy.decided", made.id, by=by, changed=changed)
    db.after_commit(forget_policy)
    return after


def policy_versions(limit: int = 50) -> Sequence[PolicyVersion]:
    """What was decided, the newest first."""
    return db.session().scalars(select(PolicyVersion).order_by(PolicyVersion.id.desc()).limit(limit)).all()

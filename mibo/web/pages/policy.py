"""The policy numbers: what is in force, who decided it and why, and how it is decided anew."""

from dataclasses import asdict, dataclass
from datetime import datetime

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue

from mibo import clinics, db, identity
from mibo.clinics.policy import BOUNDS, Policy
from mibo.errors import Invalid, Problem
from mibo.identity.permissions import Permission
from mibo.web.access import actor, may
from mibo.web.forms.policy import GROUPS, PAISE, WORDS, PolicyForm, bounds_shown, said
from mibo.web.htmx import go, show
from mibo.web.inputs.policy import PolicyInput

bp = Blueprint("policy", __name__, url_prefix="/desk/policy")


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the history."""

    at: datetime
    who: str
    why: str
    changes: list[str]


@bp.get("")
@may(Permission.SEE_POLICY)
def numbers() -> ResponseReturnValue:
    """What is in force, and how it came to be."""
    return _page(PolicyForm.of(clinics.newest_policy()))


@bp.post("")
@may(Permission.SET_POLICY, own_transactions=True, fresh=True)
def decide() -> ResponseReturnValue:
    """Put new numbers in force. A refusal keeps all that was typed."""
    form = PolicyForm.of()
    if sent := form.read(PolicyInput):
        wanted = {name: value * 100 if name in PAISE else value for name, value in sent.numbers.items()}
        try:
            with db.transaction():
                clinics.decide_policy(wanted, sent.reason, by=actor().account_id)
        except Invalid as error:
            form.refuse(Invalid(problems=[_in_words(problem) for problem in error.problems]))
        else:
            flash("The policy is in force. Every page goes by it within half a minute.", "success")
            return go("policy.numbers")
    with db.reading():
        return _page(form, status=422)


def _in_words(problem: Problem) -> Problem:
    if problem.field not in BOUNDS:
        return problem
    return Problem(
        problem.field, f"{WORDS[problem.field][0]}: enter a whole number from {bounds_shown(problem.field)}."
    )


def _page(form: PolicyForm, *, status: int = 200) -> ResponseReturnValue:
    policy = asdict(clinics.newest_policy())
    lines = [(title, [(WORDS[name][0], said(name, policy[name])) for name in names]) for title, names in GROUPS]
    return show(
        "policy/numbers.html",
        form=form,
        groups=[(title, [form[name] for name in names]) for title, names in GROUPS],
        lines=lines,
        decisions=_decisions(),
        decides=actor().may(Permission.SET_POLICY),
        status=status,
    )


def _decisions() -> list[Decision]:
    versions = clinics.policy_versions()
    names = identity.names_of({one.decided_by for one in versions if one.decided_by})
    before = [*(one.numbers for one in versions[1:]), asdict(Policy())] if versions else []
    return [
        Decision(
            one.decided_at,
            names.get(one.decided_by or 0, "The operator"),
            one.reason,
            [
                f"{WORDS[name][0]}: {said(name, former[name])} → {said(name, value)}"
                for name, value in one.numbers.items()
                if name in WORDS and former.get(name, value) != value
            ],
        )
        for one, former in zip(versions, before, strict=True)
    ]

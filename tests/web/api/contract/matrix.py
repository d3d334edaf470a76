"""docs/api-matrix.md: every endpoint, who may use it, and the test that asks it. `python -m tests.web.api.contract.matrix` writes it."""

import re
from pathlib import Path

from flask import Flask

from mibo.identity.permissions import GRANTED
from tests.web.api.contract import booking_rows, people_rows
from tests.web.api.contract.world import GIVEN

PAGE = Path(__file__).parents[4] / "docs" / "api-matrix.md"
WHO = {"pub": None, "PT": GIVEN["PT"], **{who: role for who, role in GIVEN.items() if who != "PT"}}
ROWS = [*people_rows.ROWS, *booking_rows.ROWS]
HEAD = """\
# Who may do what over the API

Made from the code by `python -m tests.web.api.contract.matrix`; a test fails when it is stale. Y: let in (to one's own, or to what is
within reach of one's centres); –: 401 for strangers, 403 for others. *pub* anybody · *PT* patient · *A* administrator · *M* manager ·
*CM* centre manager · *CC* care coordinator · *FD* front desk · *CL* clinician.

Every operation is asked by everybody in
[`test_everybody_gets_exactly_through_the_doors_that_the_table_says`](../tests/web/api/test_access.py). Where a row of the contract is
named, [`test_row`](../tests/web/api/contract/test_rows.py) asks it in both dialects, with every refusal that the row
names; `b…` are the tables
beyond the eighty-two. Other names of a path (`/payment/…`, `/users/clinicians…`, `/api/v1/…`) are the same view.

| Endpoint | {roles} | Row of the contract |
|---|{lines}|---|
"""


def page(app: Flask) -> str:
    """The page as it should be."""
    asked = _asked(app)
    lines = []
    for path, verb, endpoint in sorted(operations(app)):
        permission = app.view_functions[endpoint].access.permission  # type: ignore[attr-defined]
        ticks = " | ".join(_tick(role, permission) for role in WHO.values())
        rows = ", ".join(sorted(asked.get(endpoint, ()), key=_order))
        lines.append(f"| `{verb} {path}` | {ticks} | {rows or 'test_access'} |\n")
    return HEAD.format(roles=" | ".join(WHO), lines="|".join(":-:" for _ in WHO)) + "".join(lines)


def _tick(role: object, permission: object) -> str:
    return "Y" if permission is None or role in GRANTED[permission] else "–"  # type: ignore[index]


def operations(app: Flask) -> set[tuple[str, str, str]]:
    """Each view once, under the name to use."""
    best: dict[tuple[str, str], str] = {}
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/api/") or rule.rule.startswith("/api/v1"):
            continue
        for verb in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            path = re.sub(r"<(?:[^>]*:)?([^>]+)>", r"{\1}", rule.rule.removeprefix("/api"))
            key = (rule.endpoint, verb)
            best[key] = min(
                path, best.get(key, path), key=lambda one: (one.startswith(("/payment/", "/users/clin")), one)
            )
    return {(path, verb, endpoint) for (endpoint, verb), path in best.items()}


def _asked(app: Flask) -> dict[str, set[str]]:
    """The rows that ask each view."""
    adapter, found = app.url_map.bind("localhost"), dict[str, set[str]]()
    for row in ROWS:
        endpoint, _ = adapter.match("/api" + re.sub(r"\{[^}]*\}", "1", row.path), method=row.verb)
        found.setdefault(endpoint, set()).add(row.number)
    return found


def _order(number: str) -> tuple[bool, int, str]:
    digits = re.sub(r"\D", "", number)
    return not number[0].isdigit(), int(digits or 0), number


if __name__ == "__main__":
    from mibo.web import create_app

    PAGE.write_text(page(create_app()), encoding="utf-8")

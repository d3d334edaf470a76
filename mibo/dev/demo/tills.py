"""The drawers of the demo clinic: one for each person, centre and day that took money; those of former days are counted."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from mibo import clock
from mibo.dev.demo.rows import Row, Rows
from mibo.payments import Drawer, DrawerClosing

FLOAT_PAISE = 2_000_00
SHORT_PAISE = 100_00
OFTEN = 9  # of so many drawers one is short


class Tills:
    """What was taken so far, by whom and where."""

    def __init__(self, rows: Rows, now: datetime) -> None:
        self._rows, self._now = rows, now
        self._taken: dict[tuple[int, int, date], list[Row]] = defaultdict(list)

    def put(self, tender: Row, centre_id: int) -> None:
        """Money that came at a centre."""
        self._taken[tender["taken_by"], centre_id, clock.clinic_day(tender["taken_at"])].append(tender)

    def close(self) -> None:
        """Every drawer with its count; those of today are open still."""
        today = clock.clinic_day(self._now)
        for number, ((account_id, centre_id, day), tenders) in enumerate(
            sorted(self._taken.items(), key=lambda one: one[0][2])
        ):
            times = [tender["taken_at"] for tender in tenders]
            closed_at = max(times) + timedelta(minutes=20) if day < today else None
            drawer = self._rows.add(
                Drawer, account_id=account_id, centre_id=centre_id, float_paise=FLOAT_PAISE, opened_at=min(times),
                opened_by=None, closed_at=closed_at,
            )  # fmt: skip
            for tender in tenders:
                tender["drawer_id"] = drawer["id"]
            if closed_at is not None:
                self._count(drawer, tenders, closed_at, short=number % OFTEN == 0)

    def _count(self, drawer: Row, tenders: list[Row], at: datetime, *, short: bool) -> None:
        sums = {
            method: sum(one["paise"] for one in tenders if one["method"] == method)
            for method in ("CASH", "CARD", "UPI")
        }
        sums["CASH"] += FLOAT_PAISE
        expected = {f"expected_{method.lower()}_paise": paise for method, paise in sums.items()}
        counted = {f"counted_{method.lower()}_paise": paise for method, paise in sums.items()}
        counted["counted_cash_paise"] -= SHORT_PAISE if short else 0
        self._rows.add(
            DrawerClosing, drawer_id=drawer["id"], **expected, **counted, closed_at=at, closed_by=drawer["account_id"],
            explanation="₹100 short; we think that change was given twice." if short else None,
        )  # fmt: skip

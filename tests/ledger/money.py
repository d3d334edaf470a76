"""A clinic where money came, went back, came too late and never came, and the same said in plain SQL."""

from datetime import datetime, timedelta

from sqlalchemy import text

from mibo import clock, db
from mibo.booking import Appointment, Status
from mibo.identity.permissions import Role
from mibo.payments import Adjustment, Attempt, Payment, Refund, Tender
from tests import make

METHODS = ("ONLINE", "CASH", "UPI", "CARD")
KINDS = ("paid", "owed", "expired", "late", "returned", "part", "going", "twice", "over", "cancelled")


class World:
    """Two centres, two clinicians, three patients, one at the desk, and a payment of each kind in many ways."""

    def __init__(self, rows: int = 40) -> None:
        with db.transaction() as session:
            self.kochi, self.mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai", city="mumbai")
            self.anita = make.clinician(self.kochi, self.mumbai)
            self.ravi = make.clinician(self.mumbai, name="Dr. Ravi Nair")
            self.patients = [
                make.patient("Asha Menon", phone="+919876543210", registered=True),
                make.patient("Farah Khan", registered=True), make.patient("Asha 100% Pillai", registered=True),
            ]  # fmt: skip
            self.patients[1].mrn = "K-00418"
            self.desk = make.staff(Role.FRONT_DESK, self.kochi, name="Deepa Desk")
            self.other = make.staff(Role.FRONT_DESK, self.kochi, name="Other Desk")
            self.boss = make.staff(Role.MANAGER, name="Mary Manager")
            session.flush()
            self.made = [self.add(n) for n in range(rows)]
        self.manager = make.actor(self.boss, Role.MANAGER)

    def add(self, n: int, kind: str = "", at: datetime | None = None) -> Appointment:
        """The n-th of them; its kind, way, centre and times follow from its number."""
        kind = kind or KINDS[n % len(KINDS)]
        who, where = self.patients[n % 3], (self.kochi, self.mumbai)[n // 3 % 2]
        clinician = self.ravi if where is self.mumbai and n % 4 == 0 else self.anita
        starts = make.at("00:00", clock.today() + timedelta(days=n % 11 - 6)) + timedelta(minutes=30 * n)
        status = {
            "owed": Status.CONFIRMED, "expired": Status.EXPIRED, "late": Status.EXPIRED, "over": Status.PENDING,
            "cancelled": Status.CANCELLED,
        }.get(kind, Status.CONFIRMED)  # fmt: skip
        paid = kind in ("paid", "returned", "part", "going", "twice")
        one = make.appointment(who, clinician, where, starts, status=status, minutes=15, paid=paid)
        if kind == "over":
            one.held_until = clock.now() - timedelta(minutes=1)
        payment = db.session().get_one(Payment, one.payment_id)
        payment.created_at = one.created_at = at or clock.now() - timedelta(hours=7 * (n // 2))
        self._pay(payment, kind, METHODS[n // 2 % 4], n)
        if n % 5 == 4:
            self._take_off(payment, n)
        return one

    def _take_off(self, payment: Payment, n: int) -> None:
        """The price is what is left of another one; a discount that was undone counts for nothing."""
        for paise, undone in ((20_000 + n, None), (7, clock.now())):
            db.session().add(
                Adjustment(patient_id=payment.patient_id, payment_id=payment.id, kind="DISCOUNT", paise=paise,
                           reason="A student", by_account_id=self.boss.id, undone_at=undone)
            )  # fmt: skip

    def _pay(self, payment: Payment, kind: str, method: str, n: int) -> None:
        session = db.session()
        attempt = session.query(Attempt).filter_by(payment_id=payment.id).one()
        if payment.status == "PAID":
            payment.method = attempt.method = method
            payment.paid_at = attempt.paid_at = payment.created_at + timedelta(minutes=5 * n)
            attempt.provider_payment_id = f"pay_{payment.id}" if method == "ONLINE" else None
            if method != "ONLINE":
                attempt.kind, attempt.taken_by = "DESK", (self.desk if n % 3 else self.other).id
                self._hand_over(attempt, method, n)
        elif kind in ("expired", "cancelled"):
            attempt.status = "VOID"
        elif kind == "late":
            self._surplus(attempt, payment)
        if kind == "twice":
            second = Attempt(payment_id=payment.id, kind="LINK", paise=attempt.paise)
            session.add(second)
            self._surplus(second, payment)
        gone = {"returned": attempt.paise, "part": 50_000 + n}.get(kind)
        if gone:
            self._refund(attempt, gone, "DONE", "CANCELLED_IN_TIME")
        if kind in ("going", "part"):
            self._refund(attempt, 10_000 + n, ("REQUESTED", "FAILED")[n % 2], "PRICE_FELL")
        session.flush()

    def _hand_over(self, attempt: Attempt, method: str, n: int) -> None:
        """In one way, or partly in cash; and a part that was unsaid counts for nothing."""
        cash = 30_000 + n if n % 4 == 2 else 0
        for way, paise, voided in (
            (method, attempt.paise - cash, None),
            ("CASH", cash, None),
            ("CARD", 5, clock.now()),
        ):
            if paise:
                reference = f"{500_000_000_000 + attempt.id}" if way == "UPI" else None
                db.session().add(
                    Tender(attempt_id=attempt.id, method=way, paise=paise, taken_by=attempt.taken_by,
                           taken_at=attempt.paid_at, voided_at=voided, reference=reference)
                )  # fmt: skip

    def _surplus(self, attempt: Attempt, payment: Payment) -> None:
        attempt.status, attempt.method = "SURPLUS", "ONLINE"
        attempt.paid_at = payment.created_at + timedelta(hours=3)
        db.session().flush()
        self._refund(attempt, attempt.paise, "REQUESTED", "PAID_TWICE")

    def _refund(self, attempt: Attempt, paise: int, status: str, reason: str) -> None:
        way = "DESK" if attempt.kind == "DESK" else "PROVIDER"
        now = clock.now()
        done = {"done_at": now, "method": "CASH" if way == "DESK" else None} if status == "DONE" else {}
        decided = {} if status == "REQUESTED" else {"decided_at": now, "way": way}
        db.session().add(
            Refund(
                payment_id=attempt.payment_id,
                attempt_id=attempt.id,
                paise=paise,
                status=status,
                reason=reason,
                **decided,
                **done,
            )
        )


def rows_by_sql(where: str = "true", **values: object) -> list[dict[str, object]]:
    """Every payment as plain SQL knows it."""
    told = db.session().execute(text(f"select * from ({PLAIN}) as plain where {where}"), values).mappings()
    return [dict(row) for row in told]


PLAIN = """
select p.id, p.created_at as made_at, p.paid_at, a.centre_id, a.clinician_id, a.patient_id, a.reference,
       (p.created_at at time zone 'Asia/Kolkata')::date as made_on, (p.paid_at at time zone 'Asia/Kolkata')::date as paid_on,
       p.consultation_paise + p.registration_paise as price,
       coalesce((select sum(paise) from attempt t where t.payment_id = p.id and t.status in ('PAID', 'SURPLUS')), 0)::bigint as came,
       coalesce((select sum(paise) from refund r where r.payment_id = p.id and r.status = 'DONE'), 0)::bigint as gone,
       array(select coalesce(d.method, t.method) from attempt t left join tender d on d.attempt_id = t.id and d.voided_at is null
              where t.payment_id = p.id and t.status in ('PAID', 'SURPLUS')) as methods,
       array(select status from refund r where r.payment_id = p.id) as refunds,
       array(select taken_by from attempt t where t.payment_id = p.id and t.status = 'PAID' and taken_by is not null) as takers,
       case when p.status = 'PENDING' and not (a.status in ('CANCELLED', 'EXPIRED', 'NO_SHOW')
                 or (a.status = 'PENDING' and a.held_until <= now())) then 'OWED'
            when exists (select from refund r where r.payment_id = p.id and r.status = 'DONE') then 'RETURNED'
            when p.status = 'PAID' then 'PAID'
            when exists (select from attempt t where t.payment_id = p.id and t.status = 'SURPLUS') then 'UNWANTED'
            else 'NOT_OWED' end as state
  from payment p join appointment a on a.payment_id = p.id
"""

"""A clinic made by chance: visits at every hour of the Indian day, money that came and went, and late changes of all kinds."""

from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import select

from mibo import clock, db
from mibo.booking import Appointment, Status
from mibo.care import FollowUp
from mibo.clinics import Holiday
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.payments import Attempt, Payment, Refund
from mibo.scheduling import TimeBlock, WeeklyHours
from tests import make

DAYS_BEFORE, DAYS_AFTER = 9, 2
OUTCOMES = (
    Status.COMPLETED, Status.COMPLETED, Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED, Status.CONFIRMED, Status.EXPIRED,
)  # fmt: skip
HOURS = (("00:00", "03:00"), ("09:00", "13:00"), ("14:15", "18:00"), ("21:00", "24:00"))


class World:
    """Two centres, three clinicians and some patients; `anchor` is a day around which everything lies."""

    def __init__(self, seed: int, anchor: date, visits: int = 40) -> None:
        self.chance, self.anchor = Random(seed), anchor
        self.taken: set[tuple[int, datetime]] = set()
        with db.transaction():
            self.kochi, self.mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai", city="mumbai")
            self.clinicians = [
                make.clinician(self.kochi, minutes=45), make.clinician(self.kochi, self.mumbai, name="Dr. Ravi Nair", minutes=45),
                make.clinician(self.mumbai, name="Dr. Sara Thomas", minutes=45),
            ]  # fmt: skip
            self.patients = [make.patient(f"Patient {n}", registered=True) for n in range(9)]
            self.boss, self.local = make.staff(Role.MANAGER), make.staff(Role.CENTRE_MANAGER, self.kochi)
            self._keep_hours()
            for _ in range(visits):
                self.visit()
        self.manager = make.actor(self.boss, Role.MANAGER)
        self.centre_manager = make.actor(self.local, Role.CENTRE_MANAGER, centres=(self.kochi,))

    @property
    def first(self) -> date:
        return self.anchor - timedelta(days=DAYS_BEFORE + 1)

    @property
    def last(self) -> date:
        return self.anchor + timedelta(days=DAYS_AFTER + 1)

    def _keep_hours(self) -> None:
        for who in self.clinicians:
            for opens, closes in self.chance.sample(HOURS, 3):
                kept = make.hours(
                    who,
                    self.chance.choice((self.kochi, self.mumbai)),
                    opens=opens,
                    closes=closes,
                    weekdays=self.chance.sample(range(7), 5),
                )
                for window in kept:
                    window.effective_from = self.anchor - timedelta(days=self.chance.randint(0, 12))
                    if self.chance.random() < 0.3:
                        window.effective_to = window.effective_from + timedelta(days=self.chance.randint(0, 9))
        for _ in range(3):
            self.block()

    def block(self) -> None:
        """Somebody's time is closed, or a whole centre's, or there is a holiday."""
        starts = datetime.combine(self._day(), datetime.min.time()) + timedelta(minutes=15 * self.chance.randint(0, 90))
        who = self.chance.choice((None, *self.clinicians))
        where = self.chance.choice((self.kochi, self.mumbai)) if who is None else self.chance.choice((None, self.kochi))
        make.block(starts, starts + timedelta(minutes=15 * self.chance.randint(1, 120)), who=who, where=where)
        if self.chance.random() < 0.3:
            holiday = Holiday(centre_id=self.kochi.id, day=self._day(), reason="Onam")
            taken = select(Holiday.id).where(Holiday.centre_id == holiday.centre_id, Holiday.day == holiday.day)
            if not db.session().scalar(taken):
                db.session().add(holiday)

    def _day(self) -> date:
        return self.anchor + timedelta(days=self.chance.randint(-DAYS_BEFORE, DAYS_AFTER))

    def visit(self) -> Appointment:
        """One more booking, and all that became of it."""
        chance, session = self.chance, db.session()
        while True:
            who, patient = chance.choice(self.clinicians), chance.choice(self.patients)
            starts = make.at("00:00", self._day()) + timedelta(
                minutes=45 * chance.choice((0, 1, 12, 13, 19, 20, 30, 31))
            )
            keys = {(who.id, starts), (patient.id, starts)}
            if not keys & self.taken:
                break
        self.taken |= keys
        status = chance.choice(OUTCOMES)
        one = make.appointment(
            patient,
            who,
            chance.choice((self.kochi, self.mumbai)),
            starts,
            status=status,
            minutes=chance.choice((30, 45)),
        )
        one.created_at = starts - timedelta(minutes=5 * chance.randint(0, 2000))
        one.walk_in = chance.random() < 0.15
        if status in (Status.COMPLETED, Status.CONFIRMED) and chance.random() < 0.7:
            one.arrived_at = starts + timedelta(minutes=chance.randint(-30, 30), seconds=chance.randint(0, 59))
        if status is Status.COMPLETED:
            one.started_at = starts + timedelta(minutes=chance.randint(-10, 50), seconds=chance.randint(0, 59))
            one.ended_at = one.started_at + timedelta(minutes=30)
        self._pay(one)
        if chance.random() < 0.6:
            self._remind(one)
        if chance.random() < 0.25:
            session.add(
                FollowUp(parent_id=one.id, wanted_on=self._day(), status="BOOKED", booked_id=one.id,
                         closed_at=one.created_at + timedelta(hours=1), created_by=self.boss.id)
            )  # fmt: skip
        session.flush()
        return one

    def _pay(self, one: Appointment) -> None:
        payment = db.session().get_one(Payment, one.payment_id)
        attempt = db.session().scalars(select(Attempt).where(Attempt.payment_id == payment.id)).one()
        if payment.status != "PAID":
            return
        payment.paid_at = attempt.paid_at = one.starts_at - timedelta(minutes=7 * self.chance.randint(0, 700))
        if self.chance.random() < 0.2:
            db.session().add(
                Attempt(payment_id=payment.id, kind="LINK", paise=attempt.paise, status="SURPLUS", method="ONLINE",
                        paid_at=attempt.paid_at + timedelta(hours=30))
            )  # fmt: skip
        for paise in self.chance.sample((10_000, 12_345, 50_001), self.chance.randint(0, 2)):
            self.refund(attempt, paise, done=self.chance.random() < 0.6)

    def refund(self, attempt: Attempt, paise: int, *, done: bool) -> None:
        """Something of it goes back, or has gone."""
        now = clock.now()
        db.session().add(
            Refund(payment_id=attempt.payment_id, attempt_id=attempt.id, paise=paise, reason="BY_MANAGER",
                   status="DONE" if done else "REQUESTED", decided_at=now if done else None,
                   way="PROVIDER" if done else None, done_at=now if done else None)
        )  # fmt: skip

    def _remind(self, one: Appointment) -> None:
        came = self.chance.random() < 0.7
        epoch = int(one.starts_at.timestamp()) - (0 if self.chance.random() < 0.9 else 3600)
        late = timedelta(hours=self.chance.choice((-3, -20, 1)))
        db.session().add(
            Message(dedupe_key=f"reminder:{one.id}:first:{epoch}", template="reminder", phone="+919876543210", name="A",
                    body={}, about_id=one.id, status="DELIVERED" if came else "SENT",
                    delivered_at=one.starts_at + late if came else None)
        )  # fmt: skip

    def change(self) -> str:
        """One late change of something: what kind it was."""
        chance, session = self.chance, db.session()
        kind = chance.choice(
            ("new", "corrected", "refunded", "moved", "merged", "blocked", "lifted", "hours", "told", "paid", "off", "began",
             "follow_up", "holiday", "gone", "centre")
        )  # fmt: skip
        some = chance.choice(session.scalars(select(Appointment).order_by(Appointment.id)).all())
        if kind == "new":
            self.visit()
        elif kind == "corrected" and some.status in (Status.NO_SHOW, Status.COMPLETED):
            self._step(some, Status.COMPLETED if some.status == Status.NO_SHOW else Status.NO_SHOW)
        elif kind == "gone" and some.status == Status.CONFIRMED:
            self._step(some, Status.CANCELLED)
        elif kind == "refunded":
            attempt = chance.choice(session.scalars(select(Attempt).where(Attempt.status == "PAID")).all())
            self.refund(attempt, chance.randint(1, 500), done=True)
        elif kind == "paid":
            attempt = chance.choice(session.scalars(select(Attempt)).all())
            attempt.status = "SURPLUS"
            attempt.paid_at = make.at("23:50", self._day())
        elif kind == "moved":
            some.centre_id = chance.choice((self.kochi, self.mumbai)).id
            some.ends_at -= timedelta(minutes=5)
        elif kind == "centre":
            place = chance.choice((self.kochi, self.mumbai))
            session.merge(place).active = chance.random() < 0.5
        elif kind == "merged":
            self._merge()
        elif kind == "blocked":
            self.block()
        elif kind == "lifted":
            chance.choice(session.scalars(select(TimeBlock)).all()).lifted_at = clock.now()
        elif kind == "holiday" and (days := session.scalars(select(Holiday)).all()):
            session.delete(chance.choice(days))
        elif kind == "hours":
            window = chance.choice(session.scalars(select(WeeklyHours)).all())
            window.effective_to = max(window.effective_from, self._day())
        elif kind == "off":
            who = session.merge(chance.choice(self.clinicians))
            who.active = not who.active
        elif kind == "began" and some.status == Status.COMPLETED:
            some.arrived_at, some.created_at = (
                some.starts_at - timedelta(minutes=3),
                some.created_at - timedelta(days=1),
            )
        elif kind == "told" and (messages := session.scalars(select(Message)).all()):
            message = chance.choice(messages)
            message.delivered_at = None if message.delivered_at else some.starts_at - timedelta(days=9)
        elif kind == "follow_up" and (wanted := session.scalars(select(FollowUp)).all()):
            chance.choice(wanted).closed_at = make.at("00:10", self._day())
        session.flush()
        return kind

    def _step(self, one: Appointment, status: Status) -> None:
        from mibo.booking import StatusChange

        db.session().add(StatusChange(appointment_id=one.id, previous=one.status, next=status))
        db.session().flush()
        one.status = status

    def _merge(self) -> None:
        kept, gone = self.chance.sample(self.patients, 2)
        theirs = db.session().scalars(select(Appointment).where(Appointment.patient_id == gone.id)).all()
        if any((kept.id, each.starts_at) in self.taken for each in theirs):
            return
        for each in theirs:
            each.patient_id = kept.id
            self.taken.add((kept.id, each.starts_at))

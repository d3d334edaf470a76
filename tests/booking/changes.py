"""A clinic in which appointments are changed: two clinicians, two centres, a desk, and Asha with a paid visit."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from mibo import booking, db
from mibo.booking import Appointment, Move, StatusChange
from mibo.clinics import Centre
from mibo.identity import Account, Actor
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.payments import Refund
from mibo.people import Clinician, Patient
from tests import make


@dataclass
class World:
    """Everybody around one appointment."""

    kochi: Centre
    mumbai: Centre
    anita: Clinician
    binu: Clinician
    asha: Patient
    desk: Actor
    manager: Actor
    by: Actor
    accounts: dict[str, Account]

    def book(self, face: str = "10:00", **more: Any) -> Appointment:
        with db.transaction():
            return make.appointment(more.pop("who", self.asha), self.anita, self.kochi, make.at(face), **more)

    def move(self, one: Appointment, face: str = "15:00", **more: Any) -> Appointment:
        with db.transaction():
            return booking.reschedule(one.id, starts_at=make.at(face), **{"by": self.desk, **more})

    def other_patient(self, name: str = "Ravi Kumar") -> Patient:
        with db.transaction():
            return make.patient(name)


def world() -> World:
    """Both clinicians keep 9 to 6 at Kochi every day; Anita also has an account."""
    with db.transaction():
        kochi, mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai", city="mumbai")
        account = make.staff(Role.CLINICIAN, kochi, name="Dr. Anita Kurian")
        other = make.staff(Role.CLINICIAN, kochi, name="Dr. Binu Paul")
        anita = make.clinician(kochi, account=account)
        binu = make.clinician(kochi, mumbai, name="Dr. Binu Paul", account=other)
        make.hours(anita, kochi)
        make.hours(binu, kochi)
        asha = make.patient("Asha Menon")
        desk, manager = make.staff(Role.FRONT_DESK, kochi), make.staff(Role.MANAGER, name="Maya Manager")
        accounts = {"anita": account, "binu": other, "desk": desk, "manager": manager}
        return World(
            kochi, mumbai, anita, binu, asha, make.actor(desk, Role.FRONT_DESK, centres=(kochi,)),
            make.actor(manager, Role.MANAGER), make.actor(asha), accounts,
        )  # fmt: skip


def now_of(one: Appointment) -> Appointment:
    with db.reading() as session:
        return session.get_one(Appointment, one.id)


def moves_of(one: Appointment) -> list[Move]:
    with db.reading() as session:
        return list(session.scalars(select(Move).where(Move.appointment_id == one.id).order_by(Move.id)))


def steps_of(one: Appointment) -> list[StatusChange]:
    with db.reading() as session:
        wanted = select(StatusChange).where(StatusChange.appointment_id == one.id).order_by(StatusChange.id)
        return list(session.scalars(wanted))


def told(one: Appointment) -> list[tuple[str, str]]:
    """What was promised about it: to whom (a phone) which template, oldest first."""
    with db.reading() as session:
        wanted = select(Message.phone, Message.template).where(Message.about_id == one.id, Message.status != "DROPPED")
        return [(phone, name.removeprefix("mibo_")) for phone, name in session.execute(wanted.order_by(Message.id))]


def refunds_of(one: Appointment) -> list[tuple[int, str]]:
    with db.reading() as session:
        wanted = select(Refund.paise, Refund.reason).where(Refund.payment_id == one.payment_id)
        return [(paise, reason) for paise, reason in session.execute(wanted.order_by(Refund.id))]

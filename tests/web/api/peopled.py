"""A clinic in which every kind of thing exists, so that what is asked reaches further than a 404."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mibo import clock, db, identity
from mibo.booking import Appointment, Status
from mibo.identity import Account
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.people import Notice
from tests import make

STRANGER = "anonymous"
PRINCIPALS = (STRANGER, *(role.value.lower() for role in Role))
LINK = "plink_000000000001"


@dataclass
class Peopled:
    """The ids of that clinic by the names that the API has for them; any of several is as good as another."""

    accounts: dict[str, int]
    real: dict[str, tuple[Any, ...]]

    def token(self, principal: str) -> str | None:
        """A new access token; what was asked before may have ended the last."""
        if principal == STRANGER:
            return None
        with db.transaction() as session:
            return identity.start_api_sign_in(session.get_one(Account, self.accounts[principal])).access

    def ways(self, names: list[str], dice: random.Random) -> dict[str, str]:
        """Something real for each name that stands in an address."""
        return {name: str(dice.choice(self.real[_squashed(name)])) for name in names}

    def filled_in(self, sent: Any, dice: random.Random) -> Any:
        """The same with something real wherever an id, a day or a time is asked for; now and then it stays as drawn."""
        if isinstance(sent, list):
            return [self.filled_in(one, dice) for one in sent]
        if not isinstance(sent, dict):
            return sent
        return {name: self._real(name, value, dice) for name, value in sent.items()}

    def _real(self, name: str, value: Any, dice: random.Random) -> Any:
        known = self.real.get(_squashed(name))
        if known is None or value is None or isinstance(value, dict) or dice.random() < 0.1:
            return self.filled_in(value, dice)
        if isinstance(value, list):
            return value if value and isinstance(value[0], dict) else [dice.choice(known)]
        return dice.choice(known)


def _squashed(name: str) -> str:
    return name.replace("_", "").lower()


def peopled() -> Peopled:
    """The clinic. Must run on an empty database."""
    with db.transaction() as session:
        where = make.centre("Mibo Kochi")
        accounts = {
            role.value.lower(): make.staff(role, *(() if role in (Role.ADMIN, Role.MANAGER) else (where,)))
            for role in Role
            if role != Role.PATIENT
        }
        asha = make.patient("Asha Menon", phone="+919876500001", registered=True)
        accounts["patient"] = session.get_one(Account, asha.account_id)
        anita = make.clinician(where, account=accounts["clinician"])
        hours = make.hours(anita, where)
        spare = make.staff(Role.FRONT_DESK, where, name="Spare Desk")
        at = make.at("16:00", make.tomorrow() + timedelta(days=2)).replace(tzinfo=None)
        block = make.block(at, at + timedelta(hours=1), who=anita, where=where)
        visits = _visits(lambda starts, status: make.appointment(asha, anita, where, starts, status=status))
        link = visits[0].payment_id
        session.flush()
        _name_the_link(link)
        message = Message(
            dedupe_key="fuzz",
            template="x",
            phone=asha.phone,
            name="Asha",
            body={},
            about_id=visits[0].id,
            status="SENT",
        )
        session.add(message)
        session.flush()
        notice = Notice(patient_id=asha.id, message_id=message.id, shows_at=clock.now())
        session.add(notice)
        session.flush()
        real = {
            "appointmentid": tuple(str(each.id) for each in visits), "blockid": (str(block.id),),
            "centreid": (str(where.id),), "clinicianid": (str(anita.id),), "linkid": (LINK,),
            "noticeid": (str(notice.id),), "notificationid": (str(message.id),), "patientid": (str(asha.id),),
            "ruleid": tuple(str(each.id) for each in hours), "userid": (str(spare.id),),
            "centreids": (str(where.id),), "primarycentreid": (str(where.id),),
        }  # fmt: skip
    return Peopled({name: account.id for name, account in accounts.items()}, real | _times())


def _visits(book: Callable[[Any, Status], Appointment]) -> list[Appointment]:
    """One appointment of every state that something may be done with."""
    now = clock.now().replace(microsecond=0)
    return [
        book(make.at("10:00"), Status.CONFIRMED),
        book(make.at("11:00"), Status.PENDING),
        book(make.at("13:00"), Status.CANCELLATION_REQUESTED),
        book(now + timedelta(minutes=2), Status.CONFIRMED),
        book(now - timedelta(minutes=70), Status.IN_PROGRESS),
        book(now - timedelta(days=1), Status.COMPLETED),
    ]


def _name_the_link(payment_id: int | None) -> None:
    from mibo.payments import Attempt

    attempt = db.session().query(Attempt).filter_by(payment_id=payment_id).one()
    attempt.kind, attempt.provider_link_id = "LINK", LINK


def _times() -> dict[str, tuple[Any, ...]]:
    """Days and times at which something is open, and what people are called and reached by."""
    days = tuple(str(make.tomorrow() + timedelta(days=n)) for n in range(3))
    instants = tuple(f"{day}T{hour}:00:00+05:30" for day in days for hour in ("14", "15"))
    return {
        "date": days, "startdate": days[:1], "enddate": days[1:], "appointmentdate": days, "exceptiondate": days,
        "followupdate": days, "effectivefrom": days, "blockeddate": days,
        "starttime": ("14:00", "15:00"), "endtime": ("16:00", "17:00"), "appointmenttime": ("14:00", "15:00"),
        "scheduledstartat": instants, "appointmentdateutc": instants, "newstartat": instants,
        "phone": tuple(f"98{n:08d}" for n in range(71_000_000, 71_000_040)), "patientphone": ("9876500001",),
        "email": ("asha@example.org", "deepa@example.org"), "lastfour": ("0001",), "pincode": ("682001",),
        "meetlink": ("https://meet.google.com/abc-defg-hij",), "dateofbirth": ("1990-04-07",),
    }  # fmt: skip

"""Messages of the past, as they would have left: each has its final state, so that none is sent."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from mibo import clock
from mibo.booking import Status
from mibo.dev.demo.centres import House
from mibo.dev.demo.rows import Row, Rows
from mibo.dev.demo.timelines import Step
from mibo.dev.demo.visits import Visit
from mibo.messaging import Message, Wording, wording


class Letters:
    """Who was told what at each step of a visit."""

    def __init__(self, rows: Rows, house: House, rng: Random) -> None:
        self._rows, self._house, self._rng = rows, house, rng
        self._luck = Random(len(house.staff_ids))  # noqa: S311 - of its own, so that nobody else's changes

    def write(self, visit: Visit, appointment: Row, steps: list[Step], attempt: Row) -> None:
        """All that was said about a visit; the last of them failed where the visit says so."""
        told = [*self._of_the_link(visit, steps, attempt), *self._of_steps(visit, appointment, steps)]
        if visit.paid_too_late:
            refund = wording.late_payment_refund(
                visit.person.name, amount_paise=attempt["paise"], reference=appointment["reference"]
            )
            told.append((f"refund:{appointment['id']}:{len(steps)}:{attempt['paise']}", steps[-1].at, refund))
        for number, (key, at, words) in enumerate(told, start=1):
            failed = visit.message == "FAILED" and number == len(told)
            self._send(
                words,
                key,
                at,
                phone=visit.person.phone,
                name=visit.person.name,
                about_id=appointment["id"],
                failed=failed,
            )
        if visit.status in (Status.COMPLETED, Status.NO_SHOW):
            self._remind(visit, appointment)
        if visit.is_paid:
            self._tell_clinician(visit, appointment, steps[1].at)

    def _of_the_link(self, visit: Visit, steps: list[Step], attempt: Row) -> Iterator[tuple[str, datetime, Wording]]:
        if attempt["provider_link_id"]:
            words = wording.payment_link(
                visit.person.name,
                amount_paise=attempt["paise"],
                when=visit.slot.local,
                until=clock.local(attempt["expires_at"]),
                link=f"pay/{attempt['token']}",
            )
            yield f"link:{attempt['id']}", steps[0].at, words

    def _of_steps(self, visit: Visit, appointment: Row, steps: list[Step]) -> Iterator[tuple[str, datetime, Wording]]:
        when, name = visit.slot.local, visit.person.name
        reference, about = appointment["reference"], appointment["id"]
        for version, step in enumerate(steps, start=1):
            if step.status == Status.CONFIRMED:
                yield f"confirmed:{about}:{version}", step.at, self._confirmed(visit, reference)
            elif step.status == Status.EXPIRED:
                yield f"hold-ended:{about}:{version}", step.at, wording.hold_ended(name, when=when)
            elif step.status == Status.CANCELLED and visit.is_paid:
                words = wording.booking_cancelled(name, when=when, reference=reference)
                yield f"cancelled:{about}:{version}", step.at, words

    def _confirmed(self, visit: Visit, reference: str) -> Wording:
        name, clinician, when = visit.person.name, visit.slot.doctor.profile.name, visit.slot.local
        if visit.mode == "ONLINE":
            return wording.booking_confirmed_online(
                name, clinician=clinician, when=when, where="online", reference=reference, link=f"my/{reference}"
            )
        where = self._house.short_name(visit.slot.centre_id)
        return wording.booking_confirmed(name, clinician=clinician, when=when, where=where, reference=reference)

    def _tell_clinician(self, visit: Visit, appointment: Row, at: datetime) -> None:
        doctor, when = visit.slot.doctor, visit.slot.local
        words = wording.clinician_booking(doctor.profile.name, patient=visit.person.name, when=when, mode=visit.mode)
        key = f"clinician:{appointment['id']}:{when:%Y%m%d%H%M}"
        self._send(words, key, at, phone=doctor.phone, name=doctor.profile.name, about_id=appointment["id"])

    def _remind(self, visit: Visit, appointment: Row) -> None:
        """The day before, whoever knew by then; who came was reached more often than who did not."""
        at = visit.starts_at - timedelta(hours=24)
        if visit.booked_at > at or self._luck.random() < 0.04:
            return
        reached = self._luck.random() < (0.93 if visit.status == Status.COMPLETED else 0.7)
        name, reference, when = visit.person.name, appointment["reference"], visit.slot.local
        where = "online" if visit.mode == "ONLINE" else self._house.short_name(visit.slot.centre_id)
        told = {"when": when, "where": where, "reference": reference}
        words = (
            wording.reminder_online(name, **told, link=f"my/{reference}")
            if visit.mode == "ONLINE"
            else wording.reminder(name, **told)
        )
        key = f"reminder:{appointment['id']}:first:{int(visit.starts_at.timestamp())}"
        self._send(
            words,
            key,
            at,
            phone=visit.person.phone,
            name=name,
            about_id=appointment["id"],
            status="READ" if reached else "SENT",
        )

    def _send(
        self, words: Wording, key: str, at: datetime, *, phone: str, name: str, about_id: int, failed: bool = False,
        status: str = "",
    ) -> None:  # fmt: skip
        if not status:
            status = "READ" if (draw := self._rng.random()) < 0.55 else "DELIVERED" if draw < 0.95 else "SENT"
        arrived = not failed and status in ("READ", "DELIVERED")
        self._rows.add(
            Message,
            dedupe_key=key,
            template=words.template,
            phone=phone,
            name=name,
            body=words.values,
            link=words.link,
            about_id=about_id,
            status="FAILED" if failed else status,
            attempts=8 if failed else 1,
            next_at=at,
            provider_id=None if failed else f"demo-{self._rng.getrandbits(64):016x}",
            last_error="131026: This number is not on WhatsApp" if failed else None,
            created_at=at,
            sent_at=None if failed else at,
            delivered_at=at + timedelta(seconds=20) if arrived else None,
        )

"""The clock: what is due is rung for, and done by the clock itself while Redis is away."""

import pytest
from sqlalchemy import select

from mibo import db, identity, jobs, messaging, timetable
from mibo.messaging import Message

pytestmark = pytest.mark.usefixtures("database")


def all_due() -> dict[timetable.Periodic, float]:
    return dict.fromkeys(timetable.TIMETABLE, 0.0)


def test_every_periodic_job_is_registered_and_may_run_on_an_empty_clinic():
    for periodic in timetable.TIMETABLE:
        name = f"{periodic.job.__module__}.{periodic.job.__qualname__}"
        assert name in jobs.registered
        jobs.perform(name)


def test_a_job_is_due_again_only_after_its_time(work):
    due = all_due()
    timetable.tick(due, 100.0)
    assert {periodic.job.__name__: at for periodic, at in due.items()} == {
        periodic.job.__name__: 100.0 + periodic.every_s for periodic in timetable.TIMETABLE
    }
    work()


def test_a_code_leaves_while_redis_is_away(redis_down, sandbox):
    with redis_down():
        with db.transaction():
            identity.ask_for_code("PATIENT", "+919812345678")
        timetable.tick(all_due(), 0.0)
        assert [message["template"] for message in sandbox.messages("919812345678")] == ["mibo_sign_in_code"]
    with db.reading() as session:
        assert session.scalar(select(Message.status)) in ("SENT", "DELIVERED", "READ")


def test_a_failing_job_does_not_stop_the_clock():
    def broken() -> None:
        raise RuntimeError

    timetable._do_here(broken)
    assert messaging.deliver_due in [periodic.job for periodic in timetable.TIMETABLE]

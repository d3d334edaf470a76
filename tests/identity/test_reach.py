"""Where somebody's roles reach: each role only where it was granted (R-ACL-1, R-ACL-2)."""

from dataclasses import dataclass

import pytest

from mibo import booking, db, identity
from mibo.booking import Appointment
from mibo.clinics import Centre
from mibo.errors import Missing
from mibo.identity import Actor, RoleGrant
from mibo.identity.permissions import Role
from tests import make
from tests.web.pages.visitor import Visitor

pytestmark = pytest.mark.usefixtures("database")


@dataclass
class World:
    """Two centres. Anita manages the first and sees patients at the second; Ravi sees patients at both."""

    managed: Centre
    visited: Centre
    anita: Actor
    own: Appointment
    his: Appointment
    here: Appointment
    account: identity.Account


@pytest.fixture
def world(app) -> World:
    with db.transaction() as session:
        managed, visited = make.centre(), make.centre()
        account = make.staff(Role.CENTRE_MANAGER, managed, name="Dr. Anita Kurian")
        session.add(RoleGrant(account_id=account.id, role=Role.CLINICIAN, centre_id=visited.id))
        anita = make.clinician(visited, account=account)
        ravi = make.clinician(visited, managed, name="Dr. Ravi Rao")
        patients = [make.patient(name) for name in ("Own Patient", "His Patient", "Here Patient")]
        own = make.appointment(patients[0], anita, visited, make.at("10:00"))
        his = make.appointment(patients[1], ravi, visited, make.at("10:00"))
        here = make.appointment(patients[2], ravi, managed, make.at("14:00"))
        key = identity.start_web_sign_in(account)
    with db.reading():
        who = identity.who_by_key(key)
    assert who is not None
    return World(managed, visited, who, own, his, here, account)


def test_a_manager_of_one_centre_reaches_only_their_own_visits_at_another(world: World) -> None:
    who = world.anita
    assert (who.centre_ids, who.practice_ids) == ({world.managed.id}, {world.visited.id})
    assert (who.reaches(world.managed.id), who.reaches(world.visited.id)) == (True, False)
    assert who.works_at(world.visited.id)
    with db.reading():
        assert booking.staff_appointment(world.here.id, by=who).id == world.here.id
        assert booking.staff_appointment(world.own.id, by=who).id == world.own.id
        with pytest.raises(Missing):
            booking.staff_appointment(world.his.id, by=who)
        with pytest.raises(Missing):
            booking.patients.patient_within_reach(world.his.patient_id, by=who)
        at_the_other = booking.day_board(world.visited.id, make.tomorrow(), by=who)
        assert [row.id for row in at_the_other.appointments] == [world.own.id]
        at_theirs = booking.day_board(world.managed.id, make.tomorrow(), by=who)
        assert [row.id for row in at_theirs.appointments] == [world.here.id]


def test_pages_keep_to_it(world: World, client) -> None:
    visitor = Visitor(client).sign_in(world.account)
    assert visitor.get(f"/desk/appointments/{world.his.id}").status_code == 404
    assert visitor.get(f"/desk/appointments/{world.own.id}").status_code == 200
    assert visitor.get(f"/desk?centre={world.visited.id}").status_code == 200
    assert visitor.get(f"/desk/new?centre={world.visited.id}").status_code == 404
    assert visitor.get(f"/desk/centres/{world.visited.id}").status_code == 404


def test_somebody_who_is_a_clinician_only_reaches_where_they_practise(world: World) -> None:
    with db.transaction():
        account = make.staff(Role.CLINICIAN, world.visited)
        key = identity.start_web_sign_in(account)
    with db.reading():
        who = identity.who_by_key(key)
    assert who is not None
    assert who.centre_ids == who.practice_ids == {world.visited.id}
    assert not who.everywhere

"""Staff accounts at the edges: two administrators at once, and who may handle whom."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from mibo import db, identity
from mibo.identity import LastAdmin, permissions, rules
from mibo.identity.permissions import Role
from tests import make


def reach(*roles: Role) -> set[Role]:
    return set(rules.roles_within_reach(frozenset(roles)))


def test_only_administrators_and_managers_handle_anybody():
    assert reach(Role.ADMIN) == set(Role) - {Role.PATIENT}
    assert reach(Role.MANAGER) == {Role.FRONT_DESK}
    for role in set(Role) - {Role.ADMIN, Role.MANAGER}:
        assert reach(role) == set()


def test_one_role_out_of_reach_is_enough_to_be_out_of_reach():
    manager = frozenset({Role.MANAGER})
    assert rules.may_handle(manager, frozenset({Role.FRONT_DESK}))
    assert not rules.may_handle(manager, frozenset({Role.FRONT_DESK, Role.CENTRE_MANAGER}))
    assert not rules.may_handle(manager, frozenset())
    assert rules.may_handle(frozenset({Role.ADMIN}), frozenset())


def test_every_role_that_needs_a_centre_is_one_that_does_not_reach_them_all():
    for role in rules.WITH_CENTRE:
        assert not permissions.everywhere(frozenset({role}))
    for role in rules.WITHOUT_CENTRE:
        assert permissions.everywhere(frozenset({role}))


@pytest.mark.usefixtures("database")
def test_of_two_administrators_who_close_each_other_one_stays():
    with db.transaction():
        pair = [make.staff(Role.ADMIN, name=name) for name in ("Ada Admin", "Bina Boss")]
    together = Barrier(2)

    def close(which: int) -> bool:
        together.wait()
        try:
            with db.transaction():
                identity.close_account(pair[1 - which].id, by=make.actor(pair[which], Role.ADMIN))
        except LastAdmin:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(close, range(2))) == [False, True]

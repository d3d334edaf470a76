"""The file of invariants sees what is broken: each of these hurts one rule, and that rule says so."""

import psycopg
import pytest

from tests.invariants import broken, broken_within
from tests.machine import Database

CONFIRMED = "(select id from appointment where status = 'CONFIRMED' order by id limit 1)"
WOUNDS = {
    "I1": "update appointment set starts_at = starts_at - interval '20 years',"
    f" ends_at = now() + interval '20 years' where id = {CONFIRMED}",
    "I3": f"update appointment set ends_at = ends_at + interval '1 minute' where id = {CONFIRMED}",
    "I4": "update payment set consultation_paise = consultation_paise + 1 where status = 'PAID'",
    "I5": f"delete from status_change where next = 'CONFIRMED' and appointment_id = {CONFIRMED}",
    "I6": f"delete from message where about_id = {CONFIRMED} and dedupe_key like 'confirmed:%'",
    "I10": "update patient set phone = '+919811111111' where id = account_id",
}


@pytest.mark.parametrize("rule", WOUNDS)
def test_a_wound_is_seen(rule: str, database: Database) -> None:
    from mibo.dev.demo.loading import load

    load()
    assert broken(database.url) == {}
    with psycopg.connect(database.url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("alter table appointment drop constraint appointment_clinician_free")
        connection.execute("alter table appointment drop constraint appointment_patient_free")
        connection.execute(WOUNDS[rule])  # type: ignore[call-overload]
        seen = broken_within(connection)
        connection.rollback()
    assert rule in {name.split(":")[0] for name in seen}

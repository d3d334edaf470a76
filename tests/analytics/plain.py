"""Every figure once more, each by a statement of its own that shares nothing with the app: as somebody would ask by hand."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import text

from mibo import db

DAY = "({} at time zone 'Asia/Kolkata')::date between :first and :last"
HERE = "a.centre_id = any(:centres)"
TAKES = "a.status in ('CONFIRMED', 'CANCELLATION_REQUESTED', 'IN_PROGRESS', 'COMPLETED', 'NO_SHOW')"
VISITS = f"from appointment a where {DAY.format('a.starts_at')} and {HERE}"
REMINDED = """exists (select 1 from message m where m.delivered_at < a.starts_at and m.dedupe_key like
    'reminder:' || a.id || ':%:' || extract(epoch from a.starts_at)::bigint)"""
AHEAD = "a.starts_at - a.created_at >= interval '24 hours'"
MONEY = f"""from attempt t join appointment a on a.payment_id = t.payment_id
    where t.status in ('PAID', 'SURPLUS') and {DAY.format("t.paid_at")} and {HERE}"""
# every five minutes of every day at every centre: were they offered, and was somebody booked
MINUTES = f"""from (
    select distinct w.clinician_id, w.centre_id, d + n * interval '5 minutes' as local
      from generate_series(cast(:first as date)::timestamp, cast(:last as date)::timestamp, interval '1 day') d
      join weekly_hours w on w.active and w.weekday = extract(dow from d) and d::date >= w.effective_from
           and d::date <= coalesce(w.effective_to, d::date)
      join generate_series(0, 287) n on n * 5 >= w.opens_minute and n * 5 < w.closes_minute
     where w.centre_id = any(:centres)
       and not exists (select 1 from holiday h where h.day = d::date and h.centre_id = w.centre_id)
       and (d::date <= (select max((a.starts_at at time zone 'Asia/Kolkata')::date) from appointment a
                where a.clinician_id = w.clinician_id and a.centre_id = w.centre_id and {TAKES})
            or ((select active from clinician where id = w.clinician_id) and (select active from centre where id = w.centre_id)))
    ) m
    where not exists (select 1 from time_block b where b.lifted_at is null and m.local >= b.starts_local and m.local < b.ends_local
        and coalesce(b.clinician_id, m.clinician_id) = m.clinician_id and coalesce(b.centre_id, m.centre_id) = m.centre_id)"""
NUMBERS = {
    "kept": f"select count(*) {VISITS} and a.status = 'COMPLETED'",
    "missed": f"select count(*) {VISITS} and a.status = 'NO_SHOW'",
    "cancelled": f"select count(*) {VISITS} and a.status = 'CANCELLED'",
    "new_patients": f"""select count(*) from (select distinct on (patient_id) * from appointment where status = 'COMPLETED'
        order by patient_id, starts_at, id) a where {DAY.format("a.starts_at")} and {HERE}""",
    "planned": f"select count(*) {VISITS} and {TAKES} and not a.walk_in and coalesce(a.series_number, 1) = 1",
    "planned_days": f"""select coalesce(sum(greatest(0, (a.starts_at at time zone 'Asia/Kolkata')::date
        - (a.created_at at time zone 'Asia/Kolkata')::date)), 0) {VISITS} and {TAKES} and not a.walk_in
        and coalesce(a.series_number, 1) = 1""",
    "waits": f"select count(*) {VISITS} and a.status in ('IN_PROGRESS', 'COMPLETED') and a.started_at - a.arrived_at is not null",
    "wait_minutes": f"""select coalesce(sum(trunc(greatest(0,
         extract(epoch from a.started_at) - extract(epoch from a.arrived_at)) / 60)), 0)
        {VISITS} and a.status in ('IN_PROGRESS', 'COMPLETED') and a.arrived_at is not null and a.started_at is not null""",
    "late_starts": f"""select count(*) {VISITS} and a.status in ('IN_PROGRESS', 'COMPLETED') and a.arrived_at is not null
        and a.started_at - interval '15 minutes' > a.arrived_at and a.started_at - interval '15 minutes' > a.starts_at""",
    "reminded_kept": f"select count(*) {VISITS} and {AHEAD} and a.status = 'COMPLETED' and {REMINDED}",
    "reminded_missed": f"select count(*) {VISITS} and {AHEAD} and a.status = 'NO_SHOW' and {REMINDED}",
    "unreminded_kept": f"select count(*) {VISITS} and {AHEAD} and a.status = 'COMPLETED' and not {REMINDED}",
    "unreminded_missed": f"select count(*) {VISITS} and {AHEAD} and a.status = 'NO_SHOW' and not {REMINDED}",
    "offered_minutes": f"select 5 * count(*) {MINUTES}",
    "booked_minutes": f"""select 5 * count(*) {MINUTES} and exists (select 1 from appointment a where {TAKES}
        and a.clinician_id = m.clinician_id and a.centre_id = m.centre_id
        and m.local at time zone 'Asia/Kolkata' >= a.starts_at and m.local at time zone 'Asia/Kolkata' < a.ends_at)""",
    "came_in_paise": f"select coalesce(sum(t.paise), 0) {MONEY}",
    "returned_paise": f"""select coalesce(sum(r.paise), 0) from refund r where r.status = 'DONE' and r.attempt_id in
        (select t.id {MONEY})""",
    "follow_ups": f"""select count(*) from follow_up f join appointment a on a.id = f.booked_id where f.status = 'BOOKED'
        and a.status not in ('CANCELLED', 'EXPIRED') and {DAY.format("f.closed_at")} and {HERE}""",
    "clinicians": f"select count(distinct a.clinician_id) {VISITS} and a.status = 'COMPLETED'",
}
SEEN = f"select count(distinct a.patient_id) {VISITS} and a.status = 'COMPLETED'"


def numbers(first: date, last: date, centres: Collection[int]) -> dict[str, int]:
    """Every number of these days at these centres."""
    asked = {"first": first, "last": last, "centres": list(centres)}
    return {name: int(db.session().execute(text(plain), asked).scalar_one()) for name, plain in NUMBERS.items()}


def seen(first: date, last: date, centres: Collection[int]) -> int:
    """How many people were seen."""
    return int(db.session().execute(text(SEEN), {"first": first, "last": last, "centres": list(centres)}).scalar_one())

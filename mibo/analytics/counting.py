"""What each figure is, in SQL: of some days, by day, centre and clinician. Kept days and days that are still counted live
are told by the same words, so they cannot say two things. `offset 0` keeps PostgreSQL to the way meant: day by day, row by
row, each by its index; it cannot know that a few days are asked for and would rather read all there ever was.

A day is the clinic's (Asia/Kolkata). A visit belongs to the day of its start, money to the day on which it came (what went
back of it too, R-PAY-17), a follow-up to the day on which it was booked.
"""

from mibo.analytics.models import DayFigures

ZONE = "Asia/Kolkata"
LATE_START_MINUTES = 15
REMIND_AHEAD_HOURS = 24

COLUMNS = tuple(column.name for column in DayFigures.__table__.columns if column.name not in DayFigures.keys)

_TAKES_TIME = "('CONFIRMED', 'CANCELLATION_REQUESTED', 'IN_PROGRESS', 'COMPLETED', 'NO_SHOW')"
_DECIDED = "a.status in ('COMPLETED', 'NO_SHOW')"
PLANNED = f"a.status in {_TAKES_TIME} and not a.walk_in and coalesce(a.series_number, 1) = 1"
WAITED = "a.arrived_at is not null and a.started_at is not null and a.status in ('IN_PROGRESS', 'COMPLETED')"
_IN_TIME_TO_REMIND = f"a.created_at <= a.starts_at - interval '{REMIND_AHEAD_HOURS} hours'"
_REMINDED = """exists (select from message m where m.about_id = a.id and m.dedupe_key like 'reminder:%%'
    and split_part(m.dedupe_key, ':', 4) = floor(extract(epoch from a.starts_at))::bigint::text
    and m.delivered_at < a.starts_at)"""
IS_FIRST = """not exists (select from appointment b where b.patient_id = a.patient_id and b.status = 'COMPLETED'
    and (b.starts_at, b.id) < (a.starts_at, a.id))"""


def _day(instant: str) -> str:
    return f"({instant} at time zone '{ZONE}')::date"


def _branch(where: str, **told: str) -> str:
    """One kind of event as rows of all columns."""
    columns = ", ".join(f"{told.get(name, '0')}::bigint as {name}" for name in COLUMNS)
    return f"select l.day, {told['centre']} as centre_id, {told['clinician']} as clinician_id, {columns} {where}"


_VISITS = _branch(
    f"""from live l
      cross join lateral (select * from appointment v where v.starts_at >= l.starts and v.starts_at < l.ends offset 0) a
      cross join lateral (select case when {_DECIDED} and {_IN_TIME_TO_REMIND} then {_REMINDED} end as reminded offset 0) r""",
    centre="a.centre_id",
    clinician="a.clinician_id",
    kept="(a.status = 'COMPLETED')::int",
    missed="(a.status = 'NO_SHOW')::int",
    cancelled="(a.status = 'CANCELLED')::int",
    new_patients=f"case when a.status = 'COMPLETED' then ({IS_FIRST})::int else 0 end",
    planned=f"({PLANNED})::int",
    planned_days=f"case when {PLANNED} then greatest(l.day - {_day('a.created_at')}, 0) else 0 end",
    waits=f"({WAITED})::int",
    wait_minutes=f"case when {WAITED} then greatest(floor(extract(epoch from a.started_at - a.arrived_at) / 60), 0) else 0 end",
    late_starts=f"({WAITED} and a.started_at > greatest(a.arrived_at, a.starts_at)"
    f" + interval '{LATE_START_MINUTES} minutes')::int",
    reminded_kept="coalesce(r.reminded and a.status = 'COMPLETED', false)::int",
    reminded_missed="coalesce(r.reminded and a.status = 'NO_SHOW', false)::int",
    unreminded_kept="coalesce(not r.reminded and a.status = 'COMPLETED', false)::int",
    unreminded_missed="coalesce(not r.reminded and a.status = 'NO_SHOW', false)::int",
)
_CAME = _branch(
    """from live l
      cross join lateral (select id, payment_id, paise from attempt where paid_at >= l.starts and paid_at < l.ends
          and status in ('PAID', 'SURPLUS') offset 0) t
      cross join lateral (select centre_id, clinician_id from appointment where payment_id = t.payment_id offset 0) a""",
    centre="a.centre_id",
    clinician="a.clinician_id",
    came_in_paise="t.paise",
    returned_paise="(select coalesce(sum(f.paise), 0) from refund f where f.attempt_id = t.id and f.status = 'DONE')",
)
_FOLLOW_UPS = _branch(
    """from live l
      cross join lateral (select booked_id from follow_up where closed_at >= l.starts and closed_at < l.ends
          and status = 'BOOKED' offset 0) f
      cross join lateral (select centre_id, clinician_id from appointment where id = f.booked_id
          and status not in ('CANCELLED', 'EXPIRED') offset 0) a""",
    centre="a.centre_id",
    clinician="a.clinician_id",
    follow_ups="1",
)
# The hours of a clinician (or centre) that was switched off count until the last visit there, and no longer
_STANDS = f"""(c.active and z.active or l.day <= (select {_day("max(a.starts_at)")} from appointment a
    where a.clinician_id = w.clinician_id and a.centre_id = w.centre_id and a.status in {_TAKES_TIME}))"""
_LENGTH = "(select coalesce(sum(extract(epoch from upper(r) - lower(r)) / 60), 0) from unnest({}) r)"
_TIME = _branch(
    f"""from live l cross join lateral (
        select w.clinician_id, w.centre_id, range_agg(tsrange(l.day + make_interval(mins => w.opens_minute::int),
            l.day + make_interval(mins => w.closes_minute::int))) as kept
          from weekly_hours w join clinician c on c.id = w.clinician_id join centre z on z.id = w.centre_id
         where w.active and w.weekday = extract(dow from l.day) and w.effective_from <= l.day
           and (w.effective_to is null or w.effective_to >= l.day)
           and not exists (select from holiday h where h.centre_id = w.centre_id and h.day = l.day) and {_STANDS}
         group by 1, 2) h
      cross join lateral (select h.kept - coalesce(range_agg(tsrange(b.starts_local, b.ends_local)), '{{}}') as offered
          from time_block b
         where b.lifted_at is null and b.starts_local < l.day + 1 and b.ends_local > l.day
           and (b.clinician_id = h.clinician_id or b.clinician_id is null)
           and (b.centre_id = h.centre_id or b.centre_id is null)) o
      cross join lateral (select coalesce(range_agg(tsrange(a.starts_at at time zone '{ZONE}',
              a.ends_at at time zone '{ZONE}')), '{{}}') as taken
          from appointment a
         where a.clinician_id = h.clinician_id and a.centre_id = h.centre_id and a.status in {_TAKES_TIME}
           and a.starts_at < l.ends and a.starts_at > l.starts - interval '24 hours') t""",
    centre="h.centre_id",
    clinician="h.clinician_id",
    offered_minutes=_LENGTH.format("o.offered"),
    booked_minutes=_LENGTH.format("o.offered * t.taken"),
)

_SUMS = ", ".join(f"sum({name})::bigint as {name}" for name in COLUMNS)

# of a CTE named `live` with (day, starts, ends)
COUNTED = f"""select day, centre_id, clinician_id, {_SUMS} from (
    {" union all ".join((_VISITS, _CAME, _FOLLOW_UPS, _TIME))}) events group by day, centre_id, clinician_id"""

SPAN_OF = f"(day::timestamp at time zone '{ZONE}') as starts, ((day + 1)::timestamp at time zone '{ZONE}') as ends"

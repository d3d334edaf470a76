"""Days that are over are counted once and kept; one of which something changed is counted anew.

Only one at a time does it: a mark may be taken away by nobody who has not counted after the change that it stands for. A
day is kept from the second day after it on, so that nothing that began on it is still under way.
"""

from sqlalchemy import func, select

from mibo import db
from mibo.analytics.counting import COLUMNS, COUNTED, SPAN_OF, ZONE
from mibo.jobs import job

AT_ONCE = 10
BATCHES = 60
ONE_COUNTER = 0x4D314649  # the advisory lock of whoever counts

_FORGET = """with marks as (delete from stale_days returning first_on, last_on)
delete from rolled_day r using marks where r.day between marks.first_on and marks.last_on"""
_NEXT = f"""select array_agg(day) as days from (
    select d::date as day from generate_series(
        (now() at time zone '{ZONE}')::date - 2,
        (least((select min(starts_at) from appointment), (select min(closed_at) from follow_up where status = 'BOOKED'),
               (select min(paid_at) from attempt where status in ('PAID', 'SURPLUS'))) at time zone '{ZONE}')::date,
        interval '-1 day') d
     where not exists (select from rolled_day r where r.day = d::date) limit %(at_once)s) next"""
_CLEAR = "delete from day_figures where day = any(%(days)s)"
_COUNT = f"""with live as materialized (select day, {SPAN_OF} from unnest(%(days)s::date[]) day)
insert into day_figures (day, centre_id, clinician_id, {", ".join(COLUMNS)}) {COUNTED}"""
_KEEP = "insert into rolled_day (day) select unnest(%(days)s::date[])"


@job
def roll_up() -> None:
    """Keep the figures of days that are over, the latest first; what is left is kept the next time."""
    for _ in range(BATCHES):
        with db.transaction():
            if not _some():
                return


def _some() -> int:
    session = db.session()
    if not session.scalar(select(func.pg_try_advisory_xact_lock(ONE_COUNTER))):
        return 0
    ask = session.connection().exec_driver_sql
    ask(_FORGET)
    days = ask(_NEXT, {"at_once": AT_ONCE}).scalar()
    if not days:
        return 0
    for statement in (_CLEAR, _COUNT, _KEEP):
        ask(statement, {"days": days})
    return len(days)

"""figures of days that are over are kept, and whatever changes such a day says so"""

import sqlalchemy as sa
from alembic import op

revision = '0048'
down_revision = '0047'
branch_labels = None
depends_on = None

NUMBERS = (
    'kept', 'missed', 'cancelled', 'new_patients', 'planned', 'planned_days', 'waits', 'wait_minutes', 'late_starts',
    'reminded_kept', 'reminded_missed', 'unreminded_kept', 'unreminded_missed', 'offered_minutes', 'booked_minutes',
    'came_in_paise', 'returned_paise', 'follow_ups',
)
# A mark of another transaction may be taken away at any moment, by whoever has not seen this change: only one's own will do
STALE = """
create function figures_stale(since date, until date) returns void language plpgsql as $$
declare yesterday date := (now() at time zone 'Asia/Kolkata')::date - 1;
begin
  if since is null or until is null or since > least(until, yesterday) then return; end if;
  insert into stale_days (first_on, last_on) select since, least(until, yesterday)
   where not exists (select from stale_days s where s.transaction_id = pg_current_xact_id()::text
                        and s.first_on <= since and s.last_on >= least(until, yesterday));
end $$
"""
STALE_AT = """
create function figures_stale_at(since timestamptz, until timestamptz) returns void language sql as $$
  select figures_stale((since at time zone 'Asia/Kolkata')::date, (until at time zone 'Asia/Kolkata')::date)
$$
"""
# Which visit is a patient's first changes with this one: the first of the others may become it, or be it no longer. Hours of
# somebody who has left count until their last visit, so the days after the last of the others change with this one
VISIT = """
create function figures_of_visit(a appointment) returns void language plpgsql as $$
declare last_there timestamptz;
begin
  if exists (select from clinician c, centre z where c.id = a.clinician_id and z.id = a.centre_id and not (c.active and z.active)) then
    select coalesce(max(b.starts_at), '2000-01-01') into last_there from appointment b
     where b.clinician_id = a.clinician_id and b.centre_id = a.centre_id and b.id <> a.id
       and b.status in ('CONFIRMED', 'CANCELLATION_REQUESTED', 'IN_PROGRESS', 'COMPLETED', 'NO_SHOW');
    perform figures_stale((least(last_there, a.starts_at) at time zone 'Asia/Kolkata')::date, 'infinity');
  end if;
  if (a.starts_at at time zone 'Asia/Kolkata')::date >= (now() at time zone 'Asia/Kolkata')::date then return; end if;
  perform figures_stale_at(a.starts_at, a.ends_at);
  if a.status = 'COMPLETED' then
    perform figures_stale_at(min(b.starts_at), min(b.starts_at)) from appointment b
      where b.patient_id = a.patient_id and b.status = 'COMPLETED' and b.id <> a.id;
  end if;
end $$
"""
MONEY = """
create function figures_of_money(a appointment) returns void language plpgsql as $$
begin
  perform figures_stale_at(t.paid_at, t.paid_at) from attempt t where t.payment_id = a.payment_id and t.status in ('PAID', 'SURPLUS');
  perform figures_stale_at(f.closed_at, f.closed_at) from follow_up f where f.booked_id = a.id and f.status = 'BOOKED';
end $$
"""
PATIENT = """
create function figures_of_patient(who bigint) returns void language plpgsql as $$
begin
  perform figures_stale_at(a.starts_at, a.ends_at) from appointment a where a.patient_id = who and a.status = 'COMPLETED';
end $$
"""
APPOINTMENT = """
create function appointment_figures() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    perform figures_of_visit(new);
    return null;
  elsif tg_op = 'DELETE' then
    perform figures_of_visit(old);
    perform figures_of_money(old);
    perform figures_of_patient(old.patient_id);
    return null;
  end if;
  if (old.status, old.starts_at, old.ends_at, old.clinician_id, old.centre_id, old.patient_id, old.created_at, old.started_at,
      old.arrived_at, old.walk_in, old.series_number)
      is distinct from
     (new.status, new.starts_at, new.ends_at, new.clinician_id, new.centre_id, new.patient_id, new.created_at, new.started_at,
      new.arrived_at, new.walk_in, new.series_number) then
    perform figures_of_visit(old);
    perform figures_of_visit(new);
  end if;
  if (old.clinician_id, old.centre_id, old.payment_id) is distinct from (new.clinician_id, new.centre_id, new.payment_id)
      or (old.status in ('CANCELLED', 'EXPIRED')) <> (new.status in ('CANCELLED', 'EXPIRED')) then
    perform figures_of_money(old);
    perform figures_of_money(new);
  end if;
  if old.patient_id <> new.patient_id then
    perform figures_of_patient(old.patient_id);
    perform figures_of_patient(new.patient_id);
  end if;
  return null;
end $$
"""
ATTEMPT = """
create function attempt_figures() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' and old.status in ('PAID', 'SURPLUS') then perform figures_stale_at(old.paid_at, old.paid_at); end if;
  if tg_op <> 'DELETE' and new.status in ('PAID', 'SURPLUS') then perform figures_stale_at(new.paid_at, new.paid_at); end if;
  return null;
end $$
"""
REFUND = """
create function refund_figures() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' and old.status = 'DONE' then
    perform figures_stale_at(t.paid_at, t.paid_at) from attempt t where t.id = old.attempt_id;
  end if;
  if tg_op <> 'DELETE' and new.status = 'DONE' then
    perform figures_stale_at(t.paid_at, t.paid_at) from attempt t where t.id = new.attempt_id;
  end if;
  return null;
end $$
"""
FOLLOW_UP = """
create function follow_up_figures() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' and old.status = 'BOOKED' then perform figures_stale_at(old.closed_at, old.closed_at); end if;
  if tg_op <> 'DELETE' and new.status = 'BOOKED' then perform figures_stale_at(new.closed_at, new.closed_at); end if;
  return null;
end $$
"""
# Hours that only end or begin on another day change the days between the two
HOURS = """
create function weekly_hours_figures() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (old.clinician_id, old.centre_id, old.weekday, old.opens_minute, old.closes_minute, old.active)
      = (new.clinician_id, new.centre_id, new.weekday, new.opens_minute, new.closes_minute, new.active) then
    if old.effective_from <> new.effective_from then
      perform figures_stale(least(old.effective_from, new.effective_from), greatest(old.effective_from, new.effective_from));
    end if;
    if old.effective_to is distinct from new.effective_to then
      perform figures_stale(least(coalesce(old.effective_to, 'infinity'), coalesce(new.effective_to, 'infinity')),
                            greatest(coalesce(old.effective_to, 'infinity'), coalesce(new.effective_to, 'infinity')));
    end if;
    return null;
  end if;
  if tg_op <> 'INSERT' and old.active then perform figures_stale(old.effective_from, coalesce(old.effective_to, 'infinity')); end if;
  if tg_op <> 'DELETE' and new.active then perform figures_stale(new.effective_from, coalesce(new.effective_to, 'infinity')); end if;
  return null;
end $$
"""
BLOCK = """
create function time_block_figures() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then perform figures_stale(old.starts_local::date, old.ends_local::date); end if;
  if tg_op <> 'DELETE' then perform figures_stale(new.starts_local::date, new.ends_local::date); end if;
  return null;
end $$
"""
HOLIDAY = """
create function holiday_figures() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then perform figures_stale(old.day, old.day); end if;
  if tg_op <> 'DELETE' then perform figures_stale(new.day, new.day); end if;
  return null;
end $$
"""
# Days since the last visit somewhere: before it, hours count whether or not somebody is still there
SWITCHED = """
create function switched_figures() returns trigger language plpgsql as $$
declare last_there timestamptz;
begin
  if tg_table_name = 'clinician' then
    select min(there) into last_there from (select coalesce(max(a.starts_at), '2000-01-01') as there from weekly_hours w
      left join appointment a on a.clinician_id = w.clinician_id and a.centre_id = w.centre_id
           and a.status in ('CONFIRMED', 'CANCELLATION_REQUESTED', 'IN_PROGRESS', 'COMPLETED', 'NO_SHOW')
     where w.clinician_id = new.id group by w.centre_id) s;
  else
    select min(there) into last_there from (select coalesce(max(a.starts_at), '2000-01-01') as there from weekly_hours w
      left join appointment a on a.clinician_id = w.clinician_id and a.centre_id = w.centre_id
           and a.status in ('CONFIRMED', 'CANCELLATION_REQUESTED', 'IN_PROGRESS', 'COMPLETED', 'NO_SHOW')
     where w.centre_id = new.id group by w.clinician_id) s;
  end if;
  perform figures_stale((last_there at time zone 'Asia/Kolkata')::date, 'infinity');
  return null;
end $$
"""
MESSAGE = """
create function message_figures() returns trigger language plpgsql as $$
declare starts timestamptz;
begin
  starts := to_timestamp(split_part(coalesce(new.dedupe_key, old.dedupe_key), ':', 4)::bigint);
  if starts < now() then perform figures_stale_at(starts, starts); end if;
  return null;
end $$
"""
FUNCTIONS = {
    'figures_stale(date, date)': STALE, 'figures_stale_at(timestamptz, timestamptz)': STALE_AT,
    'figures_of_visit(appointment)': VISIT, 'figures_of_money(appointment)': MONEY, 'figures_of_patient(bigint)': PATIENT,
    'appointment_figures()': APPOINTMENT, 'attempt_figures()': ATTEMPT, 'refund_figures()': REFUND,
    'follow_up_figures()': FOLLOW_UP, 'weekly_hours_figures()': HOURS, 'time_block_figures()': BLOCK,
    'holiday_figures()': HOLIDAY, 'switched_figures()': SWITCHED, 'message_figures()': MESSAGE,
}  # fmt: skip
ANY = 'insert or update or delete'
TRIGGERS = (
    ('appointment', 'appointment_figures', 'insert or delete or update of status, starts_at, ends_at, clinician_id, centre_id, patient_id,'
     ' created_at, started_at, arrived_at, walk_in, series_number, payment_id', '', 'appointment_figures'),
    ('attempt', 'attempt_figures', 'insert or delete or update of status, paise, paid_at, payment_id', '', 'attempt_figures'),
    ('refund', 'refund_figures', 'insert or delete or update of status, paise, attempt_id', '', 'refund_figures'),
    ('follow_up', 'follow_up_figures', 'insert or delete or update of status, booked_id, closed_at', '', 'follow_up_figures'),
    ('weekly_hours', 'weekly_hours_figures', ANY, '', 'weekly_hours_figures'),
    ('time_block', 'time_block_figures', ANY, '', 'time_block_figures'),
    ('holiday', 'holiday_figures', ANY, '', 'holiday_figures'),
    ('clinician', 'clinician_figures', 'update of active', 'when (old.active <> new.active)', 'switched_figures'),
    ('centre', 'centre_figures', 'update of active', 'when (old.active <> new.active)', 'switched_figures'),
    ('message', 'message_figures', 'update of delivered_at, about_id, dedupe_key',
     "when (new.dedupe_key like 'reminder:%:%:%')", 'message_figures'),
    ('message', 'message_figures_new', 'insert',
     "when (new.dedupe_key like 'reminder:%:%:%' and new.delivered_at is not null)", 'message_figures'),
    ('message', 'message_figures_gone', 'delete', "when (old.dedupe_key like 'reminder:%:%:%')", 'message_figures'),
)  # fmt: skip
# created one by one and without a lock on what is booked meanwhile
INDEXES = {
    'ix_appointment_completed': "appointment (starts_at) include (patient_id, centre_id, clinician_id) where status = 'COMPLETED'",
    'ix_follow_up_booked': "follow_up (closed_at) include (booked_id) where status = 'BOOKED'",
}


def upgrade() -> None:
    op.create_table(
        'day_figures',
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('centre_id', sa.BigInteger(), nullable=False),
        sa.Column('clinician_id', sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in NUMBERS),
        sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_day_figures_centre_id')),
        sa.ForeignKeyConstraint(['clinician_id'], ['clinician.id'], name=op.f('fk_day_figures_clinician_id')),
        sa.PrimaryKeyConstraint('day', 'centre_id', 'clinician_id', name=op.f('pk_day_figures')),
    )
    op.create_table(
        'rolled_day',
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.PrimaryKeyConstraint('day', name=op.f('pk_rolled_day')),
    )
    op.create_table(
        'stale_days',
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.Column('first_on', sa.Date(), nullable=False),
        sa.Column('last_on', sa.Date(), nullable=False),
        sa.Column('transaction_id', sa.String(length=20), server_default=sa.text('pg_current_xact_id()::text'), nullable=False),
        sa.CheckConstraint('first_on <= last_on', name=op.f('ck_stale_days_span')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stale_days')),
    )
    op.create_index('ix_stale_days_span', 'stale_days', ['first_on', 'last_on'])
    for words in FUNCTIONS.values():
        op.execute(words)
    for table, name, when, which, function in TRIGGERS:
        op.execute(f'create trigger {name} after {when} on {table} for each row {which} execute function {function}()')
    with op.get_context().autocommit_block():
        for name, what in INDEXES.items():
            op.execute(f'create index concurrently if not exists {name} on {what}')


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f'drop index if exists {name}')
    for table, name, *_ in TRIGGERS:
        op.execute(f'drop trigger {name} on {table}')
    for function in reversed(FUNCTIONS):
        op.execute(f'drop function {function}')
    op.drop_table('stale_days')
    op.drop_table('rolled_day')
    op.drop_table('day_figures')

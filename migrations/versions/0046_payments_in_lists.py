"""a payment knows what lists ask of it: its centre, its clinician, who took it, what came in and what goes back"""

import sqlalchemy as sa
from alembic import op

revision = '0046'
down_revision = '0045'
branch_labels = None
depends_on = None

PAID = "COALESCE(paid_at, '1970-01-01 00:00:00+00'::timestamp with time zone)"
IDS = ('centre_id', 'clinician_id', 'taken_by')
SUMS = ('came_in_paise', 'returned_paise', 'to_return_paise')
# a payment is locked before what stands beside it is added up: who adds up waits for whoever added to it meanwhile
FUNCTIONS = """
create function payment_knows_booking() returns trigger language plpgsql as $$
begin
  update payment set centre_id = new.centre_id, clinician_id = new.clinician_id
   where id = new.payment_id and (centre_id, clinician_id) is distinct from (new.centre_id, new.clinician_id);
  return null;
end $$;
create function payment_knows_attempts() returns trigger language plpgsql as $$
declare of bigint := case when tg_op = 'DELETE' then old.payment_id else new.payment_id end;
begin
  if tg_op = 'INSERT' and new.status not in ('PAID', 'SURPLUS') then return null; end if;
  perform from payment where id = of for no key update;
  update payment set came_in_paise = sums.came, taken_by = sums.taker
    from (select coalesce(sum(paise) filter (where status in ('PAID', 'SURPLUS')), 0) as came,
                 max(taken_by) filter (where status = 'PAID') as taker
            from attempt where payment_id = of) as sums
   where id = of and (came_in_paise, taken_by) is distinct from (sums.came, sums.taker);
  return null;
end $$;
create function payment_knows_refunds() returns trigger language plpgsql as $$
declare of bigint := case when tg_op = 'DELETE' then old.payment_id else new.payment_id end;
begin
  perform from payment where id = of for no key update;
  update payment set returned_paise = sums.gone, to_return_paise = sums.going
    from (select coalesce(sum(paise) filter (where status = 'DONE'), 0) as gone,
                 coalesce(sum(paise) filter (where status in ('REQUESTED', 'APPROVED', 'SENT', 'FAILED')), 0) as going
            from refund where payment_id = of) as sums
   where id = of and (returned_paise, to_return_paise) is distinct from (sums.gone, sums.going);
  return null;
end $$;
create trigger payment_knows_booking after insert or update of payment_id, centre_id, clinician_id on appointment
  for each row execute function payment_knows_booking();
create trigger payment_knows_attempts after insert or delete or update of status, paise, taken_by on attempt
  for each row execute function payment_knows_attempts();
create trigger payment_knows_refunds after insert or delete or update of status, paise on refund
  for each row execute function payment_knows_refunds();
"""
# the payment first, as everybody else locks them, and then the attempt
WITHIN = """
create or replace function refund_within_attempt() returns trigger language plpgsql as $$
declare came bigint; going bigint;
begin
  if new.status = 'DECLINED' then return new; end if;
  {first}select paise into came from attempt where id = new.attempt_id for no key update;
  select coalesce(sum(paise), 0) into going from refund
   where attempt_id = new.attempt_id and id <> new.id and status <> 'DECLINED';
  if going + new.paise > came then
    raise exception 'more would go back than came' using errcode = 'check_violation', constraint = 'refund_within_attempt';
  end if;
  return new;
end $$
"""
FIRST = 'perform from payment where id = new.payment_id for no key update;\n  '
TOLD = """
update payment set centre_id = one.centre_id, clinician_id = one.clinician_id, taken_by = came.taker,
       came_in_paise = coalesce(came.paise, 0), returned_paise = coalesce(back.gone, 0),
       to_return_paise = coalesce(back.going, 0)
  from appointment one
  left join (select payment_id, sum(paise) filter (where status in ('PAID', 'SURPLUS')) as paise,
                    max(taken_by) filter (where status = 'PAID') as taker
               from attempt group by payment_id) came on came.payment_id = one.payment_id
  left join (select payment_id, sum(paise) filter (where status = 'DONE') as gone,
                    sum(paise) filter (where status in ('REQUESTED', 'APPROVED', 'SENT', 'FAILED')) as going
               from refund group by payment_id) back on back.payment_id = one.payment_id
 where one.payment_id = payment.id
"""
OWED = sa.text("status = 'PENDING' and released_at is null")
TAKEN, RETURNED = sa.text('taken_by is not null'), sa.text('returned_paise > 0')
INDEXES: dict[str, tuple[list[object], dict[str, object]]] = {
    'ix_payment_centre_made': (['centre_id', 'created_at', 'id'], {}),
    'ix_payment_centre_paid': (['centre_id', sa.text(PAID), 'id'], {}),
    'ix_payment_clinician': (['clinician_id', 'created_at', 'id'], {'postgresql_include': ['centre_id']}),
    'ix_payment_taken': (
        ['taken_by', 'centre_id', 'created_at', 'id'], {'postgresql_include': ['patient_id'], 'postgresql_where': TAKEN},
    ),
    'ix_payment_taken_paid': (['taken_by', 'centre_id', sa.text(PAID), 'id'], {'postgresql_where': TAKEN}),
    'ix_payment_returned': (['created_at', 'id'], {'postgresql_where': RETURNED}),
    'ix_payment_centre_returned': (['centre_id', 'created_at', 'id'], {'postgresql_where': RETURNED}),
    'ix_payment_to_return': (['created_at', 'id'], {'postgresql_where': sa.text('to_return_paise > 0')}),
}


def upgrade() -> None:
    for name in IDS:
        op.add_column('payment', sa.Column(name, sa.BigInteger(), nullable=True))
    for name in SUMS:
        op.add_column('payment', sa.Column(name, sa.BigInteger(), server_default='0', nullable=False))
    op.execute(FUNCTIONS)
    op.execute(WITHIN.format(first=FIRST))
    op.execute(TOLD)
    for name, (columns, more) in INDEXES.items():
        op.create_index(name, 'payment', columns, unique=False, **more)
    op.drop_index('ix_payment_owed', table_name='payment')
    op.create_index(
        'ix_payment_owed', 'payment', ['centre_id', 'created_at', 'id'], unique=False, postgresql_where=OWED
    )


def downgrade() -> None:
    op.drop_index('ix_payment_owed', table_name='payment')
    op.create_index('ix_payment_owed', 'payment', ['id'], unique=False, postgresql_where=OWED)
    for name in reversed(INDEXES):
        op.drop_index(name, table_name='payment')
    op.execute(WITHIN.format(first=''))
    for name, table in (('booking', 'appointment'), ('attempts', 'attempt'), ('refunds', 'refund')):
        op.execute(f'drop trigger payment_knows_{name} on {table}')
        op.execute(f'drop function payment_knows_{name}()')
    for name in (*reversed(SUMS), *reversed(IDS)):
        op.drop_column('payment', name)

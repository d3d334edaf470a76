"""what goes back is decided, sent and handed over; a booking keeps the terms on which it was made"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

WITHIN = """
create function refund_within_attempt() returns trigger language plpgsql as $$
declare came bigint; going bigint;
begin
  if new.status = 'DECLINED' then return new; end if;
  select paise into came from attempt where id = new.attempt_id for no key update;
  select coalesce(sum(paise), 0) into going from refund
   where attempt_id = new.attempt_id and id <> new.id and status <> 'DECLINED';
  if going + new.paise > came then
    raise exception 'more would go back than came' using errcode = 'check_violation', constraint = 'refund_within_attempt';
  end if;
  return new;
end $$
"""
TRIGGER = """
create trigger refund_within_attempt before insert or update of paise, status, attempt_id on refund
  for each row execute function refund_within_attempt()
"""
# bookings made before keep what stands in force now
TERMS = """
update payment set cutoff_hours = (numbers ->> 'patient_cutoff_hours')::smallint,
       in_time_percent = (numbers ->> 'refund_in_time_percent')::smallint,
       late_percent = (numbers ->> 'refund_late_percent')::smallint
  from (select numbers from policy_version order by id desc limit 1) newest
 where numbers ?& array['patient_cutoff_hours', 'refund_in_time_percent', 'refund_late_percent']
"""
CHECKS = {
    'status': "status in ('REQUESTED', 'APPROVED', 'SENT', 'DONE', 'FAILED', 'DECLINED')",
    'way': "way in ('PROVIDER', 'DESK')",
    'method': "method in ('CASH', 'CARD', 'UPI')",
    'decided': "status = 'REQUESTED' or decided_at is not null",
    'way_chosen': "status in ('REQUESTED', 'DECLINED') or way is not null",
    'declined_why': "status <> 'DECLINED' or decided_reason is not null",
    'done': "(status = 'DONE') = (done_at is not null)",
    'handed_over': "(way = 'DESK' and status = 'DONE') = (method is not null)",
}
OPEN = "status in ('REQUESTED', 'APPROVED', 'SENT', 'FAILED')"
ACCOUNTS = ('opened_by', 'assigned_to', 'decided_by', 'done_by')


def upgrade() -> None:
    for name, default in (('cutoff_hours', '24'), ('in_time_percent', '100'), ('late_percent', '0')):
        op.add_column('payment', sa.Column(name, sa.SmallInteger(), server_default=default, nullable=False))
    op.execute(TERMS)
    op.create_check_constraint(
        op.f('ck_payment_terms'), 'payment',
        "cutoff_hours >= 0 and in_time_percent between 0 and 100 and late_percent between 0 and 100",
    )
    for name, kind in (
        ('note', sa.String(length=500)), ('decided_at', sa.DateTime(timezone=True)),
        ('decided_reason', sa.String(length=500)), ('way', sa.String(length=10)), ('method', sa.String(length=10)),
        ('reference', sa.String(length=60)), ('provider_refund_id', sa.String(length=60)),
        ('next_try_at', sa.DateTime(timezone=True)), ('failure', sa.String(length=200)),
        ('sent_at', sa.DateTime(timezone=True)), ('failed_at', sa.DateTime(timezone=True)),
        ('done_at', sa.DateTime(timezone=True)), ('centre_id', sa.BigInteger()),
        *((name, sa.BigInteger()) for name in ACCOUNTS),
    ):
        op.add_column('refund', sa.Column(name, kind, nullable=True))
    op.add_column('refund', sa.Column('round', sa.SmallInteger(), server_default='1', nullable=False))
    op.add_column('refund', sa.Column('tries', sa.SmallInteger(), server_default='0', nullable=False))
    op.add_column('refund', sa.Column('version', sa.BigInteger(), server_default='1', nullable=False))
    op.execute("update refund set decided_at = opened_at, way = 'PROVIDER' where status <> 'REQUESTED'")
    op.execute("update refund set done_at = opened_at where status = 'DONE'")
    for name in ACCOUNTS:
        op.create_foreign_key(op.f(f'fk_refund_{name}'), 'refund', 'account', [name], ['id'])
    op.create_foreign_key(op.f('fk_refund_centre_id'), 'refund', 'centre', ['centre_id'], ['id'])
    op.drop_constraint(op.f('ck_refund_status'), 'refund', type_='check')
    for name, rule in CHECKS.items():
        op.create_check_constraint(op.f(f'ck_refund_{name}'), 'refund', rule)
    op.drop_constraint(op.f('uq_refund_attempt_id_reason'), 'refund', type_='unique')
    op.create_unique_constraint(op.f('uq_refund_provider_refund_id'), 'refund', ['provider_refund_id'])
    op.create_index(op.f('ix_refund_attempt_id'), 'refund', ['attempt_id'], unique=False)
    op.create_index(
        'uq_refund_by_rule', 'refund', ['attempt_id', 'reason'], unique=True,
        postgresql_where=sa.text("reason <> 'BY_MANAGER'"),
    )
    op.create_index(
        'uq_refund_upi_reference', 'refund', ['reference'], unique=True, postgresql_where=sa.text("method = 'UPI'"),
    )
    op.create_index('ix_refund_opened', 'refund', ['opened_at', 'id'], unique=False)
    op.create_index('ix_refund_open', 'refund', ['opened_at', 'id'], unique=False, postgresql_where=sa.text(OPEN))
    op.create_index(
        'ix_refund_due', 'refund', ['next_try_at'], unique=False,
        postgresql_where=sa.text("status in ('APPROVED', 'SENT')"),
    )
    op.execute(WITHIN)
    op.execute(TRIGGER)


def downgrade() -> None:
    op.execute("drop trigger refund_within_attempt on refund")
    op.execute("drop function refund_within_attempt()")
    for name in ('ix_refund_due', 'ix_refund_open', 'ix_refund_opened', 'uq_refund_upi_reference', 'uq_refund_by_rule'):
        op.drop_index(name, table_name='refund')
    op.drop_index(op.f('ix_refund_attempt_id'), table_name='refund')
    op.drop_constraint(op.f('uq_refund_provider_refund_id'), 'refund', type_='unique')
    op.create_unique_constraint(op.f('uq_refund_attempt_id_reason'), 'refund', ['attempt_id', 'reason'])
    for name in CHECKS:
        op.drop_constraint(op.f(f'ck_refund_{name}'), 'refund', type_='check')
    op.create_check_constraint(
        op.f('ck_refund_status'), 'refund', "status in ('REQUESTED', 'APPROVED', 'SENT', 'DONE', 'FAILED')"
    )
    op.drop_constraint(op.f('fk_refund_centre_id'), 'refund', type_='foreignkey')
    for name in ACCOUNTS:
        op.drop_constraint(op.f(f'fk_refund_{name}'), 'refund', type_='foreignkey')
    for name in (
        'version', 'tries', 'round', *ACCOUNTS, 'centre_id', 'done_at', 'failed_at', 'sent_at', 'failure', 'next_try_at',
        'provider_refund_id', 'reference', 'method', 'way', 'decided_reason', 'decided_at', 'note',
    ):
        op.drop_column('refund', name)
    op.drop_constraint(op.f('ck_payment_terms'), 'payment', type_='check')
    for name in ('late_percent', 'in_time_percent', 'cutoff_hours'):
        op.drop_column('payment', name)

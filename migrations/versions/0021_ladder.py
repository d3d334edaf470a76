"""a message that does not reach somebody is tried another way, and at last somebody calls"""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

CLIMBING = "climbed_at is null and climbs_until is not null and status in ('PENDING', 'SENT', 'FAILED', 'UNKNOWN')"


def upgrade() -> None:
    op.add_column('patient', sa.Column('message_channel', sa.String(length=10), server_default='WHATSAPP', nullable=False))
    op.create_check_constraint(
        op.f('ck_patient_message_channel'), 'patient', "message_channel in ('WHATSAPP', 'SMS', 'EMAIL')"
    )
    op.add_column('message', sa.Column('rung', sa.SmallInteger(), server_default='0', nullable=False))
    for name in ('climbs_until', 'climbed_at', 'tried_at'):
        op.add_column('message', sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f('uq_message_dedupe_key'), 'message', type_='unique')
    op.create_unique_constraint(op.f('uq_message_dedupe_key_channel'), 'message', ['dedupe_key', 'channel'])
    op.create_index('uq_message_first', 'message', ['dedupe_key'], unique=True, postgresql_where=sa.text('rung = 0'))
    op.create_index(
        'uq_message_under_way', 'message', ['dedupe_key'], unique=True,
        postgresql_where=sa.text("status in ('PENDING', 'SENDING')"),
    )
    op.create_index('ix_message_climbing', 'message', ['climbs_until'], unique=False, postgresql_where=sa.text(CLIMBING))
    op.create_table('phone_call',
    sa.Column('dedupe_key', sa.String(length=100), nullable=False),
    sa.Column('message_id', sa.BigInteger(), nullable=False),
    sa.Column('about_id', sa.BigInteger(), nullable=True),
    sa.Column('patient_id', sa.BigInteger(), nullable=True),
    sa.Column('centre_id', sa.BigInteger(), nullable=True),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', sa.String(length=12), server_default='OPEN', nullable=False),
    sa.Column('again_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.CheckConstraint("status in ('OPEN', 'REACHED', 'WRONG_NUMBER', 'NOT_NEEDED')", name=op.f('ck_phone_call_status')),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], name=op.f('fk_phone_call_message_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_phone_call')),
    sa.UniqueConstraint('dedupe_key', name=op.f('uq_phone_call_dedupe_key'))
    )
    op.create_index('ix_phone_call_open', 'phone_call', ['until'], unique=False, postgresql_where=sa.text("status = 'OPEN'"))
    op.create_index('ix_phone_call_about', 'phone_call', ['about_id'], unique=False)
    op.create_table('call_try',
    sa.Column('call_id', sa.BigInteger(), nullable=False),
    sa.Column('outcome', sa.String(length=12), nullable=False),
    sa.Column('by_account_id', sa.BigInteger(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('taken_back_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.CheckConstraint("outcome in ('REACHED', 'NO_ANSWER', 'WRONG_NUMBER')", name=op.f('ck_call_try_outcome')),
    sa.ForeignKeyConstraint(['call_id'], ['phone_call.id'], name=op.f('fk_call_try_call_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_try'))
    )
    op.create_index(op.f('ix_call_try_call_id'), 'call_try', ['call_id'], unique=False)


def downgrade() -> None:
    op.drop_table('call_try')
    op.drop_table('phone_call')
    op.execute("delete from message where rung > 0")
    for name in ('ix_message_climbing', 'uq_message_under_way', 'uq_message_first'):
        op.drop_index(name, table_name='message')
    op.drop_constraint(op.f('uq_message_dedupe_key_channel'), 'message', type_='unique')
    op.create_unique_constraint(op.f('uq_message_dedupe_key'), 'message', ['dedupe_key'])
    for name in ('tried_at', 'climbed_at', 'climbs_until', 'rung'):
        op.drop_column('message', name)
    op.drop_constraint(op.f('ck_patient_message_channel'), 'patient', type_='check')
    op.drop_column('patient', 'message_channel')

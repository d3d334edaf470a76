"""who reads in an emergency says why, for half an hour, and whoever wrote is told"""

import sqlalchemy as sa
from alembic import op

revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None

KINDS = "kind in ('WISH', 'REFUND', 'REFUND_DESK', 'MESSAGE', 'MEETING', 'REPLY'{})"


def upgrade() -> None:
    op.create_table(
        'glass_opening',
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.Column('patient_id', sa.BigInteger(), nullable=False),
        sa.Column('account_id', sa.BigInteger(), nullable=False),
        sa.Column('key_name', sa.String(length=16), nullable=False),
        sa.Column('key', sa.LargeBinary(), nullable=False),
        sa.Column('reason', sa.LargeBinary(), nullable=False),
        sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('until', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint('until > opened_at', name=op.f('ck_glass_opening_span')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_glass_opening_account_id')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_glass_opening_patient_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_glass_opening')),
    )
    op.create_index('ix_glass_opening_reads', 'glass_opening', ['account_id', 'patient_id', 'until'])
    op.create_index('ix_glass_opening_opened', 'glass_opening', ['opened_at', 'id'])
    op.create_index('ix_glass_opening_key', 'glass_opening', ['key_name', 'id'])
    op.add_column('ring', sa.Column('account_id', sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f('fk_ring_account_id'), 'ring', 'account', ['account_id'], ['id'])
    op.create_index(
        'ix_ring_account_id', 'ring', ['account_id', 'rung_at'], postgresql_where=sa.text('account_id is not null')
    )
    op.drop_constraint(op.f('ck_ring_kind'), 'ring')
    op.create_check_constraint(op.f('ck_ring_kind'), 'ring', KINDS.format(", 'GLASS'"))
    op.create_check_constraint(op.f('ck_ring_for_whom'), 'ring', "(kind = 'GLASS') = (account_id is not null)")


def downgrade() -> None:
    op.drop_table('glass_opening')
    op.execute("delete from ring where kind = 'GLASS'")
    op.drop_constraint(op.f('ck_ring_for_whom'), 'ring')
    op.drop_constraint(op.f('ck_ring_kind'), 'ring')
    op.create_check_constraint(op.f('ck_ring_kind'), 'ring', KINDS.format(''))
    op.drop_index('ix_ring_account_id', table_name='ring')
    op.drop_column('ring', 'account_id')

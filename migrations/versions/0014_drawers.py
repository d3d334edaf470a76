"""the money of a shift is kept in a drawer, and counted at its end"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

COUNTED = "counted_cash_paise >= 0 and counted_card_paise >= 0 and counted_upi_paise >= 0"
EXPLAINED = (
    "(expected_cash_paise, expected_card_paise, expected_upi_paise)"
    " = (counted_cash_paise, counted_card_paise, counted_upi_paise) or explanation is not null"
)


def upgrade() -> None:
    op.create_table(
        'drawer',
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.Column('account_id', sa.BigInteger(), nullable=False),
        sa.Column('centre_id', sa.BigInteger(), nullable=False),
        sa.Column('float_paise', sa.BigInteger(), server_default='0', nullable=False),
        sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('opened_by', sa.BigInteger(), nullable=True),
        sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint('float_paise >= 0', name=op.f('ck_drawer_float')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_drawer_account_id')),
        sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_drawer_centre_id')),
        sa.ForeignKeyConstraint(['opened_by'], ['account.id'], name=op.f('fk_drawer_opened_by')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_drawer')),
    )
    op.create_index('uq_drawer_open', 'drawer', ['account_id', 'centre_id'], unique=True, postgresql_where=sa.text('closed_at is null'))
    op.create_index('ix_drawer_listed', 'drawer', ['opened_at', 'id'], unique=False)
    op.create_table(
        'drawer_entry',
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.Column('drawer_id', sa.BigInteger(), nullable=False),
        sa.Column('kind', sa.String(length=6), nullable=False),
        sa.Column('method', sa.String(length=10), nullable=False),
        sa.Column('paise', sa.BigInteger(), nullable=False),
        sa.Column('reason', sa.String(length=200), nullable=True),
        sa.Column('refund_id', sa.BigInteger(), nullable=True),
        sa.Column('by_account_id', sa.BigInteger(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.CheckConstraint("kind in ('IN', 'OUT', 'REFUND')", name=op.f('ck_drawer_entry_kind')),
        sa.CheckConstraint("method in ('CASH', 'CARD', 'UPI')", name=op.f('ck_drawer_entry_method')),
        sa.CheckConstraint('paise > 0', name=op.f('ck_drawer_entry_paise')),
        sa.CheckConstraint("(kind = 'REFUND') = (refund_id is not null)", name=op.f('ck_drawer_entry_refund')),
        sa.CheckConstraint("kind = 'REFUND' or method = 'CASH'", name=op.f('ck_drawer_entry_cash')),
        sa.ForeignKeyConstraint(['by_account_id'], ['account.id'], name=op.f('fk_drawer_entry_by_account_id')),
        sa.ForeignKeyConstraint(['drawer_id'], ['drawer.id'], name=op.f('fk_drawer_entry_drawer_id')),
        sa.ForeignKeyConstraint(['refund_id'], ['refund.id'], name=op.f('fk_drawer_entry_refund_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_drawer_entry')),
        sa.UniqueConstraint('refund_id', 'method', name=op.f('uq_drawer_entry_refund_id_method')),
    )
    op.create_index(op.f('ix_drawer_entry_drawer_id'), 'drawer_entry', ['drawer_id'], unique=False)
    op.create_table(
        'drawer_closing',
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.Column('drawer_id', sa.BigInteger(), nullable=False),
        *(
            sa.Column(f'{what}_{method}_paise', sa.BigInteger(), nullable=False)
            for what in ('expected', 'counted')
            for method in ('cash', 'card', 'upi')
        ),
        sa.Column('pieces', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column('explanation', sa.String(length=500), nullable=True),
        sa.Column('closed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('closed_by', sa.BigInteger(), nullable=False),
        sa.Column('reopened_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('reopened_by', sa.BigInteger(), nullable=True),
        sa.Column('reopen_reason', sa.String(length=200), nullable=True),
        sa.CheckConstraint(COUNTED, name=op.f('ck_drawer_closing_counted')),
        sa.CheckConstraint(EXPLAINED, name=op.f('ck_drawer_closing_explained')),
        sa.CheckConstraint('(reopened_at is null) = (reopen_reason is null)', name=op.f('ck_drawer_closing_reopened')),
        sa.ForeignKeyConstraint(['closed_by'], ['account.id'], name=op.f('fk_drawer_closing_closed_by')),
        sa.ForeignKeyConstraint(['drawer_id'], ['drawer.id'], name=op.f('fk_drawer_closing_drawer_id')),
        sa.ForeignKeyConstraint(['reopened_by'], ['account.id'], name=op.f('fk_drawer_closing_reopened_by')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_drawer_closing')),
    )
    op.create_index(op.f('ix_drawer_closing_drawer_id'), 'drawer_closing', ['drawer_id'], unique=False)
    op.create_index(
        'uq_drawer_closing_stands', 'drawer_closing', ['drawer_id'], unique=True, postgresql_where=sa.text('reopened_at is null')
    )
    op.add_column('tender', sa.Column('drawer_id', sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f('fk_tender_drawer_id'), 'tender', 'drawer', ['drawer_id'], ['id'])
    op.create_index(op.f('ix_tender_drawer_id'), 'tender', ['drawer_id'], unique=False)


def downgrade() -> None:
    op.drop_column('tender', 'drawer_id')
    op.drop_table('drawer_closing')
    op.drop_table('drawer_entry')
    op.drop_table('drawer')

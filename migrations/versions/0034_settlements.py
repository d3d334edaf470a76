"""what the provider paid out to our bank is read from its reports, line by line"""

import sqlalchemy as sa
from alembic import op

revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None

REASONS = ('NOT_OURS', 'WRONG_ORDER', 'WRONG_AMOUNT', 'WRONG_CURRENCY', 'GIVEN_BACK', 'UNREADABLE', 'REFUND_NOT_OURS', 'BOOKS_DIFFER')
TELLERS = ('WEBHOOK', 'BROWSER', 'RECONCILER', 'PERSON')


def upgrade() -> None:
    op.create_table(
        'settlement_file',
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('name', sa.String(length=100), nullable=False),
        sa.Column('lines', sa.BigInteger(), nullable=False),
        sa.Column('known', sa.BigInteger(), nullable=False),
        sa.Column('waiting', sa.BigInteger(), nullable=False),
        sa.Column('odd', sa.BigInteger(), nullable=False),
        sa.Column('read_by', sa.BigInteger(), nullable=False),
        sa.Column('read_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.ForeignKeyConstraint(['read_by'], ['account.id'], name=op.f('fk_settlement_file_read_by')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_settlement_file')),
        sa.UniqueConstraint('digest', name=op.f('uq_settlement_file_digest')),
    )
    op.create_table(
        'settlement',
        sa.Column('known_by', sa.String(length=60), nullable=False),
        sa.Column('utr', sa.String(length=60), nullable=False),
        sa.Column('settled_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_settlement')),
        sa.UniqueConstraint('known_by', name=op.f('uq_settlement_known_by')),
    )
    op.create_index('ix_settlement_settled', 'settlement', ['settled_at', 'id'], unique=False)
    op.create_table(
        'settlement_line',
        sa.Column('settlement_id', sa.BigInteger(), nullable=False),
        sa.Column('file_id', sa.BigInteger(), nullable=False),
        sa.Column('line', sa.BigInteger(), nullable=False),
        sa.Column('kind', sa.String(length=30), nullable=False),
        sa.Column('entity_id', sa.String(length=60), nullable=False),
        sa.Column('paise', sa.BigInteger(), nullable=False),
        sa.Column('fee_paise', sa.BigInteger(), nullable=False),
        sa.Column('tax_paise', sa.BigInteger(), nullable=False),
        sa.Column('net_paise', sa.BigInteger(), nullable=False),
        sa.Column('mismatch_id', sa.BigInteger(), nullable=True),
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.CheckConstraint(
            'paise >= 0 and fee_paise >= 0 and tax_paise >= 0', name=op.f('ck_settlement_line_sums')
        ),
        sa.ForeignKeyConstraint(['file_id'], ['settlement_file.id'], name=op.f('fk_settlement_line_file_id')),
        sa.ForeignKeyConstraint(['mismatch_id'], ['mismatch.id'], name=op.f('fk_settlement_line_mismatch_id')),
        sa.ForeignKeyConstraint(['settlement_id'], ['settlement.id'], name=op.f('fk_settlement_line_settlement_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_settlement_line')),
        sa.UniqueConstraint('settlement_id', 'entity_id', 'kind', name=op.f('uq_settlement_line_settlement_id_entity_id_kind')),
    )
    op.create_index('ix_settlement_line_file_id', 'settlement_line', ['file_id'], unique=False)
    op.create_index(
        'ix_settlement_line_odd', 'settlement_line', ['settlement_id', 'mismatch_id'], unique=False,
        postgresql_where=sa.text('mismatch_id is not null'),
    )
    _allow((*REASONS, 'ADJUSTED'), (*TELLERS, 'SETTLEMENT'))


def downgrade() -> None:
    op.drop_table('settlement_line')
    op.drop_table('settlement')
    op.drop_table('settlement_file')
    op.execute("delete from mismatch where reason = 'ADJUSTED' or told_by = 'SETTLEMENT'")
    _allow(REASONS, TELLERS)


def _allow(reasons: tuple[str, ...], tellers: tuple[str, ...]) -> None:
    op.drop_constraint(op.f('ck_mismatch_reason'), 'mismatch', type_='check')
    op.create_check_constraint(op.f('ck_mismatch_reason'), 'mismatch', f'reason in {reasons}')
    op.drop_constraint(op.f('ck_mismatch_told_by'), 'mismatch', type_='check')
    op.create_check_constraint(op.f('ck_mismatch_told_by'), 'mismatch', f'told_by in {tellers}')

"""each look through what the provider was paid remembers how far it has come"""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'reconciliation',
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.Column('on_day', sa.Date(), nullable=True),
        sa.Column('asked_by', sa.BigInteger(), nullable=True),
        sa.Column('since', sa.DateTime(timezone=True), nullable=False),
        sa.Column('until', sa.DateTime(timezone=True), nullable=False),
        sa.Column('seen', sa.BigInteger(), server_default='0', nullable=False),
        sa.Column('found', sa.BigInteger(), server_default='0', nullable=False),
        sa.Column('parked', sa.BigInteger(), server_default='0', nullable=False),
        sa.Column('trouble', sa.String(length=200), nullable=True),
        sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
        sa.Column('opened_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint('since < until', name=op.f('ck_reconciliation_span')),
        sa.ForeignKeyConstraint(['asked_by'], ['account.id'], name=op.f('fk_reconciliation_asked_by')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_reconciliation')),
        sa.UniqueConstraint('on_day', name=op.f('uq_reconciliation_on_day')),
    )
    op.create_index(
        'uq_reconciliation_open', 'reconciliation', [sa.text('(done_at is null)')], unique=True,
        postgresql_where=sa.text('done_at is null'),
    )


def downgrade() -> None:
    op.drop_table('reconciliation')

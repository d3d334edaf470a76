"""what is taken at the desk is made of tenders: one for each way in which it was handed over"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

UPI_ONCE = "method = 'UPI' and voided_at is null and with_id is null"


def upgrade() -> None:
    op.create_table(
        'tender',
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.Column('attempt_id', sa.BigInteger(), nullable=False),
        sa.Column('method', sa.String(length=10), nullable=False),
        sa.Column('paise', sa.BigInteger(), nullable=False),
        sa.Column('reference', sa.String(length=40), nullable=True),
        sa.Column('taken_by', sa.BigInteger(), nullable=False),
        sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('voided_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('with_id', sa.BigInteger(), nullable=True),
        sa.CheckConstraint("method in ('CASH', 'CARD', 'UPI')", name=op.f('ck_tender_method')),
        sa.CheckConstraint('paise > 0', name=op.f('ck_tender_paise')),
        sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_tender_attempt_id')),
        sa.ForeignKeyConstraint(['taken_by'], ['account.id'], name=op.f('fk_tender_taken_by')),
        sa.ForeignKeyConstraint(['with_id'], ['tender.id'], name=op.f('fk_tender_with_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_tender')),
    )
    op.create_index(op.f('ix_tender_attempt_id'), 'tender', ['attempt_id'], unique=False)
    op.create_index('ix_tender_taken', 'tender', ['taken_by', 'taken_at'], unique=False)
    op.create_index('uq_tender_upi_reference', 'tender', ['reference'], unique=True, postgresql_where=sa.text(UPI_ONCE))
    op.execute(
        "insert into tender (attempt_id, method, paise, taken_by, taken_at, voided_at)"
        " select id, method, paise, taken_by, coalesce(paid_at, created_at),"
        "        case when status = 'VOID' then coalesce(paid_at, created_at) end"
        "   from attempt where kind = 'DESK' and method in ('CASH', 'CARD', 'UPI') and taken_by is not null order by id"
    )


def downgrade() -> None:
    op.drop_table('tender')

"""money that does not match waits for a person"""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'mismatch',
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.Column('about', sa.String(length=120), nullable=False),
        sa.Column('reason', sa.String(length=20), nullable=False),
        sa.Column('told_by', sa.String(length=10), nullable=False),
        sa.Column('attempt_id', sa.BigInteger(), nullable=True),
        sa.Column('event_id', sa.BigInteger(), nullable=True),
        sa.Column('provider_payment_id', sa.String(length=60), nullable=True),
        sa.Column('told_paise', sa.BigInteger(), nullable=True),
        sa.Column('told_currency', sa.String(length=10), nullable=True),
        sa.Column('told_status', sa.String(length=20), nullable=True),
        sa.Column('told_order_id', sa.String(length=60), nullable=True),
        sa.Column('told_link_id', sa.String(length=60), nullable=True),
        sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('opened_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('looked_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('resolved_by', sa.BigInteger(), nullable=True),
        sa.Column('resolution', sa.String(length=12), nullable=True),
        sa.Column('note', sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "reason in ('NOT_OURS', 'WRONG_ORDER', 'WRONG_AMOUNT', 'WRONG_CURRENCY', 'GIVEN_BACK', 'UNREADABLE', 'REFUND_NOT_OURS', 'BOOKS_DIFFER')",
            name=op.f('ck_mismatch_reason'),
        ),
        sa.CheckConstraint("told_by in ('WEBHOOK', 'BROWSER', 'RECONCILER', 'PERSON')", name=op.f('ck_mismatch_told_by')),
        sa.CheckConstraint("resolution in ('SETTLED', 'ATTACHED', 'GIVEN_BACK', 'SET_ASIDE')", name=op.f('ck_mismatch_resolution')),
        sa.CheckConstraint('(resolution is null) = (resolved_at is null)', name=op.f('ck_mismatch_resolved')),
        sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_mismatch_attempt_id')),
        sa.ForeignKeyConstraint(['event_id'], ['provider_event.id'], name=op.f('fk_mismatch_event_id')),
        sa.ForeignKeyConstraint(['resolved_by'], ['account.id'], name=op.f('fk_mismatch_resolved_by')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_mismatch')),
        sa.UniqueConstraint('about', 'reason', name=op.f('uq_mismatch_about_reason')),
    )
    op.create_index('ix_mismatch_open', 'mismatch', ['opened_at'], unique=False, postgresql_where=sa.text('resolved_at is null'))
    op.create_index('ix_mismatch_payment', 'mismatch', ['provider_payment_id'], unique=False)


def downgrade() -> None:
    op.drop_table('mismatch')

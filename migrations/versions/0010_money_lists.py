"""payments are listed, and what is owed is told from what came to nothing"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

PAID = "COALESCE(paid_at, '1970-01-01 00:00:00+00'::timestamp with time zone)"


def upgrade() -> None:
    op.add_column('payment', sa.Column('released_at', sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "update payment set released_at = appointment.updated_at from appointment"
        " where appointment.payment_id = payment.id and payment.status = 'PENDING'"
        "   and appointment.status in ('CANCELLED', 'EXPIRED', 'NO_SHOW')"
    )
    op.create_index('ix_payment_made', 'payment', ['created_at', 'id'], unique=False)
    op.create_index('ix_payment_paid', 'payment', [sa.text(PAID), 'id'], unique=False)
    op.create_index(
        'ix_payment_owed', 'payment', ['id'], unique=False,
        postgresql_where=sa.text("status = 'PENDING' and released_at is null"),
    )
    op.create_index(
        'ix_attempt_taken', 'attempt', ['taken_by'], unique=False, postgresql_where=sa.text('taken_by is not null')
    )
    op.create_index(
        'ix_attempt_came_in', 'attempt', ['paid_at'], unique=False, postgresql_include=['payment_id', 'paise', 'method'],
        postgresql_where=sa.text("status in ('PAID', 'SURPLUS')"),
    )


def downgrade() -> None:
    op.drop_index('ix_attempt_came_in', table_name='attempt')
    op.drop_index('ix_attempt_taken', table_name='attempt')
    op.drop_index('ix_payment_owed', table_name='payment')
    op.drop_index('ix_payment_paid', table_name='payment')
    op.drop_index('ix_payment_made', table_name='payment')
    op.drop_column('payment', 'released_at')

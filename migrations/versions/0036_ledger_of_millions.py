"""what went back, and a patient's payments of some days, are found from an index among millions"""

import sqlalchemy as sa
from alembic import op

revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        'ix_refund_done', 'refund', ['payment_id'], unique=False, postgresql_include=['paise'],
        postgresql_where=sa.text("status = 'DONE'"),
    )
    op.drop_index('ix_payment_patient', table_name='payment')
    op.create_index('ix_payment_patient', 'payment', ['patient_id', 'created_at'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_payment_patient', table_name='payment')
    op.create_index('ix_payment_patient', 'payment', ['patient_id'], unique=False)
    op.drop_index('ix_refund_done', table_name='refund')

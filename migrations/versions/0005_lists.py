"""lists"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_appointment_clinician_start', 'appointment', ['clinician_id', 'starts_at', 'id'], unique=False)
    op.create_index(
        'ix_appointment_to_close', 'appointment', ['ends_at'], unique=False,
        postgresql_where=sa.text("status in ('CONFIRMED', 'IN_PROGRESS')"),
    )


def downgrade() -> None:
    op.drop_index('ix_appointment_to_close', table_name='appointment')
    op.drop_index('ix_appointment_clinician_start', table_name='appointment')

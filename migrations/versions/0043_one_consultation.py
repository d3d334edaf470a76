"""a clinician has one consultation in progress: the database itself refuses a second"""

import sqlalchemy as sa
from alembic import op

revision = '0043'
down_revision = '0042'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        'uq_appointment_in_consultation', 'appointment', ['clinician_id'], unique=True,
        postgresql_where=sa.text("status = 'IN_PROGRESS'"),
    )


def downgrade() -> None:
    op.drop_index('uq_appointment_in_consultation', table_name='appointment')

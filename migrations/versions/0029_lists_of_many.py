"""names that thousands share, and a clinician's visits in one state, are counted from an index among millions"""

from alembic import op

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index('ix_appointment_patient', table_name='appointment')
    op.create_index(
        'ix_appointment_patient', 'appointment', ['patient_id', 'starts_at'], unique=False,
        postgresql_include=['clinician_id', 'centre_id', 'payment_id', 'id'],
    )
    op.create_index(
        'ix_appointment_clinician_state', 'appointment', ['clinician_id', 'status', 'starts_at', 'id'], unique=False
    )


def downgrade() -> None:
    op.drop_index('ix_appointment_clinician_state', table_name='appointment')
    op.drop_index('ix_appointment_patient', table_name='appointment')
    op.create_index('ix_appointment_patient', 'appointment', ['patient_id', 'starts_at'], unique=False)

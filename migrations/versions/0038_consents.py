"""what patients agreed to and took back, each word of it kept"""

import sqlalchemy as sa
from alembic import op

revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'consent',
        sa.Column('patient_id', sa.BigInteger(), nullable=False),
        sa.Column('purpose', sa.String(length=10), nullable=False),
        sa.Column('given', sa.Boolean(), nullable=False),
        sa.Column('version', sa.String(length=20), nullable=False),
        sa.Column('capacity', sa.String(length=10), nullable=False),
        sa.Column('by_account_id', sa.BigInteger(), nullable=False),
        sa.Column('said_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.CheckConstraint("purpose in ('CARE', 'MESSAGES', 'ONLINE')", name=op.f('ck_consent_purpose')),
        sa.CheckConstraint("capacity in ('SELF', 'GUARDIAN', 'FAMILY', 'DESK')", name=op.f('ck_consent_capacity')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_consent_patient_id')),
        sa.ForeignKeyConstraint(['by_account_id'], ['account.id'], name=op.f('fk_consent_by_account_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_consent')),
    )
    op.create_index('ix_consent_patient', 'consent', ['patient_id', 'purpose', 'id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_consent_patient', table_name='consent')
    op.drop_table('consent')

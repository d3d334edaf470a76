"""a discount, a waiver and a registration paid elsewhere stand with their reason; what is waived whole costs nothing"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

KINDS = "kind in ('DISCOUNT', 'WAIVE_CONSULTATION', 'WAIVE_REGISTRATION', 'PAID_ELSEWHERE')"


def upgrade() -> None:
    op.create_table(
        'adjustment',
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.Column('patient_id', sa.BigInteger(), nullable=False),
        sa.Column('payment_id', sa.BigInteger(), nullable=True),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('paise', sa.BigInteger(), nullable=False),
        sa.Column('reason', sa.String(length=200), nullable=False),
        sa.Column('by_account_id', sa.BigInteger(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('undone_by', sa.BigInteger(), nullable=True),
        sa.CheckConstraint(KINDS, name=op.f('ck_adjustment_kind')),
        sa.CheckConstraint('paise >= 0', name=op.f('ck_adjustment_paise')),
        sa.CheckConstraint("(payment_id is null) = (kind = 'PAID_ELSEWHERE')", name=op.f('ck_adjustment_payment')),
        sa.ForeignKeyConstraint(['by_account_id'], ['account.id'], name=op.f('fk_adjustment_by_account_id')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_adjustment_patient_id')),
        sa.ForeignKeyConstraint(['payment_id'], ['payment.id'], name=op.f('fk_adjustment_payment_id')),
        sa.ForeignKeyConstraint(['undone_by'], ['account.id'], name=op.f('fk_adjustment_undone_by')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_adjustment')),
    )
    op.create_index(op.f('ix_adjustment_patient_id'), 'adjustment', ['patient_id'], unique=False)
    op.create_index(op.f('ix_adjustment_payment_id'), 'adjustment', ['payment_id'], unique=False)
    op.drop_constraint(op.f('ck_payment_consultation'), 'payment', type_='check')
    op.create_check_constraint(op.f('ck_payment_consultation'), 'payment', 'consultation_paise >= 0')


def downgrade() -> None:
    op.drop_constraint(op.f('ck_payment_consultation'), 'payment', type_='check')
    op.create_check_constraint(op.f('ck_payment_consultation'), 'payment', 'consultation_paise > 0')
    op.drop_table('adjustment')

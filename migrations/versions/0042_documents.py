"""documents stand in a patient's record, what is in them sealed in the store"""

import sqlalchemy as sa
from alembic import op

revision = '0042'
down_revision = '0041'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'patient_document',
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.Column('patient_id', sa.BigInteger(), nullable=False),
        sa.Column('store_key', sa.String(length=80), nullable=True),
        sa.Column('kept_as', sa.String(length=80), nullable=False),
        sa.Column('kind', sa.String(length=4), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('key_name', sa.String(length=16), nullable=False),
        sa.Column('key', sa.LargeBinary(), nullable=False),
        sa.Column('name', sa.LargeBinary(), nullable=False),
        sa.Column('added_by', sa.BigInteger(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('removed_by', sa.BigInteger(), nullable=True),
        sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('pdf', 'jpg', 'png')", name=op.f('ck_patient_document_kind')),
        sa.CheckConstraint('size > 0', name=op.f('ck_patient_document_size')),
        sa.CheckConstraint('(removed_at is null) = (removed_by is null)', name=op.f('ck_patient_document_removed')),
        sa.CheckConstraint('store_key is not null or removed_at is not null', name=op.f('ck_patient_document_kept')),
        sa.ForeignKeyConstraint(['added_by'], ['account.id'], name=op.f('fk_patient_document_added_by')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_patient_document_patient_id')),
        sa.ForeignKeyConstraint(['removed_by'], ['account.id'], name=op.f('fk_patient_document_removed_by')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_patient_document')),
        sa.UniqueConstraint('store_key', name=op.f('uq_patient_document_store_key')),
    )
    op.create_index('ix_patient_document_patient_id', 'patient_document', ['patient_id'])
    op.create_index('ix_patient_document_key', 'patient_document', ['key_name', 'id'])
    op.create_index(
        'ix_patient_document_removed', 'patient_document', ['removed_at'],
        postgresql_where=sa.text('removed_at is not null'),
    )


def downgrade() -> None:
    op.drop_table('patient_document')

"""what patients ask for about what is kept of them: records, correction, deletion, a nominee, complaints"""

import sqlalchemy as sa
from alembic import op

revision = '0047'
down_revision = '0046'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'rights_request',
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.Column('patient_id', sa.BigInteger(), nullable=False),
        sa.Column('kind', sa.String(length=12), nullable=False),
        sa.Column('words', sa.LargeBinary(), nullable=False),
        sa.Column('status', sa.String(length=10), server_default='OPEN', nullable=False),
        sa.Column('asked_by', sa.BigInteger(), nullable=False),
        sa.Column('asked_at', sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('owner_id', sa.BigInteger(), nullable=True),
        sa.Column('answer', sa.LargeBinary(), nullable=True),
        sa.Column('ground', sa.String(length=10), nullable=True),
        sa.Column('closed_by', sa.BigInteger(), nullable=True),
        sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('version', sa.BigInteger(), server_default='1', nullable=False),
        sa.CheckConstraint("kind in ('RECORDS', 'CORRECTION', 'ERASURE', 'NOMINEE', 'GRIEVANCE')", name=op.f('ck_rights_request_kind')),
        sa.CheckConstraint("status in ('OPEN', 'DONE', 'PARTLY', 'REFUSED', 'WITHDRAWN')", name=op.f('ck_rights_request_status')),
        sa.CheckConstraint("ground in ('LAW', 'HARM', 'IDENTITY', 'UNFOUNDED')", name=op.f('ck_rights_request_ground')),
        sa.CheckConstraint("(status = 'OPEN') = (closed_at is null)", name=op.f('ck_rights_request_closed')),
        sa.CheckConstraint('(closed_at is null) = (closed_by is null)', name=op.f('ck_rights_request_closed_by')),
        sa.CheckConstraint("(status in ('OPEN', 'WITHDRAWN')) = (answer is null)", name=op.f('ck_rights_request_answered')),
        sa.CheckConstraint('due_at > asked_at', name=op.f('ck_rights_request_due')),
        sa.CheckConstraint('octet_length(words) <= 20000 and octet_length(answer) <= 20000', name=op.f('ck_rights_request_length')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_rights_request_patient_id_patient')),
        sa.ForeignKeyConstraint(['asked_by'], ['account.id'], name=op.f('fk_rights_request_asked_by_account')),
        sa.ForeignKeyConstraint(['owner_id'], ['account.id'], name=op.f('fk_rights_request_owner_id_account')),
        sa.ForeignKeyConstraint(['closed_by'], ['account.id'], name=op.f('fk_rights_request_closed_by_account')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_rights_request')),
    )
    op.create_index('ix_rights_request_due', 'rights_request', ['due_at', 'id'], postgresql_where=sa.text("status = 'OPEN'"))
    op.create_index('ix_rights_request_closed', 'rights_request', ['closed_at', 'id'], postgresql_where=sa.text('closed_at is not null'))
    op.create_index('ix_rights_request_patient', 'rights_request', ['patient_id', 'id'])
    op.create_index('ix_glass_opening_patient', 'glass_opening', ['patient_id', 'opened_at'])


def downgrade() -> None:
    op.drop_index('ix_glass_opening_patient', table_name='glass_opening')
    op.drop_table('rights_request')

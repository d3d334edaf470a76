"""what patients were told stands in an inbox of theirs"""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('notice',
    sa.Column('patient_id', sa.BigInteger(), nullable=False),
    sa.Column('message_id', sa.BigInteger(), nullable=False),
    sa.Column('block_id', sa.BigInteger(), nullable=True),
    sa.Column('shows_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], name=op.f('fk_notice_message_id')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_notice_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
    sa.UniqueConstraint('message_id', name=op.f('uq_notice_message_id'))
    )
    op.create_index('ix_notice_created', 'notice', ['created_at'], unique=False)
    op.create_index('ix_notice_patient', 'notice', ['patient_id', 'shows_at'], unique=False)
    op.create_index('ix_notice_unread', 'notice', ['patient_id'], unique=False, postgresql_where=sa.text('read_at is null'))


def downgrade() -> None:
    op.drop_table('notice')

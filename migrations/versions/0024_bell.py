"""what waits for staff rings a bell, and who has seen it is kept"""

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ring',
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('known_by', sa.String(length=60), nullable=False),
    sa.Column('about_id', sa.BigInteger(), nullable=False),
    sa.Column('appointment_id', sa.BigInteger(), nullable=True),
    sa.Column('centre_id', sa.BigInteger(), nullable=True),
    sa.Column('rung_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.CheckConstraint("kind in ('WISH', 'REFUND', 'REFUND_DESK', 'MESSAGE', 'MEETING', 'REPLY')", name=op.f('ck_ring_kind')),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_ring_appointment_id')),
    sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_ring_centre_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ring')),
    sa.UniqueConstraint('known_by', name=op.f('uq_ring_known_by'))
    )
    op.create_index('ix_ring_rung', 'ring', ['rung_at', 'id'], unique=False)
    op.create_index('ix_ring_waiting', 'ring', ['kind', 'rung_at'], unique=False, postgresql_where=sa.text('settled_at is null'))
    op.create_table('ring_seen',
    sa.Column('account_id', sa.BigInteger(), nullable=False),
    sa.Column('ring_id', sa.BigInteger(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_ring_seen_account_id')),
    sa.ForeignKeyConstraint(['ring_id'], ['ring.id'], name=op.f('fk_ring_seen_ring_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', 'ring_id', name=op.f('pk_ring_seen'))
    )
    op.create_index('ix_ring_seen_ring_id', 'ring_seen', ['ring_id'], unique=False)


def downgrade() -> None:
    op.drop_table('ring_seen')
    op.drop_table('ring')

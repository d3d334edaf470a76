"""what patients answer by WhatsApp: replies, the tokens of buttons, and that somebody means to come"""

import sqlalchemy as sa
from alembic import op

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('appointment', sa.Column('coming_at', sa.DateTime(timezone=True), nullable=True))
    op.create_table('answer_token',
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('appointment_id', sa.BigInteger(), nullable=False),
    sa.Column('phone', sa.String(length=16), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('move_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancel_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_answer_token_appointment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_answer_token_token_hash'))
    )
    op.create_index('ix_answer_token_appointment', 'answer_token', ['appointment_id'], unique=False)
    op.create_index('ix_answer_token_starts', 'answer_token', ['starts_at'], unique=False)
    op.create_table('reply',
    sa.Column('known_by', sa.String(length=64), nullable=False),
    sa.Column('phone', sa.String(length=16), nullable=True),
    sa.Column('verb', sa.String(length=8), nullable=True),
    sa.Column('token_hash', sa.LargeBinary(), nullable=True),
    sa.Column('sealed', sa.LargeBinary(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=10), nullable=True),
    sa.Column('about_id', sa.BigInteger(), nullable=True),
    sa.Column('patient_id', sa.BigInteger(), nullable=True),
    sa.Column('centre_id', sa.BigInteger(), nullable=True),
    sa.Column('handled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('handled_by', sa.BigInteger(), nullable=True),
    sa.Column('answered_with', sa.String(length=60), nullable=True),
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.CheckConstraint("outcome in ('WAITS', 'STOPPED', 'CONFIRMED', 'MOVES', 'CANCELLED', 'ASKED', 'OVER', 'STRANGER')", name=op.f('ck_reply_outcome')),
    sa.CheckConstraint("verb in ('confirm', 'move', 'cancel')", name=op.f('ck_reply_verb')),
    sa.CheckConstraint('(verb is null) = (token_hash is null)', name=op.f('ck_reply_pressed')),
    sa.CheckConstraint('(settled_at is null) = (outcome is null)', name=op.f('ck_reply_settled')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reply')),
    sa.UniqueConstraint('known_by', name=op.f('uq_reply_known_by'))
    )
    op.create_index('ix_reply_patient', 'reply', ['patient_id'], unique=False, postgresql_where=sa.text('patient_id is not null'))
    op.create_index('ix_reply_received', 'reply', ['received_at', 'id'], unique=False)
    op.create_index('ix_reply_unsettled', 'reply', ['received_at'], unique=False, postgresql_where=sa.text('settled_at is null'))
    op.create_index('ix_reply_waiting', 'reply', ['received_at'], unique=False, postgresql_where=sa.text("outcome in ('WAITS', 'STOPPED') and handled_at is null"))


def downgrade() -> None:
    op.drop_table('reply')
    op.drop_table('answer_token')
    op.drop_column('appointment', 'coming_at')

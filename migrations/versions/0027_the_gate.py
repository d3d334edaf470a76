"""before an online appointment it is asked who joins, from where, and whom to call; and who would rather be called by phone"""

import sqlalchemy as sa
from alembic import op

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'video_check',
        sa.Column('appointment_id', sa.BigInteger(), nullable=False),
        sa.Column('account_id', sa.BigInteger(), nullable=False),
        sa.Column('joins_as', sa.String(length=10), nullable=False),
        sa.Column('private', sa.Boolean(), nullable=False),
        sa.Column('adult_present', sa.Boolean(), nullable=False),
        sa.Column('consent_version', sa.String(length=20), nullable=False),
        sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('whereabouts', sa.LargeBinary(), nullable=True),
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.CheckConstraint("joins_as in ('PATIENT', 'GUARDIAN')", name=op.f('ck_video_check_joins_as')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_video_check_account_id')),
        sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_video_check_appointment_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_video_check')),
        sa.UniqueConstraint('appointment_id', name=op.f('uq_video_check_appointment_id')),
    )
    op.create_index(
        'ix_video_check_kept', 'video_check', ['said_at'], unique=False,
        postgresql_where=sa.text('whereabouts is not null'),
    )
    op.create_table(
        'call_wish',
        sa.Column('appointment_id', sa.BigInteger(), nullable=False),
        sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('done_by', sa.BigInteger(), nullable=True),
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.CheckConstraint('(done_at is null) = (done_by is null)', name=op.f('ck_call_wish_done')),
        sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_call_wish_appointment_id')),
        sa.ForeignKeyConstraint(['done_by'], ['account.id'], name=op.f('fk_call_wish_done_by')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_call_wish')),
        sa.UniqueConstraint('appointment_id', name=op.f('uq_call_wish_appointment_id')),
    )


def downgrade() -> None:
    op.drop_table('call_wish')
    op.drop_index('ix_video_check_kept', table_name='video_check')
    op.drop_table('video_check')

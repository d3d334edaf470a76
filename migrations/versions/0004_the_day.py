"""the day"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

# a clinician's time is given once, but for what is overbooked on purpose
FREE = """
alter table appointment add constraint appointment_clinician_free
  exclude using gist (clinician_id with =, tstzrange(starts_at, ends_at) with &&)
  where (status in ('PENDING', 'CONFIRMED', 'CANCELLATION_REQUESTED', 'IN_PROGRESS', 'COMPLETED'){but})
"""


def upgrade() -> None:
    op.create_table('series',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('patient_id', sa.BigInteger(), nullable=False),
    sa.Column('clinician_id', sa.BigInteger(), nullable=False),
    sa.Column('centre_id', sa.BigInteger(), nullable=False),
    sa.Column('mode', sa.String(length=10), nullable=False),
    sa.Column('first_starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('every_weeks', sa.SmallInteger(), nullable=False),
    sa.Column('planned', sa.SmallInteger(), nullable=False),
    sa.Column('created_by', sa.BigInteger(), nullable=False),
    sa.Column('request_key', sa.String(length=80), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("mode in ('IN_PERSON', 'ONLINE')", name=op.f('ck_series_mode')),
    sa.CheckConstraint('every_weeks between 1 and 12', name=op.f('ck_series_every_weeks')),
    sa.CheckConstraint('planned between 2 and 52', name=op.f('ck_series_planned')),
    sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_series_centre_id')),
    sa.ForeignKeyConstraint(['clinician_id'], ['clinician.id'], name=op.f('fk_series_clinician_id')),
    sa.ForeignKeyConstraint(['created_by'], ['account.id'], name=op.f('fk_series_created_by')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_series_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_series')),
    sa.UniqueConstraint('created_by', 'request_key', name=op.f('uq_series_created_by_request_key'))
    )
    op.create_index(op.f('ix_series_patient_id'), 'series', ['patient_id'], unique=False)
    op.create_table('follow_up',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('parent_id', sa.BigInteger(), nullable=False),
    sa.Column('wanted_on', sa.Date(), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=True),
    sa.Column('status', sa.String(length=10), server_default='OPEN', nullable=False),
    sa.Column('booked_id', sa.BigInteger(), nullable=True),
    sa.Column('close_reason', sa.String(length=500), nullable=True),
    sa.Column('created_by', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('closed_by', sa.BigInteger(), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(status = 'BOOKED') = (booked_id is not null)", name=op.f('ck_follow_up_booked')),
    sa.CheckConstraint("status in ('OPEN', 'BOOKED', 'CANCELLED')", name=op.f('ck_follow_up_status')),
    sa.ForeignKeyConstraint(['booked_id'], ['appointment.id'], name=op.f('fk_follow_up_booked_id')),
    sa.ForeignKeyConstraint(['closed_by'], ['account.id'], name=op.f('fk_follow_up_closed_by')),
    sa.ForeignKeyConstraint(['created_by'], ['account.id'], name=op.f('fk_follow_up_created_by')),
    sa.ForeignKeyConstraint(['parent_id'], ['appointment.id'], name=op.f('fk_follow_up_parent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follow_up')),
    sa.UniqueConstraint('booked_id', name=op.f('uq_follow_up_booked_id'))
    )
    op.create_index('ix_follow_up_due', 'follow_up', ['wanted_on', 'id'], unique=False, postgresql_where=sa.text("status = 'OPEN'"))
    op.create_index('ix_follow_up_open_once', 'follow_up', ['parent_id'], unique=True, postgresql_where=sa.text("status = 'OPEN'"))
    op.create_table('move',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('appointment_id', sa.BigInteger(), nullable=False),
    sa.Column('from_starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('to_starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('from_clinician_id', sa.BigInteger(), nullable=False),
    sa.Column('to_clinician_id', sa.BigInteger(), nullable=False),
    sa.Column('from_centre_id', sa.BigInteger(), nullable=False),
    sa.Column('to_centre_id', sa.BigInteger(), nullable=False),
    sa.Column('by_patient', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('by_account_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_move_appointment_id')),
    sa.ForeignKeyConstraint(['by_account_id'], ['account.id'], name=op.f('fk_move_by_account_id')),
    sa.ForeignKeyConstraint(['from_centre_id'], ['centre.id'], name=op.f('fk_move_from_centre_id')),
    sa.ForeignKeyConstraint(['from_clinician_id'], ['clinician.id'], name=op.f('fk_move_from_clinician_id')),
    sa.ForeignKeyConstraint(['to_centre_id'], ['centre.id'], name=op.f('fk_move_to_centre_id')),
    sa.ForeignKeyConstraint(['to_clinician_id'], ['clinician.id'], name=op.f('fk_move_to_clinician_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_move'))
    )
    op.create_index(op.f('ix_move_appointment_id'), 'move', ['appointment_id'], unique=False)
    op.create_table('queue_entry',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('centre_id', sa.BigInteger(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('token', sa.SmallInteger(), nullable=False),
    sa.Column('patient_id', sa.BigInteger(), nullable=False),
    sa.Column('clinician_id', sa.BigInteger(), nullable=True),
    sa.Column('appointment_id', sa.BigInteger(), nullable=True),
    sa.Column('status', sa.String(length=10), server_default='WAITING', nullable=False),
    sa.Column('note', sa.String(length=500), nullable=True),
    sa.Column('added_by', sa.BigInteger(), nullable=False),
    sa.Column('joined_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('called_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False),
    sa.CheckConstraint("status in ('WAITING', 'CALLED', 'SKIPPED', 'DONE', 'LEFT')", name=op.f('ck_queue_entry_status')),
    sa.CheckConstraint('token > 0', name=op.f('ck_queue_entry_token')),
    sa.ForeignKeyConstraint(['added_by'], ['account.id'], name=op.f('fk_queue_entry_added_by')),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_queue_entry_appointment_id')),
    sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_queue_entry_centre_id')),
    sa.ForeignKeyConstraint(['clinician_id'], ['clinician.id'], name=op.f('fk_queue_entry_clinician_id')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_queue_entry_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_queue_entry')),
    sa.UniqueConstraint('appointment_id', name=op.f('uq_queue_entry_appointment_id')),
    sa.UniqueConstraint('centre_id', 'day', 'token', name=op.f('uq_queue_entry_centre_id_day_token'))
    )
    op.create_index('ix_queue_entry_once', 'queue_entry', ['centre_id', 'day', 'patient_id'], unique=True, postgresql_where=sa.text("status in ('WAITING', 'CALLED', 'SKIPPED')"))
    op.create_index(op.f('ix_queue_entry_patient_id'), 'queue_entry', ['patient_id'], unique=False)
    op.add_column('appointment', sa.Column('overbooked', sa.Boolean(), server_default='false', nullable=False))
    op.add_column('appointment', sa.Column('overbook_reason', sa.String(length=500), nullable=True))
    op.add_column('appointment', sa.Column('expected_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('appointment', sa.Column('started_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('appointment', sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('appointment', sa.Column('moves', sa.SmallInteger(), server_default='0', nullable=False))
    op.add_column('appointment', sa.Column('moves_by_patient', sa.SmallInteger(), server_default='0', nullable=False))
    op.add_column('appointment', sa.Column('displaced_by', sa.BigInteger(), nullable=True))
    op.add_column('appointment', sa.Column('parent_id', sa.BigInteger(), nullable=True))
    op.add_column('appointment', sa.Column('series_id', sa.BigInteger(), nullable=True))
    op.add_column('appointment', sa.Column('series_number', sa.SmallInteger(), nullable=True))
    op.create_index('ix_appointment_asked', 'appointment', ['centre_id'], unique=False, postgresql_where=sa.text("status = 'CANCELLATION_REQUESTED'"))
    op.create_index('ix_appointment_created', 'appointment', ['created_at', 'id'], unique=False)
    op.create_index('ix_appointment_displaced', 'appointment', ['displaced_by'], unique=False, postgresql_where=sa.text('displaced_by is not null'))
    op.create_index('ix_appointment_series', 'appointment', ['series_id'], unique=False, postgresql_where=sa.text('series_id is not null'))
    op.create_index('ix_appointment_start', 'appointment', ['starts_at', 'id'], unique=False)
    op.create_foreign_key(op.f('fk_appointment_series_id'), 'appointment', 'series', ['series_id'], ['id'])
    op.create_foreign_key(op.f('fk_appointment_parent_id'), 'appointment', 'appointment', ['parent_id'], ['id'])
    op.create_foreign_key(op.f('fk_appointment_displaced_by'), 'appointment', 'time_block', ['displaced_by'], ['id'])
    op.add_column('time_block', sa.Column('group_id', sa.BigInteger(), nullable=True))
    op.create_index('ix_time_block_group', 'time_block', ['group_id'], unique=False, postgresql_where=sa.text('group_id is not null'))
    op.create_check_constraint(op.f('ck_appointment_overbooked_why'), 'appointment', 'overbooked = (overbook_reason is not null)')
    op.create_check_constraint(op.f('ck_appointment_series_number'), 'appointment', '(series_id is null) = (series_number is null)')
    op.create_check_constraint(op.f('ck_appointment_consultation'), 'appointment', 'ended_at is null or started_at <= ended_at')
    op.drop_constraint('appointment_clinician_free', 'appointment')
    op.execute(FREE.format(but=' and not overbooked'))


def downgrade() -> None:
    op.drop_constraint('appointment_clinician_free', 'appointment')
    op.execute(FREE.format(but=''))
    op.drop_constraint(op.f('ck_appointment_consultation'), 'appointment', type_='check')
    op.drop_constraint(op.f('ck_appointment_series_number'), 'appointment', type_='check')
    op.drop_constraint(op.f('ck_appointment_overbooked_why'), 'appointment', type_='check')
    op.drop_index('ix_time_block_group', table_name='time_block', postgresql_where=sa.text('group_id is not null'))
    op.drop_column('time_block', 'group_id')
    op.drop_constraint(op.f('fk_appointment_displaced_by'), 'appointment', type_='foreignkey')
    op.drop_constraint(op.f('fk_appointment_parent_id'), 'appointment', type_='foreignkey')
    op.drop_constraint(op.f('fk_appointment_series_id'), 'appointment', type_='foreignkey')
    op.drop_index('ix_appointment_start', table_name='appointment')
    op.drop_index('ix_appointment_series', table_name='appointment', postgresql_where=sa.text('series_id is not null'))
    op.drop_index('ix_appointment_displaced', table_name='appointment', postgresql_where=sa.text('displaced_by is not null'))
    op.drop_index('ix_appointment_created', table_name='appointment')
    op.drop_index('ix_appointment_asked', table_name='appointment', postgresql_where=sa.text("status = 'CANCELLATION_REQUESTED'"))
    op.drop_column('appointment', 'series_number')
    op.drop_column('appointment', 'series_id')
    op.drop_column('appointment', 'parent_id')
    op.drop_column('appointment', 'displaced_by')
    op.drop_column('appointment', 'moves_by_patient')
    op.drop_column('appointment', 'moves')
    op.drop_column('appointment', 'ended_at')
    op.drop_column('appointment', 'started_at')
    op.drop_column('appointment', 'expected_at')
    op.drop_column('appointment', 'overbook_reason')
    op.drop_column('appointment', 'overbooked')
    op.drop_index(op.f('ix_queue_entry_patient_id'), table_name='queue_entry')
    op.drop_index('ix_queue_entry_once', table_name='queue_entry', postgresql_where=sa.text("status in ('WAITING', 'CALLED', 'SKIPPED')"))
    op.drop_table('queue_entry')
    op.drop_index(op.f('ix_move_appointment_id'), table_name='move')
    op.drop_table('move')
    op.drop_index('ix_follow_up_open_once', table_name='follow_up', postgresql_where=sa.text("status = 'OPEN'"))
    op.drop_index('ix_follow_up_due', table_name='follow_up', postgresql_where=sa.text("status = 'OPEN'"))
    op.drop_table('follow_up')
    op.drop_index(op.f('ix_series_patient_id'), table_name='series')
    op.drop_table('series')

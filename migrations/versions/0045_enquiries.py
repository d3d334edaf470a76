"""enquiries and their steps, campaigns, and how new patients heard of the clinic"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0045'
down_revision = '0044'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'campaign',
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.Column('code', sa.String(length=30), nullable=False),
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('heard_of', sa.String(length=10), nullable=False),
        sa.Column('from_on', sa.Date(), nullable=False),
        sa.Column('to_on', sa.Date(), nullable=True),
        sa.Column('version', sa.BigInteger(), server_default='1', nullable=False),
        sa.Column('created_by', sa.BigInteger(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f('ck_campaign_code')),
        sa.CheckConstraint("heard_of in ('SEARCH', 'SOCIAL', 'FRIEND', 'DOCTOR', 'PASSED_BY', 'PRESS', 'EVENT', 'OTHER')", name=op.f('ck_campaign_heard_of')),
        sa.CheckConstraint('from_on <= to_on', name=op.f('ck_campaign_span')),
        sa.ForeignKeyConstraint(['created_by'], ['account.id'], name=op.f('fk_campaign_created_by')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign')),
        sa.UniqueConstraint('code', name=op.f('uq_campaign_code')),
    )
    op.create_table(
        'patient_origin',
        sa.Column('patient_id', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('heard_of', sa.String(length=10), nullable=False),
        sa.Column('told_to', sa.BigInteger(), nullable=False),
        sa.Column('told_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.CheckConstraint("heard_of in ('SEARCH', 'SOCIAL', 'FRIEND', 'DOCTOR', 'PASSED_BY', 'PRESS', 'EVENT', 'OTHER')", name=op.f('ck_patient_origin_heard_of')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_patient_origin_patient_id')),
        sa.ForeignKeyConstraint(['told_to'], ['account.id'], name=op.f('fk_patient_origin_told_to')),
        sa.PrimaryKeyConstraint('patient_id', name=op.f('pk_patient_origin')),
    )
    op.create_table(
        'enquiry',
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.Column('full_name', sa.String(length=200), nullable=True),
        sa.Column('phone', sa.String(length=16), nullable=True),
        sa.Column('centre_id', sa.BigInteger(), nullable=True),
        sa.Column('online', sa.Boolean(), server_default='false', nullable=False),
        sa.Column('care', sa.String(length=12), server_default='OUT_PATIENT', nullable=False),
        sa.Column('for_other', sa.Boolean(), server_default='false', nullable=False),
        sa.Column('call_at', sa.String(length=10), server_default='ANY', nullable=False),
        sa.Column('words', sa.LargeBinary(), nullable=True),
        sa.Column('language', sa.String(length=2), server_default='en', nullable=False),
        sa.Column('source', sa.String(length=10), nullable=False),
        sa.Column('heard_of', sa.String(length=10), nullable=True),
        sa.Column('campaign_id', sa.BigInteger(), nullable=True),
        sa.Column('referrer', sa.String(length=120), nullable=True),
        sa.Column('consent_version', sa.String(length=20), nullable=False),
        sa.Column('status', sa.String(length=12), server_default='NEW', nullable=False),
        sa.Column('lost_reason', sa.String(length=15), nullable=True),
        sa.Column('owner_id', sa.BigInteger(), nullable=True),
        sa.Column('next_call_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('tries', sa.SmallInteger(), server_default='0', nullable=False),
        sa.Column('reached_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('patient_id', sa.BigInteger(), nullable=True),
        sa.Column('appointment_id', sa.BigInteger(), nullable=True),
        sa.Column('booked_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('request_key', sa.String(length=80), nullable=True),
        sa.Column('added_by', sa.BigInteger(), nullable=True),
        sa.Column('version', sa.BigInteger(), server_default='1', nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('touched_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('forgotten_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'BOOKED') = (booked_at is not null)", name=op.f('ck_enquiry_booked_when')),
        sa.CheckConstraint("(status = 'LOST') = (lost_reason is not null)", name=op.f('ck_enquiry_lost_why')),
        sa.CheckConstraint("call_at in ('ANY', 'MORNING', 'AFTERNOON', 'EVENING')", name=op.f('ck_enquiry_call_at')),
        sa.CheckConstraint("care in ('OUT_PATIENT', 'IN_PATIENT')", name=op.f('ck_enquiry_care')),
        sa.CheckConstraint("heard_of in ('SEARCH', 'SOCIAL', 'FRIEND', 'DOCTOR', 'PASSED_BY', 'PRESS', 'EVENT', 'OTHER')", name=op.f('ck_enquiry_heard_of')),
        sa.CheckConstraint("language in ('en', 'hi', 'ml', 'kn')", name=op.f('ck_enquiry_language')),
        sa.CheckConstraint("lost_reason in ('NEVER_REACHED', 'WRONG_NUMBER', 'NOT_INTERESTED', 'TOO_DEAR', 'NO_TIME', 'ELSEWHERE', 'NOT_OFFERED', 'OTHER')", name=op.f('ck_enquiry_lost_reason')),
        sa.CheckConstraint("phone ~ '^\\+[1-9][0-9]{7,14}$'", name=op.f('ck_enquiry_phone_format')),
        sa.CheckConstraint("source in ('WEBSITE', 'PHONE', 'DIRECT', 'REFERRAL')", name=op.f('ck_enquiry_source')),
        sa.CheckConstraint("status <> 'BOOKED' or appointment_id is not null", name=op.f('ck_enquiry_booked_what')),
        sa.CheckConstraint("status in ('NEW', 'NOT_REACHED', 'CONTACTED', 'BOOKED', 'LOST')", name=op.f('ck_enquiry_status')),
        sa.CheckConstraint('(full_name is null) = (phone is null)', name=op.f('ck_enquiry_whole')),
        sa.CheckConstraint('(phone is null) = (forgotten_at is not null)', name=op.f('ck_enquiry_forgotten')),
        sa.CheckConstraint('forgotten_at is null or (words is null and referrer is null)', name=op.f('ck_enquiry_forgotten_words')),
        sa.CheckConstraint('tries >= 0', name=op.f('ck_enquiry_tries')),
        sa.ForeignKeyConstraint(['added_by'], ['account.id'], name=op.f('fk_enquiry_added_by')),
        sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_enquiry_appointment_id')),
        sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_enquiry_campaign_id')),
        sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_enquiry_centre_id')),
        sa.ForeignKeyConstraint(['owner_id'], ['account.id'], name=op.f('fk_enquiry_owner_id')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_enquiry_patient_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_enquiry')),
        sa.UniqueConstraint('appointment_id', name=op.f('uq_enquiry_appointment_id')),
        sa.UniqueConstraint('request_key', name=op.f('uq_enquiry_request_key')),
    )
    op.create_index('ix_enquiry_created', 'enquiry', ['created_at', 'id'])
    op.create_index('ix_enquiry_kept', 'enquiry', ['touched_at'], postgresql_where=sa.text('forgotten_at is null'))
    op.create_index('ix_enquiry_open', 'enquiry', ['centre_id', 'next_call_at'], postgresql_where=sa.text("status in ('NEW', 'NOT_REACHED', 'CONTACTED')"))
    op.create_index('ix_enquiry_patient', 'enquiry', ['patient_id'], postgresql_where=sa.text('patient_id is not null'))
    op.create_index('ix_enquiry_phone', 'enquiry', ['phone'], postgresql_where=sa.text('phone is not null'))
    op.create_index('uq_enquiry_open_phone', 'enquiry', ['phone'], unique=True, postgresql_where=sa.text("status in ('NEW', 'NOT_REACHED', 'CONTACTED')"))
    op.create_table(
        'enquiry_step',
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.Column('enquiry_id', sa.BigInteger(), nullable=False),
        sa.Column('kind', sa.String(length=12), nullable=False),
        sa.Column('outcome', sa.String(length=15), nullable=True),
        sa.Column('note', sa.LargeBinary(), nullable=True),
        sa.Column('before', postgresql.JSONB(), server_default='{}', nullable=False),
        sa.Column('by_account_id', sa.BigInteger(), nullable=True),
        sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('ASKED', 'ASKED_AGAIN', 'CALLED', 'TAKEN', 'PLACED', 'LATER', 'LOST', 'REOPENED', 'PATIENT', 'BOOKED', 'HOLD_ENDED')", name=op.f('ck_enquiry_step_kind')),
        sa.ForeignKeyConstraint(['by_account_id'], ['account.id'], name=op.f('fk_enquiry_step_by_account_id')),
        sa.ForeignKeyConstraint(['enquiry_id'], ['enquiry.id'], name=op.f('fk_enquiry_step_enquiry_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_enquiry_step')),
    )
    op.create_index('ix_enquiry_step_enquiry_id', 'enquiry_step', ['enquiry_id'])


def downgrade() -> None:
    op.drop_table('enquiry_step')
    op.drop_table('enquiry')
    op.drop_table('patient_origin')
    op.drop_table('campaign')

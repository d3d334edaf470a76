"""ground"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


GUARD = """
create function appointment_step_has_history() returns trigger language plpgsql as $$
begin
  if not exists (
    select from status_change
    where appointment_id = new.id and next = new.status and transaction_id = pg_current_xact_id()::text
  ) then
    raise exception 'appointment % became % without a history row', new.id, new.status
      using errcode = 'check_violation', constraint = 'appointment_step_has_history';
  end if;
  return null;
end $$;
create constraint trigger appointment_step_has_history after insert or update of status on appointment
  deferrable initially deferred for each row execute function appointment_step_has_history();

create function audit_only_grows() returns trigger language plpgsql as $$
begin
  raise exception 'the audit only grows' using errcode = 'check_violation', constraint = 'audit_only_grows';
end $$;
create trigger audit_only_grows before update or delete or truncate on audit_entry
  for each statement execute function audit_only_grows();
"""


def upgrade() -> None:
    op.execute("create extension if not exists btree_gist")
    op.execute("create extension if not exists pg_trgm")
    op.execute("create sequence entity_id")
    op.create_table('account',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('audience', sa.String(length=10), nullable=False),
    sa.Column('full_name', sa.String(length=200), server_default='', nullable=False),
    sa.Column('phone', sa.String(length=16), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('username', sa.String(length=50), nullable=True),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('active', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("audience in ('PATIENT', 'STAFF')", name=op.f('ck_account_audience')),
    sa.CheckConstraint("phone ~ '^\\+[1-9][0-9]{7,14}$'", name=op.f('ck_account_phone_format')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('audience', 'phone', name=op.f('uq_account_audience_phone'))
    )
    op.create_index('uq_account_username', 'account', [sa.literal_column('lower(username)')], unique=True)
    op.create_table('audit_entry',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('by_account_id', sa.BigInteger(), nullable=True),
    sa.Column('act', sa.String(length=60), nullable=False),
    sa.Column('subject_id', sa.BigInteger(), nullable=True),
    sa.Column('details', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry'))
    )
    op.create_index('ix_audit_entry_subject', 'audit_entry', ['subject_id', 'at'], unique=False)
    op.create_table('centre',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('name', sa.String(length=150), nullable=False),
    sa.Column('short_name', sa.String(length=40), nullable=False),
    sa.Column('city', sa.String(length=60), nullable=False),
    sa.Column('address_line_1', sa.String(length=255), nullable=False),
    sa.Column('address_line_2', sa.String(length=255), nullable=True),
    sa.Column('pincode', sa.String(length=6), nullable=False),
    sa.Column('phone', sa.String(length=16), nullable=False),
    sa.Column('timezone', sa.String(length=40), server_default='Asia/Kolkata', nullable=False),
    sa.Column('map_url', sa.String(length=500), nullable=True),
    sa.Column('active', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("phone ~ '^\\+[1-9][0-9]{7,14}$'", name=op.f('ck_centre_phone_format')),
    sa.CheckConstraint("pincode ~ '^[1-9][0-9]{5}$'", name=op.f('ck_centre_pincode_format')),
    sa.CheckConstraint('length(name) >= 3', name=op.f('ck_centre_name_length')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_centre')),
    sa.UniqueConstraint('name', name=op.f('uq_centre_name'))
    )
    op.create_table('challenge',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('audience', sa.String(length=10), nullable=False),
    sa.Column('phone', sa.String(length=16), nullable=False),
    sa.Column('salt', sa.LargeBinary(), nullable=False),
    sa.Column('code_hash', sa.LargeBinary(), nullable=False),
    sa.Column('tries', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('voided_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_challenge'))
    )
    op.create_index('ix_challenge_phone', 'challenge', ['phone', 'audience', 'created_at'], unique=False)
    op.create_table('meeting',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('status', sa.String(length=10), server_default='WANTED', nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revision', sa.BigInteger(), server_default='1', nullable=False),
    sa.Column('event_id', sa.String(length=200), nullable=True),
    sa.Column('join_url', sa.String(length=500), nullable=True),
    sa.Column('attempts', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('last_error', sa.String(length=200), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("status <> 'READY' or join_url is not null", name=op.f('ck_meeting_ready')),
    sa.CheckConstraint("status in ('WANTED', 'READY', 'FAILED', 'CANCELLED')", name=op.f('ck_meeting_status')),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_meeting_span')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meeting'))
    )
    op.create_index('ix_meeting_wanted', 'meeting', ['next_at'], unique=False, postgresql_where=sa.text("status = 'WANTED'"))
    op.create_table('message',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('dedupe_key', sa.String(length=100), nullable=False),
    sa.Column('template', sa.String(length=60), nullable=False),
    sa.Column('phone', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('body', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=True),
    sa.Column('link', sa.String(length=200), nullable=True),
    sa.Column('about_id', sa.BigInteger(), nullable=True),
    sa.Column('not_after', sa.DateTime(timezone=True), nullable=True),
    sa.Column('status', sa.String(length=10), server_default='PENDING', nullable=False),
    sa.Column('attempts', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('queued_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('provider_id', sa.String(length=100), nullable=True),
    sa.Column('last_error', sa.String(length=200), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status in ('PENDING', 'SENDING', 'SENT', 'DELIVERED', 'READ', 'FAILED', 'UNKNOWN', 'DROPPED')", name=op.f('ck_message_status')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message')),
    sa.UniqueConstraint('dedupe_key', name=op.f('uq_message_dedupe_key'))
    )
    op.create_index('ix_message_about', 'message', ['about_id'], unique=False, postgresql_where=sa.text('about_id is not null'))
    op.create_index('ix_message_due', 'message', ['next_at'], unique=False, postgresql_where=sa.text("status in ('PENDING', 'SENDING')"))
    op.create_index('ix_message_provider_id', 'message', ['provider_id'], unique=False, postgresql_where=sa.text('provider_id is not null'))
    op.create_table('password_try',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('tried_by', sa.LargeBinary(), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_password_try'))
    )
    op.create_index('ix_password_try_tried_by', 'password_try', ['tried_by', 'tried_at'], unique=False)
    op.create_table('provider_event',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('provider', sa.String(length=20), nullable=False),
    sa.Column('event_id', sa.String(length=100), nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=30), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_provider_event')),
    sa.UniqueConstraint('provider', 'event_id', name=op.f('uq_provider_event_provider_event_id'))
    )
    op.create_index('ix_provider_event_unsettled', 'provider_event', ['received_at'], unique=False, postgresql_where=sa.text('settled_at is null'))
    op.create_table('clinician',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('account_id', sa.BigInteger(), nullable=True),
    sa.Column('full_name', sa.String(length=200), nullable=False),
    sa.Column('title', sa.String(length=100), nullable=True),
    sa.Column('registration_number', sa.String(length=60), nullable=True),
    sa.Column('specialisations', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('qualifications', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('expertise', sa.ARRAY(sa.Text()), server_default='{}', nullable=False),
    sa.Column('languages', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('modes', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('years_of_experience', sa.BigInteger(), nullable=True),
    sa.Column('fee_paise', sa.BigInteger(), nullable=True),
    sa.Column('session_minutes', sa.BigInteger(), server_default='50', nullable=False),
    sa.Column('buffer_minutes', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('bio', sa.String(length=4000), nullable=True),
    sa.Column('picture_url', sa.String(length=500), nullable=True),
    sa.Column('video_url', sa.String(length=500), nullable=True),
    sa.Column('active', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("cardinality(modes) > 0 and modes <@ array['IN_PERSON', 'ONLINE']", name=op.f('ck_clinician_modes')),
    sa.CheckConstraint('buffer_minutes between 0 and 120', name=op.f('ck_clinician_buffer_minutes')),
    sa.CheckConstraint('cardinality(languages) > 0', name=op.f('ck_clinician_speaks')),
    sa.CheckConstraint('cardinality(qualifications) > 0', name=op.f('ck_clinician_qualified')),
    sa.CheckConstraint('cardinality(specialisations) > 0', name=op.f('ck_clinician_specialised')),
    sa.CheckConstraint('fee_paise > 0', name=op.f('ck_clinician_fee_positive')),
    sa.CheckConstraint('session_minutes between 15 and 240', name=op.f('ck_clinician_session_minutes')),
    sa.CheckConstraint('years_of_experience >= 0', name=op.f('ck_clinician_experience')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_clinician_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clinician')),
    sa.UniqueConstraint('account_id', name=op.f('uq_clinician_account_id'))
    )
    op.create_table('holiday',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('centre_id', sa.BigInteger(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_holiday_centre_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_holiday')),
    sa.UniqueConstraint('centre_id', 'day', name=op.f('uq_holiday_centre_id_day'))
    )
    op.create_table('patient',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('account_id', sa.BigInteger(), nullable=False),
    sa.Column('full_name', sa.String(length=200), nullable=False),
    sa.Column('first_name', sa.String(length=100), nullable=True),
    sa.Column('last_name', sa.String(length=100), nullable=True),
    sa.Column('phone', sa.String(length=16), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('date_of_birth', sa.Date(), nullable=True),
    sa.Column('age_told', sa.BigInteger(), nullable=True),
    sa.Column('age_told_on', sa.Date(), nullable=True),
    sa.Column('gender', sa.String(length=20), nullable=True),
    sa.Column('blood_group', sa.String(length=3), nullable=True),
    sa.Column('emergency_contact_name', sa.String(length=200), nullable=True),
    sa.Column('emergency_contact_phone', sa.String(length=20), nullable=True),
    sa.Column('notes', sa.String(length=2000), nullable=True),
    sa.Column('mrn', sa.String(length=50), nullable=True),
    sa.Column('registration_paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('active', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("blood_group in ('A+', 'A-', 'B+', 'B-', 'AB+', 'AB-', 'O+', 'O-')", name=op.f('ck_patient_blood_group')),
    sa.CheckConstraint("gender in ('MALE', 'FEMALE', 'NON_BINARY', 'OTHER', 'PREFER_NOT_TO_SAY')", name=op.f('ck_patient_gender')),
    sa.CheckConstraint("mrn <> ''", name=op.f('ck_patient_mrn_not_blank')),
    sa.CheckConstraint("phone ~ '^\\+[1-9][0-9]{7,14}$'", name=op.f('ck_patient_phone_format')),
    sa.CheckConstraint('(age_told is null) = (age_told_on is null)', name=op.f('ck_patient_age_told_when')),
    sa.CheckConstraint('age_told between 0 and 150', name=op.f('ck_patient_age_told')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_patient_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patient')),
    sa.UniqueConstraint('mrn', name=op.f('uq_patient_mrn'))
    )
    op.create_index(op.f('ix_patient_account_id'), 'patient', ['account_id'], unique=False)
    op.create_index('ix_patient_name', 'patient', [sa.literal_column('lower(full_name) gin_trgm_ops')], unique=False, postgresql_using='gin')
    op.create_index('ix_patient_phone_reversed', 'patient', [sa.literal_column('reverse(phone) text_pattern_ops')], unique=False)
    op.create_table('role_grant',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('account_id', sa.BigInteger(), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('centre_id', sa.BigInteger(), nullable=True),
    sa.Column('is_primary', sa.Boolean(), server_default='false', nullable=False),
    sa.CheckConstraint("role in ('ADMIN', 'MANAGER', 'CENTRE_MANAGER', 'CLINICIAN', 'CARE_COORDINATOR', 'FRONT_DESK')", name=op.f('ck_role_grant_role')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_role_grant_account_id')),
    sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_role_grant_centre_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_grant')),
    sa.UniqueConstraint('account_id', 'role', 'centre_id', name=op.f('uq_role_grant_account_id_role_centre_id'), postgresql_nulls_not_distinct=True)
    )
    op.create_index(op.f('ix_role_grant_account_id'), 'role_grant', ['account_id'], unique=False)
    op.create_table('sign_in',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('account_id', sa.BigInteger(), nullable=False),
    sa.Column('channel', sa.String(length=5), nullable=False),
    sa.Column('key_hash', sa.LargeBinary(), nullable=True),
    sa.Column('device', sa.String(length=200), server_default='', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_because', sa.String(length=40), nullable=True),
    sa.CheckConstraint("channel in ('WEB', 'API')", name=op.f('ck_sign_in_channel')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_sign_in_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in')),
    sa.UniqueConstraint('key_hash', name=op.f('uq_sign_in_key_hash'))
    )
    op.create_index(op.f('ix_sign_in_account_id'), 'sign_in', ['account_id'], unique=False)
    op.create_table('clinician_centre',
    sa.Column('clinician_id', sa.BigInteger(), nullable=False),
    sa.Column('centre_id', sa.BigInteger(), nullable=False),
    sa.Column('is_primary', sa.Boolean(), server_default='false', nullable=False),
    sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_clinician_centre_centre_id')),
    sa.ForeignKeyConstraint(['clinician_id'], ['clinician.id'], name=op.f('fk_clinician_centre_clinician_id')),
    sa.PrimaryKeyConstraint('clinician_id', 'centre_id', name=op.f('pk_clinician_centre'))
    )
    op.create_index(op.f('ix_clinician_centre_centre_id'), 'clinician_centre', ['centre_id'], unique=False)
    op.create_index('uq_clinician_centre_primary', 'clinician_centre', ['clinician_id'], unique=True, postgresql_where=sa.text('is_primary'))
    op.create_table('payment',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('patient_id', sa.BigInteger(), nullable=False),
    sa.Column('consultation_paise', sa.BigInteger(), nullable=False),
    sa.Column('registration_paise', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.String(length=10), server_default='PENDING', nullable=False),
    sa.Column('method', sa.String(length=10), nullable=True),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("(status in ('PAID', 'REFUNDED')) = (paid_at is not null)", name=op.f('ck_payment_paid_at')),
    sa.CheckConstraint("method in ('ONLINE', 'CASH', 'CARD', 'UPI')", name=op.f('ck_payment_method')),
    sa.CheckConstraint("status in ('PENDING', 'PAID', 'FAILED', 'REFUNDED')", name=op.f('ck_payment_status')),
    sa.CheckConstraint('consultation_paise > 0', name=op.f('ck_payment_consultation')),
    sa.CheckConstraint('registration_paise >= 0', name=op.f('ck_payment_registration')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_payment_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment'))
    )
    op.create_index('ix_payment_patient', 'payment', ['patient_id'], unique=False)
    op.create_index('uq_payment_registration_once', 'payment', ['patient_id'], unique=True, postgresql_where=sa.text("registration_paise > 0 and status = 'PAID'"))
    op.create_table('refresh_token',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('sign_in_id', sa.BigInteger(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('predecessor_id', sa.BigInteger(), nullable=True),
    sa.Column('issued_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('presented_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['predecessor_id'], ['refresh_token.id'], name=op.f('fk_refresh_token_predecessor_id')),
    sa.ForeignKeyConstraint(['sign_in_id'], ['sign_in.id'], name=op.f('fk_refresh_token_sign_in_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refresh_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_refresh_token_token_hash'))
    )
    op.create_index(op.f('ix_refresh_token_predecessor_id'), 'refresh_token', ['predecessor_id'], unique=False)
    op.create_index(op.f('ix_refresh_token_sign_in_id'), 'refresh_token', ['sign_in_id'], unique=False)
    op.create_table('time_block',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('clinician_id', sa.BigInteger(), nullable=True),
    sa.Column('centre_id', sa.BigInteger(), nullable=True),
    sa.Column('starts_local', sa.DateTime(), nullable=False),
    sa.Column('ends_local', sa.DateTime(), nullable=False),
    sa.Column('reason', sa.String(length=500), server_default='unavailable', nullable=False),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('lifted_by', sa.BigInteger(), nullable=True),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('ends_local > starts_local', name=op.f('ck_time_block_span')),
    sa.CheckConstraint('length(reason) > 0', name=op.f('ck_time_block_reason')),
    sa.CheckConstraint('num_nonnulls(clinician_id, centre_id) > 0', name=op.f('ck_time_block_of_something')),
    sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_time_block_centre_id')),
    sa.ForeignKeyConstraint(['clinician_id'], ['clinician.id'], name=op.f('fk_time_block_clinician_id')),
    sa.ForeignKeyConstraint(['created_by'], ['account.id'], name=op.f('fk_time_block_created_by')),
    sa.ForeignKeyConstraint(['lifted_by'], ['account.id'], name=op.f('fk_time_block_lifted_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_time_block'))
    )
    op.create_index('ix_time_block_centre', 'time_block', ['centre_id', 'ends_local'], unique=False, postgresql_where=sa.text('lifted_at is null'))
    op.create_index('ix_time_block_clinician', 'time_block', ['clinician_id', 'ends_local'], unique=False, postgresql_where=sa.text('lifted_at is null'))
    op.create_table('weekly_hours',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('clinician_id', sa.BigInteger(), nullable=False),
    sa.Column('centre_id', sa.BigInteger(), nullable=False),
    sa.Column('weekday', sa.SmallInteger(), nullable=False),
    sa.Column('opens_minute', sa.SmallInteger(), nullable=False),
    sa.Column('closes_minute', sa.SmallInteger(), nullable=False),
    sa.Column('slot_minutes', sa.SmallInteger(), nullable=False),
    sa.Column('mode', sa.String(length=10), server_default='BOTH', nullable=False),
    sa.Column('effective_from', sa.Date(), server_default='2000-01-01', nullable=False),
    sa.Column('effective_to', sa.Date(), nullable=True),
    sa.Column('active', sa.Boolean(), server_default='true', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    postgresql.ExcludeConstraint((sa.column('clinician_id'), '='), (sa.column('weekday'), '='), (sa.text('int4range(opens_minute, closes_minute)'), '&&'), (sa.text("daterange(effective_from, effective_to, '[]')"), '&&'), where=sa.text('active'), using='gist', name='weekly_hours_no_overlap'),
    sa.CheckConstraint("mode in ('IN_PERSON', 'ONLINE', 'BOTH')", name=op.f('ck_weekly_hours_mode')),
    sa.CheckConstraint('closes_minute > opens_minute and closes_minute <= 1440', name=op.f('ck_weekly_hours_closes_minute')),
    sa.CheckConstraint('effective_to >= effective_from', name=op.f('ck_weekly_hours_effective')),
    sa.CheckConstraint('mod(opens_minute, 15) = 0 and opens_minute >= 0', name=op.f('ck_weekly_hours_opens_minute')),
    sa.CheckConstraint('slot_minutes between 15 and 240 and slot_minutes <= closes_minute - opens_minute', name=op.f('ck_weekly_hours_slot_minutes')),
    sa.CheckConstraint('weekday between 0 and 6', name=op.f('ck_weekly_hours_weekday')),
    sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_weekly_hours_centre_id')),
    sa.ForeignKeyConstraint(['clinician_id'], ['clinician.id'], name=op.f('fk_weekly_hours_clinician_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_weekly_hours'))
    )
    op.create_index(op.f('ix_weekly_hours_centre_id'), 'weekly_hours', ['centre_id'], unique=False)
    op.create_index('ix_weekly_hours_clinician', 'weekly_hours', ['clinician_id', 'weekday'], unique=False, postgresql_where=sa.text('active'))
    op.create_table('appointment',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('reference', sa.String(length=10), nullable=False),
    sa.Column('patient_id', sa.BigInteger(), nullable=False),
    sa.Column('clinician_id', sa.BigInteger(), nullable=False),
    sa.Column('centre_id', sa.BigInteger(), nullable=False),
    sa.Column('mode', sa.String(length=10), nullable=False),
    sa.Column('purpose', sa.String(length=20), server_default='CONSULTATION', nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', sa.String(length=25), nullable=False),
    sa.Column('held_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('hold_extended', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('arrived_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('payment_id', sa.BigInteger(), nullable=False),
    sa.Column('meeting_id', sa.BigInteger(), nullable=True),
    sa.Column('patient_note', sa.String(length=500), nullable=True),
    sa.Column('cancel_reason', sa.String(length=500), nullable=True),
    sa.Column('source', sa.String(length=20), nullable=False),
    sa.Column('walk_in', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('booked_by', sa.BigInteger(), nullable=False),
    sa.Column('request_key', sa.String(length=80), nullable=True),
    sa.Column('version', sa.BigInteger(), server_default='1', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    postgresql.ExcludeConstraint((sa.column('clinician_id'), '='), (sa.text('tstzrange(starts_at, ends_at)'), '&&'), where=sa.text("status in ('PENDING', 'CONFIRMED', 'CANCELLATION_REQUESTED', 'IN_PROGRESS', 'COMPLETED')"), using='gist', name='appointment_clinician_free'),
    postgresql.ExcludeConstraint((sa.column('patient_id'), '='), (sa.text('tstzrange(starts_at, ends_at)'), '&&'), where=sa.text("status in ('PENDING', 'CONFIRMED', 'CANCELLATION_REQUESTED', 'IN_PROGRESS', 'COMPLETED')"), using='gist', name='appointment_patient_free'),
    sa.CheckConstraint("mode in ('IN_PERSON', 'ONLINE')", name=op.f('ck_appointment_mode')),
    sa.CheckConstraint("purpose in ('CONSULTATION', 'FOLLOW_UP', 'INPATIENT_ASSESSMENT')", name=op.f('ck_appointment_purpose')),
    sa.CheckConstraint("source in ('WEB_PATIENT', 'APP_PATIENT', 'FRONT_DESK', 'CARE_COORDINATOR', 'MANAGER')", name=op.f('ck_appointment_source')),
    sa.CheckConstraint("status <> 'PENDING' or held_until is not null", name=op.f('ck_appointment_hold_ends')),
    sa.CheckConstraint("status in ('PENDING', 'CONFIRMED', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED', 'NO_SHOW', 'CANCELLATION_REQUESTED', 'EXPIRED')", name=op.f('ck_appointment_status')),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_appointment_span')),
    sa.ForeignKeyConstraint(['booked_by'], ['account.id'], name=op.f('fk_appointment_booked_by')),
    sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_appointment_centre_id')),
    sa.ForeignKeyConstraint(['clinician_id'], ['clinician.id'], name=op.f('fk_appointment_clinician_id')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meeting.id'], name=op.f('fk_appointment_meeting_id')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_appointment_patient_id')),
    sa.ForeignKeyConstraint(['payment_id'], ['payment.id'], name=op.f('fk_appointment_payment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appointment')),
    sa.UniqueConstraint('booked_by', 'request_key', name=op.f('uq_appointment_booked_by_request_key')),
    sa.UniqueConstraint('meeting_id', name=op.f('uq_appointment_meeting_id')),
    sa.UniqueConstraint('payment_id', name=op.f('uq_appointment_payment_id')),
    sa.UniqueConstraint('reference', name=op.f('uq_appointment_reference'))
    )
    op.create_index('ix_appointment_centre_day', 'appointment', ['centre_id', 'starts_at'], unique=False)
    op.create_index('ix_appointment_clinician_live', 'appointment', ['clinician_id', 'starts_at'], unique=False, postgresql_include=['ends_at', 'status', 'held_until'], postgresql_where=sa.text("status in ('PENDING', 'CONFIRMED', 'CANCELLATION_REQUESTED', 'IN_PROGRESS', 'COMPLETED')"))
    op.create_index('ix_appointment_held', 'appointment', ['held_until'], unique=False, postgresql_where=sa.text("status = 'PENDING'"))
    op.create_index('ix_appointment_patient', 'appointment', ['patient_id', 'starts_at'], unique=False)
    op.create_table('attempt',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('payment_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=5), nullable=False),
    sa.Column('paise', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), server_default='INR', nullable=False),
    sa.Column('status', sa.String(length=10), server_default='OPEN', nullable=False),
    sa.Column('method', sa.String(length=10), nullable=True),
    sa.Column('provider_order_id', sa.String(length=60), nullable=True),
    sa.Column('provider_link_id', sa.String(length=60), nullable=True),
    sa.Column('provider_payment_id', sa.String(length=60), nullable=True),
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('link_url', sa.String(length=500), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failure', sa.String(length=200), nullable=True),
    sa.Column('note', sa.String(length=500), nullable=True),
    sa.Column('taken_by', sa.BigInteger(), nullable=True),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("kind in ('ORDER', 'LINK', 'DESK')", name=op.f('ck_attempt_kind')),
    sa.CheckConstraint("method in ('ONLINE', 'CASH', 'CARD', 'UPI')", name=op.f('ck_attempt_method')),
    sa.CheckConstraint("status in ('OPEN', 'PAID', 'SURPLUS', 'VOID')", name=op.f('ck_attempt_status')),
    sa.CheckConstraint('paise > 0', name=op.f('ck_attempt_paise')),
    sa.ForeignKeyConstraint(['payment_id'], ['payment.id'], name=op.f('fk_attempt_payment_id')),
    sa.ForeignKeyConstraint(['taken_by'], ['account.id'], name=op.f('fk_attempt_taken_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempt')),
    sa.UniqueConstraint('provider_link_id', name=op.f('uq_attempt_provider_link_id')),
    sa.UniqueConstraint('provider_order_id', name=op.f('uq_attempt_provider_order_id')),
    sa.UniqueConstraint('token', name=op.f('uq_attempt_token')),
    sa.UniqueConstraint('provider_payment_id', name=op.f('uq_attempt_provider_payment_id'))
    )
    op.create_index('ix_attempt_awaited', 'attempt', ['expires_at'], unique=False, postgresql_where=sa.text("status in ('OPEN', 'VOID')"))
    op.create_index('ix_attempt_payment', 'attempt', ['payment_id'], unique=False)
    op.create_index('uq_attempt_paid_once', 'attempt', ['payment_id'], unique=True, postgresql_where=sa.text("status = 'PAID'"))
    op.create_table('refund',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('payment_id', sa.BigInteger(), nullable=False),
    sa.Column('attempt_id', sa.BigInteger(), nullable=False),
    sa.Column('paise', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('status', sa.String(length=10), server_default='REQUESTED', nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("status in ('REQUESTED', 'APPROVED', 'SENT', 'DONE', 'FAILED')", name=op.f('ck_refund_status')),
    sa.CheckConstraint('paise > 0', name=op.f('ck_refund_paise')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_refund_attempt_id')),
    sa.ForeignKeyConstraint(['payment_id'], ['payment.id'], name=op.f('fk_refund_payment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refund')),
    sa.UniqueConstraint('attempt_id', 'reason', name=op.f('uq_refund_attempt_id_reason'))
    )
    op.create_index(op.f('ix_refund_payment_id'), 'refund', ['payment_id'], unique=False)
    op.create_table('status_change',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('appointment_id', sa.BigInteger(), nullable=False),
    sa.Column('previous', sa.String(length=25), nullable=True),
    sa.Column('next', sa.String(length=25), nullable=False),
    sa.Column('by_account_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('transaction_id', sa.String(length=20), server_default=sa.text('pg_current_xact_id()::text'), nullable=False),
    sa.CheckConstraint("next in ('PENDING', 'CONFIRMED', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED', 'NO_SHOW', 'CANCELLATION_REQUESTED', 'EXPIRED')", name=op.f('ck_status_change_next')),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_status_change_appointment_id')),
    sa.ForeignKeyConstraint(['by_account_id'], ['account.id'], name=op.f('fk_status_change_by_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_status_change'))
    )
    op.create_index(op.f('ix_status_change_appointment_id'), 'status_change', ['appointment_id'], unique=False)
    op.execute(GUARD)


def downgrade() -> None:
    op.drop_index(op.f('ix_status_change_appointment_id'), table_name='status_change')
    op.drop_table('status_change')
    op.drop_index(op.f('ix_refund_payment_id'), table_name='refund')
    op.drop_table('refund')
    op.drop_index('uq_attempt_paid_once', table_name='attempt', postgresql_where=sa.text("status = 'PAID'"))
    op.drop_index('ix_attempt_payment', table_name='attempt')
    op.drop_index('ix_attempt_awaited', table_name='attempt', postgresql_where=sa.text("status in ('OPEN', 'VOID')"))
    op.drop_table('attempt')
    op.drop_index('ix_appointment_patient', table_name='appointment')
    op.drop_index('ix_appointment_held', table_name='appointment', postgresql_where=sa.text("status = 'PENDING'"))
    op.drop_index('ix_appointment_clinician_live', table_name='appointment', postgresql_include=['ends_at', 'status', 'held_until'], postgresql_where=sa.text("status in ('PENDING', 'CONFIRMED', 'CANCELLATION_REQUESTED', 'IN_PROGRESS', 'COMPLETED')"))
    op.drop_index('ix_appointment_centre_day', table_name='appointment')
    op.drop_table('appointment')
    op.drop_index('ix_weekly_hours_clinician', table_name='weekly_hours', postgresql_where=sa.text('active'))
    op.drop_index(op.f('ix_weekly_hours_centre_id'), table_name='weekly_hours')
    op.drop_table('weekly_hours')
    op.drop_index('ix_time_block_clinician', table_name='time_block', postgresql_where=sa.text('lifted_at is null'))
    op.drop_index('ix_time_block_centre', table_name='time_block', postgresql_where=sa.text('lifted_at is null'))
    op.drop_table('time_block')
    op.drop_index(op.f('ix_refresh_token_predecessor_id'), table_name='refresh_token')
    op.drop_index(op.f('ix_refresh_token_sign_in_id'), table_name='refresh_token')
    op.drop_table('refresh_token')
    op.drop_index('uq_payment_registration_once', table_name='payment', postgresql_where=sa.text("registration_paise > 0 and status = 'PAID'"))
    op.drop_index('ix_payment_patient', table_name='payment')
    op.drop_table('payment')
    op.drop_index('uq_clinician_centre_primary', table_name='clinician_centre', postgresql_where=sa.text('is_primary'))
    op.drop_index(op.f('ix_clinician_centre_centre_id'), table_name='clinician_centre')
    op.drop_table('clinician_centre')
    op.drop_index(op.f('ix_sign_in_account_id'), table_name='sign_in')
    op.drop_table('sign_in')
    op.drop_index(op.f('ix_role_grant_account_id'), table_name='role_grant')
    op.drop_table('role_grant')
    op.drop_index('ix_patient_phone_reversed', table_name='patient')
    op.drop_index('ix_patient_name', table_name='patient', postgresql_using='gin')
    op.drop_index(op.f('ix_patient_account_id'), table_name='patient')
    op.drop_table('patient')
    op.drop_table('holiday')
    op.drop_table('clinician')
    op.drop_index('ix_provider_event_unsettled', table_name='provider_event', postgresql_where=sa.text('settled_at is null'))
    op.drop_table('provider_event')
    op.drop_index('ix_password_try_tried_by', table_name='password_try')
    op.drop_table('password_try')
    op.drop_index('ix_message_provider_id', table_name='message', postgresql_where=sa.text('provider_id is not null'))
    op.drop_index('ix_message_due', table_name='message', postgresql_where=sa.text("status in ('PENDING', 'SENDING')"))
    op.drop_index('ix_message_about', table_name='message', postgresql_where=sa.text('about_id is not null'))
    op.drop_table('message')
    op.drop_index('ix_meeting_wanted', table_name='meeting', postgresql_where=sa.text("status = 'WANTED'"))
    op.drop_table('meeting')
    op.drop_index('ix_challenge_phone', table_name='challenge')
    op.drop_table('challenge')
    op.drop_table('centre')
    op.drop_index('ix_audit_entry_subject', table_name='audit_entry')
    op.drop_table('audit_entry')
    op.drop_index('uq_account_username', table_name='account')
    op.drop_table('account')
    op.execute("drop function appointment_step_has_history cascade")
    op.execute("drop function audit_only_grows cascade")
    op.execute("drop sequence entity_id")

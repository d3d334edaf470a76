"""who is who"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

# an entry may be changed in one way only, and once: it gets its place in the chain, with its words untouched
CHAIN_ONCE = """
create function audit_is_chained_once() returns trigger language plpgsql as $$
begin
  if old.hash is null and new.hash is not null and new.place is not null
    and (new.id, new.at, new.by_account_id, new.act, new.subject_id, new.details)
      is not distinct from (old.id, old.at, old.by_account_id, old.act, old.subject_id, old.details)
  then return new; end if;
  raise exception 'the audit only grows' using errcode = 'check_violation', constraint = 'audit_only_grows';
end $$;
drop trigger audit_only_grows on audit_entry;
create trigger audit_only_grows before delete or truncate on audit_entry
  for each statement execute function audit_only_grows();
create trigger audit_is_chained_once before update on audit_entry
  for each row execute function audit_is_chained_once();
"""
UNCHAIN = """
drop function audit_is_chained_once cascade;
drop trigger audit_only_grows on audit_entry;
create trigger audit_only_grows before update or delete or truncate on audit_entry
  for each statement execute function audit_only_grows();
"""


def upgrade() -> None:
    op.create_table('mrn_counter',
    sa.Column('year', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('last', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('year', name=op.f('pk_mrn_counter'))
    )
    op.create_table('policy_version',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('numbers', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('decided_by', sa.BigInteger(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_version'))
    )
    op.create_table('one_time_link',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('account_id', sa.BigInteger(), nullable=False),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('created_by', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("purpose in ('SET_PASSWORD', 'RESET_PASSWORD')", name=op.f('ck_one_time_link_purpose')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_one_time_link_account_id')),
    sa.ForeignKeyConstraint(['created_by'], ['account.id'], name=op.f('fk_one_time_link_created_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_one_time_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_one_time_link_token_hash'))
    )
    op.create_index(op.f('ix_one_time_link_account_id'), 'one_time_link', ['account_id'], unique=False)
    op.create_table('opening_hours',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('centre_id', sa.BigInteger(), nullable=False),
    sa.Column('weekday', sa.BigInteger(), nullable=False),
    sa.Column('opens_minute', sa.BigInteger(), nullable=False),
    sa.Column('closes_minute', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('opens_minute >= 0 and opens_minute < closes_minute and closes_minute <= 1440', name=op.f('ck_opening_hours_minutes')),
    sa.CheckConstraint('weekday between 0 and 6', name=op.f('ck_opening_hours_weekday')),
    sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_opening_hours_centre_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opening_hours')),
    sa.UniqueConstraint('centre_id', 'weekday', 'opens_minute', name=op.f('uq_opening_hours_centre_id_weekday_opens_minute'))
    )
    op.create_table('recovery_code',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('account_id', sa.BigInteger(), nullable=False),
    sa.Column('code_hash', sa.LargeBinary(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_recovery_code_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code'))
    )
    op.create_index(op.f('ix_recovery_code_account_id'), 'recovery_code', ['account_id'], unique=False)
    op.create_table('medical_note',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('patient_id', sa.BigInteger(), nullable=False),
    sa.Column('author_id', sa.BigInteger(), nullable=False),
    sa.Column('text', sa.String(length=4000), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['account.id'], name=op.f('fk_medical_note_author_id')),
    sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_medical_note_patient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_medical_note'))
    )
    op.create_index(op.f('ix_medical_note_patient_id'), 'medical_note', ['patient_id'], unique=False)
    op.create_table('patient_merge',
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.Column('kept_id', sa.BigInteger(), nullable=False),
    sa.Column('merged_id', sa.BigInteger(), nullable=False),
    sa.Column('moved', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('merged_by', sa.BigInteger(), nullable=False),
    sa.Column('merged_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('undone_by', sa.BigInteger(), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('kept_id <> merged_id', name=op.f('ck_patient_merge_two_records')),
    sa.ForeignKeyConstraint(['kept_id'], ['patient.id'], name=op.f('fk_patient_merge_kept_id')),
    sa.ForeignKeyConstraint(['merged_by'], ['account.id'], name=op.f('fk_patient_merge_merged_by')),
    sa.ForeignKeyConstraint(['merged_id'], ['patient.id'], name=op.f('fk_patient_merge_merged_id')),
    sa.ForeignKeyConstraint(['undone_by'], ['account.id'], name=op.f('fk_patient_merge_undone_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patient_merge'))
    )
    op.add_column('account', sa.Column('designation', sa.String(length=100), nullable=True))
    op.add_column('account', sa.Column('second_factor', sa.LargeBinary(), nullable=True))
    op.add_column('account', sa.Column('second_factor_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('account', sa.Column('second_factor_step', sa.BigInteger(), nullable=True))
    op.add_column('audit_entry', sa.Column('previous_hash', sa.LargeBinary(), nullable=True))
    op.add_column('audit_entry', sa.Column('hash', sa.LargeBinary(), nullable=True))
    op.add_column('audit_entry', sa.Column('place', sa.BigInteger(), nullable=True))
    op.create_unique_constraint(op.f('uq_audit_entry_place'), 'audit_entry', ['place'])
    op.create_index('ix_audit_entry_by', 'audit_entry', ['by_account_id', 'at'], unique=False)
    op.create_index('ix_audit_entry_at', 'audit_entry', ['at', 'id'], unique=False)
    op.create_index('ix_audit_entry_unchained', 'audit_entry', ['id'], unique=False, postgresql_where=sa.text('hash is null'))
    op.execute(CHAIN_ONCE)
    op.add_column('clinician', sa.Column('picture_key', sa.String(length=80), nullable=True))
    op.add_column('patient', sa.Column('guardian_name', sa.String(length=200), nullable=True))
    op.add_column('patient', sa.Column('guardian_relation', sa.String(length=60), nullable=True))
    op.add_column('patient', sa.Column('guardian_phone', sa.String(length=16), nullable=True))
    op.add_column('patient', sa.Column('guardian_consent_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('patient', sa.Column('merged_into_id', sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f('fk_patient_merged_into_id'), 'patient', 'patient', ['merged_into_id'], ['id'])
    op.create_index('ix_patient_mrn_begins', 'patient', [sa.literal_column('lower(mrn) text_pattern_ops')], unique=False)
    op.create_index('ix_patient_by_name', 'patient', [sa.literal_column('lower(full_name)'), 'id'], unique=False)
    op.add_column('sign_in', sa.Column('last_seen_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False))
    op.add_column('sign_in', sa.Column('proved_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('sign_in', 'proved_at')
    op.drop_column('sign_in', 'last_seen_at')
    op.drop_index('ix_patient_by_name', table_name='patient')
    op.drop_index('ix_patient_mrn_begins', table_name='patient')
    op.drop_constraint(op.f('fk_patient_merged_into_id'), 'patient', type_='foreignkey')
    op.drop_column('patient', 'merged_into_id')
    op.drop_column('patient', 'guardian_consent_at')
    op.drop_column('patient', 'guardian_phone')
    op.drop_column('patient', 'guardian_relation')
    op.drop_column('patient', 'guardian_name')
    op.drop_column('clinician', 'picture_key')
    op.execute(UNCHAIN)
    op.drop_index('ix_audit_entry_unchained', table_name='audit_entry')
    op.drop_index('ix_audit_entry_at', table_name='audit_entry')
    op.drop_index('ix_audit_entry_by', table_name='audit_entry')
    op.drop_constraint(op.f('uq_audit_entry_place'), 'audit_entry', type_='unique')
    op.drop_column('audit_entry', 'place')
    op.drop_column('audit_entry', 'hash')
    op.drop_column('audit_entry', 'previous_hash')
    op.drop_column('account', 'second_factor_step')
    op.drop_column('account', 'second_factor_at')
    op.drop_column('account', 'second_factor')
    op.drop_column('account', 'designation')
    op.drop_table('patient_merge')
    op.drop_index(op.f('ix_medical_note_patient_id'), table_name='medical_note')
    op.drop_table('medical_note')
    op.drop_index(op.f('ix_recovery_code_account_id'), table_name='recovery_code')
    op.drop_table('recovery_code')
    op.drop_table('opening_hours')
    op.drop_index(op.f('ix_one_time_link_account_id'), table_name='one_time_link')
    op.drop_table('one_time_link')
    op.drop_table('policy_version')
    op.drop_table('mrn_counter')

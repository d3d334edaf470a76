"""what stands in a patient's record for those who treat them is kept sealed: room for it, and history in versions"""

import sqlalchemy as sa
from alembic import op

revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None

STANDS = """
create function history_line_stands() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'a line of a history is never taken away' using errcode = 'restrict_violation';
  end if;
  if (new.line_id, new.version, new.kind, new.gone, new.text, new.author_id, new.created_at)
     is distinct from (old.line_id, old.version, old.kind, old.gone, old.text, old.author_id, old.created_at) then
    raise exception 'a version of a line of a history stands as it was written' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger history_line_stands before update or delete on history_line
  for each row execute function history_line_stands();
"""


def upgrade() -> None:
    op.add_column('medical_note', sa.Column('key_name', sa.String(length=16), nullable=True))
    op.add_column('medical_note', sa.Column('key', sa.LargeBinary(), nullable=True))
    op.add_column('medical_note', sa.Column('sealed', sa.LargeBinary(), nullable=True))
    op.alter_column('medical_note', 'text', server_default='')
    op.create_check_constraint(
        op.f('ck_medical_note_sealed'), 'medical_note',
        "(text = '') = (sealed is not null and key is not null and key_name is not null)",
    )
    op.create_index('ix_medical_note_key', 'medical_note', ['key_name', 'id'])
    op.create_index('ix_medical_note_clear', 'medical_note', ['id'], postgresql_where=sa.text("text <> ''"))
    op.create_table(
        'history_line',
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.Column('patient_id', sa.BigInteger(), nullable=False),
        sa.Column('line_id', sa.BigInteger(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=12), nullable=False),
        sa.Column('gone', sa.Boolean(), server_default='false', nullable=False),
        sa.Column('key_name', sa.String(length=16), nullable=False),
        sa.Column('key', sa.LargeBinary(), nullable=False),
        sa.Column('text', sa.LargeBinary(), nullable=False),
        sa.Column('author_id', sa.BigInteger(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.CheckConstraint(
            "kind in ('RISK', 'CONDITION', 'MEDICATION', 'ALLERGY', 'PAST_CARE')", name=op.f('ck_history_line_kind')
        ),
        sa.CheckConstraint('version > 0 and (version = 1) = (line_id = id)', name=op.f('ck_history_line_version')),
        sa.CheckConstraint('octet_length(text) <= 4100', name=op.f('ck_history_line_length')),
        sa.ForeignKeyConstraint(['author_id'], ['account.id'], name=op.f('fk_history_line_author_id')),
        sa.ForeignKeyConstraint(['patient_id'], ['patient.id'], name=op.f('fk_history_line_patient_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_history_line')),
        sa.UniqueConstraint('line_id', 'version', name=op.f('uq_history_line_line_id_version')),
    )
    op.create_index('ix_history_line_patient_id', 'history_line', ['patient_id'])
    op.create_index('ix_history_line_key', 'history_line', ['key_name', 'id'])
    op.execute(STANDS)


def downgrade() -> None:
    op.drop_table('history_line')
    op.execute('drop function history_line_stands')
    op.drop_index('ix_medical_note_clear', table_name='medical_note')
    op.drop_index('ix_medical_note_key', table_name='medical_note')
    op.drop_constraint(op.f('ck_medical_note_sealed'), 'medical_note')
    op.alter_column('medical_note', 'text', server_default=None)
    for column in ('sealed', 'key', 'key_name'):
        op.drop_column('medical_note', column)

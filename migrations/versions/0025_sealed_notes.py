"""what clinicians write of a consultation is kept sealed, every version of it"""

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

STANDS = """
create function consultation_note_stands() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'a consultation note is never taken away' using errcode = 'restrict_violation';
  end if;
  if (new.appointment_id, new.author_id, new.created_at) is distinct from (old.appointment_id, old.author_id, old.created_at)
     or (not old.draft and (new.draft, new.version, new.text) is distinct from (old.draft, old.version, old.text)) then
    raise exception 'a version of a consultation note stands as it was written' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger consultation_note_stands before update or delete on consultation_note
  for each row execute function consultation_note_stands();
"""


def upgrade() -> None:
    op.create_table(
        'consultation_note',
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.Column('appointment_id', sa.BigInteger(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('draft', sa.Boolean(), server_default='false', nullable=False),
        sa.Column('page', sa.String(length=40), nullable=True),
        sa.Column('key_name', sa.String(length=16), nullable=False),
        sa.Column('key', sa.LargeBinary(), nullable=False),
        sa.Column('text', sa.LargeBinary(), nullable=False),
        sa.Column('author_id', sa.BigInteger(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.CheckConstraint('octet_length(text) <= 160100', name=op.f('ck_consultation_note_length')),
        sa.CheckConstraint('version > 0', name=op.f('ck_consultation_note_version')),
        sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_consultation_note_appointment_id')),
        sa.ForeignKeyConstraint(['author_id'], ['account.id'], name=op.f('fk_consultation_note_author_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_consultation_note')),
        sa.UniqueConstraint('appointment_id', 'version', name=op.f('uq_consultation_note_appointment_id_version')),
    )
    op.create_index('ix_consultation_note_key', 'consultation_note', ['key_name', 'id'])
    op.execute(STANDS)


def downgrade() -> None:
    op.drop_table('consultation_note')
    op.execute('drop function consultation_note_stands')

"""receipts, bills, invoices and credit notes: numbered without a gap and never changed"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

STANDS = """
create function receipt_stands() returns trigger language plpgsql as $$
begin
  raise exception 'what was issued stands' using errcode = 'check_violation', constraint = 'receipt_stands';
end $$;
create function receipt_is_cancelled_once() returns trigger language plpgsql as $$
begin
  if old.cancelled_at is null and new.cancelled_at is not null
    and to_jsonb(new) - array['cancelled_at', 'cancelled_by'] = to_jsonb(old) - array['cancelled_at', 'cancelled_by']
  then return new; end if;
  raise exception 'what was issued stands' using errcode = 'check_violation', constraint = 'receipt_stands';
end $$;
create trigger receipt_stands before delete or truncate on receipt for each statement execute function receipt_stands();
create trigger receipt_is_cancelled_once before update on receipt
  for each row execute function receipt_is_cancelled_once();
"""
ID = sa.text("nextval('entity_id')")
NOW = sa.text('now()')


def upgrade() -> None:
    op.create_table(
        'billing',
        sa.Column('id', sa.BigInteger(), server_default=ID, nullable=False),
        sa.Column('centre_id', sa.BigInteger(), nullable=False),
        sa.Column('legal_name', sa.String(length=150), nullable=False),
        sa.Column('gstin', sa.String(length=15), nullable=True),
        sa.Column('prefix', sa.String(length=3), nullable=False),
        sa.Column('consultation_sac', sa.String(length=6), server_default='999312', nullable=False),
        sa.Column('consultation_rate_bp', sa.BigInteger(), server_default='0', nullable=False),
        sa.Column('registration_sac', sa.String(length=6), server_default='999312', nullable=False),
        sa.Column('registration_rate_bp', sa.BigInteger(), server_default='0', nullable=False),
        sa.Column('updated_at', sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("prefix ~ '^[A-Z0-9]{2,3}$'", name=op.f('ck_billing_prefix')),
        sa.CheckConstraint("consultation_sac ~ '^9993[0-9]{2}$' and registration_sac ~ '^9993[0-9]{2}$'", name=op.f('ck_billing_sac')),
        sa.CheckConstraint('consultation_rate_bp in (0, 500, 1200, 1800, 2800) and registration_rate_bp in (0, 500, 1200, 1800, 2800)', name=op.f('ck_billing_rates')),
        sa.CheckConstraint('gstin is not null or consultation_rate_bp + registration_rate_bp = 0', name=op.f('ck_billing_no_tax_unregistered')),
        sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_billing_centre_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_billing')),
        sa.UniqueConstraint('centre_id', name=op.f('uq_billing_centre_id')),
    )
    op.create_table(
        'receipt_counter',
        sa.Column('prefix', sa.String(length=3), nullable=False),
        sa.Column('kind', sa.String(length=14), nullable=False),
        sa.Column('year', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('last', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('prefix', 'kind', 'year', name=op.f('pk_receipt_counter')),
    )
    op.create_table(
        'receipt',
        sa.Column('id', sa.BigInteger(), server_default=ID, nullable=False),
        sa.Column('kind', sa.String(length=14), nullable=False),
        sa.Column('prefix', sa.String(length=3), nullable=False),
        sa.Column('year', sa.BigInteger(), nullable=False),
        sa.Column('number', sa.BigInteger(), nullable=False),
        sa.Column('code', sa.String(length=16), nullable=False),
        sa.Column('payment_id', sa.BigInteger(), nullable=False),
        sa.Column('centre_id', sa.BigInteger(), nullable=False),
        sa.Column('refund_id', sa.BigInteger(), nullable=True),
        sa.Column('against_id', sa.BigInteger(), nullable=True),
        sa.Column('total_paise', sa.BigInteger(), nullable=False),
        sa.Column('content', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('issued_on', sa.Date(), nullable=False),
        sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('cancelled_by', sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind in ('RECEIPT', 'BILL_OF_SUPPLY', 'INVOICE', 'CREDIT_NOTE')", name=op.f('ck_receipt_kind')),
        sa.CheckConstraint('number > 0 and total_paise > 0', name=op.f('ck_receipt_positive')),
        sa.CheckConstraint("(kind = 'CREDIT_NOTE') = (refund_id is not null) and (kind = 'CREDIT_NOTE') = (against_id is not null)", name=op.f('ck_receipt_credits_something')),
        sa.ForeignKeyConstraint(['against_id'], ['receipt.id'], name=op.f('fk_receipt_against_id')),
        sa.ForeignKeyConstraint(['cancelled_by'], ['account.id'], name=op.f('fk_receipt_cancelled_by')),
        sa.ForeignKeyConstraint(['centre_id'], ['centre.id'], name=op.f('fk_receipt_centre_id')),
        sa.ForeignKeyConstraint(['payment_id'], ['payment.id'], name=op.f('fk_receipt_payment_id')),
        sa.ForeignKeyConstraint(['refund_id'], ['refund.id'], name=op.f('fk_receipt_refund_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_receipt')),
        sa.UniqueConstraint('code', name=op.f('uq_receipt_code')),
        sa.UniqueConstraint('prefix', 'kind', 'year', 'number', name=op.f('uq_receipt_prefix_kind_year_number')),
        sa.UniqueConstraint('refund_id', name=op.f('uq_receipt_refund_id')),
    )
    op.create_index(op.f('ix_receipt_against_id'), 'receipt', ['against_id'], unique=False)
    op.create_index('ix_receipt_centre', 'receipt', ['centre_id', 'issued_on', 'id'], unique=False)
    op.create_index(op.f('ix_receipt_payment_id'), 'receipt', ['payment_id'], unique=False)
    op.create_index('ix_receipt_register', 'receipt', ['issued_on', 'id'], unique=False)
    op.create_index('uq_receipt_payment_once', 'receipt', ['payment_id'], unique=True, postgresql_where=sa.text("kind <> 'CREDIT_NOTE' and cancelled_at is null"))
    op.create_table(
        'receipt_copy',
        sa.Column('id', sa.BigInteger(), server_default=ID, nullable=False),
        sa.Column('receipt_id', sa.BigInteger(), nullable=False),
        sa.Column('made_by', sa.BigInteger(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(['made_by'], ['account.id'], name=op.f('fk_receipt_copy_made_by')),
        sa.ForeignKeyConstraint(['receipt_id'], ['receipt.id'], name=op.f('fk_receipt_copy_receipt_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_receipt_copy')),
    )
    op.create_index(op.f('ix_receipt_copy_receipt_id'), 'receipt_copy', ['receipt_id'], unique=False)
    op.create_table(
        'receipt_link',
        sa.Column('id', sa.BigInteger(), server_default=ID, nullable=False),
        sa.Column('receipt_id', sa.BigInteger(), nullable=False),
        sa.Column('token_hash', sa.LargeBinary(), nullable=False),
        sa.Column('made_by', sa.BigInteger(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['made_by'], ['account.id'], name=op.f('fk_receipt_link_made_by')),
        sa.ForeignKeyConstraint(['receipt_id'], ['receipt.id'], name=op.f('fk_receipt_link_receipt_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_receipt_link')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_receipt_link_token_hash')),
    )
    op.create_index(op.f('ix_receipt_link_receipt_id'), 'receipt_link', ['receipt_id'], unique=False)
    op.execute(STANDS)


def downgrade() -> None:
    for name in ('receipt_link', 'receipt_copy', 'receipt', 'receipt_counter', 'billing'):
        op.drop_table(name)
    op.execute('drop function receipt_stands, receipt_is_cancelled_once')

"""lists leave as files: large ones are made as a job, piece by piece, each piece sealed in the store"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0049'
down_revision = '0048'
branch_labels = None
depends_on = None

OPEN = sa.text("state in ('QUEUED', 'RUNNING')")
BEFORE = ('WISH', 'REFUND', 'REFUND_DESK', 'MESSAGE', 'MEETING', 'REPLY', 'GLASS')


def upgrade() -> None:
    op.create_table(
        'export',
        sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
        sa.Column('account_id', sa.BigInteger(), nullable=False),
        sa.Column('listing', sa.String(length=40), nullable=False),
        sa.Column('file', sa.String(length=3), nullable=False),
        sa.Column('told', postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column('reach', sa.String(length=64), nullable=False),
        sa.Column('same', sa.LargeBinary(), nullable=False),
        sa.Column('key', sa.LargeBinary(), nullable=False),
        sa.Column('filters', sa.LargeBinary(), nullable=True),
        sa.Column('place', sa.LargeBinary(), nullable=True),
        sa.Column('state', sa.String(length=10), server_default='QUEUED', nullable=False),
        sa.Column('failure', sa.String(length=12), nullable=True),
        sa.Column('total', sa.Integer(), nullable=True),
        sa.Column('rows', sa.Integer(), server_default='0', nullable=False),
        sa.Column('size', sa.BigInteger(), server_default='0', nullable=False),
        sa.Column('parts', sa.Integer(), server_default='0', nullable=False),
        sa.Column('run', sa.Integer(), server_default='0', nullable=False),
        sa.Column('tries', sa.Integer(), server_default='0', nullable=False),
        sa.Column('claimed_until', sa.DateTime(timezone=True), nullable=True),
        sa.Column('asked_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED', 'EXPIRED')", name=op.f('ck_export_state')
        ),
        sa.CheckConstraint("file in ('csv', 'pdf')", name=op.f('ck_export_file')),
        sa.CheckConstraint("(state = 'FAILED') = (failure is not null)", name=op.f('ck_export_failure')),
        sa.CheckConstraint("(state in ('QUEUED', 'RUNNING')) = (ended_at is null)", name=op.f('ck_export_ended')),
        sa.CheckConstraint('rows >= 0 and size >= 0 and parts >= 0', name=op.f('ck_export_progress')),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_export_account_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_export')),
    )
    op.create_index('ix_export_own', 'export', ['account_id', 'id'])
    op.create_index('uq_export_open', 'export', ['account_id', 'same'], unique=True, postgresql_where=OPEN)
    op.create_index('ix_export_waiting', 'export', ['claimed_until'], postgresql_where=OPEN)
    op.create_index('ix_export_expires', 'export', ['expires_at'], postgresql_where=sa.text('expires_at is not null'))
    op.create_table(
        'export_part',
        sa.Column('export_id', sa.BigInteger(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('store_key', sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ['export_id'], ['export.id'], name=op.f('fk_export_part_export_id'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('export_id', 'number', name=op.f('pk_export_part')),
    )
    op.create_index('uq_export_part_store_key', 'export_part', ['store_key'], unique=True)
    _rings((*BEFORE, 'EXPORT'), "kind in ('GLASS', 'EXPORT')")


def downgrade() -> None:
    op.execute("delete from ring_seen where ring_id in (select id from ring where kind = 'EXPORT')")
    op.execute("delete from ring where kind = 'EXPORT'")
    _rings(BEFORE, "kind = 'GLASS'")
    op.drop_table('export_part')
    op.drop_table('export')


def _rings(kinds: tuple[str, ...], told: str) -> None:
    """What the bell rings for, and to whom: validated apart, so that nobody waits for it."""
    for name, rule in (('kind', f'kind in {kinds}'), ('for_whom', f'({told}) = (account_id is not null)')):
        op.drop_constraint(op.f(f'ck_ring_{name}'), 'ring', type_='check')
        op.execute(f'alter table ring add constraint ck_ring_{name} check ({rule}) not valid')
        op.execute(f'alter table ring validate constraint ck_ring_{name}')

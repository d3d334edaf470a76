"""what the WhatsApp provider tells is kept as it came"""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('delivery_report',
    sa.Column('known_by', sa.String(length=64), nullable=False),
    sa.Column('event', sa.String(length=60), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('id', sa.BigInteger(), server_default=sa.text("nextval('entity_id')"), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery_report')),
    sa.UniqueConstraint('known_by', name=op.f('uq_delivery_report_known_by'))
    )
    op.create_index('ix_delivery_report_open', 'delivery_report', ['received_at'], unique=False, postgresql_where=sa.text('settled_at is null'))
    op.create_index('ix_delivery_report_received', 'delivery_report', ['received_at'], unique=False)


def downgrade() -> None:
    op.drop_table('delivery_report')

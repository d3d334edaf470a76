"""closed time is made once, however often its form is sent"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('time_block', sa.Column('request_key', sa.String(length=80), nullable=True))
    op.create_unique_constraint(op.f('uq_time_block_created_by_request_key'), 'time_block', ['created_by', 'request_key'])
    op.create_index('ix_time_block_made', 'time_block', ['ends_local', 'id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_time_block_made', table_name='time_block')
    op.drop_constraint(op.f('uq_time_block_created_by_request_key'), 'time_block', type_='unique')
    op.drop_column('time_block', 'request_key')

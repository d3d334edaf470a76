"""networks"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('sign_in', sa.Column('network', sa.String(length=24), server_default='', nullable=False))


def downgrade() -> None:
    op.drop_column('sign_in', 'network')

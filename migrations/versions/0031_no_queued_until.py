"""a message is claimed by its state and its lease; when a bell was rung for it is of no use to anybody"""

import sqlalchemy as sa
from alembic import op

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column('message', 'queued_until')


def downgrade() -> None:
    op.add_column('message', sa.Column('queued_until', sa.DateTime(timezone=True), nullable=True))

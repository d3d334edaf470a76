"""both factors"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('sign_in', sa.Column('by_code', sa.Boolean(), server_default='false', nullable=False))


def downgrade() -> None:
    op.drop_column('sign_in', 'by_code')

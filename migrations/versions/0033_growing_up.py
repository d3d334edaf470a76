"""who turns eighteen on somebody's phone is asked whether its holder goes on acting for them"""

import sqlalchemy as sa
from alembic import op

revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('patient', sa.Column('grown_up_agreed_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('patient', 'grown_up_agreed_at')

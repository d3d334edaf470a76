"""a delivery report that is of no message we know is shown until somebody has seen it"""

import sqlalchemy as sa
from alembic import op

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('delivery_report', sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('delivery_report', sa.Column('seen_by', sa.BigInteger(), nullable=True))
    op.create_check_constraint(
        op.f('ck_delivery_report_seen'), 'delivery_report', '(seen_at is null) = (seen_by is null)'
    )


def downgrade() -> None:
    op.drop_constraint(op.f('ck_delivery_report_seen'), 'delivery_report', type_='check')
    op.drop_column('delivery_report', 'seen_by')
    op.drop_column('delivery_report', 'seen_at')

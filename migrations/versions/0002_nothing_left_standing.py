"""What must be taken back at a provider is known until it is: links of void attempts, meetings that were called off"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attempt", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_meeting_called_off",
        "meeting",
        ["next_at"],
        postgresql_where=sa.text("status = 'CANCELLED' and event_id is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_meeting_called_off", table_name="meeting")
    op.drop_column("attempt", "closed_at")

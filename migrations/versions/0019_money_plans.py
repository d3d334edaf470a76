"""what is owed, and what somebody took at the desk, is found at once among millions"""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # most payments are paid and released never: without this the planner takes the few that are owed for very many
    op.execute('create statistics payment_owed (mcv) on status, released_at from payment')
    op.drop_index('ix_attempt_taken', table_name='attempt')
    op.create_index(
        'ix_attempt_taken', 'attempt', ['taken_by', 'payment_id'], unique=False,
        postgresql_where=sa.text("taken_by is not null and status = 'PAID'"),
    )
    op.execute('analyze payment')


def downgrade() -> None:
    op.drop_index('ix_attempt_taken', table_name='attempt')
    op.create_index(
        'ix_attempt_taken', 'attempt', ['taken_by'], unique=False, postgresql_where=sa.text('taken_by is not null')
    )
    op.execute('drop statistics payment_owed')

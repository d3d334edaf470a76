"""staff may give an online appointment a link of their own"""

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('meeting', sa.Column('pasted_by', sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f('fk_meeting_pasted_by'), 'meeting', 'account', ['pasted_by'], ['id'])
    op.create_check_constraint(op.f('ck_meeting_pasted'), 'meeting', 'pasted_by is null or join_url is not null')


def downgrade() -> None:
    op.drop_constraint(op.f('ck_meeting_pasted'), 'meeting', type_='check')
    op.drop_constraint(op.f('fk_meeting_pasted_by'), 'meeting', type_='foreignkey')
    op.drop_column('meeting', 'pasted_by')

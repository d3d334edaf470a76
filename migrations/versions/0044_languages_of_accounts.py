"""the language in which somebody reads our pages"""

import sqlalchemy as sa
from alembic import op

revision = '0044'
down_revision = '0043'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('account', sa.Column('language', sa.String(length=2), nullable=True))
    op.create_check_constraint(op.f('ck_account_language'), 'account', "language in ('en', 'hi', 'ml', 'kn')", postgresql_not_valid=True)
    op.execute('alter table account validate constraint ck_account_language')


def downgrade() -> None:
    op.drop_column('account', 'language')

"""a request that is sent again under its key is answered as the first time, for two days"""

import sqlalchemy as sa
from alembic import op

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'answered_request',
        sa.Column('account_id', sa.BigInteger(), nullable=False),
        sa.Column('request_key', sa.String(length=80), nullable=False),
        sa.Column('asked', sa.LargeBinary(), nullable=False),
        sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('status', sa.BigInteger(), nullable=True),
        sa.Column('answer', sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_answered_request_account_id')),
        sa.PrimaryKeyConstraint('account_id', 'request_key', name=op.f('pk_answered_request')),
    )
    op.create_index(op.f('ix_answered_request_began_at'), 'answered_request', ['began_at'])


def downgrade() -> None:
    op.drop_table('answered_request')

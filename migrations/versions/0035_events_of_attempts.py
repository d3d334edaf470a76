"""what the provider told is found by the try to pay that it is about"""

import sqlalchemy as sa
from alembic import op

revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('provider_event', sa.Column('attempt_id', sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f('fk_provider_event_attempt_id'), 'provider_event', 'attempt', ['attempt_id'], ['id'],
        postgresql_not_valid=True,
    )
    op.execute('alter table provider_event validate constraint fk_provider_event_attempt_id')
    op.create_index(
        'ix_provider_event_attempt', 'provider_event', ['attempt_id'], unique=False,
        postgresql_where=sa.text('attempt_id is not null'),
    )


def downgrade() -> None:
    op.drop_index('ix_provider_event_attempt', table_name='provider_event')
    op.drop_constraint(op.f('fk_provider_event_attempt_id'), 'provider_event', type_='foreignkey')
    op.drop_column('provider_event', 'attempt_id')

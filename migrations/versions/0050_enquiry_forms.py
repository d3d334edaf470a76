"""the form by which somebody asked, be it for the first time or again, is known by its key"""

import sqlalchemy as sa
from alembic import op

revision = '0050'
down_revision = '0049'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint('uq_enquiry_request_key', 'enquiry', type_='unique')
    op.drop_column('enquiry', 'request_key')
    op.add_column('enquiry_step', sa.Column('request_key', sa.String(length=80), nullable=True))
    op.create_unique_constraint('uq_enquiry_step_request_key', 'enquiry_step', ['request_key'])


def downgrade() -> None:
    op.drop_constraint('uq_enquiry_step_request_key', 'enquiry_step', type_='unique')
    op.drop_column('enquiry_step', 'request_key')
    op.add_column('enquiry', sa.Column('request_key', sa.String(length=80), nullable=True))
    op.create_unique_constraint('uq_enquiry_request_key', 'enquiry', ['request_key'])

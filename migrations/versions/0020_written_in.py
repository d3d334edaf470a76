"""A refund that somebody made at the provider itself is written into the books by a person"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BEFORE = "resolution in ('SETTLED', 'ATTACHED', 'GIVEN_BACK', 'SET_ASIDE')"
AFTER = "resolution in ('SETTLED', 'ATTACHED', 'GIVEN_BACK', 'SET_ASIDE', 'WRITTEN_IN')"


def upgrade() -> None:
    op.drop_constraint(op.f("ck_mismatch_resolution"), "mismatch", type_="check")
    op.create_check_constraint(op.f("ck_mismatch_resolution"), "mismatch", AFTER)


def downgrade() -> None:
    op.execute("update mismatch set resolution = 'SETTLED' where resolution = 'WRITTEN_IN'")
    op.drop_constraint(op.f("ck_mismatch_resolution"), "mismatch", type_="check")
    op.create_check_constraint(op.f("ck_mismatch_resolution"), "mismatch", BEFORE)

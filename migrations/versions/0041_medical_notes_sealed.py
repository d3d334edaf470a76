"""the medical notes that lay in the clear are sealed, some at a time: stopped half-way it goes on where it was

Each batch is committed by itself, so that nobody who reads or writes notes waits for all of them.
"""

import sqlalchemy as sa
from alembic import context, op

from mibo import sealing

revision = '0041'
down_revision = '0040'
branch_labels = None
depends_on = None

BATCH = 500


def upgrade() -> None:
    if context.is_offline_mode():
        return
    with op.get_context().autocommit_block():
        while rows := _some("select id, text from medical_note where text <> '' order by id limit :n"):
            for row in rows:
                sealed = sealing.seal_note(row.text, f'medical/{row.id}')
                _put(
                    "update medical_note set text = '', key_name = :key_name, key = :key, sealed = :sealed"
                    " where id = :id and text = :text",
                    id=row.id, text=row.text, key_name=sealed.key_name, key=sealed.key, sealed=sealed.text,
                )


def downgrade() -> None:
    if context.is_offline_mode():
        return
    with op.get_context().autocommit_block():
        wanted = 'select id, key_name, key, sealed from medical_note where sealed is not null order by id limit :n'
        while rows := _some(wanted):
            for row in rows:
                words = sealing.open_note(sealing.Sealed(row.key_name, row.key, row.sealed), f'medical/{row.id}')
                _put(
                    'update medical_note set text = :text, key_name = null, key = null, sealed = null where id = :id',
                    id=row.id, text=words,
                )


def _some(statement: str) -> list[sa.Row]:
    return list(op.get_bind().execute(sa.text(statement), {'n': BATCH}).all())


def _put(statement: str, **values: object) -> None:
    op.get_bind().execute(sa.text(statement), values)

"""a follow-up knows when what it was booked as came to nothing, so that who waits is counted without reading all bookings"""

import sqlalchemy as sa
from alembic import op

revision = '0051'
down_revision = '0050'
branch_labels = None
depends_on = None

# who books it and who cancels that booking at the same moment wait for each other
FUNCTIONS = """
create function follow_up_knows_booking() returns trigger language plpgsql as $$
declare now_is text;
begin
  select status into now_is from appointment where id = new.booked_id for share;
  new.fell_through := coalesce(now_is in ('CANCELLED', 'EXPIRED'), false);
  return new;
end $$;
create function booking_tells_follow_up() returns trigger language plpgsql as $$
begin
  update follow_up set fell_through = new.status in ('CANCELLED', 'EXPIRED')
   where booked_id = new.id and fell_through <> (new.status in ('CANCELLED', 'EXPIRED'));
  return null;
end $$;
create trigger follow_up_knows_booking before insert or update of booked_id on follow_up
  for each row execute function follow_up_knows_booking();
create trigger booking_tells_follow_up after update of status on appointment
  for each row when ((old.status in ('CANCELLED', 'EXPIRED')) <> (new.status in ('CANCELLED', 'EXPIRED')))
  execute function booking_tells_follow_up();
"""
TOLD = """
update follow_up set fell_through = true
  from appointment a where a.id = follow_up.booked_id and a.status in ('CANCELLED', 'EXPIRED')
"""


def upgrade() -> None:
    op.add_column('follow_up', sa.Column('fell_through', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.execute(FUNCTIONS)
    op.execute(TOLD)
    op.create_index(
        'ix_follow_up_fell_through', 'follow_up', ['wanted_on', 'id'], unique=False, postgresql_where=sa.text('fell_through')
    )
    op.execute('analyze follow_up')  # how few they are, or the first plans read every appointment there ever was


def downgrade() -> None:
    op.drop_index('ix_follow_up_fell_through', 'follow_up', postgresql_where=sa.text('fell_through'))
    op.execute('drop trigger booking_tells_follow_up on appointment')
    op.execute('drop trigger follow_up_knows_booking on follow_up')
    op.execute('drop function booking_tells_follow_up()')
    op.execute('drop function follow_up_knows_booking()')
    op.drop_column('follow_up', 'fell_through')

"""a message knows its kind, channel, language, patient and centre; a patient says how they want to be told"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

KINDS = {
    'CODE': ('sign_in_code', 'sign_in_ended', 'new_phone_code', 'phone_left', 'password_link'),
    'PAYMENT': ('payment_link', 'hold_ended', 'late_payment_refund', 'refund_opened'),
    'CHANGE': (
        'booking_cancelled', 'booking_moved', 'booking_off', 'request_refused', 'please_move', 'running_late', 'series_moved',
        'series_off',
    ),
    'CLINICIAN': (
        'clinician_booking', 'clinician_moved', 'clinician_cancelled', 'clinician_series', 'clinician_series_moved',
        'clinician_series_off',
    ),
}


def upgrade() -> None:
    op.add_column('message', sa.Column('kind', sa.String(length=10), server_default='BOOKING', nullable=False))
    op.add_column('message', sa.Column('channel', sa.String(length=10), server_default='WHATSAPP', nullable=False))
    op.add_column('message', sa.Column('language', sa.String(length=2), server_default='en', nullable=False))
    op.add_column('message', sa.Column('patient_id', sa.BigInteger(), nullable=True))
    op.add_column('message', sa.Column('centre_id', sa.BigInteger(), nullable=True))
    op.add_column('message', sa.Column('email', sa.String(length=254), nullable=True))
    op.add_column('message', sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('message', sa.Column('read_at', sa.DateTime(timezone=True), nullable=True))
    for kind, templates in KINDS.items():
        names = ', '.join(f"'mibo_{name}'" for name in templates)
        op.execute(f"update message set kind = '{kind}' where template in ({names})")
    op.execute("""
        update message set centre_id = a.centre_id,
            patient_id = case when message.kind = 'CLINICIAN' then null else a.patient_id end
        from appointment a where a.id = message.about_id
    """)
    op.create_index('ix_message_created', 'message', ['created_at', 'id'])
    op.create_index('ix_message_patient', 'message', ['patient_id'], postgresql_where=sa.text('patient_id is not null'))
    op.create_check_constraint(op.f('ck_message_channel'), 'message', "channel in ('WHATSAPP', 'SMS', 'EMAIL')")
    op.create_check_constraint(
        op.f('ck_message_kind'), 'message',
        "kind in ('CODE', 'BOOKING', 'PAYMENT', 'REMINDER', 'CHANGE', 'AFTER', 'CLINICIAN')",
    )
    op.create_check_constraint(op.f('ck_message_language'), 'message', "language in ('en', 'hi', 'ml', 'kn')")
    op.add_column('patient', sa.Column('message_language', sa.String(length=2), server_default='en', nullable=False))
    op.add_column('patient', sa.Column('discreet_messages', sa.Boolean(), server_default='false', nullable=False))
    op.add_column('patient', sa.Column('no_messages', sa.Boolean(), server_default='false', nullable=False))
    op.create_check_constraint(op.f('ck_patient_message_language'), 'patient', "message_language in ('en', 'hi', 'ml', 'kn')")


def downgrade() -> None:
    for column in ('no_messages', 'discreet_messages', 'message_language'):
        op.drop_column('patient', column)
    op.drop_index('ix_message_patient', table_name='message', postgresql_where=sa.text('patient_id is not null'))
    op.drop_index('ix_message_created', table_name='message')
    for column in ('read_at', 'delivered_at', 'email', 'centre_id', 'patient_id', 'language', 'channel', 'kind'):
        op.drop_column('message', column)

"""Who did what to whose record: added to, chained, and never changed."""

from mibo.audit.actions import record, record_read
from mibo.audit.chain import Verdict, chain_new, verify
from mibo.audit.models import AuditEntry
from mibo.audit.queries import AuditWish, entries, entry

__all__ = ["AuditEntry", "AuditWish", "Verdict", "chain_new", "entries", "entry", "record", "record_read", "verify"]

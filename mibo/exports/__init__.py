"""Lists taken along as files: described once, written as CSV or PDF, small ones at once and large ones as a job."""

from mibo.exports import rules
from mibo.exports.actions import Asked, ask, cancel, retry
from mibo.exports.describing import (
    Batch,
    Column,
    Kind,
    Listing,
    all_at_once,
    as_made,
    by_place,
    describe,
    listing,
    listings,
)
from mibo.exports.making import make
from mibo.exports.models import Export, ExportPart
from mibo.exports.queries import Opened, asked_of, one, opened, own
from mibo.exports.sweeping import ring_waiting, sweep
from mibo.exports.writing import BYTE_ORDER_MARK, content_type, csv_lines, no_formula, of_one, small

__all__ = [
    "BYTE_ORDER_MARK",
    "Asked",
    "Batch",
    "Column",
    "Export",
    "ExportPart",
    "Kind",
    "Listing",
    "Opened",
    "all_at_once",
    "as_made",
    "ask",
    "asked_of",
    "by_place",
    "cancel",
    "content_type",
    "csv_lines",
    "describe",
    "listing",
    "listings",
    "make",
    "no_formula",
    "of_one",
    "one",
    "opened",
    "own",
    "retry",
    "ring_waiting",
    "rules",
    "small",
    "sweep",
]

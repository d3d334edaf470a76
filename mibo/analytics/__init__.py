"""Read-only counts and sums: what the clinic's numbers are, of which days, at which centre, and which rows are behind them."""

from mibo.analytics.behind import KEYS, Behind, behind, how_many, rows_of
from mibo.analytics.clinicians import TopClinician, Wait, clinician_names, top_clinicians, waits
from mibo.analytics.figures import (
    NOTHING,
    Asked,
    Figures,
    figures,
    figures_and_steps,
    figures_by,
    figures_of,
    patients_seen,
)
from mibo.analytics.models import DayFigures, RolledDay, StaleDays
from mibo.analytics.rolling import roll_up
from mibo.analytics.sources import leads_by_source

__all__ = [
    "KEYS",
    "NOTHING",
    "Asked",
    "Behind",
    "DayFigures",
    "Figures",
    "RolledDay",
    "StaleDays",
    "TopClinician",
    "Wait",
    "behind",
    "clinician_names",
    "figures",
    "figures_and_steps",
    "figures_by",
    "figures_of",
    "how_many",
    "leads_by_source",
    "patients_seen",
    "roll_up",
    "rows_of",
    "top_clinicians",
    "waits",
]

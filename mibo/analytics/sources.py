"""Where people come from: new leads by source, as `leads` counts them, of whom somebody may know."""

from collections.abc import Sequence

from mibo import clock, leads
from mibo.analytics.figures import Asked, centres_of
from mibo.identity import Actor
from mibo.leads import SourceCount


def leads_by_source(asked: Asked, *, by: Actor) -> Sequence[SourceCount]:
    """By source, those too by which nobody came. Raises Refused."""
    return leads.by_source(centres_of(asked.centre_id, by), *clock.day_span(asked.period.first, asked.period.last))

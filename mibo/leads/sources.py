"""From where new people come: an enquiry each, or the first booking of somebody who never enquired (P20)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, text

from mibo import db
from mibo.leads.rules import SOURCES

# A lead is counted once, at the centre and the moment of its enquiry; or, without one, of the first booking that did not
# run out unpaid. An enquiry before the booking is found by the patient it was linked to, or by the phone. `offset 0`
# has PostgreSQL ask of each booking by its patient, and not read all bookings there ever were.
_BY_SOURCE = """
with lead as (
    select e.source, e.centre_id from enquiry e
     where e.created_at >= :first and e.created_at < :before
    union all
    select case when o.heard_of in ('FRIEND', 'DOCTOR') then 'REFERRAL'
                when a.source in ('WEB_PATIENT', 'APP_PATIENT') then 'WEBSITE'
                when a.walk_in then 'DIRECT'
                else 'PHONE' end, a.centre_id
      from appointment a
      join patient p on p.id = a.patient_id
      left join patient_origin o on o.patient_id = a.patient_id
     where a.created_at >= :first and a.created_at < :before and a.status <> 'EXPIRED'
       and not exists (select from appointment b where b.patient_id = a.patient_id and b.status <> 'EXPIRED'
                        and (b.created_at, b.id) < (a.created_at, a.id) offset 0)
       and not exists (select from enquiry e where e.patient_id = a.patient_id)
       and not exists (select from enquiry e join patient m on m.id = e.patient_id where m.merged_into_id = a.patient_id)
       and not exists (select from enquiry e where e.phone = p.phone and e.created_at <= a.created_at)
)
select source, count(*) as leads from lead {where} group by source
"""


@dataclass(frozen=True, slots=True)
class SourceCount:
    """How many new people came by one way: WEBSITE, PHONE, DIRECT or REFERRAL."""

    source: str
    leads: int


def by_source(centres: Collection[int] | None, first: datetime, before: datetime) -> list[SourceCount]:
    """New leads of each source in the half-open span, all four always, at these centres; None: everywhere.

    An enquiry that belongs to no centre yet counts where every centre is asked for.
    """
    where = "" if centres is None else "where centre_id in :centres"
    wanted, told = text(_BY_SOURCE.format(where=where)), {"first": first, "before": before}
    if centres is not None:
        wanted = wanted.bindparams(bindparam("centres", expanding=True))
        told["centres"] = sorted(centres)  # type: ignore[assignment]
    found = {row.source: row.leads for row in db.session().execute(wanted, told)}
    return [SourceCount(source, found.get(source, 0)) for source in SOURCES]

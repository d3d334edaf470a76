"""The lists of staff as files, each described once beside the words of its page; whoever makes files imports this."""

from mibo import exports
from mibo.web.listings import (
    appointments,
    asking,
    clinic,
    figures,
    hours,
    messages,
    money,
    patients,
    receipts,
    visits,
    work,
)

for described in (appointments, patients, visits, money, receipts, work, messages, asking, clinic, hours, figures):
    exports.describe(*described.LISTINGS)

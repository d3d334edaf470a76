"""The lists of staff as files, each described once beside the words of its page; whoever makes files imports this."""

from mibo import exports
from mibo.web.listings import appointments, asking, clinic, figures, money, patients, receipts, work

for described in (appointments, patients, money, receipts, work, asking, clinic, figures):
    exports.describe(*described.LISTINGS)

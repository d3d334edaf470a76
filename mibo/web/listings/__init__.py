"""The lists of staff as files, each described once beside the words of its page; whoever makes files imports this."""

from mibo import exports
from mibo.web.listings import appointments, patients

exports.describe(*appointments.LISTINGS, *patients.LISTINGS)

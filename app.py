"""The WSGI app."""

import gc

from mibo.web import create_app

app = create_app()
gc.freeze()  # what lives as long as the process need not be looked through again at every collection

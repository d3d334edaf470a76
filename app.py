"""The WSGI app."""

import gc

from mibo.web import create_app

app = create_app()
gc.freeze()  # what lives as long as the process need not be looked through again at every collection
gc.set_threshold(20_000, 20, 20)  # nor after each few hundred rows of an answer: a chain's month is twelve thousand

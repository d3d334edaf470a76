"""Pages for people: one module is one blueprint is one folder of templates."""

from flask import Flask

from mibo.web.pages import answers as answers
from mibo.web.pages import appointments as appointments
from mibo.web.pages import audit as audit
from mibo.web.pages import bell as bell
from mibo.web.pages import blocks as blocks
from mibo.web.pages import board as board
from mibo.web.pages import book as book
from mibo.web.pages import calendars as calendars
from mibo.web.pages import calls as calls
from mibo.web.pages import campaigns as campaigns
from mibo.web.pages import centres as centres
from mibo.web.pages import changes as changes
from mibo.web.pages import clinicians as clinicians
from mibo.web.pages import consents as consents
from mibo.web.pages import data_requests as data_requests
from mibo.web.pages import desk as desk
from mibo.web.pages import documents as documents
from mibo.web.pages import drawers as drawers
from mibo.web.pages import emergency as emergency
from mibo.web.pages import enquire as enquire
from mibo.web.pages import enquiries as enquiries
from mibo.web.pages import exports as exports
from mibo.web.pages import family as family
from mibo.web.pages import figures as figures
from mibo.web.pages import funnel as funnel
from mibo.web.pages import home as home
from mibo.web.pages import hours as hours
from mibo.web.pages import languages as languages
from mibo.web.pages import late as late
from mibo.web.pages import ledgers as ledgers
from mibo.web.pages import merging as merging
from mibo.web.pages import message_log as message_log
from mibo.web.pages import mismatches as mismatches
from mibo.web.pages import my as my
from mibo.web.pages import my_day as my_day
from mibo.web.pages import my_messages as my_messages
from mibo.web.pages import my_notices as my_notices
from mibo.web.pages import offline as offline
from mibo.web.pages import openings as openings
from mibo.web.pages import own_data as own_data
from mibo.web.pages import own_payments as own_payments
from mibo.web.pages import own_receipts as own_receipts
from mibo.web.pages import own_requests as own_requests
from mibo.web.pages import passwords as passwords
from mibo.web.pages import patients as patients
from mibo.web.pages import payments as payments
from mibo.web.pages import phones as phones
from mibo.web.pages import pictures as pictures
from mibo.web.pages import policy as policy
from mibo.web.pages import prices as prices
from mibo.web.pages import profile as profile
from mibo.web.pages import proofs as proofs
from mibo.web.pages import queue as queue
from mibo.web.pages import receipts as receipts
from mibo.web.pages import record as record
from mibo.web.pages import refunds as refunds
from mibo.web.pages import replies as replies
from mibo.web.pages import second_factor as second_factor
from mibo.web.pages import series as series
from mibo.web.pages import series_changes as series_changes
from mibo.web.pages import session_notes as session_notes
from mibo.web.pages import settlements as settlements
from mibo.web.pages import sign_in as sign_in
from mibo.web.pages import staff as staff
from mibo.web.pages import staff_sign_in as staff_sign_in
from mibo.web.pages import stays as stays
from mibo.web.pages import styleguide as styleguide
from mibo.web.pages import takings as takings
from mibo.web.pages import unpaid as unpaid
from mibo.web.pages import video_calls as video_calls
from mibo.web.pages import video_links as video_links
from mibo.web.pages import week as week
from mibo.web.pages import worklists as worklists

PAGES = (
    home, enquire, enquiries, funnel, campaigns,
    languages, sign_in, answers, replies, bell, book, my, profile, family, consents, own_data, offline,
    own_payments, my_messages, my_notices, desk, board, week, queue, my_day, late, changes,
    session_notes, figures,
    video_links, prices, series, series_changes, appointments, worklists, payments, unpaid, takings, ledgers, mismatches, settlements,
    refunds, drawers, exports, patients, merging, clinicians, hours, blocks, openings, pictures, staff_sign_in, passwords, phones,
    second_factor, proofs, stays, staff, receipts, own_receipts, calls, centres, message_log, policy, audit,
    calendars, video_calls, emergency, record, documents, own_requests, data_requests,
    styleguide,
)  # fmt: skip


def register_pages(app: Flask) -> None:
    """Register every blueprint of pages."""
    for module in PAGES:
        app.register_blueprint(module.bp)

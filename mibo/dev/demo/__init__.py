"""The demo clinic: three centres, invented people, and a day in every state, whatever the hour it is loaded.

It is planned as plain rows first (`planning`), then written in one transaction (`loading`). Everything but the random
words of payment links is the same for the same moment and seed.
"""

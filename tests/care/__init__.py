"""The consultation and what comes of it."""

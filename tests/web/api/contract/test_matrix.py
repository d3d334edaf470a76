"""docs/api-matrix.md says what the code says."""

from flask import Flask

from tests.web.api.contract.matrix import PAGE, page


def test_the_matrix_is_current(app: Flask) -> None:
    """`python -m tests.web.api.contract.matrix` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == page(app)

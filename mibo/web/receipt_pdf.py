"""A document of money as a PDF on A5, drawn by Typst with the fonts that lie beside its template."""

import json
import re
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import make_response
from werkzeug.wrappers import Response

from mibo.payments import Receipt
from mibo.web.receipt_paper import Paper

if TYPE_CHECKING:
    import typst

FOLDER = Path(__file__).parent / "paper"
TEMPLATE = FOLDER / "receipt.typ"
LONG_WORD = re.compile(r"\S{24}(?=\S)")
MAY_BREAK = "\u200b"


def pdf_of(paper: Paper, one: Receipt) -> bytes:
    """The same bytes for the same document, whenever it is drawn."""
    import typst

    told = json.dumps({**asdict(_breakable(paper)), "fonts": _families()})
    compiler = typst.Compiler(
        TEMPLATE.read_bytes(), root=FOLDER, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs={"paper": told}
    )
    drawn = compiler.compile(format="pdf", timestamp=int(one.issued_at.timestamp()))
    assert isinstance(drawn, bytes)
    return drawn


def pdf_answer(paper: Paper, one: Receipt) -> Response:
    """The file, to be saved; its name says the number and nothing else."""
    answer = make_response(pdf_of(paper, one))
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{one.code.replace("/", "-")}.pdf"'
    return answer


@cache
def _fonts() -> "typst.Fonts":
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FOLDER / "fonts"])


@cache
def _families() -> list[str]:
    """Latin first: what it has not is looked for in the others."""
    return ["Noto Sans", *sorted({family for family in _fonts().families() if family != "Noto Sans"})]


def _breakable(paper: Paper) -> Paper:
    """A word that is longer than a line may break."""
    return replace(
        paper,
        issuer=_parted(paper.issuer),
        issuer_lines=[_parted(line) for line in paper.issuer_lines],
        facts=[(label, [_parted(line) for line in lines]) for label, lines in paper.facts],
        paid=[_parted(line) for line in paper.paid],
    )


def _parted(text: str) -> str:
    return LONG_WORD.sub(lambda found: found[0] + MAY_BREAK, text)

"""What a phone loads the first time it comes here: page, look and script together, compressed (look.md C4)."""

import gzip
import re

import pytest
from flask import Flask

from tests.web.pages.visitor import Visitor, clinic

FIRST_VISIT = 60 * 1024
OF_A_PAGE = {"html": 14 * 1024, "css": 15 * 1024, "js": 22 * 1024}
LOADED = re.compile(r'(?:<script[^>]* src|<link rel="stylesheet" href|<img[^>]* src|<use href)="(/[^"#]+)')


@pytest.mark.usefixtures("database")
def test_a_first_visit_weighs_little_and_asks_nobody_else(app: Flask) -> None:
    world, heavy = clinic(), []
    asha = Visitor(app.test_client()).sign_in(world.asha)
    one = world.book("10:00")
    stranger = Visitor(app.test_client())
    for visitor, path in (
        (stranger, "/"), (stranger, "/clinicians"), (stranger, "/sign-in"), (stranger, world.choose), (stranger, "/privacy"),
        (asha, "/my"), (asha, f"/my/{one.reference}"), (asha, "/my/consents"), (asha, "/my/appointments"),
    ):  # fmt: skip
        page = visitor.get(path)
        assert page.status_code == 200
        parts = {"html": [page.data], "css": [], "js": [], "svg": []}
        for address in sorted(set(LOADED.findall(page.text))):
            kind = address.partition("?")[0].rpartition(".")[2]
            with visitor.get(address) as answer:
                parts.setdefault(kind, []).append(answer.data)
        sizes = {kind: sum(len(gzip.compress(each)) for each in found) for kind, found in parts.items()}
        heavy += [(path, kind, sizes[kind]) for kind, most in OF_A_PAGE.items() if sizes[kind] > most]
        heavy += [(path, "all", sum(sizes.values()))] if sum(sizes.values()) > FIRST_VISIT else []
        assert not re.search(r'(?:src|<link[^>]* href)="https?:', page.text)
    assert heavy == []

"""What axe minds about a page, by the rules of WCAG 2.2 AA."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

SCRIPT = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")).read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# what passes is neither gathered nor sent here, which takes longer than looking for it; no rule asked for reads style sheets
ASKED = "{runOnly: rules, resultTypes: ['violations'], preload: false, selectors: false}"
RUN = f"async rules => (await axe.run(document, {ASKED})).violations"


def minds(page: Page, rules: Sequence[str] = RULES) -> list[dict[str, Any]]:
    """Every rule that the page breaks, each with its `id` and `nodes`. The page must let scripts in (`bypass_csp`)."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    found: list[dict[str, Any]] = page.evaluate(RUN, list(rules))
    return found

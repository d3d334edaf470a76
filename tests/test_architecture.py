"""The shape of the code, checked like any other behaviour (ARCHITECTURE.md)."""

import ast
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from mibo.dev import check

TOP = Path(__file__).parents[1]
ROOT = TOP / "mibo"
FILES = sorted(ROOT.rglob("*.py"))
NAMES = [str(file.relative_to(ROOT)) for file in FILES]

OPEN = {"web", "integrations", "dev", "sandbox"}
PURE = {
    "slots",
    "spans",
    "diary",
    "openings",
    "reasons",
    "explaining",
    "rules",
    "gate_rules",
    "periods",
    "intervals",
    "dictionary",
    "consent_rules",
    "policy",
    "receipt_rules",
    "settlement_rules",
    "permissions",
    "wording",
    "vocabulary",
}
REFUSED_NAMES = {"utils", "helpers", "common", "services", "manager", "repository", "controller"}
NEVER_ABOVE = {"function": 50, "file": 320}  # look again above 40 and 300


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def functions(file: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree(file)) if isinstance(node, ast.FunctionDef)]


def package(file: Path) -> str:
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


def test_imports_flow_downwards():
    assert lint_imports(config_filename=str(TOP / "pyproject.toml"), no_cache=True) == 0


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_files_and_functions_stay_small(file):
    assert len(file.read_text().splitlines()) <= NEVER_ABOVE["file"]
    long = {
        each.name: each.end_lineno - each.lineno
        for each in functions(file)
        if each.end_lineno - each.lineno > NEVER_ABOVE["function"]
    }
    assert long == {}


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_only_db_commits(file):
    called = {
        node.func.attr
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert file.name == "db.py" or package(file) in {"dev", "sandbox"} or not called & {"commit", "rollback"}


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_packages_are_entered_by_the_front_door(file):
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").startswith("mibo."):
            _, other, *inside = (node.module or "").split(".")
            assert not inside or other in OPEN | {package(file)} or inside[0] in PURE, node.module


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_only_the_clock_asks_the_time(file):
    asked = {
        f"{node.func.value.id}.{node.func.attr}"
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
    }
    forbidden = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
    assert file.name == "clock.py" or package(file) in {"dev", "sandbox"} or not asked & forbidden


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_only_config_reads_the_environment(file):
    text = file.read_text()
    assert (
        file.name == "config.py"
        or package(file) in {"dev", "sandbox"}
        or ("os.environ" not in text and "getenv" not in text)
    )


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_nothing_is_named_after_nothing(file):
    assert file.stem not in REFUSED_NAMES
    assert file.parent.name not in REFUSED_NAMES


def test_templates_ask_no_questions_of_the_database():
    for template in sorted((TOP / "templates").rglob("*.html")):
        text = template.read_text()
        assert "session." not in text, template
        assert "query" not in text, template


def test_no_page_carries_inline_code_or_style():
    for template in sorted((TOP / "templates").rglob("*.html")):
        text = template.read_text()
        assert " style=" not in text, template
        assert " onclick=" not in text, template
        assert "hx-on" not in text, template


def test_browsers_and_drills_are_where_the_check_of_everything_looks_for_them():
    for mark, places in (("browser", check.BROWSER_TESTS), ("drill", check.DRILL_TESTS)):
        for file in (TOP / "tests").rglob("test_*.py"):
            if f"pytest.mark.{mark}" in file.read_text():
                assert str(file.relative_to(TOP)).startswith(places), file


def test_no_merge_was_left_half_done():
    marks = ("<" * 7 + " ", ">" * 7 + " ")
    for folder in ("mibo", "templates", "static", "tests", "docs", "migrations", "bench", "bin"):
        for file in (TOP / folder).rglob("*"):
            if file.suffix in (".py", ".sql", ".html", ".css", ".js", ".md", ".json", ".lua", ""):
                lines = file.read_text().splitlines() if file.is_file() else []
                assert not any(line.startswith(marks) for line in lines), file


def test_sizes_are_known(capsys):
    """Prints the tail: an aim, not a limit (functions: half under 6, nine in ten under 18; files: 60 and 180)."""
    lengths = sorted(each.end_lineno - each.lineno + 1 for file in FILES for each in functions(file))
    files = sorted(len(file.read_text().splitlines()) for file in FILES)
    with capsys.disabled():
        print(
            f"\nfunctions {len(lengths)}: median {lengths[len(lengths) // 2]}, nine in ten under {lengths[len(lengths) * 9 // 10]};"
            f" files {len(files)}: median {files[len(files) // 2]}, nine in ten under {files[len(files) * 9 // 10]}"
        )
    assert lengths[len(lengths) // 2] <= 10

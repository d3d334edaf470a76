"""What the documents say is there, is there."""

import ast
import re
from pathlib import Path

import pytest

from mibo.dev import run
from mibo.dev.demo import centres

TOP = Path(__file__).parents[1]
DOCUMENTS = sorted([*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md"), *(TOP / "bench").glob("*.md")])
NAMES = [str(document.relative_to(TOP)) for document in DOCUMENTS]
LINK = re.compile(r"""\]\((?!https?:)([^)\s]+)\)|<img src="([^"]+)\"""")
PROOF = re.compile(r"\[`(test_\w+)`\]\(([^)]+)\)")
LARGEST_PICTURE = 150 * 1024

WORDS_OF_THE_CLINIC = ("booking", "scheduling", "payments", "video", "people", "identity", "messaging", "clinics")


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_every_link_leads_somewhere(document):
    for link in LINK.finditer(document.read_text()):
        path, _, heading = (link[1] or link[2]).partition("#")
        target = document.parent / path if path else document
        assert target.exists(), f"{link[0]} in {document.name}"
        assert not heading or heading in headings(target), f"{link[0]} in {document.name}"


def headings(document: Path) -> set[str]:
    """The headings of a document, as a link to one writes them."""
    found = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in found}


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_every_test_that_is_named_as_a_proof_exists(document):
    for name, path in PROOF.findall(document.read_text()):
        tree = ast.parse((document.parent / path).read_text())
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, name


def test_pictures_are_small():
    for picture in (TOP / "docs").rglob("*.png"):
        assert picture.stat().st_size <= LARGEST_PICTURE, picture.name


def test_every_package_has_its_reason_and_every_reason_its_package():
    asked = re.findall(r"^([a-z][\w.-]*(?:\[\w+\])?)", (TOP / "requirements.in").read_text(), re.MULTILINE)
    reasons = (TOP / "docs/decisions.md").read_text().partition("## One line for each package")[2]
    assert sorted(re.findall(r"^\| `([^`]+)` \| .+ \|$", reasons, re.MULTILINE)) == sorted(asked)


def named_in_the_tree() -> list[str]:
    """Every path that the tree of ARCHITECTURE.md names; a name may stand for several with a `*`."""
    tree = (TOP / "ARCHITECTURE.md").read_text().partition("```\n")[2].partition("```")[0]
    found, above = [], {0: ""}
    for line in tree.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        if depth not in above:  # a comment that goes on
            continue
        for name in re.split(r"\s{2,}", line.strip())[0].split():
            found.append(above[depth] + name)
            if name.endswith("/"):
                above = {level: path for level, path in above.items() if level <= depth} | {depth + 1: found[-1]}
    return found


def test_the_tree_of_the_architecture_names_only_what_exists():
    for path in named_in_the_tree():
        if "." in path or path.endswith("/") or path.startswith("bin/"):
            assert list(TOP.glob(path.rstrip("/"))), path


def test_the_tree_of_the_architecture_leaves_nothing_out():
    named = set(named_in_the_tree())
    top = {path.name for path in (TOP / "mibo").iterdir() if not path.name.startswith("__")}
    assert {f"mibo/{name}{'' if '.' in name else '/'}" for name in top} <= named
    for word in WORDS_OF_THE_CLINIC:
        files = {f"mibo/{word}/{file.name}" for file in (TOP / "mibo" / word).glob("*.py")}
        assert files - {f"mibo/{word}/__init__.py"} <= named


def test_the_readme_signs_in_as_people_of_the_demo():
    readme = (TOP / "README.md").read_text()
    people = re.findall(r"^\| `([a-z.]+)` \| ([a-z ]+) \|", readme, re.MULTILINE)
    known = {username for _, _, username, _, _ in centres.STAFF}
    assert centres.PASSWORD in readme
    assert {username for username, role in people if role != "clinician"} <= known


def test_the_readme_knows_every_flag_of_bin_run(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["bin/run", "--help"])
    with pytest.raises(SystemExit):
        run.main()
    told = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert told == set(re.findall(r"^\| `(--[a-z-]+)", (TOP / "README.md").read_text(), re.MULTILINE))


def test_every_test_that_holds_a_line_of_security_is_there():
    lines = re.findall(r"^\| (\d\d) \| (.+) \|$", (TOP / "docs" / "security.md").read_text(), re.MULTILINE)
    wanted = {f"{n:02d}" for n in (*range(1, 36), *range(37, 59), *range(66, 75))}
    assert wanted <= {number for number, _ in lines}
    for number, cell in lines:
        tests = re.findall(r"`(tests/[\w/]+\.py)` `(test_\w+)`", cell)
        assert tests, number
        for path, name in tests:
            assert f"def {name}(" in (TOP / path).read_text(), (number, path, name)

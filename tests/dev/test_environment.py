"""`.venv` is made once, and packages are installed when what is pinned has changed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.drill, pytest.mark.timeout(180)]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that pins nothing, in a folder with spaces in its name."""
    folder = tmp_path / "a project"
    (folder / "mibo/dev").mkdir(parents=True)
    shutil.copy(ROOT / "mibo/dev/environment.py", folder / "mibo/dev")
    (folder / "requirements.txt").write_text("# nothing\n")
    return folder


def prepare(project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, project / "mibo/dev/environment.py", "requirements.txt"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_it_installs_once_again_when_pins_change_and_says_what_went_wrong(project: Path) -> None:
    first = prepare(project)
    assert (first.returncode, first.stdout.splitlines()[0]) == (0, "Making .venv …"), first.stderr
    assert (project / ".venv/bin/python").exists()

    again = prepare(project)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")

    (project / "requirements.txt").write_text("./not-there.whl --hash=sha256:" + "0" * 64 + "\n")
    broken = prepare(project)
    assert broken.returncode == 1
    assert "Making" not in broken.stdout
    assert broken.stderr.startswith("The packages could not be installed: ")
    assert len(broken.stderr.splitlines()) == 1

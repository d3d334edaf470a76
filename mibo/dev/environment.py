"""Makes `.venv` and installs the pinned packages when they changed. Runs before anything is installed."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin/python"
OLD_ENOUGH = "import sys; sys.exit(sys.version_info < (3, 11))"
PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input", "-q")


class Broken(Exception):
    """Why the environment could not be made, in one sentence."""


def main(requirements: str) -> None:
    """Bring `.venv` to what a requirements file says."""
    try:
        with _alone():
            prepare(ROOT / requirements)
    except KeyboardInterrupt:
        sys.exit(130)
    except PermissionError as error:
        sys.exit(f"Mibo cannot write to {error.filename}: it needs a folder of its own that you may write to.")
    except Broken as reason:
        sys.exit(str(reason))


def prepare(requirements: Path) -> None:
    """Install a requirements file into `.venv`, unless exactly that was installed before."""
    stamp, wanted = VENV / f".installed-{requirements.name}", _fingerprint(requirements)
    if _works() and stamp.exists() and stamp.read_text() == wanted:
        return
    if not _works():
        _make()
    print("Installing the packages that Mibo stands on (a minute or two the first time) …", flush=True)
    install: list[str | Path] = [PYTHON, *PIP, "install", "--require-hashes", "-r", requirements]
    _run(install, "The packages could not be installed")
    stamp.write_text(wanted)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One start at a time touches `.venv`."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _works() -> bool:
    try:
        return subprocess.run([PYTHON, "-c", OLD_ENOUGH], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _make() -> None:
    print("Making .venv …", flush=True)
    if not os.access(ROOT, os.W_OK):
        raise PermissionError(13, "may not write", str(ROOT))
    command: list[str | Path] = [sys.executable, "-m", "venv", "--clear", VENV]
    if subprocess.run(command, capture_output=True, check=False).returncode and _may_use_apt():
        # Debian's Python comes without the half of venv that brings pip
        package = f"python3.{sys.version_info.minor}-venv"
        for step in (["apt-get", "update", "-q"], ["apt-get", "install", "-q", "-y", package]):
            subprocess.run(step, capture_output=True, check=False)
    if not _works() or not _has_pip():
        _run(command, "The folder .venv could not be made (on Debian: apt-get install python3-venv)")


def _has_pip() -> bool:
    return subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


def _may_use_apt() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _run(command: Sequence[str | Path], otherwise: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "no reason given").splitlines()
        raise Broken(f"{otherwise}: {said[-1]}")


def _fingerprint(requirements: Path) -> str:
    return hashlib.sha256(requirements.read_bytes()).hexdigest()


if __name__ == "__main__":
    main(sys.argv[1])

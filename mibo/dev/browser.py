"""A Chromium for the tests: $CHROMIUM, else one on the PATH, else Playwright's own, else it is installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from mibo.dev.children import CannotStart

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DOWNLOAD_WITHIN_S = 300
ASK_PLAYWRIGHT = (
    "from playwright.sync_api import sync_playwright as start\nwith start() as p: print(p.chromium.executable_path)"
)
PACKAGES = ("chromium", "fonts-dejavu-core")


def find() -> str | None:
    """The Chromium of this machine; None when Playwright's own is the one to use."""
    if named := os.environ.get("CHROMIUM"):
        return named
    return next(filter(None, map(shutil.which, NAMES)), None)


def ensure() -> None:
    """Return when there is a Chromium that starts, after installing one if need be."""
    if (found := find()) is not None:
        if not _starts(found):
            raise CannotStart(f"The browser {found} does not start; set CHROMIUM to one that does.")
        return
    if _starts(_of_playwright()):
        return
    _install()


def _install() -> None:
    print("Installing a browser for the tests …", flush=True)
    dependencies = ["--with-deps"] if _may_use_apt() else []
    if _done([sys.executable, "-m", "playwright", "install", *dependencies, "chromium"]) and _starts(_of_playwright()):
        return
    if _may_use_apt() and _apt_install() and (found := find()) and _starts(found):
        return
    raise CannotStart("No browser could be installed: put Chromium on the PATH, or set CHROMIUM to its program.")


def _apt_install() -> bool:
    return _done(["apt-get", "update", "-q"]) and _done(
        ["apt-get", "install", "-q", "-y", "--no-install-recommends", *PACKAGES]
    )


def _may_use_apt() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _of_playwright() -> str:
    """Where Playwright's own browser is, if it was installed."""
    said = subprocess.run([sys.executable, "-c", ASK_PLAYWRIGHT], capture_output=True, text=True, check=False)
    return said.stdout.strip()


def _starts(program: str) -> bool:
    if not program or not (Path(program).exists() or shutil.which(program)):
        return False
    return _done([program, "--version"], within=60)


def _done(command: list[str], within: int = DOWNLOAD_WITHIN_S) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=within, env=environment)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0

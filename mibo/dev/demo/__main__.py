"""`python -m mibo.dev.demo [--busy] --accounts-file PATH`: load the demo clinic and tell how to sign in."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from mibo.dev.children import CannotStart
from mibo.dev.demo.loading import load


def main(arguments: Sequence[str] | None = None) -> None:
    """Load it; the list of sign-ins goes to a file, which is for its owner's eyes."""
    parser = argparse.ArgumentParser(prog="python -m mibo.dev.demo", description="Loads the demo clinic.")
    parser.add_argument("--busy", action="store_true", help="eighteen busy months instead of a few quiet weeks")
    parser.add_argument("--accounts-file", type=Path, required=True, metavar="PATH", help="where the sign-ins go")
    wishes = parser.parse_args(arguments)
    try:
        sign_ins = load(busy=wishes.busy)
    except CannotStart as reason:
        sys.exit(str(reason))
    wishes.accounts_file.touch(mode=0o600)
    wishes.accounts_file.write_text(json.dumps(sign_ins, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()

"""`make fuzz MINUTES=10`: every target in turn, each in a process of its own.

What is found lies in build/fuzz/TARGET/finding-*; each becomes a seed of tests/mutation and a test. What was learnt stays in
build/fuzz/TARGET/corpus for the next run.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from tests.fuzz.targets import TARGETS

FOLDER = Path("build/fuzz")


def main() -> int:
    """Fuzz, and say whether anything was found."""
    options = _options()
    chosen = [target for target in TARGETS if options.target in (None, target.name)]
    seconds = max(1, round(options.minutes * 60 / len(chosen)))
    found = [name for name in (target.name for target in chosen) if not session(name, FOLDER / name, seconds)]
    print(f"{'FAIL: ' + ', '.join(found) if found else 'PASS'}: {len(chosen)} targets, {seconds} s each")
    return 1 if found else 0


def session(name: str, folder: Path, seconds: int, *, quiet: bool = False) -> bool:
    """One target for so long; whether nothing was found."""
    command = [sys.executable, "-m", "tests.fuzz.session", name, str(folder), str(seconds)]
    done = subprocess.run(command, check=False, stderr=subprocess.DEVNULL if quiet else None)
    return done.returncode == 0 and not list(folder.glob("finding-*"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--minutes", type=float, default=10.0, help="for all targets together")
    parser.add_argument("--target", choices=[target.name for target in TARGETS], help="one target alone")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

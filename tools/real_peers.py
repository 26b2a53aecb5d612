"""Finds what the tests drive for real, Chromium, DCMTK, PostgreSQL and R, and the library that Playwright's Node needs.

Takes Debian's by apt where it may, else says what to do.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from glob import glob

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WANTED = {"chromium": BROWSERS, "dcmtk": ("storescu",), "postgresql": ("initdb",), "r-base-core": ("Rscript",)}
BESIDE_THE_PATH = {"postgresql": "/usr/lib/postgresql/*/bin/initdb"}
"""Where Debian keeps programs that are on no path."""
LIBRARIES = {"libatomic1": "libatomic.so.1"}
"""Debian's package and the file of it that is loaded; a system of the smallest kind lacks it."""


def missing() -> list[str]:
    """Debian's names of the packages whose commands or libraries are not there."""
    own_browser = os.environ.get("DOSELOOP_CHROMIUM")
    commands = [name for name in WANTED if not _is_there(name) and not (name == "chromium" and own_browser)]
    return commands + [name for name, file in LIBRARIES.items() if not _loads(file)]


def _is_there(package: str) -> bool:
    return any(map(shutil.which, WANTED[package])) or bool(glob(BESIDE_THE_PATH.get(package, "")))


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install(packages: list[str]) -> None:
    """Install the packages by apt, quietly."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=False, env=quiet, stdout=subprocess.DEVNULL)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    subprocess.run(command, check=False, env=quiet, stdout=subprocess.DEVNULL)


def main() -> None:
    """Install what is missing where this may be done; the tests skip, and say so, what they do not find."""
    packages = missing()
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        install(packages)
    if still := missing():
        print(f"Tests that need them are skipped: apt install {' '.join(still)}", file=sys.stderr)


if __name__ == "__main__":
    main()

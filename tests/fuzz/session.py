"""One session of one target: `python -m tests.fuzz.session NAME FOLDER SECONDS`. libFuzzer ends the process.

FOLDER keeps what was learnt (`corpus`) and takes each finding (`finding-*`).
"""

import logging
import sys
from pathlib import Path

import atheris
import structlog

from tests.fuzz.targets import TARGETS

LONGEST = 1 << 16
HANGS_AFTER_S = 5
MOST_MIB = 1024


def main(name: str, folder: Path, seconds: int) -> None:
    """Fuzz; exits with 0 where nothing was found."""
    target = next(one for one in TARGETS if one.name == name)
    with atheris.instrument_imports(include=["doseloop", "pynetdicom"]):
        one, corpus = target.load()
    _silence()
    kept = folder / "corpus"
    kept.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(corpus()):
        (kept / f"seed-{number:03}").write_bytes(data)
    options = {
        "max_total_time": seconds,
        "max_len": LONGEST,
        "timeout": HANGS_AFTER_S,
        "rss_limit_mb": MOST_MIB,
        "artifact_prefix": f"{folder}/finding-",
        "print_final_stats": 1,
        "verbosity": 1,
    }
    atheris.Setup([sys.argv[0], *(f"-{option}={value}" for option, value in options.items()), str(kept)], one)
    atheris.Fuzz()


def _silence() -> None:
    """Let nothing be logged of what thousands of inputs do."""
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))

"""A wall clock that jumps by a day, forth and back, while objects arrive. Needs a C compiler, for `wall_clock.c`."""

import shutil
import struct
import subprocess
import time
from pathlib import Path

from doseloop.simulate.day import objects
from tests.chaos.kills import count, seconds_until_ready
from tests.chaos.result import Result
from tests.roles.installation import Installation, until
from tests.roles.signed_in import SignedIn
from tests.roles.traffic import PASSWORD, Traffic, written

JUMPS = (86_400, 0, -86_400, 0)
"""Seconds beside the real time: a day ahead, right again, a day behind, right again."""
LONGEST_WAIT_S = 60.0


def compiler() -> str | None:
    """The C compiler, None where there is none."""
    return shutil.which("cc")


def library(folder: Path) -> Path:
    """`wall_clock.c` as a library that is loaded before all others."""
    made = folder / "wall_clock.so"
    source = Path(__file__).with_name("wall_clock.c")
    subprocess.run([compiler() or "cc", "-shared", "-fPIC", "-o", str(made), str(source), "-ldl"], check=True)
    return made


def set_clock(hand: Path, seconds: int) -> None:
    """Set the wall clock of every process that looks at the hand; written in place, since they have it mapped."""
    with hand.open("r+b" if hand.exists() else "wb") as file:
        file.write(struct.pack("l", seconds))


def every_jump(folder: Path) -> Result:
    """Each jump under traffic: what is sent meanwhile is read within the time, and no jump by itself makes a flag."""
    result, hand = Result("clock jumps of a day"), folder / "clock"
    folder.mkdir(parents=True)
    set_clock(hand, 0)
    files = written(folder / "sent", objects(240, seed=13))
    installation = Installation(folder / "data", quiet_minutes="0.02")
    installation.more = {"LD_PRELOAD": str(library(folder)), "DOSELOOP_CLOCK": str(hand)}
    with installation:
        installation.command("account", "add", "reader", "--password", PASSWORD)
        seconds_until_ready(installation)
        with Traffic(installation, files, pause_s=0.3) as traffic:
            for jump in JUMPS:
                result.ready_s.append(after_jump(jump, hand, installation, traffic, result))
            traffic.all_sent()
        until(installation.idle, LONGEST_WAIT_S, "every object processed")
        no_flag_by_a_jump(hand, installation, result)
        count(result, installation, traffic.acknowledged, files)
    return result


def after_jump(jump: int, hand: Path, installation: Installation, traffic: Traffic, result: Result) -> float:
    """Jump while objects wait; seconds until none of those acknowledged by then waits, and a person can sign in."""
    time.sleep(2)
    set_clock(hand, jump)
    began = time.monotonic()
    acknowledged = len(traffic.acknowledged)
    until(lambda: len(traffic.acknowledged) > acknowledged, LONGEST_WAIT_S, "objects go on being taken in")
    until(lambda: read(installation) >= acknowledged, LONGEST_WAIT_S, "no claim is stuck")
    SignedIn(f"http://127.0.0.1:{installation.web_port}", "reader", PASSWORD).read("/")
    result.rounds += 1
    return time.monotonic() - began


def read(installation: Installation) -> int:
    """Objects that were processed."""
    return int(str(installation.ask("SELECT count(*) FROM store_doseobjectrow WHERE state = 'read'")[0][0]))


def no_flag_by_a_jump(hand: Path, installation: Installation, result: Result) -> None:
    """A jump while nothing arrives neither raises nor changes a flag; exams do not stay provisional."""
    until(lambda: provisional(installation) == 0, LONGEST_WAIT_S, "no exam is provisional")
    before = installation.ask("SELECT id, state FROM store_flag ORDER BY id")
    for jump in JUMPS:
        set_clock(hand, jump)
        time.sleep(3)
        if installation.ask("SELECT id, state FROM store_flag ORDER BY id") != before:
            result.notes.append(f"the jump {jump} changed flags")


def provisional(installation: Installation) -> int:
    """Exams whose totals are not final."""
    return int(str(installation.ask("SELECT count(*) FROM store_exam WHERE NOT settled")[0][0]))

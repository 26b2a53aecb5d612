"""How long the page of compliance takes on a large record: `python -m bench.compliance [EXAMS]`. The limit is 500 ms at a million.

The page is asked for as a browser does, through every middleware and the template; a year of five is looked at, against three
sets.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

LIMIT_MS = 500
_SETS = ["uk-ukhsa-ndrl-2024", "us-kanal-2017", "jp-jrime-2025"]
_ROUTE = "/compliance/?until=2025-12-31"


def measure(exams: int = 1_000_000) -> dict[str, float]:
    """Milliseconds by name (`_cpu`: of the processor), in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.compliance", "--here", str(exams)], capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure_here(exams: int) -> dict[str, float]:
    """The same in this process."""
    from bench.facts import _best, _time, make_record

    with tempfile.TemporaryDirectory(prefix="doseloop-bench-") as folder:
        data = Path(folder)
        make_record(data, exams, events=2)
        _name_procedures(data)
        found: dict[str, float] = {"exams": exams}
        from doseloop.facts.copy import refresh
        from doseloop.facts.paths import FactsPaths

        _time(found, "refresh", lambda: refresh(FactsPaths.in_data(data)))
        client = _signed_in()
        answer = client.get(_ROUTE)
        if answer.status_code != 200 or b"fit--" not in answer.content:
            raise SystemExit(f"{_ROUTE} answered {answer.status_code} without a group")
        _best(found, "compliance_page", lambda: client.get(_ROUTE))
        found["compliance_groups"] = answer.content.count(b'class="fit fit--') - answer.content.count(b"fit--none")
        return found


def table(found: dict[str, float]) -> str:
    """The figures beside their limit."""
    took = found["compliance_page"]
    return (
        f"compliance page of {found['exams']:,.0f} exams, {found['compliance_groups']:.0f} groups of a year: {took:.0f} ms "
        f"({found['compliance_page_cpu']:.0f} ms of the processor), limit {LIMIT_MS} ms: {took / LIMIT_MS:.2f} of it, load "
        f"{os.getloadavg()[0]:.1f}"
    )


def _name_procedures(data: Path) -> None:
    """Give the made procedures the keys of those that levels are for, and the patients ages."""
    from doseloop.reference.levels import current_sets

    keys = sorted(
        {one.procedure for each in current_sets() for one in each.levels if one.procedure and one.modality == "CT"}
    )
    connection = sqlite3.connect(data / "record.sqlite3")
    for n, key in enumerate(keys):
        connection.execute(
            "INSERT OR IGNORE INTO store_procedure (key, name, modality) VALUES (?, ?, 'CT')", (key, key)
        )
        connection.execute("UPDATE store_part SET procedure_id = ? WHERE procedure_id = ?", (key, f"ct-{n}"))
    connection.execute("UPDATE store_exam SET age_years = id % 90")
    connection.commit()
    connection.close()


def _signed_in():  # type: ignore[no-untyped-def]
    from django.contrib.auth import get_user_model
    from django.test import Client

    from doseloop.access.rights import Role
    from doseloop.access.scope import SYSTEM
    from doseloop.store.accounts import grant
    from doseloop.store.audit import COMMAND
    from doseloop.store.level_choice import choose

    user = get_user_model().objects.create_user("bench", password="bench")
    grant(user.pk, 1, Role.PHYSICIST)
    choose(SYSTEM, 1, _SETS, COMMAND)
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--here"]
    exams = int(words[0]) if words else 1_000_000
    print(json.dumps(measure_here(exams)) if "--here" in sys.argv else table(measure(exams)))

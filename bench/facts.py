"""How long figures take on a large record: `python bench/facts.py [EXAMS]` prints the measurements as JSON."""

import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

SCANNERS, PROCEDURES, DAYS, SEED = 40, 80, 1826, 20250310
_FIRST = datetime(2021, 1, 1)


def measure(exams: int = 200_000) -> dict[str, float]:
    """Milliseconds by name (`_cpu`: of the processor) on a fresh record of so many exams with five events each.

    In a process of its own: what importing costs is part of it, and Django knows one data folder a process.
    """
    done = subprocess.run([sys.executable, __file__, str(exams)], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure_here(exams: int) -> dict[str, float]:
    """The same in this process."""
    with tempfile.TemporaryDirectory(prefix="doseloop-bench-") as folder:
        data = Path(folder)
        make_record(data, exams)
        return {"exams": exams, **_measure(data)}


def make_record(data: Path, exams: int, events: int = 5) -> None:
    """Write a record with two sites, 40 scanners and 80 procedures over five years, so many events in each exam."""
    os.environ.update(DJANGO_SETTINGS_MODULE="doseloop.roles.django_settings", DOSELOOP_DATA=str(data))
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    django.db.connections.close_all()
    connection = sqlite3.connect(data / "record.sqlite3")
    _fill(connection, exams, events)
    connection.close()


def _fill(connection: sqlite3.Connection, exams: int, events: int) -> None:
    chance = random.Random(SEED)
    now = "2026-01-01 00:00:00"
    _insert(
        connection,
        "store_site",
        ("id", "name", "zone", "units", "operators_shown"),
        [(n, f"Site {n}", "UTC", "{}", 0) for n in (1, 2)],
    )
    fields = (
        "id",
        "site_id",
        "key",
        "name",
        "modality",
        "manufacturer",
        "model",
        "station_name",
        "serial_number",
        "software_versions",
        "first_object_at",
        "last_object_at",
    )
    scanners = [
        (n, n % 2 + 1, f"key {n}", f"CT {n}", "CT", "", "", f"S{n}", "", "", now, now) for n in range(1, SCANNERS + 1)
    ]
    _insert(connection, "store_scanner", fields, scanners)
    _insert(
        connection,
        "store_procedure",
        ("key", "name", "modality"),
        [(f"ct-{n}", f"CT {n}", "CT") for n in range(PROCEDURES)],
    )
    _insert(connection, "store_patient", ("id",), [(n,) for n in range(1, exams // 3 + 2)])
    arrived = ("received_at", "last_received_at")
    _insert(connection, "store_doseobjectrow", ("id", "sha256", "state", "standing", *arrived), [_OBJECT])
    rows = sorted(_exam(chance) for _ in range(exams))
    columns = ("id", *_EXAM, *(name for name, _ in _EXAM_FIXED))
    fixed = tuple(value for _, value in _EXAM_FIXED)
    _insert(connection, "store_exam", columns, [(n, *_keys(n, exams, row), *fixed) for n, row in enumerate(rows, 1)])
    _insert(connection, "store_part", _PART, [_part(n, row) for n, row in enumerate(rows, 1)])
    _insert(
        connection, "store_event", _EVENT, (_event(n, row, k) for n, row in enumerate(rows, 1) for k in range(events))
    )
    connection.execute("INSERT INTO store_counter VALUES ('exams', 1)")
    connection.commit()


_OBJECT = (1, "x", "read", "current", "2021-01-01 00:00:00", "2021-01-01 00:00:00")
_EXAM = (
    "site_id",
    "scanner_id",
    "patient_id",
    "study_uid",
    "started_at",
    "weight_kg",
    "dlp_mgy_cm",
    "description",
    "received_at",
)
_EXAM_FIXED = (
    *(("modality", "CT"), ("zone_source", "site"), ("age_band", "adult"), ("totals", "{}"), ("issues", "[]")),
    *(("event_count", 5), ("settled", 1), ("changed", 1)),
)
_PART = (
    "id",
    "exam_id",
    "site_id",
    "scanner_id",
    "position",
    "modality",
    "procedure_id",
    "evidence",
    "age_band",
    "started_at",
    "weight_kg",
    "phantom_cm",
    "dlp_mgy_cm",
    "eligible",
)
_EVENT = (
    *(
        "id",
        "exam_id",
        "part_id",
        "object_id",
        "position",
        "event_uid",
        "kind",
        "role",
        "started_at",
        "type",
        "plane",
        "protocol",
    ),
    *("target_region", "ctdi_vol_mgy", "dlp_mgy_cm", "phantom_cm", "kvp", "detail"),
)


def _exam(chance: random.Random) -> tuple[str, int, int, float | None, float]:
    started = _FIRST + timedelta(days=chance.randrange(DAYS), seconds=chance.randrange(86_400))
    weight = round(chance.gauss(75, 12), 1) if chance.random() > 0.25 else None
    procedure = int(PROCEDURES * chance.random() ** 2)
    return started.isoformat(), chance.randrange(1, SCANNERS + 1), procedure, weight, chance.lognormvariate(6, 0.4)


def _keys(n: int, exams: int, row: tuple[str, int, int, float | None, float]) -> tuple[object, ...]:
    started, scanner, procedure, weight, dlp = row
    patient, uid = n % (exams // 3 + 1) + 1, f"1.2.826.0.1.3680043.{n}"
    return (
        scanner % 2 + 1,
        scanner,
        patient,
        uid,
        started,
        weight,
        dlp,
        f"CT protocol {procedure}",
        started.replace("T", " "),
    )


def _part(n: int, row: tuple[str, int, int, float | None, float]) -> tuple[object, ...]:
    started, scanner, procedure, weight, dlp = row
    return n, n, scanner % 2 + 1, scanner, 0, "CT", f"ct-{procedure}", "[]", "adult", started, weight, 32, dlp, 1


def _event(n: int, row: tuple[str, int, int, float | None, float], k: int) -> tuple[object, ...]:
    role = "localiser" if k == 0 else "main"
    started, dlp = row[0], row[4]
    return (
        n * 5 + k,
        n,
        n,
        1,
        k,
        f"1.2.9.{n}.{k}",
        "ct",
        role,
        started,
        "Spiral",
        "",
        "Routine",
        "Head",
        dlp / 60,
        dlp / 5,
        32,
        120,
        b"",
    )


def _insert(connection: sqlite3.Connection, table: str, columns: tuple[str, ...], rows: object) -> None:
    """Insert the rows; a column that is not named and must hold something is empty: no text, 0 of a number."""
    others = [
        (name, kind)
        for _, name, kind, must, _, key in connection.execute(f"PRAGMA table_info({table})")
        if must and not key
    ]
    empty = {
        name: "''" if kind.lower().startswith(("text", "varchar")) else "0"
        for name, kind in others
        if name not in columns
    }
    places = ", ".join([*("?" for _ in columns), *empty.values()])
    connection.executemany(f"INSERT INTO {table} ({', '.join([*columns, *empty])}) VALUES ({places})", rows)


def _measure(data: Path) -> dict[str, float]:
    found: dict[str, float] = {}
    _time(found, "import", _imported)
    from doseloop.access.scope import SYSTEM, Scope
    from doseloop.facts.copy import refresh
    from doseloop.facts.engine import Facts
    from doseloop.facts.exams import ExamOrder, OrderBy, exam_page
    from doseloop.facts.filters import ExamFilter
    from doseloop.facts.paths import FactsPaths
    from doseloop.facts.procedure import distribution, group_values, procedures, trend
    from doseloop.facts.quantities import Quantity
    from doseloop.facts.today import day, scanner_activity
    from doseloop.facts.windows import Grain, Window

    paths = FactsPaths.in_data(data)
    facts, order = Facts(paths), ExamOrder()
    one_site = Scope(frozenset({1}), identity=True, operators=False)
    weeks, years = Window(date(2025, 11, 1), date(2025, 12, 15)), Window(date(2021, 1, 1), date(2026, 1, 1))
    _time(found, "refresh_all", lambda: refresh(paths))
    _time(found, "refresh_nothing", lambda: refresh(paths))
    _time(found, "first_page", lambda: exam_page(facts, SYSTEM, ExamFilter(), order))
    _best(found, "session", lambda: _opened(facts, SYSTEM))
    _best(found, "exam_page", lambda: exam_page(facts, SYSTEM, ExamFilter(), order))
    _best(found, "exam_page_one_site_by_dose", lambda: exam_page(facts, one_site, ExamFilter(), ExamOrder(OrderBy.DLP)))
    _best(found, "exam_page_text", lambda: exam_page(facts, SYSTEM, ExamFilter(text="protocol 17"), order))
    _best(found, "distribution_6_weeks", lambda: distribution(facts, SYSTEM, "ct-3", Quantity.DLP, weeks))
    _best(found, "distribution_5_years", lambda: distribution(facts, SYSTEM, "ct-3", Quantity.DLP, years))
    _best(found, "ctdi_5_years", lambda: distribution(facts, SYSTEM, "ct-3", Quantity.CTDI_VOL, years))
    _best(found, "trend_5_years", lambda: trend(facts, SYSTEM, "ct-3", Quantity.DLP, years, Grain.MONTH))
    _best(found, "group_6_weeks", lambda: group_values(facts, SYSTEM, "ct-3", Quantity.DLP, weeks))
    _best(found, "procedures_6_weeks", lambda: procedures(facts, SYSTEM, weeks))
    _best(found, "day", lambda: day(facts, SYSTEM, date(2025, 11, 3)))
    _best(found, "scanner_activity", lambda: scanner_activity(facts, SYSTEM, datetime(2025, 11, 3, tzinfo=UTC)))
    _change(data, 50)
    _time(found, "exam_page_after_50_changes", lambda: exam_page(facts, SYSTEM, ExamFilter(), order))
    _best(found, "exam_page_with_50_changes", lambda: exam_page(facts, SYSTEM, ExamFilter(), order))
    _time(found, "refresh_50_changes", lambda: refresh(paths))
    _time(found, "exam_page_after_refresh", lambda: exam_page(facts, SYSTEM, ExamFilter(), order))
    return found


def _imported() -> object:
    import doseloop.facts.engine

    return doseloop.facts.engine


def _opened(facts: object, scope: object) -> None:
    with facts.session(scope):  # type: ignore[attr-defined]
        pass


def _change(data: Path, exams: int) -> None:
    connection = sqlite3.connect(data / "record.sqlite3")
    connection.execute("UPDATE store_exam SET changed = 2 WHERE id > (SELECT max(id) FROM store_exam) - ?", (exams,))
    connection.execute("UPDATE store_counter SET value = 2")
    connection.commit()
    connection.close()


def _time(found: dict[str, float], name: str, call: Callable[[], object]) -> None:
    wall, processor = time.perf_counter(), time.process_time()
    call()
    found[name] = round((time.perf_counter() - wall) * 1000, 1)
    found[f"{name}_cpu"] = round((time.process_time() - processor) * 1000, 1)


def _best(found: dict[str, float], name: str, call: Callable[[], object]) -> None:
    """The median of seven."""
    runs: list[dict[str, float]] = []
    for _ in range(7):
        runs.append({})
        _time(runs[-1], name, call)
    found.update(sorted(runs, key=lambda run: run[name])[3])


if __name__ == "__main__":
    print(json.dumps(measure_here(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000), indent=1))

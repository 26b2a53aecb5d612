"""The JSON of `doseloop read --json`."""

import json
from pathlib import Path

from typer import Typer
from typer.testing import CliRunner

from doseloop.cli.read import read
from doseloop.model.errors import Truncated
from doseloop.reading.object import read_object
from doseloop.report.read_contract import contract, not_accepted
from tests.reading import reports


def test_planes_are_added_up_and_what_no_plane_states_is_null() -> None:
    planes = [
        reports.plane_total(("113620", "Plane A"), "0.0002"),
        reports.plane_total(("113621", "Plane B"), "0.0001"),
    ]
    told = contract("a", read_object(reports.encode(reports.report("10001", *planes, reports.run()))))
    totals = told["totals"]
    assert isinstance(totals, dict)
    assert round(totals["dap_gy_cm2"], 9) == 3.0
    assert totals["fluoro_time_s"] == 0
    assert totals["acquisition_dap_gy_cm2"] is None
    assert totals["dlp_mgy_cm"] is None
    assert totals["events"] == 1


def test_a_ct_report_is_told_in_plain_values() -> None:
    told = contract("a.dcm", read_object(reports.encode(reports.ct_report())))
    assert (told["file"], told["accepted"], told["modality"]) == ("a.dcm", True, "CT")
    assert told["study"] == {"study_uid": "2.25.2", "date": "2024-03-01", "accession_number": "A1"}
    assert told["patient"] == {"age_years": 64.0, "sex": "F", "height_m": 1.7, "weight_kg": 70.0}
    events = told["events"]
    assert isinstance(events, list)
    assert events[0]["type"] == "Spiral Acquisition"
    assert events[0]["exposure_time_ms"] == 5250.0
    assert events[0]["sources"] == [
        {"id": "A", "kvp": 120.0, "tube_current_ma": 180.0, "max_tube_current_ma": 260.0, "rotation_time_s": 0.5}
    ]


def test_what_is_not_accepted_has_a_reason() -> None:
    told = not_accepted("a.dcm", Truncated("cut"))
    assert told == {"file": "a.dcm", "accepted": False, "reason": "cut", "code": "truncated"}


def test_the_command_prints_one_line_a_file_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "b.dcm").write_bytes(reports.encode(reports.ct_report()))
    (tmp_path / "a.txt").write_text("no dose here")
    command = Typer()
    command.command()(read)
    files = [str(tmp_path / name) for name in ("b.dcm", "a.txt", "absent")]
    run = CliRunner().invoke(command, ["--json", *files])
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [(line["file"], line["accepted"]) for line in lines] == [
        (files[0], True),
        (files[1], False),
        (files[2], False),
    ]

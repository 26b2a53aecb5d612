"""`doseloop rules`, from the first list to a confirmed pack, over a real data folder."""

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from doseloop.assess.registry import RULES
from tests.cli.test_first_command import run
from tests.reference.test_rule_packs import CSV, OWN

pytestmark = pytest.mark.record

TOLD = ("--author", "A. Physicist", "--title", "Local limits 2026", "--authority", "Main", "--source", "meeting of May")


def rules(data: Path, *words: str) -> CompletedProcess[str]:
    return run(data, "rules", *words, *(() if "--site" in words else ("--site", "Main")))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    assert run(folder, "site", "Main").returncode == 0
    return folder


def test_a_site_chooses_imports_and_confirms(data: Path, tmp_path: Path) -> None:
    first = [json.loads(line) for line in rules(data, "list", "--json").stdout.splitlines()]
    assert [one["chosen"] for one in first] == [False] * 4
    chosen = rules(data, "choose", "de-strlschv-annex-14", "us-ncrp-168")
    assert (chosen.returncode, chosen.stderr) == (0, "")
    assert (
        "de-strlschv-annex-14: BMUV (federal law) (DE), notification, primary, 6 rules, chosen, 6 in force"
        in chosen.stdout
    )
    assert "us-ncrp-168: 4 rules wait for `doseloop rules confirm us-ncrp-168`." in chosen.stdout
    confirmed = rules(data, "confirm", "us-ncrp-168", "--by", "B. Physicist", "--grounds", "compared with the report")
    assert confirmed.stdout == "us-ncrp-168 is confirmed by B. Physicist.\n"
    for name, text, told in (("own.yaml", OWN, ("--author", "A. Physicist")), ("own.csv", CSV, TOLD)):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        made = rules(data, "import", str(file), *told)
        assert (made.returncode, made.stderr) == (0, "") and ": 1 rules." in made.stdout
    listed = rules(data, "list").stdout
    assert "4 in force, confirmed by B. Physicist on 20" in listed and "-local-limits-2026: Main (INT)" in listed
    assert rules(data, "choose").stdout == "The site goes by no pack.\n"


def test_what_cannot_be_used_is_told_and_nothing_changes(data: Path, tmp_path: Path) -> None:
    before = rules(data, "list").stdout
    file = tmp_path / "own.csv"
    file.write_text(CSV.replace("60", "sixty"), encoding="utf-8")
    for words, told in (
        (("import", str(file), *TOLD), "line 2: Expected `float | null`"),
        (("import", str(tmp_path / "absent.yaml"), "--author", "A"), "cannot be read"),
        (("choose", "nothing"), "There is no pack 'nothing'"),
        (("confirm", "de-strlschv-annex-14", "--by", "B", "--grounds", "compared with it"), "needs no confirmation"),
        (("list", "--site", "Elsewhere"), "Name one of the sites"),
    ):
        refused = rules(data, *words)
        assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
        assert told in refused.stderr and "[unusable-input]" in refused.stderr
    file.write_bytes(b"\xff\xfe")
    assert "not in UTF-8" in rules(data, "import", str(file), *TOLD).stderr
    assert rules(data, "list").stdout == before


def test_a_rule_is_shown_tried_and_set(data: Path) -> None:
    shown = [json.loads(line) for line in rules(data, "show", "--json").stdout.splitlines()]
    assert [one["rule"] for one in shown] == list(RULES)
    assert shown[0]["settings"]["min_factor"] == 2.0
    tried = rules(data, "replay", "high-dose", "--set", "min_factor=3", "--json")
    assert json.loads(tried.stdout) == {"rule": "high-dose", "values": {"min_factor": 3.0}, "exams": 0}
    by_clock = rules(data, "replay", "drift", "--json")
    assert json.loads(by_clock.stdout) == {"rule": "drift", "values": {}, "exams": 0}
    set_so = rules(data, "set", "high-dose", "--off", "--set", "min_factor=3")
    assert set_so.stdout.startswith("high-dose: off, min_n=20")
    assert "min_factor=3.0" in set_so.stdout
    for words, told in (
        (("replay", "silent-scanner"), "cannot be tried over the history: it goes by when objects came"),
        (("replay", "operators"), "the site shows none"),
        (("set", "high-dose", "--set", "x=1"), "no setting"),
    ):
        refused = rules(data, *words)
        assert (refused.returncode, told in refused.stderr) == (1, True)

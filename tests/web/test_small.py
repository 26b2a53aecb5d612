"""Times, names and trees as pages show them."""

from datetime import UTC, datetime, timedelta

import pytest

from doseloop.web.clock import ago, wall_clock
from doseloop.web.flag_evidence import evidence
from doseloop.web.templatetags.doseloop import person
from doseloop.web.tree_lines import WHOLE, tree_lines
from tests.web.trees import Item, ct_tree, dcm

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("gone", "words"),
    [(2, "just now"), (40, "40 s ago"), (90, "1 min ago"), (7300, "2 h ago"), (5 * 86400, "5 days ago")],
)
def test_how_long_ago(gone: int, words: str) -> None:
    assert ago(NOW - timedelta(seconds=gone), NOW) == words


def test_a_wall_clock_that_cannot_be_read_is_shown_as_written() -> None:
    assert (wall_clock("2026-03-01T08:05:09"), wall_clock("soon"), wall_clock("")) == (
        "1 Mar 2026, 08:05:09",
        "soon",
        "–",
    )


@pytest.mark.parametrize(
    ("written", "shown"),
    [("Doe^Jane^^Dr", "Doe, Jane Dr"), ("Doe", "Doe"), ("=山田^太郎", "山田, 太郎"), ("^^^", ""), ("", "")],
)
def test_names_of_patients_are_written_as_people_do(written: str, shown: str) -> None:
    assert person(written) == shown


EVENT: dict[str, float | str] = {
    "kvp": 120,
    "ma": 100,
    "time": 1,
    "length": 10,
    "pitch": 1,
    "ctdi": 7.5,
    "dlp": 75,
    "protocol": "Thorax",
    "uid": "2.25.1",
}


def test_items_that_numbers_were_read_from_are_marked() -> None:
    lines = tree_lines(ct_tree([EVENT], "Byrne^Niamh"), {"1.5.4.1": "event 1"}, "", identity=True, operators=True)
    assert [(line.name, line.value) for line in lines if line.used_for] == [("Mean CTDIvol", "7.5 mGy")]


def subject(code: str, value_type: str, value: str, relationship: str = "HAS OBS CONTEXT") -> Item:
    return Item("1.1", value_type, dcm(code, f"concept {code}"), relationship, text=value)


def shown(*items: Item, identity: bool, operators: bool) -> list[str]:
    lines = tree_lines(
        Item("1", "CONTAINER", dcm("113701", "Report"), None, children=items),
        *({}, ""),
        identity=identity,
        operators=operators,
    )
    return [line.value for line in lines if line.value]


PATIENT = (
    subject("121028", "UIDREF", "2.25.7"),
    subject("121029", "PNAME", "Canary^Name"),
    subject("121030", "TEXT", "MRN1"),
    subject("121031", "DATE", "19500101"),
    Item("1.1", "CODE", dcm("121032", "Subject Sex"), "HAS OBS CONTEXT", code=dcm("F", "Female")),
    subject("121033", "NUM", "70"),
    subject("121022", "TEXT", "A26000001"),
    subject("X-1", "TEXT", "a private context"),
)


def test_who_the_patient_is_is_withheld_without_the_right_to_identity() -> None:
    assert shown(*PATIENT, identity=False, operators=True) == ["withheld"] * len(PATIENT)
    assert "withheld" not in shown(*PATIENT, identity=True, operators=False)


def test_names_of_staff_are_withheld_without_the_right_to_operators() -> None:
    person = Item(
        *("1.2", "PNAME", dcm("113870", "Person Name")),
        text="Byrne^Niamh",
        children=(
            subject("113871", "TEXT", "staff 7", "HAS PROPERTIES"),
            subject("X-2", "TEXT", "badge 9", "CONTAINS"),
        ),
    )
    staff = (subject("121008", "PNAME", "Observer^One"), person, subject("113850", "PNAME", "Author^Two", "CONTAINS"))
    assert shown(*staff, identity=True, operators=False) == ["withheld"] * 5
    assert "withheld" not in shown(*staff, identity=False, operators=True)


def test_a_name_of_an_unknown_concept_needs_both_rights() -> None:
    unknown = subject("X-3", "PNAME", "Somebody^Else", "CONTAINS")
    assert shown(unknown, identity=True, operators=False) == ["withheld"]
    assert shown(unknown, identity=False, operators=True) == ["withheld"]
    assert shown(unknown, identity=True, operators=True) == ["Somebody^Else"]


def test_devices_and_doses_are_shown_to_everybody() -> None:
    device = (subject("121012", "UIDREF", "2.25.9"), subject("121013", "TEXT", "CT 1"))
    assert shown(*device, identity=False, operators=False) == ["2.25.9", "CT 1"]
    lines = tree_lines(ct_tree([EVENT], "Byrne^Niamh"), {}, "", identity=False, operators=False)
    assert [line.value for line in lines if line.value == "withheld"] == ["withheld"]


def test_of_a_large_tree_only_the_branch_that_is_asked_for_is_open() -> None:
    events = [EVENT] * (WHOLE // 15)
    lines = tree_lines(ct_tree(events, "x"), {}, "1.7.4.1", identity=True, operators=True)
    assert {line.place for line in lines} >= {"1.7.4.1", "1.6"}
    assert "1.6.4.1" not in {line.place for line in lines}
    assert next(line.closed for line in lines if line.place == "1.6") == 16


def test_lists_of_children_are_closed_as_often_as_opened() -> None:
    kinds = [line.kind for line in tree_lines(ct_tree([EVENT, EVENT], "x"), {}, "", identity=True, operators=True)]
    assert kinds.count("down") == kinds.count("up") > 0


def test_an_item_without_value_or_name_is_still_a_line() -> None:
    assert len(tree_lines(Item("1", "CONTAINER", dcm("", "")), {}, "", identity=True, operators=True)) == 1


def test_evidence_shows_values_of_one_quantity_side_by_side() -> None:
    given = {"quantity": "dap_gy_cm2", "value": 9.0, "expected": 3.0, "threshold": 6.0, "factor": 3.0, "n": 80}
    found = evidence(given, {"dap_gy_cm2": "cGy·cm²"})
    assert [(bar.name, bar.shown, bar.share) for bar in found.bars][1] == ("Expected", "300 cGy·cm²", 333)
    assert ("Compared with", "80 earlier exams") in found.lines


def test_evidence_of_an_unknown_rule_is_shown_by_its_own_names() -> None:
    assert evidence({"tube_age": 7}, {}).lines == (("Tube age", "7"),)

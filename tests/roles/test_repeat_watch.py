"""Once a day the worker looks which scans are repeated more often than before, on each CT scanner of the record."""

from datetime import date

import pytest

from doseloop.roles.data_folder import DataFolder
from doseloop.roles.repeat_watch import RepeatWatch
from doseloop.store.models import DoseObjectRow, Event, Exam, Flag, Part, RuleSetting, Scanner
from tests.facts.made import NOON
from tests.store.drifting import PROTOCOL, a_scanner, at, doses, give

TODAY = date(2026, 3, 1)
BEFORE, SINCE = 120, 40


@pytest.fixture
def scanner(folder: DataFolder) -> Scanner:
    """A protocol of which every second exam is scanned twice from exam 120 on."""
    made = a_scanner()
    scanned(give(made, doses(BEFORE)), twice=False)
    scanned(give(made, doses(SINCE), BEFORE)[::2], twice=True)
    return made


def scanned(keys: list[int], *, twice: bool, length_mm: float = 300.0) -> None:
    source = DoseObjectRow.objects.get_or_create(
        sha256="x", defaults={"size": 1, "received_at": NOON, "last_received_at": NOON}
    )[0]
    for exam in Exam.objects.filter(pk__in=keys):
        part = Part.objects.create(exam=exam, site=exam.site, scanner=exam.scanner, position=0)
        for position in range(1 + twice):
            Event.objects.create(
                exam=exam, part=part, object=source, position=position, kind="ct", role="main", detail=b"",
                protocol=PROTOCOL.partition(" / ")[2], scanning_length_mm=length_mm * (1 + position * (length_mm > 300)),
            )  # fmt: skip


def states() -> list[str]:
    return list(Flag.objects.filter(rule="repeated-scan").values_list("state", flat=True))


def test_scans_that_are_repeated_are_a_flag_of_the_scanner(scanner: Scanner) -> None:
    assert RepeatWatch().step(TODAY)
    flag = Flag.objects.get(rule="repeated-scan")
    assert (flag.scanner, flag.exam, flag.state) == (scanner, None, "open")
    assert flag.sentence.startswith("On CT 1, ") and f"“{PROTOCOL}”" in flag.sentence
    assert flag.evidence["dated"]["since"] == at(BEFORE).isoformat()


def test_a_day_is_looked_at_once_and_a_second_look_raises_nothing_more(scanner: Scanner) -> None:
    watch = RepeatWatch()
    assert watch.step(TODAY) and not watch.step(TODAY)
    assert watch.step(date(2026, 3, 2)) and states() == ["open"]


def test_the_flag_goes_where_its_exams_turn_out_to_be_phantoms_and_where_the_rule_is_off(scanner: Scanner) -> None:
    RepeatWatch().step(TODAY)
    Exam.objects.filter(started_at__gte=at(BEFORE).isoformat()).update(excluded_as="phantom")
    RepeatWatch().step(TODAY)
    assert states() == ["withdrawn"]
    Exam.objects.update(excluded_as="")
    RuleSetting.objects.create(site=scanner.site, rule="repeated-scan", is_on=False, values={})
    RepeatWatch().step(TODAY)
    assert states() == ["withdrawn"]


def test_two_scans_of_two_ranges_are_no_repetition(folder: DataFolder) -> None:
    made = a_scanner()
    scanned(give(made, doses(BEFORE)), twice=False)
    scanned(give(made, doses(SINCE), BEFORE), twice=True, length_mm=400.0)
    RepeatWatch().step(TODAY)
    assert states() == []

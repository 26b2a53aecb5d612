"""Which exams stand in which series of the rule `drift`."""

from typing import Any

import pytest

from doseloop.access.scope import NOTHING, SYSTEM
from doseloop.roles.data_folder import DataFolder
from doseloop.store.audit import COMMAND
from doseloop.store.drift_series import series_of
from doseloop.store.models import Exam, ProtocolUseRow, Scanner
from doseloop.store.new_usuals import NewUsual, begin
from tests.facts.made import add_part
from tests.store.drifting import PROTOCOL, SERIES, a_scanner, at, give


@pytest.fixture
def scanner(folder: DataFolder) -> Scanner:
    return a_scanner()


def found(scanner: Scanner) -> dict[str, list[float]]:
    return {one.protocol: [exam.value for exam in one.exams] for one in series_of(SYSTEM, scanner.pk, "CT 1")}


def change(exam: int, **fields: Any) -> None:
    Exam.objects.filter(pk=exam).update(**fields)


def test_exams_of_a_protocol_are_one_series_in_the_order_of_time(scanner: Scanner) -> None:
    give(scanner, [3.0], first=2)
    give(scanner, [1.0, 2.0])
    assert found(scanner) == {SERIES: [1.0, 2.0, 3.0]}
    (series,) = series_of(SYSTEM, scanner.pk, "CT 1")
    assert (series.use, series.quantity, series.scanner) == (PROTOCOL, "ctdi_vol_mgy", f"scanner {scanner.pk}")


def test_provisional_and_set_apart_exams_header_estimates_and_unknown_phantoms_are_left_out(scanner: Scanner) -> None:
    keys = give(scanner, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    change(keys[0], settled=False)
    change(keys[1], excluded_as="phantom")
    add_part(Exam.objects.get(pk=keys[2]), is_estimate=True, eligible=False)
    ProtocolUseRow.objects.filter(exam=keys[3]).update(settings={})
    ProtocolUseRow.objects.filter(exam=keys[4]).update(dose=None)
    assert found(scanner) == {SERIES: [6.0]}


def test_another_phantom_or_age_band_is_another_series(scanner: Scanner) -> None:
    keys = give(scanner, [1.0, 2.0, 3.0])
    ProtocolUseRow.objects.filter(exam=keys[1]).update(settings={"phantom_cm": "16"})
    change(keys[2], age_band="child-1-5")
    assert found(scanner) == {
        SERIES: [1.0],
        f"{PROTOCOL} (adults, 16 cm phantom)": [2.0],
        f"{PROTOCOL} (children 1 to below 5 years, 32 cm phantom)": [3.0],
    }


def test_an_exam_stands_in_the_series_of_its_first_acquisition_alone(scanner: Scanner) -> None:
    (exam,) = give(scanner, [1.0])
    ProtocolUseRow.objects.create(
        exam_id=exam, scanner=scanner, protocol="Thorax_Routine / Late", name="late", kind="ct",
        started_at=at(0).isoformat(), settings={"phantom_cm": "32"}, dose=9.0,
    )  # fmt: skip
    assert found(scanner) == {SERIES: [1.0]}


def test_angiography_is_watched_by_the_kap_of_the_exam(scanner: Scanner) -> None:
    (exam,) = give(scanner, [1.0], protocol="Coronary / Cine")
    change(exam, modality="XA", dap_gy_cm2=30.0)
    ProtocolUseRow.objects.filter(exam=exam).update(kind="projection")
    (series,) = series_of(SYSTEM, scanner.pk, "CT 1")
    assert (series.protocol, series.quantity, series.exams[0].value) == ("Coronary (adults)", "dap_gy_cm2", 30.0)


def test_a_series_begins_at_its_new_usual(scanner: Scanner) -> None:
    give(scanner, [1.0, 2.0])
    give(scanner, [3.0], first=12)
    give(scanner, [4.0], protocol="Head / Head")
    begin(SYSTEM, NewUsual(scanner.pk, SERIES, at(12).date().isoformat(), "New tube"), COMMAND)
    assert found(scanner) == {SERIES: [3.0], "Head / Head (adults, 32 cm phantom)": [4.0]}
    begin(SYSTEM, NewUsual(scanner.pk, "", at(12).date().isoformat(), "New tube"), COMMAND)
    assert found(scanner) == {SERIES: [3.0]}


def test_who_does_not_see_the_site_sees_no_series(scanner: Scanner) -> None:
    give(scanner, [1.0])
    assert series_of(NOTHING, scanner.pk, "CT 1") == ()

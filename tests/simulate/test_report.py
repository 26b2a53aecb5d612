import shutil
import subprocess
import warnings
from datetime import date
from math import isclose
from pathlib import Path

import pytest
from pydicom import Dataset

from doseloop import simulate
from doseloop.simulate.report import age_string
from tests.simulate.trees import children, concept, descendants, needed, number, read

CT_ITEMS = {"125203", "123014", "113820", "113769", "113822", "113842", "113870", "113876"}
CT_PARAMETERS = {"113824", "113825", "113826", "113827", "113823", "113831"}
CT_SOURCE = {"113832", "113733", "113833", "113734"}
RUN_ITEMS = {
    "113764",
    "113769",
    "111526",
    "113721",
    "125203",
    "123014",
    "113780",
    "122130",
    "113738",
    "113771",
    "113791",
}
RUN_ITEMS |= {"113768", "113733", "113734", "113824", "113793", "113736", "113766", "113790", "112011", "112012"}
RUN_ITEMS |= {"113750", "113748", "113737", "113751", "113752", "113753", "113870", "113876"}
ACCUMULATED = {
    "113764",
    "113722",
    "113725",
    "113726",
    "113728",
    "113730",
    "113727",
    "113729",
    "113855",
    "113731",
    "113780",
}
OBSERVER = {"121005", "121012", "121013", "121014", "121015", "121016", "121017"}


@pytest.fixture(scope="module")
def ct_files() -> list[bytes]:
    return simulate.objects(40, 11, {"CT": 1})


@pytest.fixture(scope="module")
def ct_reports(ct_files: list[bytes]) -> list[Dataset]:
    return [read(file) for file in ct_files]


@pytest.fixture(scope="module")
def angiography_reports() -> list[Dataset]:
    return [read(file) for file in simulate.objects(14, 12, {"XA": 1})]


def names(item: Dataset) -> set[str]:
    return {concept(child) for child in item.ContentSequence}


def test_reports_are_read_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for file in simulate.objects(20, 3):
            for _ in read(file).iterall():
                pass


def test_a_ct_report_has_what_its_template_asks_for(ct_reports: list[Dataset]) -> None:
    for report in ct_reports:
        assert report.ContentTemplateSequence[0].TemplateIdentifier == "10011"
        assert names(report) >= OBSERVER | {"121058", "113809", "113810", "113705", "113811", "113819", "113854"}
        for event in children(report, "113819"):
            assert names(event) >= CT_ITEMS
            (parameters,) = children(event, "113822")
            assert names(parameters) >= CT_PARAMETERS
            assert names(children(parameters, "113831")[0]) >= CT_SOURCE


def test_a_spiral_has_dose_pitch_and_phantom(ct_reports: list[Dataset]) -> None:
    for report in ct_reports:
        spiral = children(report, "113819")[-1]
        (dose,) = children(spiral, "113829")
        assert names(dose) == {"113830", "113835", "113838"}
        assert number(spiral, "113828") is not None


def test_an_angiography_report_has_what_its_template_asks_for(angiography_reports: list[Dataset]) -> None:
    for report in angiography_reports:
        assert report.ContentTemplateSequence[0].TemplateIdentifier == "10001"
        assert names(report) >= OBSERVER | {
            "121058",
            "113943",
            "113944",
            "113945",
            "113705",
            "113702",
            "113706",
            "113854",
        }
        for plane in children(report, "113702"):
            assert names(plane) == ACCUMULATED
        for event in children(report, "113706"):
            assert names(event) >= RUN_ITEMS


def test_the_ct_totals_are_the_sum_of_the_events(ct_reports: list[Dataset]) -> None:
    for report in ct_reports:
        events = children(report, "113819")
        (total,) = children(report, "113811")
        assert needed(total, "113812") == len(events)
        assert isclose(needed(total, "113813"), sum(number(event, "113838") or 0.0 for event in events), abs_tol=1e-6)


def test_the_planes_totals_are_the_sum_of_their_events(angiography_reports: list[Dataset]) -> None:
    pairs = (("113722", "122130"), ("113725", "113738"))
    for report in angiography_reports:
        for plane in children(report, "113702"):
            which = children(plane, "113764")[0].ConceptCodeSequence[0].CodeValue
            own = [run for run in children(report, "113706") if plane_of(run) == which]
            for total, single in pairs:
                assert isclose(needed(plane, total), sum(needed(run, single) for run in own), abs_tol=1e-9)
            fluoroscopy = [run for run in own if children(run, "113732")]
            assert isclose(needed(plane, "113726"), sum(needed(run, "122130") for run in fluoroscopy), abs_tol=1e-9)
            assert isclose(needed(plane, "113730"), sum(needed(run, "113742") for run in fluoroscopy), abs_tol=1e-6)


def plane_of(run: Dataset) -> str:
    return str(children(run, "113764")[0].ConceptCodeSequence[0].CodeValue)


def test_dap_field_and_air_kerma_agree(angiography_reports: list[Dataset]) -> None:
    for report in angiography_reports:
        for run in children(report, "113706"):
            area_m2 = needed(run, "113790") * (needed(run, "113737") / needed(run, "113750")) ** 2
            assert isclose(needed(run, "122130") / area_m2, needed(run, "113738"), rel_tol=1e-4, abs_tol=1e-6)


def test_dlp_is_ctdi_vol_times_length(ct_reports: list[Dataset]) -> None:
    for report in ct_reports:
        for event in children(report, "113819"):
            if children(event, "113829"):
                product = needed(event, "113830") * needed(event, "113825") / 10
                assert isclose(needed(event, "113838"), product, abs_tol=0.006)


def test_cerebral_angiography_shows_two_planes(angiography_reports: list[Dataset]) -> None:
    cerebral = [report for report in angiography_reports if report.StudyDescription == "Cerebral Angiography"]
    assert cerebral
    for report in cerebral:
        assert {plane_of(plane) for plane in children(report, "113702")} == {"113620", "113621"}


def test_the_header_says_who_where_and_what(ct_reports: list[Dataset]) -> None:
    department = simulate.standard_department()
    stations = {scanner.station_name: scanner for scanner in department.scanners}
    for report in ct_reports:
        scanner = stations[report.StationName]
        assert report.SOPClassUID == "1.2.840.10008.5.1.4.1.1.88.67"
        assert report.InstitutionName == scanner.site
        assert report.ProtocolName in {names["exam"] for names in scanner.protocols.values()}
        assert report.IssuerOfPatientID == department.patient_issuer
        assert ("TimezoneOffsetFromUTC" in report) is (scanner.timezone is not None)
        assert all(
            report[name].value for name in ("AccessionNumber", "StudyDescription", "OperatorsName", "PatientAge")
        )


def test_no_uid_stands_for_two_things(ct_reports: list[Dataset]) -> None:
    uids = [str(report.SOPInstanceUID) for report in ct_reports] + [
        str(report.StudyInstanceUID) for report in ct_reports
    ]
    uids += [str(item.UID) for report in ct_reports for item in descendants(report) if concept(item) == "113769"]
    assert len(uids) == len(set(uids))
    assert all(len(uid) <= 64 and uid.startswith("2.25.") for uid in uids)


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert simulate.objects(8, 5) == simulate.objects(8, 5)


def test_another_seed_gives_other_uids() -> None:
    def uids(seed: int) -> set[str]:
        return {str(read(file).SOPInstanceUID) for file in simulate.objects(8, seed)}

    assert not uids(5) & uids(6)


@pytest.mark.skipif(shutil.which("dsrdump") is None, reason="DCMTK's dsrdump is not installed")
def test_dcmtk_reads_the_reports_without_an_error(tmp_path: Path) -> None:
    for number_, file in enumerate(simulate.objects(12, 7, {"CT": 0.6, "XA": 0.4})):
        path = tmp_path / f"{number_}.dcm"
        path.write_bytes(file)
        done = subprocess.run(["dsrdump", str(path)], capture_output=True, check=False)
        assert done.returncode == 0
        complaints = done.stderr.decode(errors="replace").splitlines()
        # DCMTK's checker of value representations knows no UTF-8 and says so.
        assert [line for line in complaints if "VR checker does not support" not in line and line] == []


@pytest.mark.parametrize(
    ("birth_date", "age"),
    [
        (date(2026, 6, 1), "014D"),
        (date(2025, 6, 16), "011M"),
        (date(2024, 6, 15), "002Y"),
        (date(1926, 6, 15), "100Y"),
    ],
)
def test_ages_are_written_in_days_months_or_years(birth_date: date, age: str) -> None:
    assert age_string(birth_date, date(2026, 6, 15)) == age

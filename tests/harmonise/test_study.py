"""The union of a study's objects, whatever their order, repetition and overlap."""

from dataclasses import replace

import pytest

from doseloop.harmonise import acquisitions
from doseloop.harmonise.held import HeldObject
from doseloop.harmonise.study import equipment_of, unite
from doseloop.harmonise.totals import contradictions
from doseloop.model.ct import CtEvent, CtSource, DoseCheck
from doseloop.model.dose_object import Equipment, PatientAtStudy, StudyHeader
from doseloop.model.exam import ExamRecord, Total
from doseloop.model.procedure import Match, Scanned, StudyNames
from doseloop.model.projection import Filter, PlaneTotals, ProjectionEvent
from doseloop.model.reading import Code, Reading
from tests.harmonise.reports import angiography, bare, event, number, report, run, united


def test_a_report_that_holds_every_event_gives_its_own_total() -> None:
    exam = united(report(1, event(1, 10), total=10.0), report(2, event(1, 10), event(2, 20.004), total=30.0))
    (total,) = exam.parts[0].totals
    assert (total.used, total.value, len(exam.parts[0].events)) == ("stated", 30.0, 2)


def test_reports_that_continue_each_other_are_added_up() -> None:
    exam = united(report(1, event(1, 10), total=10.0), report(2, event(2, 20), total=20.0))
    (total,) = exam.parts[0].totals
    assert (total.used, total.value) == ("summed", 30.0)


def test_a_total_that_disagrees_with_its_events_is_an_issue_and_shows_both() -> None:
    (issue,) = united(report(1, event(1, 10), total=20.0)).issues
    assert "20" in issue
    assert "10" in issue


def test_one_event_with_two_doses_is_an_issue() -> None:
    exam = united(report(1, event(1, 10)), report(2, event(1, 11)))
    assert len(exam.parts[0].events) == 1
    assert "different doses" in exam.issues[0]


def test_what_the_best_report_lacks_is_taken_from_another() -> None:
    light = replace(PatientAtStudy(), weight_kg=number(70.0))
    exam = united(report(1, event(1, 10), patient=light), report(2, event(1, 10), event(2, 5)))
    assert exam.patient.weight_kg == number(70.0)


def test_events_without_dose_leave_the_total_unknown_and_not_zero() -> None:
    exam = united(report(1, CtEvent(event_uid=Reading("2.25.9", "1.2", ""))))
    assert exam.parts[0].totals[0].value is None
    assert exam.total("dlp_mgy_cm") is None


def test_a_recorded_zero_stays_zero() -> None:
    assert united(report(1, event(1, 0.0), total=0.0)).total("dlp_mgy_cm") == 0.0


def test_the_planes_of_a_report_are_added_up() -> None:
    planes = (PlaneTotals(dap_gy_cm2=number(2.0)), PlaneTotals(dap_gy_cm2=number(3.0)))
    runs = (run(1, 2.0), run(2, 3.0, "Stationary Acquisition"))
    held = report(1, modality="RF", projection_events=runs, plane_totals=planes)
    exam = united(held)
    assert exam.total("dap_gy_cm2") == 5.0
    assert [one.role for one in exam.parts[0].events] == ["fluoroscopy", "acquisition"]


def test_a_study_of_two_kinds_has_two_parts_whose_totals_do_not_mix() -> None:
    runs = report(2, modality="RF", projection_events=(run(5, 1.5),))
    exam = united(report(1, event(1, 10), total=10.0), runs)
    assert [part.modality for part in exam.parts] == ["CT", "RF"]
    assert (exam.total("dlp_mgy_cm"), exam.total("dap_gy_cm2")) == (10.0, 1.5)


def typed(event: CtEvent, code: str, protocol: str) -> CtEvent:
    return replace(event, acquisition_type=Reading(Code(code, "DCM", ""), "1.3", ""), protocol=text(protocol))


def text(words: str) -> Reading[str]:
    return Reading(words, "1.4", words)


def on_plane(event: ProjectionEvent, plane: str) -> ProjectionEvent:
    return replace(event, plane=Reading(Code(plane, "DCM", plane), "1.5", plane))


def total_of(exam: ExamRecord, quantity: str) -> Total:
    (found,) = [total for part in exam.parts for total in part.totals if total.quantity == quantity]
    return found


# Totals


def test_a_sum_without_a_main_acquisition_is_not_the_total() -> None:
    exam = united(report(1, event(1, 10), event(2, 20), event(3, 30), bare(4)))
    assert exam.total("dlp_mgy_cm") is None
    assert total_of(exam, "dlp_mgy_cm").summed is None
    (issue,) = exam.issues
    assert "3 of 4 acquisitions have a DLP; they add up to 60.0 mGy·cm" in issue


def test_a_localiser_without_dose_leaves_the_sum_known_and_is_no_issue() -> None:
    localiser = typed(bare(9), acquisitions.CONSTANT_ANGLE, "Topogram")
    tracking = typed(bare(8), acquisitions.STATIONARY, "PreMonitoring")
    exam = united(report(1, localiser, tracking, event(1, 10)))
    assert (exam.total("dlp_mgy_cm"), exam.issues) == (10.0, ())


def test_a_stationary_run_without_dose_or_telling_name_leaves_the_total_unknown() -> None:
    exam = united(report(1, typed(bare(9), acquisitions.STATIONARY, "Head"), event(1, 10)))
    assert exam.total("dlp_mgy_cm") is None


def test_a_localiser_with_a_ctdi_but_no_dlp_leaves_the_total_unknown() -> None:
    localiser = typed(bare(9, ctdi_vol_mgy=number(0.1)), acquisitions.CONSTANT_ANGLE, "Scout")
    assert united(report(1, localiser, event(1, 10))).total("dlp_mgy_cm") is None


def test_a_stated_total_stands_where_an_acquisition_lacks_its_dlp() -> None:
    exam = united(report(1, event(1, 10), bare(2), total=30.0))
    assert (exam.total("dlp_mgy_cm"), exam.issues) == (30.0, ())


def test_a_stated_total_below_what_is_known_of_its_events_is_an_issue() -> None:
    (issue,) = united(report(1, event(1, 40), bare(2), total=30.0)).issues
    assert "1 of 2 acquisitions has a DLP" in issue


def test_a_plane_without_its_total_leaves_the_events_to_add_up() -> None:
    planes = (PlaneTotals(dap_gy_cm2=number(2.0)), PlaneTotals())
    exam = united(angiography(1, run(1, 2.0), run(2, 3.0), planes=planes))
    assert (total_of(exam, "dap_gy_cm2").used, exam.total("dap_gy_cm2")) == ("summed", 5.0)


def test_a_plane_without_its_total_and_an_event_without_dose_leave_the_total_unknown() -> None:
    planes = (PlaneTotals(dap_gy_cm2=number(2.0)), PlaneTotals())
    exam = united(angiography(1, run(1, 2.0), replace(run(2, 3.0), dap_gy_cm2=None), planes=planes))
    assert exam.total("dap_gy_cm2") is None
    assert "1 of 2 events has a KAP" in exam.issues[0]


def test_a_plane_without_its_total_and_no_events_leave_the_total_unknown() -> None:
    exam = united(angiography(1, planes=(PlaneTotals(dap_gy_cm2=number(2.0)), PlaneTotals())))
    assert exam.total("dap_gy_cm2") is None
    assert "1 of 2 planes has a KAP" in exam.issues[0]


def test_a_run_of_unknown_type_leaves_the_summed_fluoroscopy_time_unknown() -> None:
    known = replace(run(1, 2.0), irradiation_duration_s=number(5.0))
    unknown = replace(run(2, 2.0), irradiation_type=None, irradiation_duration_s=number(5.0))
    assert united(angiography(1, known)).total("fluoro_time_s") == 5.0
    assert united(angiography(1, known, unknown)).total("fluoro_time_s") is None


def test_a_stated_zero_gives_way_to_events_with_dose() -> None:
    exam = united(report(1, event(1, 10), total=0.0))
    assert (total_of(exam, "dlp_mgy_cm").used, exam.total("dlp_mgy_cm")) == ("summed", 10.0)
    (issue,) = exam.issues
    assert "the sum is used" in issue


def test_a_stated_zero_beside_events_that_are_partly_known_is_no_total() -> None:
    exam = united(report(1, event(1, 10), bare(2), total=0.0))
    assert exam.total("dlp_mgy_cm") is None
    assert len(exam.issues) == 1


def test_a_negative_dose_of_an_event_counts_as_not_recorded_and_is_named() -> None:
    exam = united(report(1, event(1, 10), event(2, -5.5)))
    assert exam.total("dlp_mgy_cm") is None
    assert [one.ct.dlp_mgy_cm for one in exam.parts[0].events if one.ct] == [number(10), None]
    assert "-5.5" in exam.issues[0]


def test_a_negative_total_counts_as_not_recorded_and_is_named() -> None:
    exam = united(report(1, event(1, 10), total=-3.0))
    assert (total_of(exam, "dlp_mgy_cm").stated, exam.total("dlp_mgy_cm")) == (None, 10.0)
    assert "-3" in exam.issues[0]


def test_a_negative_total_of_a_plane_counts_as_not_recorded() -> None:
    planes = (PlaneTotals(dap_gy_cm2=number(7.0)), PlaneTotals(dap_gy_cm2=number(-2.0)))
    exam = united(angiography(1, run(1, 2.0), run(2, 3.0), planes=planes))
    assert exam.total("dap_gy_cm2") == 5.0


def test_two_reports_of_the_same_events_with_different_totals_are_an_issue() -> None:
    exam = united(report(1, event(1, 10), total=10.0), report(2, event(1, 10), total=20.0))
    assert any("different totals" in issue for issue in exam.issues)


# Which events there are


def test_one_uid_on_two_planes_is_two_events() -> None:
    runs = on_plane(run(1, 2.0), "113620"), on_plane(run(1, 3.0), "113621")
    exam = united(angiography(1, *runs), angiography(2, *runs))
    assert (len(exam.parts[0].events), exam.total("dap_gy_cm2"), exam.issues) == (2, 5.0, ())


def test_one_uid_twice_in_a_report_is_two_events_and_an_issue() -> None:
    twice = report(1, event(1, 10), event(1, 20))
    exam = united(twice, replace(twice, key=2))
    assert (len(exam.parts[0].events), exam.total("dlp_mgy_cm")) == (2, 30.0)
    assert "more than once" in exam.issues[0]


def moved(value: float, place: str) -> Reading[float]:
    return Reading(value, place, f"{value} in {place}")


def test_events_without_uid_are_not_doubled_by_a_cumulative_report() -> None:
    def told(place: str) -> CtEvent:
        source = CtSource("A", kvp=moved(120.0, place))
        check = DoseCheck(dlp_alert_mgy_cm=moved(1000.0, place))
        return bare(dlp_mgy_cm=moved(10.0, place), sources=(source,), dose_check=check)

    exam = united(report(1, told("1.4")), report(2, told("1.5"), event(2, 5)))
    assert (len(exam.parts[0].events), exam.total("dlp_mgy_cm")) == (2, 15.0)


def test_runs_without_uid_are_not_doubled_by_their_filters() -> None:
    def told(place: str) -> ProjectionEvent:
        return ProjectionEvent(dap_gy_cm2=moved(2.0, place), filters=(Filter(thickness_min_mm=moved(0.1, place)),))

    exam = united(angiography(1, told("1.4")), angiography(2, told("1.5")))
    assert (len(exam.parts[0].events), exam.total("dap_gy_cm2")) == (1, 2.0)


def test_equal_events_without_uid_in_one_report_are_all_kept() -> None:
    same = bare(dlp_mgy_cm=number(10))
    exam = united(report(1, same, same), report(2, same, same, same))
    assert (len(exam.parts[0].events), exam.total("dlp_mgy_cm")) == (3, 30.0)


# Which report's word holds


def test_the_later_report_wins_for_an_event_with_two_doses() -> None:
    early = report(1, event(1, 10), event(2, 20), total=30.0)
    late = report(2, event(1, 11))
    for exam in (united(early, late), united(late, early)):
        assert exam.total("dlp_mgy_cm") == 31.0
        assert [one.object for one in exam.parts[0].events] == [2, 1]
        assert "later report" in exam.issues[0]


def test_the_total_of_a_report_with_a_replaced_dose_is_not_used() -> None:
    early = report(1, event(1, 10), total=10.0)
    late = report(2, event(1, 12), completion="PARTIAL")
    assert united(early, late).total("dlp_mgy_cm") == 12.0


def test_at_the_same_moment_the_uid_settles_whose_dose_holds() -> None:
    one, other = (report(key, event(1, key), content_at="2026-03-03T10:00:00") for key in (1, 2))
    assert united(one, other).total("dlp_mgy_cm") == united(other, one).total("dlp_mgy_cm") == 2.0


def test_a_later_report_that_only_lacks_a_dose_takes_none_away() -> None:
    exam = united(report(1, event(1, 10)), report(2, bare(1)))
    assert (exam.total("dlp_mgy_cm"), exam.issues) == (10.0, ())


# Names and devices


def names_of(*objects: HeldObject) -> dict[str, StudyNames]:
    asked: dict[str, StudyNames] = {}

    def note(names: StudyNames, modality: str) -> Match | None:
        asked[modality] = names
        return None

    unite(objects, "UTC", "site", note)
    return asked


def test_a_part_is_named_by_its_own_reports_alone() -> None:
    study = StudyHeader("2.25.1", "2026-03-03", "10:00:00")
    runs = (replace(run(5, 1.5), protocol=text("Coro")), run(6, 1.5), run(7, 1.5))
    angio = angiography(2, *runs, study=replace(study, description="Coronary angiography", requested_procedure="PCI"))
    ct = report(1, replace(event(1, 10), protocol=text("Head")), study=replace(study, protocol_name="CT Head"))
    asked = names_of(angio, ct)
    assert asked["CT"] == StudyNames(
        protocol_name="CT Head", acquisition_protocols=("Head",), scanned=Scanned(acquisitions=1)
    )
    assert asked["RF"] == StudyNames("Coronary angiography", None, "PCI", acquisition_protocols=("Coro",))


def test_a_part_is_named_by_all_reports_that_continue_it() -> None:
    head, neck = (replace(event(n, 10), protocol=text(name)) for n, name in enumerate(("Head", "Neck")))
    assert set(names_of(report(1, head), report(2, neck))["CT"].acquisition_protocols) == {"Head", "Neck"}


def test_what_a_scanner_lacks_is_never_taken_from_another_device() -> None:
    best = report(2, event(1, 10), event(2, 10), equipment=Equipment("Siemens", "Definition"))
    same = report(1, event(1, 10), equipment=Equipment("SIEMENS", "definition ", serial_number="7"))
    other = report(3, event(2, 10), equipment=Equipment("Philips", "Azurion", station_name="ANGIO1"))
    assert united(best, same, other).equipment == Equipment("Siemens", "Definition", serial_number="7")
    assert equipment_of([best, same, other]) == Equipment("Siemens", "Definition", serial_number="7")


def test_a_scanner_without_a_name_is_filled_from_one_device_only() -> None:
    nameless = report(3, event(1, 10), event(2, 10), equipment=Equipment(department="Radiology"))
    one = report(2, event(1, 10), equipment=Equipment("Siemens", "Definition"))
    other = report(1, event(1, 10), equipment=Equipment("Siemens", "Force", station_name="CT2"))
    assert united(nameless, one, other).equipment == Equipment("Siemens", "Definition", department="Radiology")


def test_two_scanners_of_one_model_stay_two_by_their_serial_numbers() -> None:
    best = report(2, event(1, 10), event(2, 10), equipment=Equipment("Siemens", "Definition", serial_number="7"))
    twin = report(1, event(1, 10), equipment=Equipment("Siemens", "Definition", "CT2", "8"))
    assert united(best, twin).equipment.station_name is None


# What one object says against itself


def test_an_object_whose_total_its_events_do_not_add_up_to_says_both() -> None:
    (sentence,) = contradictions(report(1, event(1, 10), event(2, 20), total=300.0).dose)
    assert "300" in sentence
    assert "30.0" in sentence


def test_an_object_that_agrees_or_states_nothing_says_nothing_against_itself() -> None:
    told = (
        report(1, event(1, 10), total=10.0),
        report(1, event(1, 10)),
        report(1, total=10.0),
        report(1, event(1, 10), bare(2)),
        angiography(1, run(1, 2.0), planes=(PlaneTotals(dap_gy_cm2=number(2.0)),)),
    )
    assert [contradictions(one.dose) for one in told] == [()] * len(told)


def test_each_quantity_of_a_plane_is_held_against_its_runs() -> None:
    planes = (PlaneTotals(dap_gy_cm2=number(20.0), ka_r_mgy=number(7.0)),)
    (sentence,) = contradictions(angiography(1, run(1, 2.0), planes=planes).dose)
    assert "KAP" in sentence


# What cannot be


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (report(1, event(1, 1e9)), "1e+09 mGy·cm"),
        (report(1, replace(event(1, 10), ctdi_vol_mgy=number(1e6))), "1e+06 mGy"),
        (report(1, replace(event(1, 10), sources=(CtSource("A", kvp=number(120_000.0)),))), "Tube voltage"),
        (report(1, replace(event(1, 10), exposure_time_ms=number(11_912_000.0))), "Exposure time"),
        (angiography(1, run(1, 1e7)), "1e+07"),
        (angiography(1, replace(run(1, 1), irradiation_duration_s=number(1e6))), "Irradiation duration"),
        (angiography(1, replace(run(1, 1), agd_mgy=number(9e3))), "9000 mGy"),
        (angiography(1, run(1, 1), planes=(PlaneTotals(fluoro_time_s=number(1e6)),)), "1e+06 s"),
    ],
)
def test_a_value_past_anything_that_can_be_counts_as_not_recorded_and_is_named(held: HeldObject, words: str) -> None:
    exam = united(held)
    assert any(words in issue and "cannot be" in issue for issue in exam.issues), exam.issues
    assert all(total.value is None or total.value < 1e5 for part in exam.parts for total in part.totals)

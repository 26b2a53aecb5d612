"""Options of charts: the figures, in the unit that is shown, and nothing that a browser would run."""

import json
from datetime import date

import pytest

from doseloop.ask.answer import Chart, Series
from doseloop.facts.noise import NoisePoint, ProtocolNoise
from doseloop.facts.procedure import ScannerDistribution, TrendPoint
from doseloop.facts.quantities import Quantity
from doseloop.facts.today import Day, HourCount
from doseloop.facts.windows import Grain
from doseloop.model.size_counts import SizeCounts
from doseloop.web.charts import answer, day, distribution, noise, trend
from doseloop.web.charts.level_lines import Line, are_numbered, one_each
from doseloop.web.charts.palette import nice_top

CT1 = ScannerDistribution(1, "CT 1", 40, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, SizeCounts(40, 0, 0, 0), 0, 0)


def test_a_box_has_five_points_in_the_unit_that_is_shown() -> None:
    option = distribution.option([CT1], Quantity.DAP, "cGy·cm²", [Line("GB 2022", 4.5)])
    assert option["series"][0]["data"] == [[200.0, 300.0, 400.0, 500.0, 600.0]]
    assert option["series"][0]["markLine"]["data"] == [{"name": "GB 2022", "xAxis": 450.0}]


def test_a_level_beyond_the_boxes_is_still_on_the_axis() -> None:
    option = distribution.option([CT1], Quantity.DLP, "mGy·cm", [Line("JP 2025", 430.0)])
    assert option["xAxis"]["max"] >= 430


def test_a_period_without_values_is_a_gap() -> None:
    points = [
        TrendPoint(date(2026, 1, 1), 1, "CT 1", 5, 10.0, 12.0, SizeCounts(5, 0, 0, 0)),
        TrendPoint(date(2026, 2, 1), 2, "CT 2", 5, 11.0, 12.0, SizeCounts(5, 0, 0, 0)),
    ]
    option = trend.option(points, Quantity.DLP, "mGy·cm", Grain.MONTH)
    assert [one["data"] for one in option["series"]] == [[10.0, None], [None, 11.0]]
    assert option["xAxis"]["data"] == ["Jan 2026", "Feb 2026"]


def test_bars_of_a_day_add_up_to_its_exams() -> None:
    figures = Day(date(2026, 1, 1), (HourCount(7, 1, "CT 1", "CT", 3), HourCount(9, 2, "CT 2", "CT", 2)), 5, 9, 0)
    option = day.option(figures, {1: "CT 1", 2: "CT 2", 3: "CT 3"}, 10)
    assert sum(sum(one["data"]) for one in option["series"]) == 5
    assert [one["name"] for one in option["series"]] == ["CT 1", "CT 2"]


def test_scanners_of_one_name_are_two_series() -> None:
    figures = Day(date(2026, 1, 1), (HourCount(7, 1, "CT", "CT", 3), HourCount(7, 2, "CT", "CT", 2)), 5, 9, 0)
    bars = day.option(figures, {1: "CT", 2: "CT"}, 7)["series"]
    assert [sum(one["data"]) for one in bars] == [3, 2]
    points = [TrendPoint(date(2026, 1, 1), key, "CT", 5, 10.0 * key, 12.0, SizeCounts(5, 0, 0, 0)) for key in (1, 2)]
    lines = trend.option(points, Quantity.DLP, "mGy·cm", Grain.MONTH)["series"]
    assert [one["data"] for one in lines] == [[10.0], [20.0]]


def test_options_are_plain_data_with_a_description() -> None:
    option = distribution.option([CT1], Quantity.DLP, "mGy·cm")
    assert json.loads(json.dumps(option)) == option
    assert option["aria"]["label"]["description"]
    assert option["tooltip"]["renderMode"] == "richText"


@pytest.mark.parametrize(("highest", "top"), [(430, 500), (0.7, 0.8), (98.5, 100), (92, 100), (2714, 3000)])
def test_axes_end_at_a_round_number_above_the_values(highest: float, top: float) -> None:
    assert nice_top([highest]) == pytest.approx(top)


def test_an_axis_without_values_has_no_end() -> None:
    assert nice_top([]) is None


def test_levels_of_one_value_are_one_line_with_all_their_names() -> None:
    lines = one_each([Line("GB 2022", 4.5), Line("DE 2022", 3.0), Line("IE 2022", 4.5), Line("GB 2022", 4.5)], 4)
    assert lines == (Line("DE 2022", 3.0), Line("GB 2022, IE 2022", 4.5))


def test_the_first_levels_are_kept_where_there_are_too_many() -> None:
    assert one_each([Line("A", 9.0), Line("B", 1.0), Line("C", 5.0)], 2) == (Line("B", 1.0), Line("A", 9.0))


def test_one_level_has_its_name_in_the_chart_and_several_have_numbers() -> None:
    one, other = Line("GB 2022", 4.5), Line("DE 2022", 3.0)
    for lines, names in (([one], ["GB 2022"]), ([other, one], ["1", "2"]), ([Line("GB 2022, IE 2022", 1.0)], ["1"])):
        option = distribution.option([CT1], Quantity.DAP, "Gy·cm²", lines)
        assert [line["name"] for line in option["series"][0]["markLine"]["data"]] == names
        assert are_numbered(lines) == (names[0] == "1")


def test_dose_against_noise_has_a_series_for_each_of_the_most_frequent_protocols_and_one_for_the_rest() -> None:
    protocols = [ProtocolNoise(f"P{place}", None, 20 - place, 1, 8.0, 10.0) for place in range(8)]
    points = [NoisePoint(one.protocol, None, 8.0 + place, 10.0) for place, one in enumerate(protocols)]
    option = noise.option(points, protocols, Quantity.CTDI_VOL, "mGy")
    assert [one["name"] for one in option["series"]] == [*(f"P{place}" for place in range(6)), "other protocols"]
    assert len(set(option["color"])) == len(option["series"]) and option["color"][-1] == "--ink-3"
    assert len({one["symbol"] for one in option["series"]}) == len(option["series"])
    assert sum(len(one["data"]) for one in option["series"]) == len(points)


def test_dose_against_noise_is_in_the_unit_that_is_shown_and_keeps_phantoms_apart() -> None:
    protocols = [ProtocolNoise("Head", 16, 1, 1, 4.0, 40.0), ProtocolNoise("", None, 1, 1, 9.0, 12.0)]
    points = [NoisePoint("Head", 16, 4.0, 40.0), NoisePoint("", None, 9.0, 12.0)]
    option = noise.option(points, protocols, Quantity.CTDI_VOL, "µGy")
    assert [(one["name"], one["data"]) for one in option["series"]] == [
        ("Head, 16 cm phantom", [[4.0, 40_000.0]]),
        ("no protocol named, unknown phantom", [[9.0, 12_000.0]]),
    ]
    assert json.loads(json.dumps(option)) == option


def test_a_heat_map_has_a_cell_for_each_pair_in_the_unit_that_is_shown_and_none_where_nothing_is() -> None:
    monday, tuesday = Series("Mon", ((8, 1.0), (10, None))), Series("Tue", ((8, 2.0), (9, 3.0), (10, 4.0)))
    chart = Chart("heatmap", "hour", "median KAP", "dap_gy_cm2", "Gy·cm²", (monday, tuesday))
    option = answer.option(chart, "cGy·cm²")
    assert option["xAxis"]["data"] == ["8", "9", "10"]
    assert option["yAxis"]["data"] == ["Mon", "Tue"]
    assert option["series"][0]["data"] == [[0, 0, 100.0], [0, 1, 200.0], [1, 1, 300.0], [2, 1, 400.0]]
    assert (option["visualMap"]["min"], option["visualMap"]["max"]) == (100.0, 400.0)
    assert option["visualMap"]["text"] == ["400", "100"]
    assert answer.undrawn(chart) == 0

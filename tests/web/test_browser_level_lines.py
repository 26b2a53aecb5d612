"""Reference levels in charts: no label lies over another, however near the levels are and however narrow the screen."""

import re
from itertools import combinations
from typing import Any

import pytest

from tests.web.screenshots import sign_in
from tests.web.serving import Served

pytestmark = pytest.mark.browser
PROCEDURES = ("ct-head", "ct-chest", "ct-abdomen-pelvis", "ct-chest-abdomen-pelvis", "ctpa")
LABELS = """(id) => {
  const place = document.querySelector(`[data-chart=${id}]`);
  const colour = getComputedStyle(document.documentElement).getPropertyValue("--above").trim();
  const shown = echarts.getInstanceByDom(place).getZr().storage.getDisplayList(true);
  return shown.filter((one) => one.style?.text && one.style.fill === colour).map((one) => {
    const box = one.getBoundingRect().clone();
    if (one.transform) box.applyTransform(one.transform);
    return { text: one.style.text, x: box.x, y: box.y, width: box.width, height: box.height, of: place.clientWidth };
  });
}"""
NEAR = """([id, shares]) => {
  const source = document.getElementById(id);
  const option = JSON.parse(source.textContent);
  const axis = id.includes("trend") ? "yAxis" : "xAxis";
  const values = shares.map((share) => share * option[axis].max);
  const lines = option.series.find((one) => one.markLine).markLine;
  lines.data = values.map((value, position) => ({ name: String(position + 1), [axis]: value }));
  source.textContent = JSON.stringify(option);
  document.dispatchEvent(new Event("themechange"));
}"""


def labels(page: Any, chart: str) -> list[dict[str, Any]]:
    page.locator(f"[data-chart={chart}][data-drawn=yes]").wait_for()
    found: list[dict[str, Any]] = page.evaluate(LABELS, chart)
    return found


def overlapping(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["text"], other["text"]) for one, other in combinations(found, 2) if _meet(one, other)]


def _meet(one: dict[str, Any], other: dict[str, Any]) -> bool:
    beside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
    above = one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
    return not (beside or above)


@pytest.mark.parametrize("width", [1280, 390])
def test_labels_of_levels_never_lie_over_each_other_and_stay_within_the_chart(
    width: int, page: Any, served: Served
) -> None:
    sign_in(page, served.address)
    page.set_viewport_size({"width": width, "height": 800})
    several = 0
    for procedure in PROCEDURES:
        page.goto(f"{served.address}/procedures/{procedure}/")
        for chart in ("chart-distribution", "chart-trend"):
            found = labels(page, chart)
            several += len(found) > 1
            assert overlapping(found) == [], (procedure, chart)
            assert all(one["x"] >= 0 and one["x"] + one["width"] <= one["of"] for one in found), (procedure, chart)
    assert several > 0


@pytest.mark.parametrize("chart", ["chart-distribution", "chart-trend"])
def test_the_numbers_of_near_levels_stand_together(chart: str, page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.goto(f"{served.address}/procedures/ct-head/")
    labels(page, chart)
    page.evaluate(NEAR, [chart, [0.3, 0.302, 0.304, 0.8]])
    assert {one["text"] for one in labels(page, chart)} == {"1–3", "4"}


def test_labels_part_when_the_window_grows(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{served.address}/procedures/ct-head/")
    page.evaluate(NEAR, ["chart-distribution", [0.4, 0.44]])
    assert [one["text"] for one in labels(page, "chart-distribution")] == ["1, 2"]
    page.set_viewport_size({"width": 1280, "height": 800})
    page.wait_for_timeout(300)
    assert sorted(one["text"] for one in labels(page, "chart-distribution")) == ["1", "2"]


def test_levels_are_listed_beneath_by_their_numbers(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.goto(f"{served.address}/procedures/ct-head/")
    listed = page.get_by_label("Reference levels in the chart").first.locator("li")
    found = labels(page, "chart-distribution")
    numbers = sorted(number for one in found for number in map(int, re.findall(r"\d+", one["text"])))
    assert (numbers[0], numbers[-1]) == (1, listed.count())

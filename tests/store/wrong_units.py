"""Angiographies whose KAP is air kerma times field, and those of a scanner whose unit went wrong."""

import random

from tests.reading import reports


def angiography(
    number: int, times: float = 1.0, station: str = "ANGIO1", total_times: float = 1.0, year: int = 2026
) -> bytes:
    """Twelve runs; `times` multiplies every KAP, `total_times` the stated total once more. The number gives the day."""
    chance, runs, total = random.Random(number), [], 0.0
    for n in range(12):
        kerma, side = chance.choice((0.3, 1.5, 6.0)) * chance.lognormvariate(0, 0.3), chance.uniform(120, 300)
        dap = kerma * (side / 10) ** 2 / 4 / 1000 * times * chance.lognormvariate(0, 0.05)
        total += dap
        given = {"113750": 1200, "113737": 600, "113788": side, "113789": side}
        run = reports.run(n + 1, *(reports.num((code, "x"), f"{value:g}", "mm") for code, value in given.items()))
        for item in run.ContentSequence:
            code = item.ConceptNameCodeSequence[0].CodeValue
            if code in ("122130", "113738"):
                item.MeasuredValueSequence[0].NumericValue = f"{dap / 1e4 if code == '122130' else kerma / 1000:.8g}"
        runs.append(run)
    made = reports.projection_report(*runs)
    end = f"{number}.{station[-1]}"
    made.SOPInstanceUID, made.StudyInstanceUID, made.PatientID = f"2.25.6{end}", f"2.25.7{end}", f"P{number}"
    made.StudyDate, made.StationName = f"{year}{1 + number // 28:02}{1 + number % 28:02}", station
    made.SoftwareVersions = "VB20" if number < 12 else "VB21"
    for item in made.ContentSequence:
        for inner in getattr(item, "ContentSequence", []):
            if "UID" in inner:
                inner.UID = f"{inner.UID}.{end}"
            if inner.ConceptNameCodeSequence[0].CodeValue == "113722":
                inner.MeasuredValueSequence[0].NumericValue = f"{total * total_times / 1e4:.8g}"
    return reports.encode(made)

"""Incident air kerma from the output of the tube that a physicist measured: for exposures without a kerma-area product."""

from itertools import pairwise
from math import exp, isfinite, log
from typing import Final

from doseloop.dosimetry import entrance_kerma
from doseloop.dosimetry.method import Method, Source
from doseloop.model.estimate import Estimate, Estimated, Input, NotEstimated
from doseloop.model.projection import ProjectionEvent
from doseloop.model.tube_output import TubeOutput

METHOD: Final = Method(
    id="incident-air-kerma-output",
    version=1,
    quantity="ka_i_mgy",
    title="Incident air kerma from the output of the tube",
    equation="K_a,i = Y(U) * P_It * (1000 / d_entrance)^2\n"
    "Y: output at 1 m and tube voltage U, mGy/mAs; P_It: tube current-time product, mAs; d: distance from the focus, mm",
    validity="A tube whose output was measured by voltage, with the filter of the exposure; tube voltage, mAs and the distance "
    "from the focus to the patient's entrance are recorded. Between two measured voltages the output is interpolated; outside "
    "of them nothing is estimated.",
    uncertainty="The source gives none.",
    sources=(
        Source(
            "University of Groningen, course in radiation protection: answers of the test examination",
            "question 41: 0.065 mGy/mAs at 1 m, 250 mAs, entrance at 70 cm, 33 mGy",
            "https://rug.nl./education/courses/other-education/radiation-protection/edu/ts-mt/ts-mt-data-examen/mcts-mtantwoorden?lang=en",
        ),
        Source(
            "ICRP Publication 117 (2010), glossary",
            "incident air kerma calculated from the measured tube output",
            "http://icrpaedia.org/Air-kerma,_incident",
        ),
    ),
    example="entrance_kerma_from_output:incident_air_kerma_mgy",
)
_SAME_FILTER: Final = "The beam had the filter with which the output was measured."


def incident_air_kerma_mgy(output_mgy_per_mas: float, exposure_mas: float, source_entrance_mm: float) -> float:
    """Air kerma at the patient's entrance, mGy, from the output at 1 m, mGy/mAs, the mAs and the distance from the focus, mm.

    Errors: `ValueError` unless all are above 0 and finite.

    Question 41 of the test examination (University of Groningen, address in `METHOD`): 0.065 mGy/mAs, 5 s of 50 mA, 0.70 m: 33 mGy.

    >>> round(incident_air_kerma_mgy(0.065, 50 * 5.0, 700.0))
    33
    """
    if not all(isfinite(one) and one > 0 for one in (output_mgy_per_mas, exposure_mas, source_entrance_mm)):
        raise ValueError("Output, mAs and distance are above 0.")
    return output_mgy_per_mas * exposure_mas * (1000 / source_entrance_mm) ** 2


def output_at(output: TubeOutput, kvp: float) -> float | None:
    """Output at a tube voltage, mGy/mAs at 1 m: as measured, or between two measured voltages linear in the logarithms of both
    (an output goes with a power of the voltage). None outside of what was measured."""
    points = sorted(output.points, key=lambda one: one.kvp)
    for point in points:
        if point.kvp == kvp:
            return point.mgy_per_mas
    for below, above in pairwise(points):
        if below.kvp < kvp < above.kvp:
            share = log(kvp / below.kvp) / log(above.kvp / below.kvp)
            return exp((1 - share) * log(below.mgy_per_mas) + share * log(above.mgy_per_mas))
    return None


def estimate(event: ProjectionEvent, output: TubeOutput | None) -> Estimated:
    """Incident air kerma of one exposure; `NotEstimated` with what is missing. It stands for its quantity where the kerma-area
    product gives none."""
    if output is None:
        return _none("The site entered no output of the tube.")
    wanted = (
        ("kvp", event.kvp, "The tube voltage is not recorded."),
        ("exposure_mas", event.exposure_mas, "The tube current-time product is not recorded."),
        (
            "source_entrance_mm",
            event.source_entrance_mm,
            "The distance from the focus to the patient's entrance is not recorded.",
        ),
    )
    for _, reading, missing in wanted:
        if reading is None or not (isfinite(reading.value) and reading.value > 0):
            return _none(missing)
    inputs = [Input(name, reading.value, "object") for name, reading, _ in wanted if reading]
    kvp, mas, entrance = (float(one.value) for one in inputs)
    measured = output_at(output, kvp)
    if measured is None or measured <= 0:
        return _none(f"The output of the tube was not measured around {kvp:g} kV.")
    inputs.append(Input("output_mgy_per_mas", measured, "scanner", output.reference))
    return Estimate(
        METHOD.quantity,
        incident_air_kerma_mgy(measured, mas, entrance),
        METHOD.id,
        METHOD.version,
        METHOD.is_verified,
        inputs=tuple(inputs),
        assumptions=_assumed(output, kvp),
        is_default=isinstance(entrance_kerma.estimate(event), NotEstimated),
    )


def _assumed(output: TubeOutput, kvp: float) -> tuple[str, ...]:
    if any(one.kvp == kvp for one in output.points):
        return (_SAME_FILTER,)
    return (
        _SAME_FILTER,
        f"The output at {kvp:g} kV was interpolated between measured voltages, linear in the logarithms.",
    )


def _none(reason: str) -> NotEstimated:
    return NotEstimated(METHOD.quantity, METHOD.id, reason)

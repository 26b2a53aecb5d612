"""Effective dose of the CT of an exam: the sum of its acquisitions, all by one set of coefficients, or none."""

from collections.abc import Mapping, Sequence
from math import floor, fsum

from doseloop.dosimetry.effective_dose_ct import SETS, by_set, method_of, worth_telling
from doseloop.dosimetry.missing import Missing
from doseloop.model.estimate import Estimate, Estimated, Input, NotEstimated
from doseloop.model.exam import ExamEvent
from doseloop.model.subject import Subject

Of = tuple[ExamEvent, Mapping[str, Estimated]]
"""An acquisition and its effective dose by the id of each set (`effective_dose_ct.by_set`)."""


def of_exam(events: Sequence[ExamEvent], subject: Subject, procedure: str | None) -> tuple[Estimated, ...]:
    """Effective dose in mSv of the CT acquisitions of a part, by each set that holds for all of them, and why the first has none.

    Localisers and bolus tracking count by their dose-length product. A localiser without one is left out and told of; a main
    acquisition without one, or any with one that the set does not cover, leaves no sum: the share that is covered is told.
    """
    return added([(event, by_set(event.ct, subject, procedure, event.role)) for event in events if event.ct])


def added(found: Sequence[Of]) -> tuple[Estimated, ...]:
    """The same from what was estimated of each acquisition."""
    return worth_telling([_by(one, found) for one in SETS])


def _by(set_id: str, found: Sequence[Of]) -> Estimated:
    try:
        counted = _counted([event for event, _ in found])
        summands = [(event, doses[set_id]) for event, doses in found if _dlp_mgy_cm(event) is not None]
        _require_all(summands)
        return _sum([one for _, one in summands if isinstance(one, Estimate)], len(found) - len(counted))
    except Missing as missing:
        return NotEstimated("effective_dose_msv", method_of(set_id).id, str(missing))


def _counted(events: Sequence[ExamEvent]) -> list[ExamEvent]:
    """The acquisitions that have a dose-length product."""
    if any(event.role == "header estimate" for event in events):
        raise Missing("The exam is known from the headers of images alone, which tell no dose-length product for sure.")
    counted = [event for event in events if _dlp_mgy_cm(event) is not None]
    left_out = [event for event in events if _dlp_mgy_cm(event) is None and event.role != "localiser"]
    if left_out:
        raise Missing(f"{len(left_out)} of {len(events)} acquisitions have no dose-length product.")
    if not counted:
        raise Missing("No acquisition of the exam has a dose-length product.")
    return counted


def _require_all(summands: Sequence[tuple[ExamEvent, Estimated]]) -> None:
    lacking = [(event, one) for event, one in summands if isinstance(one, NotEstimated)]
    if not lacking:
        return
    dlps = [_sound_mgy_cm(event) for event, _ in summands]
    covered = fsum(dlps) - fsum(_sound_mgy_cm(event) for event, _ in lacking)
    # Rounded down, so that a share that lacks something is never told as all of it.
    share = floor(100 * covered / fsum(dlps)) if fsum(dlps) > 0 else 0
    raise Missing(f"Coefficients hold for {share} % of the dose-length product. {lacking[0][1].reason}")


def _sum(summands: Sequence[Estimate], left_out: int) -> Estimate:
    first = summands[0]
    told = [sentence for one in summands for sentence in one.assumptions]
    if left_out:
        told.append(f"Localisers without a dose-length product are left out: {left_out}.")
    return Estimate(
        quantity=first.quantity,
        value=fsum(one.value for one in summands),
        method=first.method,
        version=first.version,
        verified=all(one.verified for one in summands),
        # The same coefficients err the same way in every acquisition: the ends of the intervals add up.
        low=fsum(one.low or 0.0 for one in summands),
        high=fsum(one.high or 0.0 for one in summands),
        inputs=(
            Input("dlp_mgy_cm", fsum(_input(one, "dlp_mgy_cm") for one in summands), "exam"),
            Input("acquisitions", len(summands), "exam"),
        ),
        coefficients=first.coefficients,
        assumptions=tuple(dict.fromkeys(told)),
        is_default=all(one.is_default for one in summands),
    )


def _input(one: Estimate, name: str) -> float:
    return next(float(told.value) for told in one.inputs if told.name == name)


def _dlp_mgy_cm(event: ExamEvent) -> float | None:
    return event.ct.dlp_mgy_cm.value if event.ct and event.ct.dlp_mgy_cm else None


def _sound_mgy_cm(event: ExamEvent) -> float:
    """What of the dose-length product can be; 0 of one that cannot."""
    dlp = _dlp_mgy_cm(event)
    return dlp if dlp is not None and 0 <= dlp < 1e9 else 0.0

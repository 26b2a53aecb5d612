"""What a case's actions did, as its page shows it: a sentence, a chart and every look for each action and scanner."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from doseloop.access.scope import Scope
from doseloop.assess.effect import VERSION
from doseloop.assess.effect_points import effect_points
from doseloop.assess.effect_words import changed, interval, said
from doseloop.model.action import Action
from doseloop.model.effect_look import MET, MISSED, TOLD, EffectLook
from doseloop.model.quantities import QUANTITIES
from doseloop.report.table import Column, Row, Table
from doseloop.store import effect_looks
from doseloop.store.effect_exams import EffectExams, effect_exams
from doseloop.store.scanner_list import scanner_names
from doseloop.web.charts import effect as effect_chart
from doseloop.web.charts.palette import Option
from doseloop.web.tables import PageTable, page_table

_MOST_LOOKS = 50
_COLUMNS = (
    Column("at", "Looked at", "time"),
    Column("verdict", "Verdict", "state"),
    Column("change", "Change"),
    Column("interval", "95 % interval"),
    Column("before", "Exams before", "number"),
    Column("after", "Exams since", "number"),
)


@dataclass(frozen=True, slots=True)
class EffectShown:
    """One action on one scanner."""

    id: str
    """For elements of the page."""
    text: str
    scanner: str
    symbol: str
    verdict: str
    tone: str
    sentence: str
    sized: str
    """How size was taken into account."""
    controls: str
    """Names of the scanners that were compared with; empty for none."""
    not_seen: tuple[str, ...]
    chart: Option | None
    """None where no exam has anything to be compared with."""
    looks: PageTable
    more_looks: int
    """Older ones that are not shown."""
    version: str


def tone_of(verdict: str) -> str:
    """How a page colours a verdict on an effect."""
    return "good" if verdict == MET else "above" if verdict in MISSED else "caution" if verdict else "quiet"


def short(look: EffectLook | None) -> str:
    """What a list says beneath a verdict: `12 % less (8 to 16 % less), 143 exams since`."""
    if look is None or look.change is None or look.low is None or look.high is None:
        return ""
    return f"{changed(look.change)} ({interval(look.low, look.high)}), {look.after} exams since"


def effects_shown(scope: Scope, case: int, actions: Sequence[Action], told: str) -> tuple[EffectShown, ...]:
    """The effect of each action that was looked at, by scanner, the latest action first; `told` is the case's verdict."""
    looks = effect_looks.looks_of(scope, case)
    names = scanner_names(scope)
    found = []
    for action in reversed(actions):
        exams = {one.scanner: one for one in effect_exams(scope, action)} if _has(looks, action) else {}
        for scanner in action.scanners:
            of_it = [one for one in looks if (one.action, one.scanner) == (action.key, scanner)]
            if of_it:
                found.append(_shown(action, of_it, exams.get(scanner), names, told))
    return tuple(found)


def _has(looks: Iterable[EffectLook], action: Action) -> bool:
    return any(one.action == action.key for one in looks)


def _shown(
    action: Action, looks: Sequence[EffectLook], exams: EffectExams | None, names: dict[int, str], told: str
) -> EffectShown:
    last = looks[0]
    return EffectShown(
        id=f"{action.key}-{last.scanner}", text=action.text, scanner=names.get(last.scanner, f"scanner {last.scanner}"),
        symbol=QUANTITIES[action.quantity].symbol, verdict=last.verdict, tone=tone_of(last.verdict),
        sentence=_sentence(last, told), sized=_sized(last),
        controls=", ".join(names.get(one, f"scanner {one}") for one in last.controls), not_seen=last.not_seen,
        chart=_chart(action, last, exams), looks=page_table(Table("looks", "Looks", _COLUMNS, map(_row, looks[:_MOST_LOOKS]))),
        more_looks=max(len(looks) - _MOST_LOOKS, 0), version=last.version or VERSION,
    )  # fmt: skip


def _sentence(look: EffectLook, told: str) -> str:
    """With what was told earlier, where that stands although the newest look would not tell it."""
    sentence = said(look)
    is_held = told in TOLD and look.verdict not in TOLD
    return f"{sentence[0].upper()}{sentence[1:]}{f' It was told “{told}” before, which stands.' if is_held else ''}"


def _sized(look: EffectLook) -> str:
    if look.slope is None:
        return "of all sizes"
    return f"at one size: the dose goes with weight to the power of {look.slope:.1f}"


def _chart(action: Action, look: EffectLook, exams: EffectExams | None) -> Option | None:
    if exams is None:
        return None
    points = effect_points(exams.action, exams.doses, look.slope)
    return effect_chart.option(points, look, action.at, QUANTITIES[action.quantity].symbol) if points.points else None


def _row(look: EffectLook) -> Row:
    is_known = look.change is not None and look.low is not None and look.high is not None
    return Row(
        (
            look.at, look.verdict, changed(look.change or 0.0) if is_known else None,
            interval(look.low or 0.0, look.high or 0.0) if is_known else None, look.before, look.after,
        ),
        tones={"verdict": tone_of(look.verdict)},
    )  # fmt: skip

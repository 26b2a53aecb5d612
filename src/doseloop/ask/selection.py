"""The rows that a plan chooses, with what needs more than one of them: beyond a reference level, an outlier among its like."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import ibis.expr.types as ir

from doseloop.ask import names
from doseloop.ask.compiled_exceeding import above
from doseloop.ask.compiled_filters import filtered
from doseloop.ask.compiled_groups import grouped
from doseloop.ask.compiled_rows import Ground, rows
from doseloop.ask.figures import usual
from doseloop.ask.measures import MEASURES, USUAL, Level, Measure
from doseloop.ask.period import Period
from doseloop.ask.plan import Filter, Plan
from doseloop.ask.reference import Standard, standards
from doseloop.ask.rules import OUTLIER_LEAST, OUTLIER_RANGES, Rules
from doseloop.ask.wording import words
from doseloop.model.errors import NotAnswerable

_LEVELS: Final[tuple[Level, ...]] = ("acquisition", "part")


@dataclass(frozen=True)
class Selection:
    """One plan over one period. Frozen; what is worked out once is kept."""

    ground: Ground
    rules: Rules
    period: Period
    modalities: frozenset[str]
    """Those whose usual quantities stand for what is not named; empty where nothing needs them."""

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.ground.plan

    def rows(self, level: Level, wanted: list[Filter] | None = None) -> tuple[ir.Table, tuple[str, ...]]:
        """The rows of a level that meet the plan's conditions, or these instead, with their groups."""
        asked = self.plan.filters if wanted is None else wanted
        return grouped(self.ground, self.ungrouped(level, asked))

    def ungrouped(self, level: Level, asked: list[Filter]) -> ir.Table:
        """The same once for each row."""
        table = filtered(self.ground, rows(self.ground, level), level, self.period, asked)
        for one in asked:
            if one.field == "exceeds":
                table = _among(table, one, self.exceeding(str(_only(one)), asked), "exam")
            if one.field == "is_outlier":
                table = self._by_outlier(table, level, one, asked)
        return table

    def once(self, level: Level) -> Callable[[], ir.Table]:
        """The rows that meet the plan's conditions, once for each, when they are asked for."""
        return lambda: self.ungrouped(level, list(self.plan.filters))

    def standards(self, source: str) -> tuple[Standard, ...]:
        """The reference levels of the sites that the plan is about."""
        known, wanted = self.ground.known, self.plan.filters
        sites = frozenset(one.key for one in known.sites)
        procedures = None
        for one in wanted:
            if one.field == "site" and one.op == "in":
                sites &= names.sites(one, known)
            if one.field == "procedure" and one.op == "in":
                procedures = names.procedures(one, known)
            if one.field == "region" and one.op == "in" and procedures is None:
                procedures = names.in_regions(one, known)
        return standards(self.ground.session.scope, sites, source, self._compared(), procedures)

    def marked(self, source: str, asked: list[Filter]) -> ir.Table:
        """Exams with the groups of the plan and whether any value of theirs is above its level; those without a level are none."""
        known, tables = self.standards(source), []
        if not known:
            said = str(words()["sentences"]["no_standing"]).format(source=words()["sources"][source])
            raise NotAnswerable(
                "no_such_data", said, "A site sets its local levels, and chooses the others that it compares with."
            )
        plain = [one for one in asked if one.field != "exceeds"]
        for level in _LEVELS:
            table, groups = self.rows(level, plain)
            marked = above(table, level, known)
            tables.append(marked.select("exam", *groups, "above"))
        both = tables[0].union(tables[1])
        columns = [one for one in both.columns if one != "above"]
        return both.group_by(*columns).agg(above=both.above.any())

    def exceeding(self, source: str, asked: list[Filter]) -> ir.Table:
        """Exams with a value above its level."""
        found = self.marked(source, asked)
        return found.filter(found.above).select("exam").distinct()

    @cached_property
    def main(self) -> Measure:
        """The quantity by which an outlier is one, where the plan names none."""
        asked = [MEASURES[one.quantity] for one in self.plan.metrics if one.quantity and one.quantity in MEASURES]
        if asked:
            return asked[0]
        found = usual(self.modalities or names.implied(self.plan, self.ground.known) or frozenset())
        if not found:
            raise NotAnswerable(
                "missing_modality", "Outliers of which quantity is not named.", "Name a modality or a quantity."
            )
        return found[-1] if found[-1].name == "dlp" else found[0]

    def outliers(self, asked: list[Filter]) -> ir.Table:
        """Rows of the level of the main quantity that lie beyond the fences of their procedure, age, phantom and modality."""
        level = self.main.level("part")
        plain = [one for one in asked if one.field != "is_outlier"]
        table = self.ungrouped(level, plain)
        value = table[self.main.column]
        told = table.filter(table.settled, table.eligible, value.notnull())
        like = ["modality", "procedure", "age_band", *(["phantom_cm"] if self.main.needs_phantom else [])]
        keyed = told.mutate(like=_joined(told, like), value=told[self.main.column])
        quartiles = keyed.group_by("like").agg(
            n=keyed.count(), low=keyed.value.quantile(0.25), high=keyed.value.quantile(0.75)
        )
        fenced = quartiles.filter(quartiles.n >= OUTLIER_LEAST).select(
            "like",
            lowest=quartiles.low - OUTLIER_RANGES * (quartiles.high - quartiles.low),
            highest=quartiles.high + OUTLIER_RANGES * (quartiles.high - quartiles.low),
        )
        joined = keyed.inner_join(fenced, "like")
        return joined.filter((joined.value < joined.lowest) | (joined.value > joined.highest))

    def _by_outlier(self, table: ir.Table, level: Level, one: Filter, asked: list[Filter]) -> ir.Table:
        own = self.main.level("part")
        key = "unit" if own == level else "part" if level == "acquisition" else "exam"
        return _among(table, one, self.outliers(asked).select(key).distinct(), key)

    def _compared(self) -> frozenset[str]:
        named = {one.quantity for one in self.plan.metrics if one.quantity in MEASURES}
        if named:
            return frozenset(MEASURES[str(name)].column for name in named)
        modalities = self.modalities or names.implied(self.plan, self.ground.known) or frozenset(USUAL)
        return frozenset(measure.column for one in modalities for measure in usual(frozenset((one,))))


def _among(table: ir.Table, one: Filter, keys: ir.Table, key: str) -> ir.Table:
    asked = _only(one)
    wanted = (bool(asked) if isinstance(asked, bool) else True) == (one.op == "in")
    return table.semi_join(keys, key) if wanted else table.anti_join(keys, key)


def _only(one: Filter) -> object:
    if one.op not in ("in", "not_in") or not isinstance(one.value, list) or len(one.value) != 1:
        raise NotAnswerable("underspecified", f"The condition on {one.field} takes one value.")
    return one.value[0]


def _joined(table: ir.Table, names: list[str]) -> ir.Value:
    """One text of several columns, of which any may be missing."""
    texts = [table[name].cast(str).fill_null("") for name in names]
    found = texts[0]
    for one in texts[1:]:
        found = found.concat("|").concat(one)
    return found

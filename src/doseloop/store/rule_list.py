"""Every rule as a site has it: for the command line."""

from dataclasses import dataclass

from doseloop.access.scope import Scope
from doseloop.assess.registry import RULES, Rule
from doseloop.assess.rule_settings import Value
from doseloop.assess.share import Share
from doseloop.store import judged_flags, rule_settings
from doseloop.store.judged_flags import Cost
from doseloop.store.rule_settings import InForce


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule at a site, and what it has cost."""

    rule: str
    version: str
    form: str
    severity: str
    is_on: bool
    settings: dict[str, Value]
    flags_by_week: tuple[int, ...]
    """Of the last weeks, this one last."""
    found_true: int
    judged: int
    """Of the last year."""
    precision: float | None
    precision_interval: tuple[float, float] | None
    not_seen: str

    @property
    def sentence(self) -> str:
        """One line for people."""
        set_so = ", ".join(f"{name}={value}" for name, value in self.settings.items())
        told = [f"{self.rule}: {'on' if self.is_on else 'off'}", *([set_so] if set_so else [])]
        told += [f"{sum(self.flags_by_week)} flags in {len(self.flags_by_week)} weeks"]
        return ", ".join([*told, f"{self.found_true} of {self.judged} judged were true"])


def rule_rows(scope: Scope, site: int) -> tuple[RuleRow, ...]:
    """Every rule, in the order of pages. Errors: `NotVisible`."""
    decided, costs = rule_settings.of_site(scope, site), judged_flags.costs(scope, site)
    nothing = Cost((0,) * judged_flags.WEEKS, Share(0, 0))
    return tuple(_row(rule, decided.of(rule), costs.get(rule.name, nothing)) for rule in RULES.values())


def _row(rule: Rule, held: InForce, cost: Cost) -> RuleRow:
    return RuleRow(
        rule=rule.name, version=rule.version, form=rule.form, severity=rule.severity, is_on=held.is_on,
        settings={one.name: getattr(held.settings, one.name) for one in rule.schema}, flags_by_week=cost.weeks,
        found_true=cost.judged.those, judged=cost.judged.of, precision=cost.judged.value,
        precision_interval=cost.judged.interval, not_seen=rule.not_seen,
    )  # fmt: skip

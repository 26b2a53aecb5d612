"""Rules of a site: what each costs and how often it is right, trying it over the history, and deciding about it."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.assess.registry import RULES, Rule
from doseloop.assess.replayed import Example
from doseloop.assess.rule_settings import Setting, Value
from doseloop.assess.share import Share
from doseloop.model.errors import UnusableInput
from doseloop.report.table import Table
from doseloop.store import decisions, exam_patients, judged_flags, rule_changes, rule_replays, rule_settings, visible
from doseloop.store.decisions import Batch
from doseloop.store.exam_detail import SiteShown
from doseloop.store.judged_flags import DAYS, WEEKS, Cost
from doseloop.store.rule_replays import Tried
from doseloop.store.scanner_list import scanner_names
from doseloop.store.set_aside_counts import Returning, returning_reasons
from doseloop.store.site_list import sites
from doseloop.web.actor import actor_of, note_sight
from doseloop.web.exports import export_links, export_routes
from doseloop.web.rights import may, needs
from doseloop.web.rule_tables import bars, precision_said, rules_table, weeks_said, width

_DIGITS = 9
_NOTHING = Cost((0,) * WEEKS, Share(0, 0))


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule in the list."""

    rule: Rule
    is_on: bool
    is_changed: bool
    """Whether the site decided something about it."""
    a_week: float
    bars: tuple[Any, ...]
    width: int
    precision: str


@dataclass(frozen=True, slots=True)
class Field:
    """A setting in the form."""

    setting: Setting
    typed: str
    default: str
    ends: tuple[str, str]


@needs(Right.SEE)
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """The list, of one site; `?site=` chooses which."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    site = _site(request)
    decided, costs = rule_settings.of_site(scope, site.id), judged_flags.costs(scope, site.id)
    context = {
        "site": site,
        "sites": sites(scope),
        "rows": [_row(rule, decided, costs.get(rule.name, _NOTHING)) for rule in RULES.values()],
        "weeks": WEEKS,
        "moving": decisions.outdated_count(scope),
        "exports": export_links(request, "rules"),
    }
    return render(request, "doseloop/rules.html", context)


@needs(Right.SEE)
@require_safe
def rule(request: HttpRequest, rule: str) -> HttpResponse:
    """One rule at a site; `?try=` chooses an older try."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    known, site = _rule(rule), _site(request)
    held, cost = rule_settings.of_site(scope, site.id).of(known), judged_flags.costs(scope, site.id).get(rule, _NOTHING)
    tries = rule_replays.tries(scope, site.id, rule)
    shown = _shown(request, tries)
    examples, lost = _examples(shown)
    patients = exam_patients.patients_of(scope, [one.exam for one in (*examples, *lost) if one.exam])
    note_sight(request, f"rule {rule}", set(patients.values()))
    values = dict(shown.values) if shown else _values(known, held.settings)
    raised = bars((_ago(WEEKS - 1 - place), number) for place, number in enumerate(cost.weeks))
    found = bars(weeks_said(shown.budget.weeks)) if shown and shown.budget else ()
    context = {
        "rule": known,
        "site": site,
        "sites": sites(scope),
        "is_on": held.is_on,
        "held": _said(known, held.settings),
        "cost": cost,
        "weeks": WEEKS,
        "days": DAYS,
        "precision": precision_said(cost.judged),
        "bars": raised,
        "bars_width": width(raised),
        "fields": [_field(one, values.get(one.name, one.default)) for one in known.schema],
        "tries": [(one, _values_said(known, one)) for one in tries],
        "shown": shown,
        "shown_values": _values_said(known, shown) if shown else "",
        "examples": [one for one in examples if one.exam is None or one.exam in patients],
        "lost_examples": [one for one in lost if one.exam is None or one.exam in patients],
        "found": found,
        "found_width": width(found),
        "judged_said": precision_said(shown.budget.judged) if shown and shown.budget else "",
        "lost_said": precision_said(shown.budget.lost.judged) if shown and shown.budget else "",
        "returning": _returning(scope, site, known),
        "under_way": next((one for one in tries if one.is_under_way), None),
        "choices": _batches(scope, site, rule),
        "moving": decisions.outdated_count(scope),
        "may_choose": may(request, Right.LEVELS, site.id),
        "scanners": scanner_names(scope),
    }
    return render(request, "doseloop/rule.html", context)


@needs(Right.LEVELS)
@require_POST
def try_it(request: HttpRequest, site: int, rule: str) -> HttpResponse:
    """Try the rule over the history: with what is typed, or with what spares flags of a reason."""
    visible.check_site(request.access, site)  # type: ignore[attr-defined]
    known, reason = _rule(rule), request.POST.get("reason", "")
    values = {} if reason else _typed(known, request.POST)
    rule_replays.ask(request.access, site, rule, values, actor_of(request), reason)  # type: ignore[attr-defined]
    return _back(site, rule)


@needs(Right.LEVELS)
@require_POST
def stop(request: HttpRequest, site: int, rule: str) -> HttpResponse:
    """End the try that is under way."""
    visible.check_site(request.access, site)  # type: ignore[attr-defined]
    for one in rule_replays.tries(request.access, site, _rule(rule).name):  # type: ignore[attr-defined]
        if one.is_under_way:
            rule_replays.stop(request.access, one.key)  # type: ignore[attr-defined]
    return _back(site, rule)


@needs(Right.LEVELS)
@require_POST
def decide(request: HttpRequest, site: int, rule: str) -> HttpResponse:
    """Let the rule run with what is typed, or not at all."""
    known, scope = _rule(rule), request.access  # type: ignore[attr-defined]
    visible.check_site(scope, site)
    wanted = request.POST.get("act", "")
    if wanted not in ("on", "off", "default"):
        raise UnusableInput("Say whether the rule is to be on, off, or as by default.")
    is_on = known.is_on if wanted == "default" else wanted == "on"
    values = _typed(known, request.POST) if wanted == "on" else {}
    if wanted == "off":
        values = _values(known, rule_settings.of_site(scope, site).of(known).settings)
    rule_changes.decide(scope, site, rule, values, actor_of(request), is_on=is_on)
    return _back(site, rule)


@needs(Right.LEVELS)
@require_POST
def undo(request: HttpRequest, batch: str) -> HttpResponse:
    """Let hold again what held before."""
    decisions.undo(request.access, rule_changes.SETTING, batch, actor_of(request))  # type: ignore[attr-defined]
    return redirect("rules")


def _back(site: int, rule: str) -> HttpResponse:
    return redirect(f"{reverse('rule', args=[rule])}?site={site}")


def _rule(name: str) -> Rule:
    if name not in RULES:
        raise Http404
    return RULES[name]


def _site(request: HttpRequest) -> SiteShown:
    """The site that the address names, the first of the scope else."""
    known = sites(request.access)  # type: ignore[attr-defined]
    wanted = request.GET.get("site", "")
    if not wanted:
        return known[0]
    if not wanted.isdecimal() or len(wanted) > _DIGITS or int(wanted) not in {one.id for one in known}:
        raise UnusableInput("There is no such site, or you do not work at it.")
    return next(one for one in known if one.id == int(wanted))


def _row(rule: Rule, decided: rule_settings.Decided, cost: Cost) -> RuleRow:
    shown = bars((_ago(WEEKS - 1 - place), number) for place, number in enumerate(cost.weeks))
    return RuleRow(
        rule, decided.of(rule).is_on, rule.name in decided.by_rule, cost.a_week, shown, width(shown),
        precision_said(cost.judged),
    )  # fmt: skip


def _ago(weeks: int) -> str:
    return "this week" if not weeks else "last week" if weeks == 1 else f"{weeks} weeks ago"


def _values(rule: Rule, settings: Any) -> dict[str, Value]:
    return {one.name: getattr(settings, one.name) for one in rule.schema}


def _said(rule: Rule, settings: Any) -> tuple[tuple[str, str], ...]:
    return tuple((one.title, one.said(getattr(settings, one.name))) for one in rule.schema)


def _values_said(rule: Rule, tried: Tried) -> str:
    known = {one.name: one for one in rule.schema}
    said = (f"{known[name].title}: {known[name].said(value)}" for name, value in tried.values.items() if name in known)
    return ", ".join(said) or "as by default"


def _field(one: Setting, value: Value) -> Field:
    return Field(one, one.typed(value), one.said(one.default), one.ends)


def _typed(rule: Rule, given: QueryDict) -> dict[str, Value]:
    """What the form says. Errors: `UnusableInput` with every fault."""
    values: dict[str, Value] = {}
    faults = []
    for one in rule.schema:
        try:
            values[one.name] = one.read(given.get(one.name, "no" if one.is_switch else ""))
        except UnusableInput as error:
            faults.append(str(error))
    if faults:
        raise UnusableInput(" ".join(faults))
    return values


def _shown(request: HttpRequest, tries: tuple[Tried, ...]) -> Tried | None:
    """The try that the address names, the latest else."""
    wanted = request.GET.get("try", "")
    named = next((one for one in tries if str(one.key) == wanted), None)
    return named or next(iter(tries), None)


def _examples(tried: Tried | None) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
    """Of what the try found, and of what it would lose."""
    if tried is None or tried.budget is None:
        return (), ()
    return tried.budget.examples, tried.budget.lost.examples


def _returning(scope: Scope, site: SiteShown, rule: Rule) -> list[Returning]:
    """Reasons that come back, where something may be set about it."""
    if not rule.schema or not scope.sees(site.id):
        return []
    here = Scope(frozenset({site.id}), identity=False, operators=False)
    return [one for one in returning_reasons(here, 50) if one.rule == rule.name]


def _batches(scope: Scope, site: SiteShown, rule: str) -> tuple[Batch, ...]:
    found = rule_changes.history(scope, site.id, rule)
    return tuple(
        replace(
            one,
            changes=tuple(
                replace(
                    change, before=rule_changes.said(rule, change.before), after=rule_changes.said(rule, change.after)
                )
                for change in one.changes
            ),
        )
        for one in found
    )


def _table(request: HttpRequest) -> Table:
    return rules_table(request.access, _site(request).id)  # type: ignore[attr-defined]


routes = [
    path("rules/", rules, name="rules"),
    path("rules/<slug:rule>/", rule, name="rule"),
    path("rules/<int:site>/<slug:rule>/try", try_it, name="rule-try"),
    path("rules/<int:site>/<slug:rule>/stop", stop, name="rule-stop"),
    path("rules/<int:site>/<slug:rule>/decide", decide, name="rule-decide"),
    path("rules/decisions/<slug:batch>/undo", undo, name="rule-undo"),
    *export_routes("rules/list", "rules", _table),
]

"""Rule packs: which a site goes by, what each holds, and what the site has confirmed."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.assess.rule_words import threshold_said, validity_said
from doseloop.model.errors import UnusableInput
from doseloop.model.rule_pack import Rule, RulePack
from doseloop.report.table import Column, Row, Table
from doseloop.store import decisions, rule_pack_choice
from doseloop.store.decisions import Batch, Change, Kind
from doseloop.store.exam_detail import SiteShown
from doseloop.store.rule_pack_choice import CHOICE, CONFIRMATION
from doseloop.store.rule_pack_list import rule_pack_rows
from doseloop.store.rule_pack_sets import packs_at
from doseloop.store.site_list import sites
from doseloop.web.actor import actor_of
from doseloop.web.exports import export_links, export_routes
from doseloop.web.rights import may, needs

_DIGITS = 9
_DECISIONS = 10


@dataclass(frozen=True, slots=True)
class RuleShown:
    """A rule of a pack in words."""

    code: str
    title: str
    threshold: str
    action: str
    valid: str
    verification: str
    is_verified: bool
    url: str
    notes: str


@needs(Right.SEE)
@require_safe
def packs(request: HttpRequest) -> HttpResponse:
    """The page, of one site; `?site=` chooses which."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    site = _site(request)
    rules = {one.key: [_rule(one, rule) for rule in one.rules] for one in packs_at(scope, site.id)}
    rows = rule_pack_rows(scope, site.id)
    context: dict[str, Any] = {
        "site": site,
        "sites": sites(scope),
        "rows": [(row, rules[row.key]) for row in rows],
        "chosen": sum(row.chosen for row in rows),
        "waiting": [row for row in rows if row.chosen and row.rules_in_force < row.rules],
        "choices": _batches(scope, CHOICE, site.id),
        "confirmations": _batches(scope, CONFIRMATION, site.id),
        "moving": decisions.outdated_count(scope),
        "may_choose": may(request, Right.LEVELS, site.id),
        "exports": export_links(request, "rule-packs"),
    }
    return render(request, "doseloop/rule_packs.html", context)


@needs(Right.LEVELS)
@require_POST
def choose(request: HttpRequest, site: int) -> HttpResponse:
    """Let the site go by the packs that are ticked, and by no other."""
    keys = request.POST.getlist("pack")
    rule_pack_choice.choose(request.access, site, keys, actor_of(request))  # type: ignore[attr-defined]
    return redirect(f"{reverse('rule-packs')}?site={site}")


@needs(Right.LEVELS)
@require_POST
def confirm(request: HttpRequest, site: int) -> HttpResponse:
    """Confirm a pack for the site."""
    key, by, grounds = (request.POST.get(name, "") for name in ("pack", "by", "grounds"))
    rule_pack_choice.confirm(request.access, site, key, by, grounds, actor_of(request))  # type: ignore[attr-defined]
    return redirect(f"{reverse('rule-packs')}?site={site}")


@needs(Right.LEVELS)
@require_POST
def undo_choice(request: HttpRequest, batch: str) -> HttpResponse:
    """Let the packs hold again that were chosen before."""
    return _undo(request, CHOICE, batch)


@needs(Right.LEVELS)
@require_POST
def undo_confirmation(request: HttpRequest, batch: str) -> HttpResponse:
    """Take a confirmation back."""
    return _undo(request, CONFIRMATION, batch)


def _undo(request: HttpRequest, kind: Kind, batch: str) -> HttpResponse:
    decisions.undo(request.access, kind, batch, actor_of(request))  # type: ignore[attr-defined]
    return redirect("rule-packs")


def _site(request: HttpRequest) -> SiteShown:
    """The site that the address names, the first of the scope else."""
    known = sites(request.access)  # type: ignore[attr-defined]
    wanted = request.GET.get("site", "")
    if not wanted:
        return known[0]
    if not wanted.isdecimal() or len(wanted) > _DIGITS or int(wanted) not in {one.id for one in known}:
        raise UnusableInput("There is no such site, or you do not work at it.")
    return next(one for one in known if one.id == int(wanted))


def _rule(pack: RulePack, rule: Rule) -> RuleShown:
    return RuleShown(
        rule.code or "", rule.title, threshold_said(rule), rule.action, validity_said(pack, rule),
        pack.verification_of(rule).replace("_", " "), pack.is_verified(rule), pack.url_of(rule), rule.notes or "",
    )  # fmt: skip


def _batches(scope: Scope, kind: Kind, site: int) -> tuple[Batch, ...]:
    here = Scope(frozenset({site}), identity=False, operators=False)
    batches = decisions.history(here, kind, _DECISIONS) if scope.sees(site) else ()
    return tuple(replace(one, changes=tuple(_change(change) for change in one.changes)) for one in batches)


def _change(one: Change) -> Change:
    return Change(one.written, _held(one.before), _held(one.after))


def _held(text: str) -> str:
    """What held, as people say it: the packs, or by whom and when one was confirmed."""
    if text.startswith("{"):
        told = json.loads(text)
        return f"confirmed by {told['by']} on {told['on']}: {told['grounds']}"
    return ", ".join(text.split()) or "none"


def _table(request: HttpRequest) -> Table:
    scope: Scope = request.access  # type: ignore[attr-defined]
    columns = (
        Column("pack", "Pack"), Column("country", "Country"), Column("authority", "Authority"), Column("rule", "Rule"),
        Column("code", "Code"), Column("title", "Looks at"), Column("threshold", "Threshold"), Column("action", "Asks for"),
        Column("valid", "Holds"), Column("verification", "Verification"), Column("chosen", "Chosen"),
        Column("source", "Source"),
    )  # fmt: skip
    site = _site(request).id
    chosen = {row.key for row in rule_pack_rows(scope, site) if row.chosen}
    return Table("rule-packs", "Rule packs", columns, _rows(packs_at(scope, site), chosen))


def _rows(known: Iterable[RulePack], chosen: set[str]) -> Iterable[Row]:
    for pack in known:
        for rule in pack.rules:
            yield Row((
                pack.key, pack.country, pack.authority, rule.id, rule.code, rule.title, threshold_said(rule), rule.action,
                validity_said(pack, rule), pack.verification_of(rule), pack.key in chosen, pack.url_of(rule),
            ))  # fmt: skip


routes = [
    path("notifiable/packs/", packs, name="rule-packs"),
    path("notifiable/packs/<int:site>/choose", choose, name="rule-packs-choose"),
    path("notifiable/packs/<int:site>/confirm", confirm, name="rule-packs-confirm"),
    path("notifiable/packs/choices/<slug:batch>/undo", undo_choice, name="rule-packs-undo"),
    path("notifiable/packs/confirmations/<slug:batch>/undo", undo_confirmation, name="rule-packs-unconfirm"),
    *export_routes("notifiable/packs/rules", "rule-packs", _table),
]

"""Rule packs at a site: those of the package and the site's own."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from doseloop.access.scope import Scope
from doseloop.model.rule_pack import RulePack
from doseloop.reference.rule_packs import rule_pack, rule_packs
from doseloop.store.audit import Actor
from doseloop.store.models import OwnRulePack
from doseloop.store.site_sets import Sort

RULES: Sort[RulePack] = Sort("pack", "rules", OwnRulePack, lambda: rule_packs(), rule_pack, lambda one: one.key)


def packs_at(scope: Scope, site: int) -> tuple[RulePack, ...]:
    """Every pack that a site may go by: its own, by key, then the package's. Errors: `NotVisible`."""
    return RULES.at(scope, site)


def pack_at(scope: Scope, site: int, key: str) -> RulePack:
    """One of them. Errors: `NotVisible`; `UnusableInput` naming those that there are."""
    return RULES.named(scope, site, key)


def add_own(scope: Scope, site: int, content: Mapping[str, Any], actor: Actor) -> RulePack:
    """Add a pack of a site's own: plain values that follow the schema (`reference.own_rule_pack`).

    Errors: `NotVisible`; `UnusableInput` where there is a pack of that key already, or it does not follow the schema.
    """
    return RULES.add_own(scope, site, content, _told, actor)


def fingerprint(one: RulePack) -> str:
    """SHA-256 of what the rules of a pack are: another where a new version changes any of them."""
    told = {
        "rules": [asdict(rule) for rule in one.rules],
        "holds": [one.valid_from, one.valid_to],
        "procedures": [sorted(one.brain), sorted(one.interventions)],
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def _told(one: RulePack) -> dict[str, Any]:
    return {"title": one.title, "author": one.author, "source": one.seen_at, "rules": len(one.rules)}

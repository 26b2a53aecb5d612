"""Which rule packs a site goes by, and which that were not verified it has confirmed.

A site that has not chosen goes by none. Of a pack that it has chosen the verified rules hold at once, the others once it has
confirmed the pack. Exams that are there already are judged anew where a rule about one exam may be met, or was; a rule about a
group looks at exams as they come, and at those.
"""

from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet

from doseloop.access.scope import SYSTEM, Scope
from doseloop.assess.rule_pack_values import RULE
from doseloop.model.errors import UnusableInput
from doseloop.model.rule_pack import RulePack
from doseloop.store import site_confirmation, visible
from doseloop.store.audit import Actor
from doseloop.store.models import ChosenRulePacks, ConfirmedRulePack, Decision, Exam
from doseloop.store.rule_pack_sets import RULES, fingerprint, pack_at, packs_at
from doseloop.store.site_choice import Choosing, choice_kind
from doseloop.store.site_confirmation import Confirmable, Confirmation, confirmation_kind

_COLUMNS = ("ctdi_vol_mgy", "dlp_mgy_cm", "dap_gy_cm2", "ka_r_mgy", "fluoro_time_s")
"""Quantities that a part holds."""


def choose(scope: Scope, site: int, keys: Sequence[str], actor: Actor) -> str:
    """Let a site go by these packs; no keys take its choice away. Returns the batch's key.

    Errors: `NotVisible`; `UnusableInput` where there is no such pack, or one is named twice.
    """
    return _CHOOSING.choose(scope, site, keys, actor)


def chosen(scope: Scope, site: int) -> tuple[RulePack, ...]:
    """The packs that a site goes by, in its order. Errors: `NotVisible`."""
    return _CHOOSING.chosen(scope, site) or ()


def chosen_in(scope: Scope) -> tuple[RulePack, ...]:
    """The packs that any site of a scope goes by; for pages over several."""
    sites = visible.sites(scope).order_by("pk").values_list("pk", flat=True)
    return tuple({one.key: one for site in sites for one in chosen(scope, site)}.values())


def known_in(scope: Scope) -> tuple[RulePack, ...]:
    """Every pack that any site of a scope may go by."""
    sites = visible.sites(scope).order_by("pk").values_list("pk", flat=True)
    return tuple({one.key: one for site in sites for one in packs_at(scope, site)}.values())


def confirm(scope: Scope, site: int, key: str, by: str, grounds: str, actor: Actor) -> str:
    """Confirm a pack for a site. `by` compared its rules with the source; `grounds` say how. Returns the batch's key.

    Errors: `NotVisible`; `UnusableInput` where there is no such pack, it needs no confirmation, or by whom or why is missing.
    """
    one = pack_at(scope, site, key)
    if not one.unverified:
        raise UnusableInput(f"The pack {key} was read in the authority's own text and needs no confirmation.")
    what = Confirmable(key, one.title, fingerprint(one))
    return site_confirmation.confirm(scope, CONFIRMATION, site, what, by, grounds, actor)


def confirmations(scope: Scope, site: int) -> dict[str, Confirmation]:
    """What a site has confirmed, by key of the pack. Errors: `NotVisible`."""
    return site_confirmation.confirmations(scope, ConfirmedRulePack, site)


def is_confirmed(one: RulePack, held: Confirmation | None) -> bool:
    """Whether a pack was confirmed with the rules that it has now."""
    return held is not None and held.is_of(one.key, fingerprint(one))


def _moved_by_choice(decision: Decision) -> "QuerySet[Exam]":
    return _moved(decision.site_id, {*decision.before.split(), *decision.after.split()})


def _moved_by_confirmation(decision: Decision) -> "QuerySet[Exam]":
    return _moved(decision.site_id, {decision.subject})


def _moved(site: int, keys: set[str]) -> "QuerySet[Exam]":
    """Exams of the site with a value that a rule of the packs may be met by, and those that one was met by."""
    near = Q(flags__rule=RULE)
    for quantity, least in _least(one for one in packs_at(SYSTEM, site) if one.key in keys).items():
        near |= Q(**{f"parts__{quantity}__gte": least})
    return Exam.objects.filter(near, site=site).distinct()


def _least(packs: Iterable[RulePack]) -> dict[str, float]:
    """The lowest threshold of each quantity that a part holds; of a sum over exams a tenth, which one of them nearly always has."""
    found: dict[str, float] = {}
    for rule in (rule for pack in packs for rule in pack.rules):
        if rule.quantity in _COLUMNS and rule.value is not None:
            least = rule.value if rule.window_days is None else rule.value / 10
            found[rule.quantity] = min(least, found.get(rule.quantity, least))
    return found


CHOICE = choice_kind("rule choice", "rules chosen", ChosenRulePacks, _moved_by_choice)
CONFIRMATION = confirmation_kind("rule confirmation", "rules confirmed", ConfirmedRulePack, _moved_by_confirmation)
_CHOOSING = Choosing(RULES, ChosenRulePacks, CHOICE, "rule packs", "in which they are shown")

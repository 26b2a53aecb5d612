"""Sets of reference levels that were not verified, and that a site confirmed: only then may a signed report use them."""

from doseloop.access.scope import Scope
from doseloop.model.errors import UnusableInput
from doseloop.model.reference_level import LevelSet
from doseloop.store import site_confirmation
from doseloop.store.audit import Actor
from doseloop.store.level_choice import chosen
from doseloop.store.level_sets import fingerprint, set_at
from doseloop.store.models import ConfirmedLevelSet
from doseloop.store.site_confirmation import Confirmable, Confirmation, confirmation_kind

CONFIRMATION = confirmation_kind("level confirmation", "levels confirmed", ConfirmedLevelSet)


def confirm(scope: Scope, site: int, key: str, by: str, grounds: str, actor: Actor) -> str:
    """Confirm a set for a site. `by` compared its values with the source; `grounds` say how. Returns the batch's key.

    Errors: `NotVisible`; `UnusableInput` where there is no such set, it needs no confirmation, or by whom or why is missing.
    """
    one = set_at(scope, site, key)
    if one.is_verified:
        raise UnusableInput(f"The set {key} was read in the authority's own text and needs no confirmation.")
    what = Confirmable(key, one.title, fingerprint(one))
    return site_confirmation.confirm(scope, CONFIRMATION, site, what, by, grounds, actor)


def confirmations(scope: Scope, site: int) -> dict[str, Confirmation]:
    """What a site has confirmed, by key of the set. Errors: `NotVisible`."""
    return site_confirmation.confirmations(scope, ConfirmedLevelSet, site)


def is_confirmed(one: LevelSet, held: Confirmation | None) -> bool:
    """Whether a set was confirmed with the values that it has now."""
    return held is not None and held.is_of(one.id, fingerprint(one))


def usable_when_signed(scope: Scope, site: int) -> tuple[LevelSet, ...]:
    """The chosen sets that a signed report may use: verified, or confirmed by the site with the values that they have now."""
    confirmed = confirmations(scope, site)
    return tuple(one for one in chosen(scope, site) if one.is_verified or is_confirmed(one, confirmed.get(one.id)))

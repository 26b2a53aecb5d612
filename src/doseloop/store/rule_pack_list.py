"""Every rule pack as a site sees it."""

from dataclasses import dataclass

from doseloop.access.scope import Scope
from doseloop.model.rule_pack import RulePack
from doseloop.store.rule_pack_choice import chosen, confirmations, is_confirmed
from doseloop.store.rule_pack_sets import packs_at
from doseloop.store.site_confirmation import Confirmation


@dataclass(frozen=True, slots=True)
class RulePackRow:
    """A pack, whether the site goes by it, and its confirmation."""

    key: str
    country: str
    authority: str
    title: str
    url: str
    seen_at: str
    purpose: str
    verification: str
    valid_from: str | None
    valid_to: str | None
    author: str | None
    notes: tuple[str, ...]
    rules: int
    unverified: int
    """Rules that were not read in the authority's own text."""
    chosen: bool
    confirmed_by: str | None
    confirmed_on: str | None
    grounds: str | None
    lapsed: bool
    """Whether it was confirmed and a rule is another since."""
    rules_in_force: int

    @property
    def sentence(self) -> str:
        """One line for people."""
        told = [
            f"{self.key}: {self.authority} ({self.country}), {self.purpose}, {self.verification}, {self.rules} rules"
        ]
        told += [f"{self.unverified} not verified"] if self.unverified else []
        told += [f"chosen, {self.rules_in_force} in force"] if self.chosen else []
        told += [f"confirmed by {self.confirmed_by} on {self.confirmed_on}"] if self.confirmed_by else []
        told += ["rules changed since: confirm them again"] if self.lapsed else []
        return ", ".join(told)


def rule_pack_rows(scope: Scope, site: int) -> tuple[RulePackRow, ...]:
    """Every pack that a site may go by: those that it does in their order, then the others. Errors: `NotVisible`."""
    by_choice, confirmed = chosen(scope, site), confirmations(scope, site)
    keys = {one.key for one in by_choice}
    others = tuple(one for one in packs_at(scope, site) if one.key not in keys)
    return tuple(_row(one, one.key in keys, confirmed.get(one.key)) for one in (*by_choice, *others))


def _row(one: RulePack, is_chosen: bool, held: Confirmation | None) -> RulePackRow:
    confirmed = is_confirmed(one, held)
    return RulePackRow(
        key=one.key, country=one.country, authority=one.authority, title=one.title, url=one.url, seen_at=one.seen_at,
        purpose=one.purpose, verification=one.verification,
        valid_from=one.valid_from.isoformat() if one.valid_from else None,
        valid_to=one.valid_to.isoformat() if one.valid_to else None, author=one.author, notes=one.notes,
        rules=len(one.rules), unverified=len(one.unverified), chosen=is_chosen,
        confirmed_by=held.by if held else None, confirmed_on=held.on.isoformat() if held else None,
        grounds=held.grounds if held else None, lapsed=held is not None and not confirmed,
        rules_in_force=len(list(one.in_force(confirmed=confirmed))) if is_chosen else 0,
    )  # fmt: skip

"""Sets that come with Doseloop or are a site's own: reference levels, rule packs. Here is what both sorts share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.errors import UnusableInput
from doseloop.store import visible
from doseloop.store.audit import Actor, record_change
from doseloop.store.models.site_sets import OwnSet

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sort(Generic[T]):
    """One sort of sets."""

    called: str
    """What people call one: `set`, `pack`."""
    many: str
    """What the audit calls them: `levels`, `rules`; one is added by the action `levels imported`."""
    own: type[OwnSet]
    packaged: Callable[[], tuple[T, ...]]
    read: Callable[[Mapping[str, Any]], T]
    """The set of the content of a row."""
    key: Callable[[T], str]
    computed: Callable[[Scope, int], tuple[T, ...]] = lambda scope, site: ()
    """What is made of a site's own data."""

    def at(self, scope: Scope, site: int) -> tuple[T, ...]:
        """Every set that a site may go by: computed ones, its own by key, then the package's. Errors: `NotVisible`."""
        visible.check_site(scope, site)
        own = self.own._default_manager.filter(site=site).order_by("key")
        return (*self.computed(scope, site), *(self.read(one.content) for one in own), *self.packaged())

    def named(self, scope: Scope, site: int, key: str) -> T:
        """One of them. Errors: `NotVisible`; `UnusableInput` naming those that there are."""
        known = {self.key(one): one for one in self.at(scope, site)}
        if key not in known:
            raise UnusableInput(f"There is no {self.called} {key!r}; there are {', '.join(sorted(known))}.")
        return known[key]

    def add_own(
        self, scope: Scope, site: int, content: Mapping[str, Any], told: Callable[[T], Mapping[str, Any]], actor: Actor
    ) -> T:
        """Add a set of a site's own; `told` is what the audit says of it.

        Errors: `NotVisible`; `UnusableInput` where there is a set of that key already.
        """
        visible.check_site(scope, site)
        made = self.read(content)
        key = self.key(made)
        if key in {self.key(one) for one in self.packaged()}:
            raise UnusableInput(f"A {self.called} {key} comes with Doseloop; give yours another name.")
        try:
            with transaction.atomic():
                self.own._default_manager.create(
                    site_id=site, key=key, content=dict(content), actor=actor.name, at=timezone.now()
                )
                record_change(actor, f"{self.many} imported", f"{self.many} {key}", site=site, after=dict(told(made)))
        except IntegrityError:
            raise UnusableInput(
                f"There is a {self.called} {key} already, and a {self.called} never changes; give the new one another "
                "name, such as its year."
            ) from None
        return made

"""Local levels as they were set: frozen with every value behind them, and held to their digests whenever they are read.

A statement says all about a level and names the SHA-256 of its packed values; a digest of the statement stands beside it, and in
the audit, whose rows are sealed. Exams may change, be made anew or go: a frozen level does not look at them. How it stands is
decided in `store.local_level_standing`.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import msgspec
from django.db.models import QuerySet
from django.utils import timezone

from doseloop.access.scope import SYSTEM, Scope
from doseloop.model.errors import FrozenChanged, NotVisible
from doseloop.model.local_level import FrozenRoom, FrozenValues, LocalGroup, LocalLevel, LocalState, LocalStatistic
from doseloop.store import visible
from doseloop.store.models import AuditRow, FrozenLevel, Site
from doseloop.store.packing import pack, unpack


@dataclass(frozen=True, slots=True)
class NewLevel:
    """What a person sets; the fields are those of `LocalLevel`."""

    name: str
    author: str
    note: str
    review_on: date
    of: LocalGroup
    statistic: LocalStatistic
    value: float
    first_day: date
    last_day: date
    least: int
    least_rooms: int
    rooms: tuple[FrozenRoom, ...]
    sentences: tuple[str, ...]
    method: str
    data_state: int
    values: FrozenValues


@dataclass(frozen=True, slots=True)
class LocalLevelShown:
    """A local level and how it stands."""

    key: int
    site: int
    level: LocalLevel | None
    """None where it is not what was set any more; `damage` then says so."""
    damage: str
    sha256: str
    state: LocalState
    since: date | None
    """Day (UTC) since which it stands so; None of one that was taken back."""
    replaced_by: int | None
    why: str
    """Why it was withdrawn."""

    @property
    def intact(self) -> LocalLevel:
        """The level. Errors: `FrozenChanged`."""
        if self.level is None:
            raise FrozenChanged(self.damage)
        return self.level


def local_levels(scope: Scope, site: int | None = None) -> tuple[LocalLevelShown, ...]:
    """Every local level of the scope's sites, or of one of them, the latest first; what was changed is among them and says so."""
    rows = _rows(scope) if site is None else _rows(scope).filter(site=site)
    return tuple(_shown(row) for row in rows.order_by("-pk"))


def local_level(scope: Scope, key: int) -> LocalLevelShown:
    """One of them; ask it for `intact` before it is used. Errors: `NotVisible`."""
    return _shown(_row(scope, key))


def values_of(scope: Scope, key: int) -> FrozenValues:
    """Every value that it rests on. Errors: `NotVisible`; `FrozenChanged` where they are not what was kept."""
    row = FrozenLevel.objects.get(pk=_row(scope, key).pk)
    held = bytes(row.packed_values)
    if hashlib.sha256(held).hexdigest() != _read(row).values_sha256:
        raise FrozenChanged(f"The values behind local level {key} are not those that were kept when it was set.")
    return unpack(held, FrozenValues)


def in_force(scope: Scope, site: int) -> tuple[LocalLevelShown, ...]:
    """Those of a site that are in force, the first set first."""
    rows = _rows(scope).filter(site=site, standing__state="in force")
    return tuple(_shown(row) for row in rows.order_by("pk"))


def present(scope: Scope, site: int, of: LocalGroup) -> LocalLevelShown | None:
    """The one in force for the group; None where there is none."""
    row = _rows(scope).filter(site=site, slot=slot_of(of), standing__state="in force").first()
    return None if row is None else _shown(row)


def freeze(site: Site, new: NewLevel, replaces: int | None) -> FrozenLevel:
    """Keep a level for ever. Within the transaction that decides about it."""
    packed = pack(new.values)
    statement = LocalLevel(
        **{name: getattr(new, name) for name in NewLevel.__slots__ if name != "values"}, made_at=timezone.now(), site=site.pk,
        site_name=site.name, replaces=replaces, values_sha256=hashlib.sha256(packed).hexdigest(),
    )  # fmt: skip
    text = msgspec.json.encode(statement).decode()
    return FrozenLevel.objects.create(
        site=site, slot=slot_of(new.of), statement=text, sha256=_digest(text), packed_values=packed
    )


def slot_of(of: LocalGroup) -> str:
    """The group as the record looks for it."""
    return msgspec.json.encode(of).decode()


def changed() -> Iterator[str]:
    """A sentence for each that is not what was set, of every site; for the doctor.

    Whoever changed a statement and its digest alike is found by the digest that the audit noted when the level was set.
    """
    for key, digest in FrozenLevel.objects.order_by("pk").values_list("pk", "sha256"):
        try:
            values_of(SYSTEM, key)
            if not _is_noted(key, digest):
                yield f"Local level {key} is not the one that the audit noted when it was set."
        except FrozenChanged as error:
            yield str(error)


def _is_noted(key: int, digest: str) -> bool:
    rows = AuditRow.objects.filter(action="local level decided", subject=f"local level {key}").order_by("pk")
    noted = rows.values_list("after", flat=True).first()
    return noted is None or digest in noted["holds"]


def _rows(scope: Scope) -> "QuerySet[FrozenLevel]":
    """Without their values, which only a page of one reads."""
    rows = FrozenLevel.objects.filter(site__in=visible.sites(scope)).select_related("standing")
    return rows.defer("packed_values")


def _row(scope: Scope, key: int) -> FrozenLevel:
    row = _rows(scope).filter(pk=key).first()
    if row is None:
        raise NotVisible(f"There is no local level {key}.")
    return row


def _shown(row: FrozenLevel) -> LocalLevelShown:
    level, damage = None, ""
    try:
        level = _read(row)
    except FrozenChanged as error:
        damage = str(error)
    standing = getattr(row, "standing", None)
    return LocalLevelShown(
        key=row.pk, site=row.site_id, level=level, damage=damage, sha256=row.sha256,
        state=standing.state if standing else "taken back", since=standing.since if standing else None,
        replaced_by=standing.replaced_by_id if standing else None, why=standing.why if standing else "",
    )  # fmt: skip


def _read(row: FrozenLevel) -> LocalLevel:
    said = FrozenChanged(
        f"Local level {row.pk} is not what it was when it was set: what is kept of it was changed since."
    )
    if _digest(row.statement) != row.sha256:
        raise said
    level = msgspec.json.decode(row.statement, type=LocalLevel)
    if (level.site, slot_of(level.of)) != (row.site_id, row.slot):
        raise said
    return level


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

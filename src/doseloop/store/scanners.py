"""Scanners and their sites, as objects name them."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Upper
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.harmonise.scanners import scanner_key, scanner_name
from doseloop.model.dose_object import Equipment
from doseloop.store.models import Scanner, ScannerSpan, Site
from doseloop.store.prepared import Insert, Rows, Slot, Update, columns_of


@dataclass(frozen=True, slots=True)
class SiteDefaults:
    """The site of scanners whose institution names none, and the zone of new sites."""

    name: str
    zone: str


@dataclass(frozen=True, slots=True)
class ScannerAtSite:
    """A scanner with its site's zone and when its last object came (UTC).

    Where an object names one that is another name of a scanner, `scanner` is that scanner, and `named` the name's own row.
    """

    scanner: int
    named: int | None
    name: str
    modality: str
    site: int
    site_name: str
    zone: str
    manufacturer: str
    model: str
    first_object_at: datetime
    last_object_at: datetime


@transaction.atomic(savepoint=False)
def scanner_of(equipment: Equipment, modality: str, defaults: SiteDefaults, *, arrived: bool = True) -> ScannerAtSite:
    """The scanner that an object names, made where it is new; where one has `arrived`, notes that it came now.

    The caller's transaction holds the scanner's row from then on: who merges scanners waits for its end.
    """
    site = _site(equipment.institution, defaults)
    now = timezone.now()
    held = _HELD.first(site=site.pk, key=_key(equipment))
    if held is not None:
        row = Scanner(*held)
        if arrived:
            _ARRIVED.run(pk=row.pk, last_object_at=now)
        return _at_site(row, site)
    made, _ = Scanner.objects.get_or_create(
        site=site,
        key=_key(equipment),
        defaults={
            **_described(equipment),
            "name": scanner_name(equipment),
            "modality": modality,
            "first_object_at": now,
            "last_object_at": now,
        },
    )
    return _at_site(made, site)


_HELD = Rows(
    lambda: (
        Scanner.objects.filter(site_id=Slot("site"), key=Slot("key"))
        .select_for_update(no_key=True)
        .values_list(*columns_of(Scanner))
    )
)
_BY_KEY = Rows(lambda: Scanner.objects.filter(pk=Slot("pk")).values_list(*columns_of(Scanner)))
_ARRIVED = Update(lambda: Scanner.objects.filter(pk=Slot("pk")), ("last_object_at",))


def note_description(scanner: ScannerAtSite, equipment: Equipment, day: str) -> None:
    """That a study of this day (ISO; empty where none is recorded) describes the scanner so.

    The scanner's row tells what the newest study says, whatever came last. A study without a day says only what was not
    known. Within the transaction that wrote the exam.
    """
    note_of_scanner(scanner.named or scanner.scanner, equipment, day)


def note_of_scanner(row: int, equipment: Equipment, day: str) -> None:
    """The same, of the name's own row, which the transaction holds."""
    described = _described(equipment)
    said = {**{name: described[name] for name in _SPANNED}, "institution": equipment.institution or ""}
    held = _SPAN.first(scanner=row, **said) if day else None
    if held is not None and held[1] <= day <= held[2]:
        return
    newest = _NEWEST.first(scanner=row)
    if held is not None:
        _WIDEN.run(pk=held[0], first_on=min(held[1], day), last_on=max(held[2], day))
    elif day:
        _NEW_SPAN.key(scanner_id=row, **said, first_on=day, last_on=day)
    _describe(row, described, is_newest=bool(day) and (newest is None or day >= newest[0]))


_SPANNED = ("software_versions", "station_name")
_SPAN = Rows(
    lambda: ScannerSpan.objects.filter(
        scanner=Slot("scanner"), **{name: Slot(name) for name in (*_SPANNED, "institution")}
    ).values_list("pk", "first_on", "last_on")
)
_NEWEST = Rows(
    lambda: ScannerSpan.objects.filter(scanner=Slot("scanner")).order_by("-last_on").values_list("last_on")[:1]
)
_WIDEN = Update(lambda: ScannerSpan.objects.filter(pk=Slot("pk")), ("first_on", "last_on"))
_NEW_SPAN = Insert(ScannerSpan)


def _describe(scanner: int, described: dict[str, str], *, is_newest: bool) -> None:
    row = Scanner.objects.get(pk=scanner)
    other = {name: value for name, value in described.items() if value and getattr(row, name) != value}
    told = other if is_newest else {name: value for name, value in other.items() if not getattr(row, name)}
    if told:
        Scanner.objects.filter(pk=scanner).update(**told)


@transaction.atomic
def register(name: str, equipment: Equipment, modality: str, defaults: SiteDefaults) -> None:
    """Give the scanner that objects name so the name that people use, before its first object or after."""
    scanner = scanner_of(equipment, modality, defaults)
    Scanner.objects.filter(pk=scanner.named or scanner.scanner).update(name=name)


def scanners(scope: Scope) -> tuple[ScannerAtSite, ...]:
    """Scanners of the scope's sites, by name, without those that are other names of one."""
    rows = Scanner.objects.filter(part_of=None).select_related("site").order_by("name")
    return tuple(_at_site(row, row.site) for row in rows if scope.sees(row.site_id))


def site_of(name: str, defaults: SiteDefaults) -> int:
    """Key of the site of that name, made where it is new."""
    return Site.objects.get_or_create(name=name, defaults={"zone": defaults.zone})[0].pk


def _site(institution: str | None, defaults: SiteDefaults) -> Site:
    held = _NAMED.first(name=institution) if institution else None
    held = held or _NAMED.first(name=defaults.name)
    return Site(*held) if held else Site.objects.get_or_create(name=defaults.name, defaults={"zone": defaults.zone})[0]


_NAMED = Rows(
    lambda: (
        Site.objects.annotate(upper=Upper("name"))
        .filter(upper=Upper(Slot("name")))
        .order_by("pk")
        .values_list(*columns_of(Site))[:1]
    )
)


def _key(equipment: Equipment) -> str:
    """The scanner's key; objects that name neither serial number nor station meet under their maker and model."""
    unnamed = f"unnamed/{equipment.manufacturer or ''}/{equipment.model or ''}".casefold()
    return scanner_key(equipment) or unnamed


def _described(equipment: Equipment) -> dict[str, str]:
    return {
        "manufacturer": equipment.manufacturer or "",
        "model": equipment.model or "",
        "station_name": equipment.station_name or "",
        "serial_number": equipment.serial_number or "",
        "software_versions": equipment.software_versions or "",
    }


def _at_site(named: Scanner, site: Site) -> ScannerAtSite:
    root = _BY_KEY.first(pk=named.root_id) if named.root_id is not None else None
    row = Scanner(*root) if root else named
    return ScannerAtSite(
        scanner=row.pk,
        named=None if row is named else named.pk,
        name=row.name,
        modality=row.modality,
        site=site.pk,
        site_name=site.name,
        zone=site.zone,
        manufacturer=row.manufacturer,
        model=row.model,
        first_object_at=row.first_object_at,
        last_object_at=row.last_object_at,
    )

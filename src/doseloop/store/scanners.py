"""Scanners and their sites, as objects name them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models.functions import Upper
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.harmonise.scanners import scanner_key, scanner_name
from doseloop.model.dose_object import Equipment
from doseloop.store.models import Scanner, Site
from doseloop.store.prepared import Rows, Slot, Update, columns_of


@dataclass(frozen=True, slots=True)
class SiteDefaults:
    """The site of scanners whose institution names none, and the zone of new sites."""

    name: str
    zone: str


@dataclass(frozen=True, slots=True)
class ScannerAtSite:
    """A scanner with its site's zone and when its last object came (UTC)."""

    scanner: int
    name: str
    modality: str
    site: int
    site_name: str
    zone: str
    manufacturer: str
    model: str
    first_object_at: datetime
    last_object_at: datetime


def scanner_of(equipment: Equipment, modality: str, defaults: SiteDefaults, *, arrived: bool = True) -> ScannerAtSite:
    """The scanner that an object names, made where it is new; where one has `arrived`, notes that it came now."""
    site = _site(equipment.institution, defaults)
    now = timezone.now()
    described = _described(equipment)
    held = _HELD.first(site=site.pk, key=_key(equipment))
    if held is not None:
        row = Scanner(*held)
        if arrived:
            _note_arrival(row, described, now)
        return _at_site(row, site)
    made, _ = Scanner.objects.get_or_create(
        site=site,
        key=_key(equipment),
        defaults={
            **described,
            "name": scanner_name(equipment),
            "modality": modality,
            "first_object_at": now,
            "last_object_at": now,
        },
    )
    return _at_site(made, site)


_HELD = Rows(lambda: Scanner.objects.filter(site_id=Slot("site"), key=Slot("key")).values_list(*columns_of(Scanner)))
_ARRIVED = Update(lambda: Scanner.objects.filter(pk=Slot("pk")), ("last_object_at",))


def _note_arrival(row: Scanner, described: dict[str, str], now: datetime) -> None:
    """That an object came now, and what it says of the scanner that was not known or was otherwise."""
    _ARRIVED.run(pk=row.pk, last_object_at=now)
    other = {name: value for name, value in described.items() if value and getattr(row, name) != value}
    if other:
        Scanner.objects.filter(pk=row.pk).update(**other)


def register(name: str, equipment: Equipment, modality: str, defaults: SiteDefaults) -> None:
    """Give the scanner that objects name so the name that people use, before its first object or after."""
    scanner = scanner_of(equipment, modality, defaults)
    Scanner.objects.filter(pk=scanner.scanner).update(name=name)


def scanners(scope: Scope) -> tuple[ScannerAtSite, ...]:
    """Scanners of the scope's sites, by name."""
    rows = Scanner.objects.select_related("site").order_by("name")
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


def _at_site(row: Scanner, site: Site) -> ScannerAtSite:
    return ScannerAtSite(
        scanner=row.pk,
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

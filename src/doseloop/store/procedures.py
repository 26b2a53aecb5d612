"""Procedures of the catalogue and reference levels in the record, and the names that a site has mapped."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from doseloop.model.reference_level import LevelSet, ReferenceLevel
from doseloop.reference.levels import level_sets
from doseloop.reference.procedures import catalogue
from doseloop.store import models
from doseloop.store.prepared import Rows, Slot


def bring_up_to_date() -> None:
    """Write the package's procedures and reference levels into the record; for the start of an installation."""
    with transaction.atomic():
        entries = catalogue().procedures.values()
        made = [models.Procedure(key=e.key, name=e.names["en"], modality=e.modality) for e in entries]
        _write(models.Procedure, made)
        levels = [(level.id, _columns(one, level)) for one in level_sets() for level in one.levels]
        _write(models.ReferenceLevel, [models.ReferenceLevel(key=key, **columns) for key, columns in levels])


def _write(kind: type[models.Procedure] | type[models.ReferenceLevel], rows: Sequence[Any]) -> None:
    columns = [field.name for field in kind._meta.concrete_fields if not field.primary_key]
    kind._default_manager.bulk_create(rows, update_conflicts=True, unique_fields=["key"], update_fields=columns)


def mapping(site: int, modality: str) -> dict[str, str]:
    """Normalised names that the site has mapped, to keys of procedures."""
    return dict(_MAPPED.all(site=site, modality=modality))


_MAPPED = Rows(
    lambda: models.ProcedureName.objects.filter(site_id=Slot("site"), modality=Slot("modality")).values_list(
        "name", "procedure_id"
    )
)


def _columns(one: LevelSet, level: ReferenceLevel) -> dict[str, object]:
    return {
        "set_key": one.id,
        "country": one.country,
        "authority": one.authority,
        "year": one.year,
        "status": one.status,
        "verification": one.verification,
        "source": one.url,
        "procedure_id": level.procedure,
        "indication": level.indication or "",
        "age_min_months": level.group.age_min_months,
        "age_max_months": level.group.age_max_months,
        "weight_min_kg": level.group.weight_min_kg,
        "weight_max_kg": level.group.weight_max_kg,
        "quantity": level.quantity,
        "value": level.value,
        "phantom_cm": level.phantom_cm,
        "scope": level.scope or "",
    }

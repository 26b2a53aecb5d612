"""Procedures of the catalogue and reference levels in the record, and the names that a site has mapped."""

from django.db import transaction

from doseloop.model.reference_level import LevelSet, ReferenceLevel
from doseloop.reference.levels import level_sets
from doseloop.reference.procedures import catalogue
from doseloop.store import models


def bring_up_to_date() -> None:
    """Write the package's procedures and reference levels into the record; for the start of an installation."""
    with transaction.atomic():
        for entry in catalogue().procedures.values():
            values = {"name": entry.names["en"], "modality": entry.modality}
            models.Procedure.objects.update_or_create(key=entry.key, defaults=values)
        for one in level_sets():
            for level in one.levels:
                models.ReferenceLevel.objects.update_or_create(key=level.id, defaults=_columns(one, level))


def mapping(site: int, modality: str) -> dict[str, str]:
    """Normalised names that the site has mapped, to keys of procedures."""
    rows = models.ProcedureName.objects.filter(site_id=site, modality=modality)
    return dict(rows.values_list("name", "procedure_id"))


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

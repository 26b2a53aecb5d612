"""The catalogue's procedures as pages name them. The catalogue belongs to no site."""

from dataclasses import dataclass

from doseloop.store.models import Procedure


@dataclass(frozen=True, slots=True)
class ProcedureShown:
    """A standard procedure."""

    key: str
    name: str
    modality: str


def names() -> dict[str, str]:
    """Name by key, in the order of names."""
    return dict(Procedure.objects.order_by("name").values_list("key", "name"))


def procedure(key: str) -> ProcedureShown | None:
    """The procedure with this key, None where there is none."""
    row = Procedure.objects.filter(key=key).first()
    return ProcedureShown(row.key, row.name, row.modality) if row else None

"""The rows of a set of reference levels for a file: every field of every row."""

from doseloop.model.quantities import QUANTITIES
from doseloop.model.reference_level import LevelSet, ReferenceLevel
from doseloop.reference.procedures import catalogue
from doseloop.report.table import Column, Row, Table

_COLUMNS = (
    *(Column("set", "Set"), Column("row", "Row"), Column("modality", "Modality"), Column("as_written", "As written")),
    *(Column("procedure", "Procedure"), Column("procedure_name", "Procedure name"), Column("quantity", "Quantity")),
    *(Column("value", "Value", "number"), Column("unit", "Unit"), Column("printed", "Printed", "number")),
    *(Column("printed_unit", "Printed unit"), Column("kind", "Kind"), Column("statistic", "Statistic")),
    *(Column("category", "Patients"), Column("age_min", "Age from", "number", "months")),
    *(Column("age_max", "Age below", "number", "months"), Column("weight_min", "Weight from", "number", "kg")),
    *(Column("weight_max", "Weight below", "number", "kg"), Column("thickness_min", "Thickness from", "number", "mm")),
    *(Column("thickness_max", "Thickness below", "number", "mm"), Column("sex", "Sex"), Column("size", "Size")),
    *(Column("phantom", "Phantom", "number", "cm"), Column("phantom_basis", "Phantom is known by")),
    *(Column("scope", "Per"), Column("indication", "Indication"), Column("technique", "Technique")),
    *(Column("contrast", "Contrast medium"), Column("phases", "Phases"), Column("views", "Views")),
    *(
        Column("notes", "Notes"),
        Column("why_unmatched", "Why it never matches"),
        Column("verification", "Verification"),
    ),
)


def as_file(one: LevelSet) -> Table:
    """The set, row by row."""
    return Table(one.id, "Reference levels", _COLUMNS, (_row(level) for level in one.levels))


def _row(level: ReferenceLevel) -> Row:
    group, unit = level.group, QUANTITIES[level.quantity].unit
    print_value, print_unit = (
        (level.value, unit) if level.printed is None else (level.printed.value, level.printed.unit)
    )
    return Row(
        (
            level.set_id, level.id, level.modality, level.as_written,
            level.procedure, catalogue().name_of(level.procedure) if level.procedure else None,
            QUANTITIES[level.quantity].symbol, level.value, unit, print_value, print_unit, level.kind, level.statistic,
            group.category, group.age_min_months, group.age_max_months, group.weight_min_kg, group.weight_max_kg,
            group.thickness_min_mm, group.thickness_max_mm, group.sex, group.size,
            level.phantom_cm, level.phantom_basis, level.scope, level.indication, level.technique,
            level.contrast, level.phases, " ".join(level.views) or None,
            level.notes, level.why_unmatched, level.verification,
        )
    )  # fmt: skip

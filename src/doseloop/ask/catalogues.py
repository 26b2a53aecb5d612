"""What is known without counting values: the reference levels of procedures, and what the record has of a kind."""

from typing import Any

from doseloop.ask import names
from doseloop.ask.answer import Column, ReferenceUsed, Table
from doseloop.ask.comparing import reference_used
from doseloop.ask.figures import Figure
from doseloop.ask.labels import label
from doseloop.ask.measures import family
from doseloop.ask.selection import Selection
from doseloop.ask.wording import words
from doseloop.assess.level_words import group_said
from doseloop.model.errors import NotAnswerable
from doseloop.model.quantities import QUANTITIES


def levels(selection: Selection) -> tuple[Table, tuple[ReferenceUsed, ...], str]:
    """The levels that the plan's procedures are compared with, each with its source; and which kind of level it asked for."""
    source = next((one.source for one in selection.plan.compare if one.kind == "reference"), None)
    if source is None:
        raise NotAnswerable(
            "ambiguous_reference", "Which level is not named.", "Name the local or the national reference level."
        )
    known, said = selection.standards(source), {**words()["columns"], **words()["dimensions"]}
    columns = (
        Column("site", said["site"], "text"), Column("procedure", said["procedure"], "text"),
        Column("level_of", said["level_of"], "text"), Column("quantity", "quantity", "text"),
        Column("level", said["level"], "number"),
        Column("phantom", said["phantom"], "text"), Column("set", said["set"], "text"), Column("notes", "notes", "text"),
        Column("verification", "verification", "text"), Column("level_id", "level id", "text"),
    )  # fmt: skip
    rows = []
    for one in known:
        quantity = QUANTITIES[one.level.quantity]
        phantom = label("phantom", one.level.phantom_cm, selection.ground.known) if quantity.needs_phantom else ""
        rows.append((
            label("site", one.site, selection.ground.known), label("procedure", one.level.procedure, selection.ground.known),
            group_said(one.level.group), f"{quantity.symbol}, {quantity.unit}", one.level.value, phantom,
            f"{one.source.authority} {one.source.year}", one.level.notes or "", one.level.verification, one.level.id,
        ))  # fmt: skip
    used = {one.source.id: one for one in known}
    return (
        Table(columns, tuple(rows[: selection.rules.most_rows]), len(rows)),
        tuple(map(reference_used, used.values())),
        source,
    )


COUNTED = (Figure("count"),)


def scanners(selection: Selection, counted: dict[Any, int]) -> Table:
    """Every scanner in the scope that meets the plan's conditions on scanners, those without an exam too."""
    said = {**words()["columns"], **words()["dimensions"]}
    known = selection.ground.known
    wanted = [one for one in known.scanners if _fits(selection, one.key, one.modality, one.site)]
    columns = (
        Column("scanner", said["scanner"], "group"), Column("site", said["site"], "text"),
        Column("modality", said["modality"], "text"), Column("manufacturer", said["manufacturer"], "text"),
        Column("count", words()["stats"]["count"], "count"),
    )  # fmt: skip
    rows = tuple(
        (known.scanner_names[one.key], one.site_name, one.modality, one.manufacturer, counted.get(one.key, 0))
        for one in wanted
    )
    return Table(columns, rows, len(rows))


def _fits(selection: Selection, scanner: int, modality: str, site: int) -> bool:
    for one in selection.plan.filters:
        among = True
        if one.field == "modality" and isinstance(one.value, list):
            among = modality in family(frozenset(map(str, one.value)))
        elif one.field == "site" and isinstance(one.value, list):
            among = site in names.sites(one, selection.ground.known)
        elif one.field == "scanner" and isinstance(one.value, list):
            among = scanner in names.scanners(one, selection.ground.known)
        if among != (one.op != "not_in") and one.field in ("modality", "site", "scanner"):
            return False
    return True

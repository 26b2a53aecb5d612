"""`doseloop glandular TABLE FILE...`: glandular doses by the site's own table beside those that scanners state."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from doseloop.cli.options import JsonOption
from doseloop.model.errors import DoseloopError, UnusableInput
from doseloop.model.estimate import NotEstimated
from doseloop.model.glandular_table import GlandularTable
from doseloop.model.projection import ProjectionEvent
from doseloop.model.quantities import shown
from doseloop.model.subject import Subject


def glandular(
    table: Annotated[Path, typer.Argument(help="CSV file of coefficients.", show_default=False)],
    files: Annotated[list[Path] | None, typer.Argument(help="DICOM objects.", show_default=False)] = None,
    *,
    source: Annotated[str, typer.Option(help="Publication, and by what licence you use it.", show_default=False)],
    glandularity: Annotated[
        float | None, typer.Option(help="Glandular tissue in per cent where an object records none.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check a table of glandular dose coefficients and compare what it gives with what scanners state; nothing is stored."""
    known = _table(table, source, glandularity)
    if not as_json:
        beams = sorted({f"{one.target_filter} {one.technique}" for one in known.beams})
        typer.echo(f"{known.name}: coefficients for {', '.join(beams)}")
    for file in files or ():
        for told in _views(file, known):
            typer.echo(json.dumps(told, ensure_ascii=False) if as_json else _sentence(told))


def _table(file: Path, source: str, glandularity: float | None) -> GlandularTable:
    from doseloop.reference.glandular_csv import MOST_BYTES, ToldTable, glandular_table

    try:
        with file.open("rb") as opened:
            text = opened.read(MOST_BYTES + 1).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableInput(f"{file} cannot be read as UTF-8 text: {error}.") from None
    return glandular_table(ToldTable(file.stem, source, glandularity), text)


def _views(file: Path, table: GlandularTable) -> list[dict[str, Any]]:
    """What is told of each exposure of a file, numbered from 1; of a file that cannot be read the reason."""
    from doseloop.harmonise.soundness import sound
    from doseloop.reading.head import object_bytes
    from doseloop.reading.limits import DEFAULT_LIMITS
    from doseloop.reading.object import read_object

    try:
        dose, _ = sound(read_object(object_bytes(file, DEFAULT_LIMITS)).dose)
    except (DoseloopError, OSError) as error:
        return [{"file": str(file), "reason": str(error)}]
    subject = Subject(sex=dose.patient.sex)
    return [
        {"file": str(file), "exposure": number, **_told(event, subject, table)}
        for number, event in enumerate(dose.projection_events, 1)
    ]


def _told(event: ProjectionEvent, subject: Subject, table: GlandularTable) -> dict[str, Any]:
    from doseloop.dosimetry.glandular_dose import estimate, ratio_to_stated
    from doseloop.harmonise.target_filter import target_filter

    stated = event.agd_mgy.value if event.agd_mgy else None
    found = estimate(event, target_filter(event), subject, table)
    if isinstance(found, NotEstimated):
        return {"stated_mgy": stated, "computed_mgy": None, "reason": found.reason}
    ratio = ratio_to_stated(event, found)
    return {
        "stated_mgy": stated,
        "computed_mgy": found.value,
        "ratio": ratio.value if ratio else None,
        "remark": ratio.sentence if ratio else "",
        "assumptions": found.assumptions,
        "verified": found.verified,
        "coefficients": found.coefficients,
    }


def _sentence(told: dict[str, Any]) -> str:
    place = f"{told['file']}" + (f" exposure {told['exposure']}" if "exposure" in told else "")
    if "reason" in told:
        return f"{place}: not computed. {told['reason']}"
    stated, computed = (shown("agd_mgy", told[name]) for name in ("stated_mgy", "computed_mgy"))
    return f"{place}: stated {stated}, computed {computed} (not verified). {told['remark']}".rstrip()

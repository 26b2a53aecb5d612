"""`doseloop codes`: names of procedure codes by the site's own copy of RSNA's or LOINC's file."""

from pathlib import Path
from typing import Annotated

import typer

from doseloop.cli.options import DataOption
from doseloop.model.errors import UnusableInput
from doseloop.roles.record import open_record


def codes(
    file: Annotated[Path, typer.Argument(help="CSV with a column of codes (RPID, LoincNumber) and one of long names.")],
    scheme: Annotated[str, typer.Option(help="RADLEX or LOINC.")] = "RADLEX",
    data: DataOption = None,
) -> None:
    """Know procedures by the codes of RSNA's RadLex Playbook or LOINC, from a file that you downloaded."""
    open_record(data)
    from doseloop.store.audit import COMMAND
    from doseloop.store.procedure_codes import bring_in

    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise UnusableInput(f"{file} is not in UTF-8. Save it as CSV UTF-8.") from None
    except OSError as error:
        raise UnusableInput(f"{file} cannot be read: {error.strerror}.") from None
    typer.echo(f"{bring_in(scheme.upper(), text, COMMAND)} codes. Exams without a procedure are looked at again.")

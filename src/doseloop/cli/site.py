"""`doseloop site`: the sites of an installation, their zone and the units that their pages show."""

from typing import Annotated

import typer

from doseloop.cli.options import DataOption
from doseloop.roles.record import open_record

UnitOption = Annotated[
    list[str] | None, typer.Option("--unit", help="Display unit: `dap_gy_cm2=cGy·cm²`. May be repeated.")
]


def site(
    name: str,
    zone: Annotated[str | None, typer.Option(help="IANA time zone: `Europe/London`.")] = None,
    unit: UnitOption = None,
    operators: Annotated[
        bool | None, typer.Option(help="Whether who holds the right sees operators and physicians.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Make a site, or change it. Scanners whose Institution Name (0008,0080) is its name belong to it."""
    open_record(data)
    from doseloop.store.sites import set_up

    units = dict(_pair(one) for one in unit or [])
    typer.echo(set_up(name, zone, units, operators))


def _pair(text: str) -> tuple[str, str]:
    quantity, _, chosen = text.partition("=")
    return quantity.strip(), chosen.strip()

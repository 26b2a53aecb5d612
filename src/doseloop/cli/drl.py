"""`doseloop drl`: every group of every scanner against the reference levels of its site."""

import dataclasses
import json
from datetime import date
from typing import Annotated

import typer

from doseloop.cli.listing import FilterOption, asked
from doseloop.cli.options import DataOption, JsonOption
from doseloop.model.errors import UnusableInput
from doseloop.roles.record import open_record

_FILTERS = frozenset(("site", "scanner", "procedure", "modality", "quantity", "state", "level_id"))
DayOption = Annotated[str, typer.Option("--until", help="Last day of the window, as 2026-03-31; today if not named.")]
DaysOption = Annotated[int, typer.Option(min=1, max=3660, help="Length of the window in days.")]


def drl(
    address: FilterOption = "", until: DayOption = "", days: DaysOption = 365, as_json: JsonOption = False,
    data: DataOption = None,
) -> None:  # fmt: skip
    """Compare the median of each group with the reference levels of its site."""
    options, folder = open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.facts.engine import Facts
    from doseloop.facts.paths import FactsPaths
    from doseloop.facts.windows import Window
    from doseloop.report.compliance import compliance, figures
    from doseloop.store.site_list import sites, today_at

    wanted = asked(address, set(_FILTERS))
    facts = Facts(FactsPaths.in_data(folder.root, options.record_address))
    for site in sites(SYSTEM):
        window = Window.of_days_until(_day(until) or today_at(site), days)
        found = compliance(facts, SYSTEM, site.id, window, options.level_settings)
        for one in figures(found):
            row = dataclasses.asdict(one)
            if all(str(row[name]) == value for name, value in wanted.items()):
                typer.echo(json.dumps(row, default=str, ensure_ascii=False) if as_json else _sentence(row))


def _sentence(row: dict[str, object]) -> str:
    return f"{row['scanner_name']}, {row['procedure_name']}, {row['group']}: {row['sentences'][0]}"  # type: ignore[index]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UnusableInput(f"--until: {text[:40]!r} is not a date like 2026-03-31.") from None

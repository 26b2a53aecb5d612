"""A site's own rule pack from a YAML or CSV file, all of it or nothing. Fields and columns: `docs/rules.md`."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Final, get_origin, get_type_hints

import yaml

from doseloop.model.errors import UnusableInput
from doseloop.model.rule_pack import Rule
from doseloop.reference.data_yaml import parsed
from doseloop.reference.rule_packs import rule_pack

MOST_BYTES: Final = 1_000_000
_DEEPEST: Final = 6
_SEVERAL: Final = "|"
_LISTS: Final = frozenset(name for name, hint in get_type_hints(Rule).items() if get_origin(hint) is tuple)
COLUMNS: Final = tuple(one.name for one in fields(Rule) if one.name not in ("printed", "verification"))
REQUIRED: Final = ("id", "about", "title", "action")


@dataclass(frozen=True, slots=True)
class OwnPack:
    """What a site says about a pack of its own beside its rules."""

    title: str
    authority: str
    """The site, or whose rules they are."""
    author: str
    seen_at: str
    """Where the rules come from, in words."""
    country: str = "INT"
    url: str = ""
    purpose: str = "notification"


def from_csv(site: int, told: OwnPack, text: str) -> dict[str, Any]:
    """Plain values of a pack whose rules are the lines of a CSV file. `site` is the key of the site.

    Errors: `UnusableInput`, naming the line of everything that is wrong; nothing is taken in part.
    """
    _check_size(text)
    lines = list(_lines(text))
    content = {**asdict(told), "rules": [cells for _, cells in lines]}
    return _finished(site, content, tuple(line for line, _ in lines), of_text=True)


def from_yaml(site: int, author: str, text: str) -> dict[str, Any]:
    """Plain values of a pack that a YAML file has whole, as the packs of the package.

    Errors: `UnusableInput`, naming the rule and field of everything that is wrong; nothing is taken in part.
    """
    _check_size(text)
    content = _plain(_loaded(text))
    if not isinstance(content, dict):
        raise UnusableInput("The file is no mapping of names to values; docs/rules.md has an example.")
    return _finished(site, {**content, "author": author}, (), of_text=False)


def _finished(site: int, content: dict[str, Any], lines: tuple[int, ...], *, of_text: bool) -> dict[str, Any]:
    title = content.get("title")
    name = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-") if isinstance(title, str) else ""
    if not name or not str(content.get("author", "")).strip():
        raise UnusableInput("The pack needs an author, and a title with some of a to z or 0 to 9 in it.")
    key = f"own-{site}-{name}"
    content |= {"key": key, "verification": "own"}
    content.setdefault("url", "")
    rules = content.get("rules")
    if isinstance(rules, list):
        content["rules"] = [_of_pack(key, one) for one in rules]

    def called(number: int) -> str:
        return f"line {lines[number]}" if lines else f"rule {number + 1}"

    made = rule_pack(content, called=called, strict=not of_text)
    return _plain(_without_defaults(asdict(made))) if of_text else content


def _of_pack(key: str, rule: Any) -> Any:
    """The rule with an id that no other pack has, and verified as the pack is."""
    if not isinstance(rule, dict):
        return rule
    own = {name: value for name, value in rule.items() if name != "verification"}
    return {**own, "id": f"{key}-{rule['id']}"} if isinstance(rule.get("id"), str) else own


def _lines(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number, as an editor counts, and the cells of each row that is not empty."""
    text = text.removeprefix("\ufeff")
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [name.strip() for name in next(reader, [])]
        _check_columns(columns)
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(columns):
                    raise UnusableInput(f"Line {line} has not as many cells as the header has columns.")
                yield line, _row(zip(columns, cells, strict=True))
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnusableInput(f"The file is no CSV: line {reader.line_num}, {error}.") from None


def _check_columns(names: list[str]) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise UnusableInput(f"The file lacks the column {', '.join(missing)}; its first line names the columns.")
    if unknown or len(set(names)) < len(names):
        raise UnusableInput(
            f"The first line names columns, each once, of {', '.join(COLUMNS)}; not {unknown or names}."
        )


def _row(cells: Iterator[tuple[str, str]]) -> dict[str, Any]:
    told = {name: cell.strip().removeprefix("'") for name, cell in cells}
    return {name: _several(cell) if name in _LISTS else cell for name, cell in told.items() if cell}


def _several(cell: str) -> list[str]:
    return [one.strip() for one in cell.split(_SEVERAL) if one.strip()]


def _check_size(text: str) -> None:
    if len(text.encode()) > MOST_BYTES:
        raise UnusableInput(f"The file is larger than {MOST_BYTES} bytes.")


def _loaded(text: str) -> Any:
    """The values of a YAML text; one that refers to itself or is nested deeply is refused before it is built."""
    deep = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise UnusableInput("The file uses an alias (`*name`); write the values out.")
            deep += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if deep > _DEEPEST:
                raise UnusableInput("The file is nested more deeply than a pack is.")
        return parsed(text)
    except yaml.YAMLError as error:
        raise UnusableInput(f"The file is no YAML: {' '.join(str(error).split())[:200]}.") from None


def _plain(value: Any) -> Any:
    """Values as JSON has them: a day is its ISO text."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _without_defaults(pack: dict[str, Any]) -> dict[str, Any]:
    def told(record: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in record.items() if value is not None and value not in ((), frozenset())}

    return told({**pack, "rules": [told(rule) for rule in pack["rules"]]}) | {"url": pack["url"]}

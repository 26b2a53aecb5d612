"""What a form or a preview of a site's own set of reference levels sends, as cells and as CSV text."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from doseloop.model.errors import UnusableInput
from doseloop.reference.level_csv import MOST_BYTES, level_lines, level_text
from doseloop.reference.own_levels import Line, OwnSet
from doseloop.web.own_set_form import MOST_LINES, TOLD, cells_of, is_empty, numbers_of

Cells = Mapping[int, Mapping[str, str]]
"""Of each line of a form, by its number."""
_YEAR_DIGITS = 4


def told_of(request: HttpRequest) -> dict[str, str]:
    """What was typed about the set."""
    return {name: request.POST.get(name, "").strip() for name in TOLD}


def own_set_of(request: HttpRequest, told: Mapping[str, str]) -> OwnSet:
    """The same for a draft, made by who is signed in; a year that is none is 0."""
    year = told["year"]
    is_year = year.isascii() and year.isdecimal() and len(year) == _YEAR_DIGITS
    return OwnSet(
        told["name"], told["authority"], author(request), told["source"], int(year) if is_year else 0, told["country"],
        told["url"],
    )  # fmt: skip


def author(request: HttpRequest) -> str:
    """Who is signed in."""
    user: Any = request.user
    return str(user.get_full_name() or user.get_username())


def typed(request: HttpRequest) -> Cells:
    """The lines of the form, empty ones too."""
    given = request.POST.dict()
    return {number: cells_of(given, number) for number in numbers_of(request.POST.getlist("line"))}


def filled(cells: Cells) -> Cells:
    """The lines into which something was typed."""
    return {number: one for number, one in cells.items() if not is_empty(one)}


def lines_of(request: HttpRequest, cells: Cells) -> tuple[Iterable[Line], str]:
    """The lines of the file, else those of the form, and the CSV text that holds them.

    Errors: `UnusableInput` where there are both or neither, or the file is no CSV with the columns.
    """
    upload, lines = request.FILES.get("file"), filled(cells)
    if isinstance(upload, UploadedFile):
        if lines:
            raise UnusableInput("Give a file or type lines, not both.")
        text = _text(upload)
        return level_lines(text), text
    if not lines:
        raise UnusableInput("Type at least one line, or give a file.")
    return lines.items(), level_text(lines.values())


def cells_of_text(text: str) -> Cells:
    """The lines of a preview's CSV text, for the form. Errors: `UnusableInput` where they are more than it takes."""
    lines = level_lines(text)
    if len(lines) > MOST_LINES:
        raise UnusableInput(f"{len(lines)} lines are more than a form takes. Correct the file, and give it again.")
    return {number: cells for number, (_, cells) in enumerate(lines, start=1)}


def _text(upload: "UploadedFile[bytes]") -> str:
    if (upload.size or 0) > MOST_BYTES:
        raise UnusableInput(f"The file is larger than {MOST_BYTES // 1_000_000} MB: it is no set of reference levels.")
    try:
        return bytes(upload.read()).decode("utf-8")
    except UnicodeDecodeError:
        raise UnusableInput("The file is not in UTF-8. Save it as CSV UTF-8.") from None

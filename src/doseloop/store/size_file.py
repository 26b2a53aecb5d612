"""A CSV file of sizes as lines, in bounded memory."""

import csv
import io
from collections.abc import Iterator
from typing import IO

from doseloop.harmonise.size_lines import Columns, SizeLine, Unusable, columns, lines
from doseloop.model.errors import UnusableInput

MOST_BYTES, MOST_LINES = 50_000_000, 200_000
_LONGEST_LINE = 10_000


def size_lines(file: IO[bytes]) -> Iterator[SizeLine | Unusable]:
    """The lines of a CSV file in UTF-8, with commas, semicolons or tabs.

    Errors: `UnusableInput` for a header that does not say what is needed (see `harmonise.size_lines`), and while reading for what
    is no such file: another encoding, a line of more than 10,000 characters, more than 200,000 lines.
    """
    text = _lines(io.TextIOWrapper(file, "utf-8-sig", newline=""))
    head = next(text, "")
    separator = max(",;\t", key=head.count)
    header = next(csv.reader([head], delimiter=separator), [])
    known = columns(header)
    return _read(csv.reader(text, delimiter=separator), known)


def _read(rows: Iterator[list[str]], known: Columns) -> Iterator[SizeLine | Unusable]:
    try:
        yield from lines(rows, known)
    except csv.Error as error:
        raise UnusableInput(f"The file is no CSV ({error}).") from None


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    count = 0
    try:
        while line := text.readline(_LONGEST_LINE + 1):
            count += 1
            if len(line) > _LONGEST_LINE:
                raise UnusableInput(f"Line {count} of the file is longer than {_LONGEST_LINE:,} characters.")
            if count > MOST_LINES:
                raise UnusableInput(f"The file has more than {MOST_LINES:,} lines. Give it in parts.")
            yield line
    except UnicodeDecodeError:
        raise UnusableInput("The file is not in UTF-8. Save it as CSV UTF-8.") from None
    finally:
        text.detach()

"""A report as a PDF, set by Typst from a template of `report/templates`.

All that a person or an object named goes to Typst as data and never as markup. Fonts are those in Typst's own wheel, so that
the same report gives the same bytes on any machine; dates are the report's own.
"""

import re
from collections.abc import Mapping
from importlib.resources import as_file, files
from typing import Any, Final

import msgspec
import typst

_WITHOUT_GLYPH: Final = re.compile(r"the text `\"(.+?)\"` could not be displayed")
"""What Typst says of a text for which no font has a character: PDF/UA then forbids the file."""
_BOX: Final = "□"


def set_by_typst(template: str, told: Mapping[str, Any]) -> bytes:
    """The template's page with these plain values: the same values give the same bytes.

    A name in a script that Typst's fonts lack is set in a font of the machine; where that has none, boxes stand for it.
    """
    text = msgspec.json.encode(told, order="sorted").decode()
    try:
        return _set(template, text, own_fonts=True)
    except typst.TypstError as error:
        lacking = _lacking(error)
    try:
        return _set(template, text, own_fonts=False)
    except typst.TypstError as error:
        lacking |= _lacking(error)
    return _set(template, text.translate({ord(one): _BOX for one in lacking}), own_fonts=True)


def _lacking(error: typst.TypstError) -> set[str]:
    """The characters that no font has. Errors: the one given, where it is about anything else."""
    found = set("".join(_WITHOUT_GLYPH.findall(error.diagnostic)))
    if not found:
        raise error
    return found


def _set(template: str, told: str, *, own_fonts: bool) -> bytes:
    """As PDF/UA-1 (ISO 14289-1): tagged, so that screen readers read it in its order."""
    with as_file(files("doseloop.report") / "templates") as folder:
        made = typst.compile(
            folder / template, root=folder, ignore_system_fonts=own_fonts, pdf_standards=["ua-1"],
            sys_inputs={"report": told},
        )  # fmt: skip
    return bytes(made)

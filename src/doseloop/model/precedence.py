"""The one table of precedence: where one value may come from several sources, which of them holds.

The code that decides asks this table (`first`, `chosen`, `rank`, `order`), so that the order below is what is done, and
`docs/precedence.md` is written from it. It stands in the model since reading and harmonising both decide by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Precedence:
    """The sources of one value, the one that holds first."""

    key: str
    of: str
    """The value or group of values, for people."""
    sources: tuple[str, ...]
    reason: str
    source: str
    """Where the standard has it, or that the line is our own."""


TABLE: Final = (
    Precedence(
        "equipment", "maker, model and serial number of the scanner", ("header", "device observer"),
        "The header is what archives and worklists know the scanner by; the observer may be a workstation that wrote the report.",
        "PS3.3 C.7.5.1, C.7.5.2; PS3.16 TID 1004",
    ),
    Precedence(
        "requested procedure", "name of the requested procedure", ("header", "request attributes"),
        "The element of the object itself speaks of this study; a request may be one of several.",
        "PS3.3 C.7.3.1 (0032,1060), 10.6 (0040,0275)",
    ),
    Precedence(
        "age", "age of the patient as one object tells it", ("recorded age", "birth date"),
        "The age was recorded for this study; a birth date may be a dummy, and is reckoned with only where it is plausible.",
        "PS3.3 C.7.2.2 (0010,1010), C.7.1.1 (0010,0030)",
    ),
    Precedence(
        "age at an exam", "age of the patient at an exam", ("birth date", "recorded age"),
        "A plausible birth date tells the age to the day; a recorded age is rounded down to years, months or weeks, and decides "
        "no border between groups better.",
        "PS3.3 C.7.1.1 (0010,0030), C.7.2.2 (0010,1010)",
    ),
    Precedence(
        "size", "height and weight of the patient at an exam",
        ("imported by choice", "object", "imported", "water-equivalent diameter"),
        "What the object says was entered for this exam. A file fills what is missing, and comes before the object only where a "
        "person has compared both and said so. A size from the images is an estimate, and comes last.",
        "PS3.3 C.7.2.2 (0010,1020), (0010,1030); our own line for the rest",
    ),
    Precedence(
        "objects of a study", "study, patient and equipment of an exam; gaps are filled from the next",
        ("report", "dose screen", "image"),
        "A report is written for the dose. Of reports a complete one comes before a partial one, then more events before fewer, "
        "then the later before the earlier.",
        "PS3.3 C.17.2 (0040,A491); our own line for the rest",
    ),
    Precedence(
        "event", "one irradiation event in several objects", ("report", "dose screen", "image"),
        "The template of a report has every dose of an event; a header has some, rounded. Of several reports the later holds, "
        "unless it only leaves out a dose.",
        "PS3.16 TID 10003, 10013; PS3.3 C.4.16",
    ),
    Precedence(
        "administration", "one administration of a radiopharmaceutical in several objects", ("report", "image"),
        "The report has what was measured before and after; a header has the activity that somebody typed at the scanner.",
        "PS3.16 TID 10022; PS3.3 C.8.9.2, C.8.4.10",
    ),
    Precedence(
        "total", "total of an exam", ("stated", "summed"),
        "A report that holds every event of the exam states its total from unrounded doses. A stated 0 beside events with dose "
        "is a field that was never filled in, and gives way.",
        "PS3.16 TID 10012, 10004 to 10007; our own line for the 0",
    ),
    Precedence(
        "start of an exam", "date and time of an exam", ("study date", "first event"),
        "The study's date is what the department files the exam under.",
        "PS3.3 C.7.2.1 (0008,0020), (0008,0030)",
    ),
    Precedence(
        "scanner", "what a scanner is known by", ("serial number", "station name"),
        "A serial number stays with the machine; a station name is given anew.",
        "PS3.3 C.7.5.1 (0018,1000), (0008,1010)",
    ),
    Precedence(
        "several units", "one quantity of a content item in several units", ("finer unit", "coarser unit"),
        "The finer one is rounded less.",
        "our own line: 5600 µs beside 6 ms",
    ),
    Precedence(
        "standard or private", "a value in the template's item and in one of the maker's own", ("standard item", "maker's item"),
        "The template says what its item means; of a private one only the maker knows.",
        "PS3.16 section 6.2.4; PS3.5 section 7.8",
    ),
    Precedence(
        "phantom of a total", "phantom of a CT report's total", ("below the total", "beside the total"),
        "What stands below the total is said of it.",
        "PS3.16 TID 10012 rows 3a, 3b",
    ),
    Precedence(
        "dose screen total", "DLP of a dose screen", ("maker's element", "comment"),
        "The element is exact, the comment is rounded for the screen.",
        "ELSCINT1 (00E1,xx21); PS3.3 C.4.16 (0040,0310)",
    ),
    Precedence(
        "dose screen phantom", "phantom of a dose screen's series", ("maker's element", "phantom code"),
        "The element is of the series; the code is left empty by the makers that were seen.",
        "ELSCINT1 (01E1,xx26); PS3.3 C.8.15.3.8 (0018,9346)",
    ),
    Precedence(
        "start of an image", "start of an image's acquisition", ("AcquisitionDateTime", "AcquisitionDate and AcquisitionTime"),
        "One element cannot disagree with itself.",
        "PS3.3 C.7.6.1 (0008,002A), (0008,0022), (0008,0032)",
    ),
    Precedence(
        "side of an image", "side of an image", ("ImageLaterality", "FrameLaterality", "Laterality"),
        "The image before its frames, and both before the body part of the series.",
        "PS3.3 C.8.11.7 (0020,0062), C.8.21.3.1 (0020,9072), C.7.3.1 (0020,0060)",
    ),
    Precedence(
        "exposure time of an image", "exposure time of an image", ("ExposureTimeInuS", "ExposureTimeInms", "ExposureTime"),
        "The finer unit is rounded less; an element that says 0 gives way.",
        "PS3.3 C.8.11.3, C.8.7.2 (0018,8150), (0018,9328), (0018,1150)",
    ),
    Precedence(
        "tube current of an image", "tube current of an image", ("XRayTubeCurrentInuA", "XRayTubeCurrentInmA", "XRayTubeCurrent"),
        "The finer unit is rounded less; an element that says 0 gives way.",
        "PS3.3 C.8.11.3, C.8.7.2 (0018,8151), (0018,9330), (0018,1151)",
    ),
    Precedence(
        "exposure of an image", "exposure (mAs) of an image", ("ExposureInuAs", "ExposureInmAs", "Exposure"),
        "The finer unit is rounded less; an element that says 0 gives way.",
        "PS3.3 C.8.11.3, C.8.7.2 (0018,1153), (0018,9332), (0018,1152)",
    ),
    Precedence(
        "entrance dose of an image", "entrance dose of an image", ("EntranceDoseInmGy", "EntranceDose"),
        "The finer unit (mGy) is rounded less than dGy; an element that says 0 gives way.",
        "PS3.3 C.8.7.2, C.4.16 (0040,8302), (0040,0302)",
    ),
)  # fmt: skip
_BY_KEY: Final = {row.key: row for row in TABLE}


def order(key: str) -> tuple[str, ...]:
    """The sources of a value, the one that holds first."""
    return _BY_KEY[key].sources


def rank(key: str, source: str) -> int:
    """The place of a source from 0, which holds before all others. `ValueError` for one that the table does not name."""
    return order(key).index(source)


def chosen(key: str, values: Mapping[str, T | None]) -> tuple[str, T] | None:
    """The first source that has a value, and the value; None where none has. `KeyError` where a source was left out."""
    for source in order(key):
        value = values[source]
        if value is not None and value != "":
            return source, value
    return None


def first(key: str, values: Mapping[str, T | None]) -> T | None:
    """As `chosen`, the value alone."""
    found = chosen(key, values)
    return found[1] if found else None

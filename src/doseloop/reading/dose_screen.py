"""Secondary captures of a scanner's dose screen whose header holds what the screen shows: the Exposure Dose Sequence
(0040,030E), with the maker's own elements for the DLP; and where that is not there, the comment's lines.

Screens that hold their doses in pixels alone are for a reader of text in images, which has its place beside this file.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from doseloop.model.ct import CtEvent
from doseloop.model.dose_object import CtTotals, DoseObject
from doseloop.model.precedence import first
from doseloop.model.reading import Code, Reading
from doseloop.reading.ct_image import acquisition_type, ct_source, exposure_time_ms
from doseloop.reading.header import Header
from doseloop.reading.private import ELSCINT_DLP, ELSCINT_PHANTOM, private_number, private_text
from doseloop.reading.surroundings import dose_object_of
from doseloop.reading.tags import Tags
from doseloop.reading.tid10011_ct import phantom_cm
from doseloop.reading.units import number_of

COMMENT = "(0040,0310)"
_EMPTY = "An item of the Exposure Dose Sequence (0040,030E) holds nothing that is read."
_LINE = re.compile(r"Series #\s*(\d+)\s+(.*?)\s+Average CTDIvol\s*=\s*([\d.]+)\s+DLP\s*=\s*([\d.]+)", re.IGNORECASE)
_TOTAL = re.compile(r"Total DLP\s*=\s*([\d.]+)", re.IGNORECASE)
_PHANTOMS = {
    "HEAD": Code("113690", "DCM", "IEC Head Dosimetry Phantom"),
    "BODY": Code("113691", "DCM", "IEC Body Dosimetry Phantom"),
}


def is_dose_screen(header: Header) -> bool:
    """Whether the header holds doses of CT series."""
    tags = header.tags
    items = tags.items("ExposureDoseSequence")
    if any(item.text("CTDIvol") for item in items):
        return True
    return bool(_LINE.search(tags.plain("CommentsOnRadiationDose") or "") or _total(header))


def dose_screen(header: Header) -> DoseObject:
    """A CT dose screen: totals and series as its header has them."""
    tags = header.tags
    items = tags.items("ExposureDoseSequence")
    events = tuple(_event(item) for item in items if item.data_set) or tuple(_lines(tags))
    totals = CtTotals(dlp_mgy_cm=_total(header), events=tags.number(("TotalNumberOfExposures", 1.0)))
    dose = dose_object_of(header, "dose screen", "CT", ct_totals=totals, ct_events=events)
    empty = () if all(item.data_set for item in items) else (_EMPTY,)
    return replace(dose, missing=(*dose.missing, *empty))


def _event(item: Tags) -> CtEvent:
    number, described = item.number, item.text("SeriesDescription")
    phantoms = {"maker's element": _phantom(item), "phantom code": item.code("CTDIPhantomTypeCodeSequence")}
    phantom = first("dose screen phantom", phantoms)
    return CtEvent(
        started_at=item.moment("AcquisitionDateTime"),
        protocol=described,
        series_description=described,
        acquisition_type=acquisition_type(item),
        ctdi_vol_mgy=number(("CTDIvol", 1.0)),
        dlp_mgy_cm=private_number(item.data_set, ELSCINT_DLP, item.decode, item.at),
        phantom=phantom,
        phantom_cm=phantom_cm(phantom.value if phantom else None),
        exposure_time_ms=exposure_time_ms(item),
        scanning_length_mm=number(("ScanLength", 1.0), nothing_is_zero=True),
        pitch=number(("SpiralPitchFactor", 1.0), nothing_is_zero=True),
        single_collimation_mm=number(("SingleCollimationWidth", 1.0), nothing_is_zero=True),
        total_collimation_mm=number(("TotalCollimationWidth", 1.0), nothing_is_zero=True),
        sources=(ct_source(item),),
        filter_material=item.text("FilterMaterial"),
        dose_saving_percent=number(("EstimatedDoseSaving", 1.0)),
    )


def _phantom(item: Tags) -> Reading[Code] | None:
    written = private_text(item.data_set, ELSCINT_PHANTOM, item.decode, item.at)
    code = _PHANTOMS.get(written.value.upper()) if written else None
    return Reading(code, written.place, written.recorded) if written and code else None


def _total(header: Header) -> Reading[float] | None:
    """The DLP of the study: the maker's element, else what the comment says, which is rounded."""
    exact = private_number(header.data_set, ELSCINT_DLP, header.decode)
    said = _TOTAL.search(header.tags.plain("CommentsOnRadiationDose") or "")
    rounded = number_of(said[1]) if said else None
    of_comment = Reading(rounded, COMMENT, said[0]) if said and rounded is not None else None
    return first("dose screen total", {"maker's element": exact, "comment": of_comment})


def _lines(tags: Tags) -> Iterator[CtEvent]:
    """The series that the comment lists, for a capture without the sequence."""
    for line in _LINE.finditer(tags.plain("CommentsOnRadiationDose") or ""):
        described = Reading(line[2], COMMENT, line[2])
        index, product = (number_of(written) for written in (line[3], line[4]))
        yield CtEvent(
            protocol=described,
            series_description=described,
            ctdi_vol_mgy=None if index is None else Reading(index, COMMENT, line[0]),
            dlp_mgy_cm=None if product is None else Reading(product, COMMENT, line[0]),
        )

"""The Radiopharmaceutical Information Sequence (0054,0016) of NM and PET images (PS3.3 sections C.8.4.10, C.8.9.2)."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from doseloop.model.image import ImageHeader
from doseloop.model.reading import Reading
from doseloop.model.tracer import Administration, NuclearImage
from doseloop.reading.image import started_at
from doseloop.reading.moments import date_of, time_iso
from doseloop.reading.tags import Tags

MBQ_A_BQ = 1e-6
_MOST_MBQ = 1e5
_LEAST_BQ = 1e4
"""Nobody is given more than 100 GBq, nor less than 10 kBq: a number past these was written in the other unit, as systems do that
image both ways (innolitics/dicom-standard, issues 76 and 91, have a Radionuclide Total Dose of 203,000,000 under the text that
says MBq)."""


def administrations(tags: Tags, image: ImageHeader, activity_factor: float) -> tuple[Administration, ...]:
    """One for each item that names a nuclide, a product or an activity. `activity_factor` turns Radionuclide Total Dose
    (0018,1074) into MBq: its unit is Bq in PET and MBq in nuclear medicine."""
    items = tags.items("RadiopharmaceuticalInformationSequence")
    found = (_administration(item, tags, image, activity_factor) for item in items)
    return tuple(one for one in found if one.activity_mbq or one.radionuclide or one.product or one.product_name)


def _administration(item: Tags, tags: Tags, image: ImageHeader, activity_factor: float) -> Administration:
    number = item.number
    acquired = started_at(tags)
    return Administration(
        event_uid=item.text("RadiopharmaceuticalAdministrationEventUID"),
        started_at=item.moment("RadiopharmaceuticalStartDateTime")
        or _on_the_day(item.text("RadiopharmaceuticalStartTime"), acquired, tags),
        stopped_at=item.moment("RadiopharmaceuticalStopDateTime")
        or _on_the_day(item.text("RadiopharmaceuticalStopTime"), acquired, tags),
        product=item.code("RadiopharmaceuticalCodeSequence"),
        product_name=item.text("Radiopharmaceutical"),
        radionuclide=item.code("RadionuclideCodeSequence"),
        half_life_s=number(("RadionuclideHalfLife", 1.0), nothing_is_zero=True),
        positron_fraction=number(("RadionuclidePositronFraction", 1.0)),
        activity_mbq=_activity_mbq(item, activity_factor),
        specific_activity_mbq_umol=number(("RadiopharmaceuticalSpecificActivity", MBQ_A_BQ), nothing_is_zero=True),
        volume_ml=number(("RadiopharmaceuticalVolume", 1.0), nothing_is_zero=True),
        route=item.code("AdministrationRouteCodeSequence") or item.worded("RadiopharmaceuticalRoute"),
        image=image,
        nuclear_image=_nuclear_image(tags),
    )


def _activity_mbq(item: Tags, factor: float) -> Reading[float] | None:
    """Radionuclide Total Dose (0018,1074) in MBq, by the number where it cannot be in the unit of the image's kind."""
    written = item.number(("RadionuclideTotalDose", 1.0))
    if written is None:
        return None
    if factor == 1.0 and written.value > _MOST_MBQ:
        factor = MBQ_A_BQ
    elif factor == MBQ_A_BQ and 1 <= written.value < _LEAST_BQ:
        factor = 1.0
    return replace(written, value=written.value * factor)


def _on_the_day(clock: Reading[str] | None, acquired: Reading[str] | None, tags: Tags) -> Reading[str] | None:
    """A time without a date: of the day of the acquisition, or of the day before where it would follow the acquisition."""
    told = time_iso(clock.value) if clock else None
    day = date_of(acquired.value[:10]) if acquired else date_of(tags.plain("SeriesDate"))
    if clock is None or told is None or day is None:
        return None
    moment = _at(day, told)
    if acquired and moment > datetime.fromisoformat(acquired.value):
        moment -= timedelta(days=1)
    return Reading(moment.isoformat(), clock.place, clock.recorded)


def _at(day: date, told: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(told))


def _nuclear_image(tags: Tags) -> NuclearImage:
    return NuclearImage(
        units=tags.plain("Units"),
        series_type=tags.values("SeriesType"),
        corrections=tags.values("CorrectedImage"),
        decay_correction=tags.plain("DecayCorrection"),
        reconstruction=tags.plain("ReconstructionMethod"),
        slices=tags.whole("NumberOfSlices"),
    )

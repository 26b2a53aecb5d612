"""Valid objects of every kind that is read, made by chance: values, optional items in and out, byte orders, value representations,
lengths, character sets, and the ways in which makers write what the standard lets them (and some that it does not).

One file a kind, each with `made(chance)`. A new kind of object is a new file here and a line in `GENERATORS`; a test names the
kinds that have none. `writing` makes the bytes, `content` the items of reports and `tags` the elements of images from tables of
fields, `header` what every object says of itself. What the reading must give back stands in `Made.told`.
"""

from collections.abc import Callable
from random import Random

from doseloop.model.dose_object import ObjectKind
from tests.reading.generator import (
    ct_image,
    ct_report,
    dental_image,
    dose_screen,
    dose_summary,
    mammogram,
    mr_image,
    nuclear_medicine_image,
    pet_image,
    projection_report,
    radiograph,
    tracer_report,
)
from tests.reading.generator.made import Made, differences

GENERATORS: dict[ObjectKind, Callable[[Random], Made]] = {
    "ct report": ct_report.made,
    "projection report": projection_report.made,
    "tracer report": tracer_report.made,
    "dose summary": dose_summary.made,
    "dose screen": dose_screen.made,
    "radiograph": radiograph.made,
    "mammogram": mammogram.made,
    "dental image": dental_image.made,
    "nuclear medicine image": nuclear_medicine_image.made,
    "pet image": pet_image.made,
    "mr image": mr_image.made,
    "ct image": ct_image.made,
}
"""By the kind as `reading/kinds` names it."""
__all__ = ["GENERATORS", "Made", "differences"]

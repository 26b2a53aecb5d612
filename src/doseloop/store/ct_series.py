"""Series of axial CT images: noted as their images arrive, read as what shows the size of the patient."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from doseloop.model.ct_series import CtSeries, MeasuredImage, SeriesHeader
from doseloop.store import slice_records
from doseloop.store.models import CtSeriesRow
from doseloop.store.objects import exam_and_parts
from doseloop.store.packing import pack, unpack
from doseloop.store.prepared import Insert, Rows, Slot, Update
from doseloop.store.series_columns import SeriesColumns, merged, united


def note(exam: int, image: MeasuredImage | None) -> None:
    """Add the images of an object to their series of the exam. The same object twice is one, and any order gives the same.

    Within the caller's transaction, under the lock on the study. Two statements, or one where the object brings nothing new.
    """
    if image is None or not image.slices:
        return
    of_row = {"exam": exam, "series": image.header.series_uid, "acquisition": _acquisition(image.header)}
    found = _ROW.first(**of_row)
    records = slice_records.added(bytes(found[2]) if found else b"", image.slices)
    if found is None:
        _NEW.run(
            exam_id=exam, series_uid=of_row["series"], acquisition=of_row["acquisition"], header=pack(image.header),
            **_kept(records, is_sample=False),
        )  # fmt: skip
        return
    _write(found, image.header, records)


def take_over(gone: int, exam: int) -> None:
    """Give the series of an exam that is about to go to the one that stays. Within the caller's transaction."""
    for row in CtSeriesRow.objects.filter(exam_id=gone).order_by("pk"):
        found = _ROW.first(exam=exam, series=row.series_uid, acquisition=row.acquisition)
        if found is None:
            CtSeriesRow.objects.filter(pk=row.pk).update(exam_id=exam)
            continue
        records = slice_records.united(bytes(found[2]), bytes(row.slices))
        _write((*found[:3], found[3] or row.is_sample), unpack(bytes(row.header), SeriesHeader), records)


def series_of(exam: int) -> tuple[CtSeries, ...]:
    """The series of an exam and of those that count in it, each split by acquisition; in no order that means anything, and always
    the same."""
    return united(_OF_EXAM.all(exam=exam))


def waiting(most: int) -> list[int]:
    """Exams (those that count, by key) with images that their computed values do not know yet."""
    rows = CtSeriesRow.objects.filter(waits=True).order_by("pk")
    homes = rows.values_list(Coalesce("exam__part_of", "exam"), flat=True)[:most]
    return list(dict.fromkeys(homes))


def taken_in(exam: int) -> None:
    """Note that the exam's computed values know all of its images. Within the transaction that wrote them."""
    CtSeriesRow.objects.filter(Q(exam=exam) | Q(exam__part_of=exam), waits=True).update(waits=False)


def of_exams(exams: Sequence[int]) -> Mapping[int, list[SeriesColumns]]:
    """The series of many exams as they stand in the record, by the exam that they count in."""
    own = Q(exam_id__in=exams) | Q(exam__part_of__in=exams)
    names = ("series_uid", "acquisition", "header", "slices", "is_sample")
    found: dict[int, list[SeriesColumns]] = defaultdict(list)
    rows = CtSeriesRow.objects.filter(own).order_by("pk")
    for home, *columns in rows.values_list(Coalesce("exam__part_of", "exam"), *names):
        found[home].append(tuple(columns))
    return found


def _acquisition(header: SeriesHeader) -> str:
    return header.event_uid or header.acquisition_number


def _write(found: tuple[object, ...], header: SeriesHeader, records: bytes) -> None:
    """Write a row (key, header, slices, whether it is a sample) anew where it changes."""
    key, packed, held, is_sample = found
    assert isinstance(packed, bytes | memoryview)
    assert isinstance(held, bytes | memoryview)
    known = unpack(bytes(packed), SeriesHeader)
    told = _kept(records, is_sample=bool(is_sample))
    both = merged(known, header)
    if both != known or told != {"slices": bytes(held), "is_sample": bool(is_sample)}:
        _WRITE.run(key=key, header=pack(both), **told, waits=True)


def _kept(records: bytes, *, is_sample: bool) -> dict[str, object]:
    found = slice_records.kept(records)
    return {"slices": found, "is_sample": is_sample or len(found) < len(records)}


def _of_exam() -> QuerySet[CtSeriesRow, Any]:
    rows = CtSeriesRow.objects.filter(exam_id__in=exam_and_parts()).order_by("pk")
    return rows.values_list("series_uid", "acquisition", "header", "slices", "is_sample")


_ROW = Rows(
    lambda: CtSeriesRow.objects.filter(
        exam_id=Slot("exam"), series_uid=Slot("series"), acquisition=Slot("acquisition")
    ).values_list("pk", "header", "slices", "is_sample")
)
_OF_EXAM = Rows(_of_exam)
_NEW = Insert(CtSeriesRow)
_WRITE = Update(lambda: CtSeriesRow.objects.filter(pk=Slot("key")), ("header", "slices", "is_sample", "waits"))

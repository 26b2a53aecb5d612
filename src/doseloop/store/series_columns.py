"""Series of axial images from the columns that the record holds of them: plain data that needs no database."""

from collections.abc import Iterable
from dataclasses import replace

from doseloop.model.ct_series import CtSeries, SeriesHeader
from doseloop.store import slice_records
from doseloop.store.packing import unpack

SeriesColumns = tuple[str, str, bytes, bytes, bool]
"""Series Instance UID, acquisition, header, slices and whether they are a sample, as in `CtSeriesRow`."""


def united(rows: Iterable[SeriesColumns]) -> tuple[CtSeries, ...]:
    """The series of an exam and of those that count in it, each split by acquisition; in no order that means anything, and always
    the same."""
    found: dict[tuple[str, str], tuple[SeriesHeader, bytes, bool]] = {}
    for series_uid, acquisition, packed, records, is_sample in rows:
        header, key = unpack(bytes(packed), SeriesHeader), (series_uid, acquisition)
        if key in found:
            known, held, was_sample = found[key]
            found[key] = merged(known, header), slice_records.united(held, bytes(records)), was_sample or is_sample
        else:
            found[key] = header, bytes(records), is_sample
    return tuple(
        CtSeries(header, slice_records.slices_of(slice_records.kept(records)), is_sample)
        for _, (header, records, is_sample) in sorted(found.items())
    )


def merged(one: SeriesHeader, other: SeriesHeader) -> SeriesHeader:
    """What both tell: the earliest start; of anything else that differs the last by name, so that no order matters."""
    starts = sorted(filter(None, (one.started_at, other.started_at)))
    views = [view for view in (one.field_of_view_mm, other.field_of_view_mm) if view is not None]
    return replace(
        one,
        event_uid=max(one.event_uid, other.event_uid),
        acquisition_number=max(one.acquisition_number, other.acquisition_number),
        frame_of_reference_uid=max(one.frame_of_reference_uid, other.frame_of_reference_uid),
        started_at=starts[0] if starts else "",
        kernel=max(one.kernel, other.kernel),
        field_of_view_mm=max(views, default=None),
    )

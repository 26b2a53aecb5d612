"""Records of images: the same for any order, any repetition and any number."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.model.ct_series import WHY, CtSlice, SliceMeasure
from doseloop.store import slice_records
from doseloop.store.slice_records import added, kept, slices_of, united

NUMBER = st.floats(-3000, 3000, width=32)
MEASURES = st.builds(SliceMeasure, NUMBER, NUMBER, NUMBER, NUMBER, st.floats(0, 1, width=32), st.none() | NUMBER)
NAMES = st.text("0123456789.", min_size=1, max_size=64)
MEASURED = st.builds(CtSlice, NAMES, st.none() | NUMBER, st.none() | NUMBER, MEASURES)
UNMEASURED = st.builds(CtSlice, NAMES, st.none() | NUMBER, st.none(), st.none(), st.sampled_from(sorted(WHY)))
SLICES = st.lists(MEASURED | UNMEASURED, max_size=12)


@given(SLICES)
def test_what_was_put_in_comes_out(slices: list[CtSlice]) -> None:
    once = list({one.name: one for one in slices}.values())
    found = slices_of(added(b"", once))
    told = {(one.z_mm, one.thickness_mm, one.measure, one.why_not) for one in found}
    assert told == {(one.z_mm, one.thickness_mm, one.measure, one.why_not) for one in once}
    assert len(found) == len(once)


@given(SLICES, SLICES, SLICES)
def test_no_order_and_no_repetition_matters(one: list[CtSlice], two: list[CtSlice], three: list[CtSlice]) -> None:
    straight = added(added(added(b"", one), two), three)
    assert added(added(added(b"", three), one), two) == straight
    assert added(added(straight, two), three) == straight
    assert united(added(b"", three), united(added(b"", two), added(b"", one))) == straight


@given(MEASURED)
def test_an_image_that_was_measured_at_last_stays_measured(image: CtSlice) -> None:
    failed = replace(image, measure=None, why_not="no-pixels")
    for order in ((image, failed), (failed, image)):
        (found,) = slices_of(added(b"", order))
        assert found.measure == image.measure


def test_images_stand_in_order_along_the_patient_those_without_a_position_last() -> None:
    images = [CtSlice(str(z), z, why_not="truncated") for z in (30.0, -5.0, 10.0)]
    found = slices_of(added(b"", [CtSlice("nowhere", why_not="truncated"), *images]))
    assert [one.z_mm for one in found] == [-5, 10, 30, None]


def test_of_too_many_images_the_same_sample_stays_for_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slice_records, "MOST_SLICES", 7)
    images = [CtSlice(f"2.25.{n}", float(n), why_not="truncated") for n in range(40)]
    one, other = b"", b""
    for image in images:
        one = kept(added(one, [image]))
    for image in reversed(images):
        other = kept(added(other, [image]))
    assert one == other
    assert len(slices_of(one)) == 7

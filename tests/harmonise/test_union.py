"""What holds for the union of any objects of a study: no order, repetition or copy changes it, and nothing counts twice."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from doseloop.harmonise.held import HeldObject
from doseloop.model.exam import ExamRecord, Part
from tests.harmonise.reports import united
from tests.harmonise.studies import Study, studies

KIND = {"CT": "CT", "RF": "RF", "DX": "RF", "MG": "MG", "PT": "PT", "NM": "PT"}
EXAMPLES = settings(max_examples=300, deadline=None)


def by_uid(exam: ExamRecord, objects: tuple[HeldObject, ...]) -> ExamRecord:
    """The exam with each event's object by its place among the objects, whatever key the record gave it."""
    uids = {held.key: n for n, held in enumerate(sorted(objects, key=lambda held: held.dose.sop_instance_uid))}

    def keyed(part: Part) -> Part:
        return replace(part, events=tuple(replace(event, object=uids[event.object]) for event in part.events))

    return replace(exam, parts=tuple(map(keyed, exam.parts)))


@EXAMPLES
@given(study=studies(), data=st.data())
def test_any_order_repetition_and_numbering_gives_the_same_exam(study: Study, data: st.DataObject) -> None:
    straight = by_uid(united(*study.objects), study.objects)
    order = data.draw(st.permutations(study.objects))
    again = data.draw(st.lists(st.sampled_from(study.objects), max_size=3))
    assert (by_uid(united(*order, *again), study.objects) == straight) is True

    renumbered = tuple(replace(held, key=key) for key, held in enumerate(order))
    assert (by_uid(united(*renumbered), renumbered) == straight) is True


@EXAMPLES
@given(study=studies())
def test_no_exposure_and_no_injection_counts_twice(study: Study) -> None:
    exam = united(*study.objects)
    for part in exam.parts:
        kind = KIND[part.modality]
        assert len(part.events) <= study.done[kind], exam.issues
        for total in part.totals:
            whole = study.dose.get(f"{kind} {total.quantity}")
            if whole is not None and total.value is not None:
                assert total.value <= whole * (1 + 1e-9), (total, exam.issues)


@EXAMPLES
@given(study=studies(), data=st.data())
def test_what_is_counted_of_some_objects_is_counted_of_all(study: Study, data: st.DataObject) -> None:
    """A further object of a study never takes an event of a report away."""
    reports = [held for held in study.objects if held.is_report and held.dose.sop_instance_uid.startswith("2.25.900")]
    some = data.draw(st.lists(st.sampled_from(reports), unique_by=lambda held: held.key)) if reports else []
    if some:
        before, after = (
            {KIND[part.modality]: len(part.events) for part in united(*them).parts} for them in (some, study.objects)
        )
        assert all(after[kind] >= many for kind, many in before.items())

"""Names of staff are merged and given back: no exam changes, and everything taken back restores who stands for whom."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doseloop.access.scope import SYSTEM, Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.pipeline import Pipeline
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.follower import Follower
from doseloop.store import decisions, person_merging
from doseloop.store import people as typed_people
from doseloop.store.audit import COMMAND
from doseloop.store.exam_detail import exam_detail
from doseloop.store.models import AuditRow, Decision, Exam, ExamPerson, Person, Site
from doseloop.store.person_merging import ONE, PEOPLE, SHARED, Merge
from tests.reading import reports
from tests.store.taken_in import pipeline_over, take_in

TYPED = ("Brandt^Tina", "Brandt, T.", "BRANDT^TINA", "Okafor^Sam", "CT Team", "Leitung")
"""One person in three spellings, another, a shared name that the words tell, and one that only a person can tell."""


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    made = pipeline_over(folder)
    take_in(made, [report(number, name) for number, name in enumerate(TYPED)])
    return made


def report(number: int, operator: str, physician: str = "Keller^Martin") -> bytes:
    made = reports.ct_report(2)
    made.SOPInstanceUID, made.StudyInstanceUID, made.PatientID = f"2.25.4{number}", f"2.25.5{number}", f"N{number}"
    made.OperatorsName, made.PerformingPhysicianName = operator, physician
    for item in made.ContentSequence:
        for inner in getattr(item, "ContentSequence", []):
            if "UID" in inner:
                inner.UID = f"{inner.UID}.{number}"
    return reports.encode(made)


def key(typed: str) -> int:
    return Person.objects.get(name=typed).pk


def merge(*pairs: tuple[str, str]) -> str:
    return person_merging.merge(SYSTEM, [Merge(key(alias), key(of)) for alias, of in pairs], COMMAND)


def stands_for() -> dict[str, str]:
    """Whom each name that is merged stands for."""
    rows = Person.objects.exclude(whom=None).values_list("name", "whom__name")
    return {name: str(whom) for name, whom in rows}


def named() -> list[Any]:
    """Exams and the names that were typed in them."""
    exams = Exam.objects.order_by("study_uid").values_list(
        "study_uid", "dlp_mgy_cm", "event_count", "changed", "outdated"
    )
    return [list(exams), sorted(ExamPerson.objects.values_list("exam__study_uid", "part", "person__name"))]


def who() -> list[Any]:
    return sorted(
        Person.objects.values_list("name", "is_one_person", "judged", "alias_of__name", "whom__name"), key=str
    )


def test_a_merged_name_stands_for_the_other_and_no_exam_is_made_anew(pipeline: Pipeline) -> None:
    before = named()
    batch = merge(("Brandt, T.", "Brandt^Tina"), ("BRANDT^TINA", "Brandt^Tina"))
    assert stands_for() == {"Brandt, T.": "Brandt^Tina", "BRANDT^TINA": "Brandt^Tina"}
    follower = Follower(pipeline)
    while follower.step():
        pass
    assert named() == before
    assert exam_detail(SYSTEM, Exam.objects.get(study_uid="2.25.51").pk).operators == ("Brandt^Tina",)
    decisions.undo(SYSTEM, PEOPLE, batch, COMMAND)
    assert stands_for() == {}
    assert exam_detail(SYSTEM, Exam.objects.get(study_uid="2.25.51").pk).operators == ("Brandt, T.",)


def test_a_chain_leads_to_its_end_and_is_taken_apart_where_it_was_joined(pipeline: Pipeline) -> None:
    merge(("Brandt, T.", "BRANDT^TINA"))
    last = merge(("BRANDT^TINA", "Brandt^Tina"))
    assert stands_for() == {"Brandt, T.": "Brandt^Tina", "BRANDT^TINA": "Brandt^Tina"}
    decisions.undo(SYSTEM, PEOPLE, last, COMMAND)
    assert stands_for() == {"Brandt, T.": "BRANDT^TINA"}


def test_a_merging_is_taken_back_after_those_of_the_name_that_came_later(pipeline: Pipeline) -> None:
    first = merge(("Brandt, T.", "BRANDT^TINA"))
    merge(("Brandt, T.", "Okafor^Sam"))
    with pytest.raises(UnusableInput, match=r"“Brandt, T\.” was decided about again since"):
        decisions.undo(SYSTEM, PEOPLE, first, COMMAND)


def test_names_cannot_be_aliases_of_each_other_or_of_themselves(pipeline: Pipeline) -> None:
    merge(("Brandt, T.", "Brandt^Tina"))
    for pairs in (
        [("Brandt^Tina", "Brandt, T.")],
        [("Brandt^Tina", "Brandt^Tina")],
        [("BRANDT^TINA", "Okafor^Sam"), ("Okafor^Sam", "BRANDT^TINA")],
        [("BRANDT^TINA", "Okafor^Sam"), ("BRANDT^TINA", "Brandt^Tina")],
    ):
        with pytest.raises(UnusableInput):
            merge(*pairs)
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("pair", [("CT Team", "Okafor^Sam"), ("Okafor^Sam", "CT Team")])
def test_a_shared_name_is_never_merged_nor_merged_into(pipeline: Pipeline, pair: tuple[str, str]) -> None:
    with pytest.raises(UnusableInput, match="“CT Team” is no person"):
        merge(pair)
    assert stands_for() == {}


def test_a_person_says_what_words_cannot_and_takes_it_back(pipeline: Pipeline) -> None:
    shared = person_merging.judge(SYSTEM, key("Leitung"), SHARED, COMMAND)
    with pytest.raises(UnusableInput, match="is no person"):
        merge(("Leitung", "Okafor^Sam"))
    person_merging.judge(SYSTEM, key("CT Team"), ONE, COMMAND)
    merge(("CT Team", "Okafor^Sam"))
    decisions.undo(SYSTEM, PEOPLE, shared, COMMAND)
    merge(("Leitung", "Okafor^Sam"))
    assert stands_for() == {"CT Team": "Okafor^Sam", "Leitung": "Okafor^Sam"}


def test_a_name_with_others_merged_into_it_stays_a_person(pipeline: Pipeline) -> None:
    judged = person_merging.judge(SYSTEM, key("CT Team"), ONE, COMMAND)
    merge(("Leitung", "CT Team"))
    with pytest.raises(UnusableInput, match="merged into this one"):
        decisions.undo(SYSTEM, PEOPLE, judged, COMMAND)
    with pytest.raises(UnusableInput, match="Take the merging back first"):
        person_merging.judge(SYSTEM, key("Leitung"), SHARED, COMMAND)
    with pytest.raises(UnusableInput, match="one person"):
        person_merging.judge(SYSTEM, key("Okafor^Sam"), "perhaps", COMMAND)


def test_the_preview_says_whom_the_names_would_stand_for_and_changes_nothing(pipeline: Pipeline) -> None:
    wished = [Merge(key("Brandt, T."), key("BRANDT^TINA")), Merge(key("BRANDT^TINA"), key("Brandt^Tina"))]
    moves = person_merging.preview(SYSTEM, wished)
    assert [(one.alias_name, one.whom_name, one.exams) for one in moves] == [
        ("Brandt, T.", "Brandt^Tina", 1),
        ("BRANDT^TINA", "Brandt^Tina", 1),
    ]
    assert stands_for() == {}


def test_the_audit_and_the_decisions_hold_keys_and_no_name(pipeline: Pipeline) -> None:
    merge(("Brandt, T.", "Brandt^Tina"))
    row, decision = AuditRow.objects.get(action="said who a name is"), Decision.objects.get()
    told = f"{row.subject} {row.before} {row.after} {decision.subject} {decision.written} {decision.after}"
    assert "Brandt" not in told
    assert (row.subject, row.after) == (f"person {key('Brandt, T.')}", {"holds": str(key("Brandt^Tina"))})


def test_names_of_another_site_and_names_that_are_not_shown_do_not_exist(pipeline: Pipeline) -> None:
    other = Site.objects.create(name="Elsewhere")
    stranger = Person.objects.create(site=other, name="Brandt^Tina")
    with pytest.raises(UnusableInput, match="two sites"):
        person_merging.merge(SYSTEM, [Merge(stranger.pk, key("Okafor^Sam"))], COMMAND)
    own = frozenset({Person.objects.get(name="Okafor^Sam").site_id})
    elsewhere = Scope(frozenset({other.pk}), identity=True, operators=True)
    unseen = Scope(own, identity=True, operators=False)
    for scope in (elsewhere, unseen):
        with pytest.raises(NotVisible):
            person_merging.merge(scope, [Merge(key("Brandt, T."), key("BRANDT^TINA"))], COMMAND)
        with pytest.raises(NotVisible):
            person_merging.judge(scope, key("Okafor^Sam"), SHARED, COMMAND)
    assert person_merging.names(unseen) == {}


def test_what_words_tell_is_judged_anew_at_the_start_and_what_people_said_stays(pipeline: Pipeline) -> None:
    person_merging.judge(SYSTEM, key("Leitung"), SHARED, COMMAND)
    Person.objects.filter(name__in=["CT Team", "Okafor^Sam"]).update(is_one_person=True)
    typed_people.bring_up_to_date()
    found = dict(Person.objects.values_list("name", "is_one_person"))
    assert (found["CT Team"], found["Okafor^Sam"], found["Leitung"]) == (False, True, False)


_PAIRS = st.lists(st.tuples(st.sampled_from(TYPED), st.sampled_from(TYPED)), min_size=1, max_size=3)
_ACTS = st.lists(
    st.one_of(_PAIRS, st.tuples(st.sampled_from(TYPED), st.sampled_from((ONE, SHARED))), st.integers(0, 5)), max_size=8
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_ACTS)
def test_any_sequence_keeps_exams_and_their_people_and_taking_all_back_restores_everything(
    pipeline: Pipeline, acts: Iterable[Any]
) -> None:
    before, people = named(), who()
    for act in acts:
        with suppress(UnusableInput):
            do(act)
        assert named() == before
        check_laws()
    for batch in done():
        decisions.undo(SYSTEM, PEOPLE, batch, COMMAND)
    assert who() == people
    Decision.objects.all().delete()


def do(act: Any) -> None:
    if isinstance(act, int):
        for batch in done()[act : act + 1]:
            decisions.undo(SYSTEM, PEOPLE, batch, COMMAND)
    elif isinstance(act, tuple):
        person_merging.judge(SYSTEM, key(act[0]), act[1], COMMAND)
    else:
        merge(*act)


def done() -> list[str]:
    """Batches that hold, newest first."""
    found = decisions.history(SYSTEM, PEOPLE, 100)
    return [batch.key for batch in found if not batch.undone and not batch.undoes]


def check_laws() -> None:
    """No shared name is merged or merged into, every chain ends, and its end is no alias."""
    for row in Person.objects.select_related("whom", "alias_of"):
        assert (row.alias_of is None) == (row.whom is None)
        if row.alias_of and row.whom:
            assert row.is_one_person
            assert row.alias_of.is_one_person
            assert row.whom.is_one_person
            assert row.whom.alias_of_id is None

"""Local levels, frozen: what happens to exams afterwards changes none, and a changed byte is told."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from doseloop.access.scope import NOTHING, SYSTEM, Scope
from doseloop.assess.level_settings import Settings
from doseloop.facts.engine import Facts
from doseloop.facts.paths import FactsPaths
from doseloop.facts.windows import Window
from doseloop.model.errors import FrozenChanged, NotVisible, UnusableInput
from doseloop.model.local_level import FrozenValues, LocalGroup
from doseloop.model.patient_group import PatientGroup
from doseloop.pipeline import DECISIONS, Pipeline
from doseloop.report.local_level import Draft, draft
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.follower import Follower
from doseloop.store import decisions, name_mapping
from doseloop.store.audit import Actor
from doseloop.store.exclusions import exclude
from doseloop.store.level_choice import choose, chosen
from doseloop.store.level_list import level_set_rows
from doseloop.store.level_sets import sets_at
from doseloop.store.local_level_set import key_of
from doseloop.store.local_level_standing import LOCAL, said, set_level, withdraw
from doseloop.store.local_levels import (
    LocalLevelShown,
    changed,
    in_force,
    local_level,
    local_levels,
    present,
    values_of,
)
from doseloop.store.models import AuditRow, Decision, Exam, FrozenLevel, Site
from doseloop.store.name_mapping import Wish
from doseloop.store.packing import pack
from doseloop.store.procedures import bring_up_to_date
from tests.reading import reports
from tests.store.taken_in import pipeline_over, take_in

PHYSICIST = Actor(account=None, name="a.physicist")
CHEST = LocalGroup("ct-chest", "dlp_mgy_cm", PatientGroup("adult"), "examination", 32)
FEW = Settings(min_n=3, min_rooms=2)
YEAR = Window(date(2024, 1, 1), date(2025, 1, 1))
UK = "uk-ukhsa-ndrl-2024"
NEXT_YEAR = datetime.now(UTC).date() + timedelta(days=365)


def chest(number: int) -> bytes:
    """One exam of some: two rooms with patients of their own, doses that rise."""
    dlp = 100 + 10 * number
    event = reports.ct_event(f"2.25.31{number}")
    made = reports.ct_report([event], total=str(dlp))
    made.SOPInstanceUID, made.StudyInstanceUID, made.PatientID = f"2.25.6{number}", f"2.25.7{number}", f"P{number}"
    made.StationName, made.DeviceSerialNumber = ("CTA", "CTB")[number % 2], ""
    made.StudyDescription, made.StudyDate = "CT chest", f"202403{number % 28 + 1:02}"
    for item in event.ContentSequence[-1].ContentSequence:
        if item.ConceptNameCodeSequence[0].CodeValue == "113838":
            item.MeasuredValueSequence[0].NumericValue = str(dlp)
    return reports.encode(made)


@pytest.fixture
def pipeline(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    monkeypatch.setattr(settings, "FOLDER", folder)
    bring_up_to_date()
    made = pipeline_over(folder)
    take_in(made, [chest(number) for number in range(8)])
    made.settle_quiet(timedelta(0))
    return made


@pytest.fixture
def site(pipeline: Pipeline) -> int:
    return Site.objects.get().pk


@pytest.fixture
def elsewhere(site: int) -> int:
    return Site.objects.create(name="Other").pk


def of(site: int) -> Scope:
    return Scope(sites=frozenset({site}), identity=False, operators=False)


def drafted(site: int, group: LocalGroup = CHEST, least: Settings = FEW) -> Draft:
    facts = Facts(FactsPaths.in_data(settings.FOLDER.root, settings.RECORD))
    return draft(facts, SYSTEM, site, group, YEAR, least)


def put(site: int, name: str = "Chest 2024", replaces: int | None = None, **given: Any) -> int:
    new = replace(drafted(site).frozen(name, "A. Physicist", "first audit", NEXT_YEAR), **given)
    return set_level(SYSTEM, site, new, replaces, PHYSICIST)


def shown(key: int) -> LocalLevelShown:
    return local_level(SYSTEM, key)


def follow(pipeline: Pipeline) -> None:
    follower = Follower(pipeline)
    while follower.step():
        pass


def test_a_draft_has_every_room_with_its_median_and_every_value_behind_it(site: int) -> None:
    found = drafted(site)
    assert {room.name: (room.median, room.n_patients) for room in found.rooms} == {"CTA": (130.0, 4), "CTB": (140.0, 4)}
    assert (found.found.value, found.found.statistic) == (137.5, "p75")
    assert sorted(found.values.value) == [100.0 + 10 * number for number in range(8)]
    assert set(found.values.exam) == set(Exam.objects.values_list("pk", flat=True))
    assert all(found.values.used) and set(found.values.weight_kg) == {70.0}
    assert found.values.day[0] == date(2024, 3, 1)


def test_what_was_set_is_read_back_whole(site: int) -> None:
    before = drafted(site)
    key = put(site)
    level, values = shown(key).intact, values_of(SYSTEM, key)
    assert values == before.values
    assert (level.value, level.statistic, level.rooms) == (137.5, "p75", before.rooms)
    assert (level.name, level.author, level.note) == ("Chest 2024", "A. Physicist", "first audit")
    assert (level.first_day, level.last_day) == (date(2024, 1, 1), date(2024, 12, 31))
    assert (level.of, level.data_state, level.n_patients) == (CHEST, before.data_state, 8)
    assert shown(key).state == "in force" and level.sentences == before.found.sentences


def everything(site: int) -> tuple[Any, ...]:
    rows = FrozenLevel.objects.order_by("pk").values_list("pk", "statement", "sha256", "packed_values")
    return [(key, text, digest, bytes(held)) for key, text, digest, held in rows], sets_at(SYSTEM, site)[0]  # type: ignore[return-value]


def change_a_name(pipeline: Pipeline, site: int) -> None:
    name_mapping.map_names(SYSTEM, [Wish(site, "CT", "CT chest", "ct-head")], PHYSICIST)
    follow(pipeline)


def make_anew(pipeline: Pipeline, site: int) -> None:
    Exam.objects.update(outdated=True)
    follow(pipeline)


def set_apart(pipeline: Pipeline, site: int) -> None:
    for exam in Exam.objects.values_list("pk", flat=True)[:3]:
        exclude(SYSTEM, exam, "phantom", "constancy test", PHYSICIST)


def delete_exams(pipeline: Pipeline, site: int) -> None:
    with connection.cursor() as cursor:
        for table in ("flag", "event", "part", "examperson", "suspectedtest"):
            cursor.execute(f"DELETE FROM store_{table}")
        cursor.execute("UPDATE store_doseobjectrow SET exam_id = NULL")
    Exam.objects.all().delete()


def send_more(pipeline: Pipeline, site: int) -> None:
    take_in(pipeline, [chest(8)])
    pipeline.settle_quiet(timedelta(0))


@pytest.mark.parametrize("happens", [change_a_name, make_anew, set_apart, delete_exams, send_more])
def test_nothing_that_happens_to_exams_afterwards_changes_a_frozen_level(
    pipeline: Pipeline, site: int, happens: Any
) -> None:
    key = put(site)
    before, seen = everything(site), drafted(site).seen
    happens(pipeline, site)
    assert everything(site) == before
    assert values_of(SYSTEM, key).value and list(changed()) == []
    # It did happen: what would be set now is another value.
    assert (drafted(site).seen != seen) is (happens is not make_anew)


def test_the_preview_is_the_same_as_long_as_no_exam_changes(pipeline: Pipeline, site: int) -> None:
    assert drafted(site).seen == drafted(site).seen
    seen = drafted(site).seen
    send_more(pipeline, site)
    assert drafted(site).seen != seen


def tampered(key: int, column: str, old: str, new: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE store_frozenlevel SET {column} = replace({column}, %s, %s) WHERE id = %s", [old, new, key]
        )


@pytest.mark.parametrize(
    ("column", "old", "new"),
    [
        ("statement", "137.5", "137.4"),
        ("statement", "A. Physicist", "B. Physicist"),
        ("statement", '"CTA"', '"CTZ"'),
        ("slot", "ct-chest", "ct-head"),
    ],
)
def test_a_changed_byte_of_a_statement_is_an_error_that_says_so(site: int, column: str, old: str, new: str) -> None:
    key = put(site)
    tampered(key, column, old, new)
    with pytest.raises(FrozenChanged, match=f"Local level {key} is not what it was when it was set"):
        assert shown(key).intact
    with pytest.raises(FrozenChanged):
        values_of(SYSTEM, key)
    assert [one.damage != "" for one in local_levels(SYSTEM)] == [True]
    assert list(changed()) == [shown(key).damage]


@pytest.mark.parametrize("place", [0, 1, 20, -1])
def test_a_changed_byte_of_the_values_is_an_error_that_says_so(site: int, place: int) -> None:
    key = put(site)
    held = bytearray(FrozenLevel.objects.get(pk=key).packed_values)
    held[place] ^= 1
    FrozenLevel.objects.filter(pk=key).update(packed_values=bytes(held))
    with pytest.raises(FrozenChanged, match=f"The values behind local level {key}"):
        values_of(SYSTEM, key)
    assert len(list(changed())) == 1
    assert shown(key).intact.value == 137.5


def test_values_that_were_exchanged_for_others_are_found_although_they_can_be_read(site: int) -> None:
    key = put(site)
    other = FrozenValues(*((1,), (1,), (None,), (1.0,), (None,), ("in the median",), (True,)))
    FrozenLevel.objects.filter(pk=key).update(packed_values=pack(other))
    with pytest.raises(FrozenChanged):
        values_of(SYSTEM, key)


def test_a_statement_that_was_changed_with_its_digest_is_found_by_the_audit(site: int) -> None:
    key = put(site)
    text = FrozenLevel.objects.get(pk=key).statement.replace("137.5", "237.5")
    FrozenLevel.objects.filter(pk=key).update(statement=text, sha256=hashlib.sha256(text.encode()).hexdigest())
    assert shown(key).intact.value == 237.5
    assert list(changed()) == [f"Local level {key} is not the one that the audit noted when it was set."]


def test_a_level_that_was_changed_is_compared_with_no_longer_and_can_be_withdrawn(site: int) -> None:
    key = put(site)
    choose(SYSTEM, site, [key_of(site), UK], PHYSICIST)
    tampered(key, "statement", "137.5", "237.5")
    assert [one.id for one in chosen(SYSTEM, site)] == [UK]
    withdraw(SYSTEM, key, "somebody changed it", PHYSICIST)
    assert shown(key).state == "withdrawn"


def test_the_audit_holds_the_digest_of_what_was_set(site: int) -> None:
    key = put(site)
    row = AuditRow.objects.get(action="local level decided")
    assert (row.actor, row.site_id, row.subject) == ("a.physicist", site, f"local level {key}")
    assert shown(key).sha256 in row.after["holds"]


def test_a_site_compares_with_its_local_levels_first_once_somebody_says_so(site: int) -> None:
    key, local = put(site), key_of(site)
    assert sets_at(SYSTEM, site)[0].id == local
    assert local not in [one.id for one in chosen(SYSTEM, site)]
    choose(SYSTEM, site, [local, UK], PHYSICIST)
    first = chosen(SYSTEM, site)[0]
    (level,) = first.levels
    assert (first.id, first.verification, first.status) == (local, "own", "current")
    assert (level.id, level.value, level.statistic, level.kind) == (f"local-level-{key}", 137.5, "p75", "DRL")
    assert (level.procedure, level.phantom_cm, level.per, level.is_level) == ("ct-chest", 32, "examination", True)
    assert level_set_rows(SYSTEM, site)[0].place == 1


def test_without_a_level_in_force_there_is_no_set_to_choose(site: int) -> None:
    with pytest.raises(UnusableInput, match="There is no set 'local-"):
        choose(SYSTEM, site, [key_of(site)], PHYSICIST)
    key = put(site)
    choose(SYSTEM, site, [key_of(site), UK], PHYSICIST)
    withdraw(SYSTEM, key, "the protocol was changed", PHYSICIST)
    assert [one.id for one in chosen(SYSTEM, site)] == [UK]


def states() -> dict[int, str]:
    return {one.key: one.state for one in local_levels(SYSTEM)}


def test_a_new_level_replaces_the_one_in_force_and_taking_back_gives_it_back(site: int) -> None:
    first = put(site)
    second = put(site, "Chest, again", replaces=first, value=90.0)
    assert states() == {first: "replaced", second: "in force"}
    assert shown(first).replaced_by == second and shown(second).intact.replaces == first
    assert shown(first).intact.value == 137.5
    assert [one.value for one in sets_at(SYSTEM, site)[0].levels] == [90.0]
    decisions.undo(SYSTEM, LOCAL, decisions.history(SYSTEM, LOCAL)[0].key, PHYSICIST)
    assert states() == {first: "in force", second: "taken back"}
    assert [one.value for one in sets_at(SYSTEM, site)[0].levels] == [137.5]


def test_a_withdrawal_says_why_and_is_taken_back(site: int) -> None:
    key = put(site)
    batch = withdraw(SYSTEM, key, " the tube  was changed ", PHYSICIST)
    assert (shown(key).state, shown(key).why) == ("withdrawn", "the tube was changed")
    assert in_force(SYSTEM, site) == () and present(SYSTEM, site, CHEST) is None
    assert said(Decision.objects.latest("pk").after) == "withdrawn: the tube was changed"
    decisions.undo(SYSTEM, LOCAL, batch, PHYSICIST)
    assert shown(key).state == "in force"


def test_two_are_never_in_force_for_one_group(site: int) -> None:
    first = put(site)
    batch = withdraw(SYSTEM, first, "the tube was changed", PHYSICIST)
    second = put(site, "After the tube")
    with pytest.raises(UnusableInput, match=f"Local level {second} is in force for the same group"):
        decisions.undo(SYSTEM, LOCAL, batch, PHYSICIST)
    assert states() == {first: "withdrawn", second: "in force"}


def test_whoever_looked_at_an_older_preview_replaces_nothing(site: int) -> None:
    first = put(site)
    with pytest.raises(UnusableInput, match="Look at the preview again"):
        put(site, "Without having seen it")
    with pytest.raises(UnusableInput, match="Look at the preview again"):
        put(site, "Of another", replaces=first + 1)
    assert FrozenLevel.objects.count() == 1


def test_a_level_for_others_stands_beside(site: int) -> None:
    first = put(site)
    heads = put(site, "Heads", of=replace(CHEST, procedure="ct-head", phantom_cm=16))
    assert states() == {first: "in force", heads: "in force"}
    assert len(sets_at(SYSTEM, site)[0].levels) == 2


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": "x"}, "a name of 3 to 100"),
        ({"name": "x" * 101}, "a name of 3 to 100"),
        ({"name": "Chest\0"}, "printable"),
        ({"author": ""}, "an author"),
        ({"note": "x" * 1001}, "a note of at most"),
        ({"review_on": date(2020, 1, 1)}, "a day of review"),
        ({"review_on": date(2090, 1, 1)}, "a day of review"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_set(site: int, given: dict[str, Any], told: str) -> None:
    with pytest.raises(UnusableInput, match=told):
        put(site, **given)
    assert not FrozenLevel.objects.exists() and not Decision.objects.exists()


def test_nothing_is_set_where_no_room_has_enough(site: int) -> None:
    found = drafted(site, least=Settings(min_n=20))
    assert found.found.value is None and {room.n_patients for room in found.rooms} == {4}
    with pytest.raises(UnusableInput, match="There is nothing to set: No room has the 20 patients"):
        found.frozen("Chest", "A. Physicist", "", NEXT_YEAR)


@pytest.mark.parametrize("why", ["", "   ", "x" * 1001, "tube\0"])
def test_a_withdrawal_needs_a_reason_and_a_level_in_force(site: int, why: str) -> None:
    key = put(site)
    with pytest.raises(UnusableInput, match="why the level is withdrawn"):
        withdraw(SYSTEM, key, why, PHYSICIST)
    withdraw(SYSTEM, key, "the tube was changed", PHYSICIST)
    with pytest.raises(UnusableInput, match="is withdrawn and cannot be withdrawn"):
        withdraw(SYSTEM, key, "the tube was changed", PHYSICIST)


def test_no_site_sees_or_touches_the_levels_of_another(site: int, elsewhere: int) -> None:
    key = put(site)
    assert local_levels(of(elsewhere)) == () and present(of(elsewhere), site, CHEST) is None
    assert key_of(site) not in {one.id for one in sets_at(of(elsewhere), elsewhere)}
    new = drafted(site).frozen("Chest", "B", "", NEXT_YEAR)
    batch = decisions.history(SYSTEM, LOCAL)[0].key
    for call in (
        lambda: local_level(of(elsewhere), key),
        lambda: values_of(NOTHING, key),
        lambda: withdraw(of(elsewhere), key, "not mine", PHYSICIST),
        lambda: set_level(of(elsewhere), site, new, key, PHYSICIST),
        lambda: decisions.undo(of(elsewhere), LOCAL, batch, PHYSICIST),
    ):
        with pytest.raises(NotVisible):
            call()
    assert states() == {key: "in force"}


def test_decisions_about_levels_move_no_exam(site: int) -> None:
    key = put(site)
    withdraw(SYSTEM, key, "the tube was changed", PHYSICIST)
    assert LOCAL in DECISIONS
    decisions.mark_outdated(DECISIONS)
    assert not Exam.objects.filter(outdated=True).exists()


def test_a_review_is_due_on_its_day() -> None:
    level = replace(_level(), review_on=date(2027, 3, 1))
    assert not level.is_due(date(2027, 2, 28)) and level.is_due(date(2027, 3, 1))


def _level() -> Any:
    from doseloop.model.local_level import LocalLevel

    return LocalLevel(
        name="x", author="x", made_at=datetime.now(UTC), site=1, site_name="x", of=CHEST, statistic="p50", value=1.0,
        first_day=date(2024, 1, 1), last_day=date(2024, 12, 31), least=20, least_rooms=10, rooms=(), sentences=(), method="1",
        data_state=0, review_on=NEXT_YEAR, note="", replaces=None, values_sha256="",
    )  # fmt: skip

"""Studies of the shared corpus that come in several objects, where it is there: what each group says is right, in any order."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Sum

from doseloop.pipeline import Pipeline
from doseloop.reading.head import object_bytes
from doseloop.reading.limits import DEFAULT_LIMITS
from doseloop.roles.data_folder import DataFolder
from doseloop.store.inbox import Inbox
from doseloop.store.models import DoseObjectRow, Event, Exam, Flag, Part
from doseloop.store.scanners import SiteDefaults
from doseloop.store.vault import Vault
from tests.reading.test_corpus import differences
from tests.shared import shared
from tests.test_pipeline import read, take_in


def groups() -> dict[str, Any]:
    return dict(json.loads(shared("corpus/truth.json").read_text(encoding="utf-8"))["groups"])


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    inbox = Inbox(folder.spool, 10**8, 0)
    return Pipeline(read, inbox, Vault(folder.objects, folder.key("objects")), SiteDefaults("Main Hospital", "UTC"))


def total(quantity: str) -> float | None:
    (found,) = Exam.objects.values_list(quantity, flat=True)
    return None if found is None else float(found)


def times_of_injection() -> list[bool]:
    """Whether both starts of the conflict are said in one sentence."""
    return [any("10:40:30" in issue and "10:48:30" in issue for issue in exam.issues) for exam in Exam.objects.all()]


def acquisition_types() -> dict[str, int]:
    types = list(Event.objects.values_list("type", flat=True))
    return {one.removesuffix(" Acquisition"): types.count(one) for one in types}


TOLD: dict[str, Callable[[], Any]] = {
    "studies": lambda: Exam.objects.values("study_uid").distinct().count(),
    "events": Event.objects.count,
    "administrations": Event.objects.filter(kind="tracer").count,
    "total_dlp_mgycm": lambda: total("dlp_mgy_cm"),
    "ct_dlp_mgycm": lambda: total("dlp_mgy_cm"),
    "total_dap_gycm2": lambda: total("dap_gy_cm2"),
    "total_dap_gym2": lambda: (total("dap_gy_cm2") or 0) * 1e-4,
    "agd_left_mgy": lambda: total("agd_left_mgy"),
    "activity_mbq": lambda: total("activity_mbq"),
    "effective_dose_msv_nm": lambda: total("effective_dose_msv"),
    "acquisition_types": acquisition_types,
    "pet_series": lambda: DoseObjectRow.objects.filter(kind="pet image").values("series_uid").distinct().count(),
}
ELSEWHERE = {"note", "injection_time_conflict"}
"""Said in words, and tested in words below."""


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("name", ["siemens_multi", "zee_pair", "xr220", "dr7500", "seno", "pet_ct_study"])
def test_a_group_is_what_it_says_is_right(pipeline: Pipeline, name: str, backwards: bool) -> None:
    group = groups()[name]
    contents = [object_bytes(shared(f"corpus/open/{file}"), DEFAULT_LIMITS) for file in group["files"]]
    take_in(pipeline, reversed(contents) if backwards else contents)
    right = {key: value for key, value in group["correct_merged"].items() if key not in ELSEWHERE}
    assert differences(right, {key: TOLD[key]() for key in right}, name) == []
    assert set(Exam.objects.values_list("study_uid", flat=True)) == set(group["study_uids"])


def test_every_group_is_tested() -> None:
    tested = {"siemens_multi", "zee_pair", "xr220", "dr7500", "seno", "pet_ct_study"}
    assert set(groups()) == tested


@pytest.mark.parametrize("backwards", [False, True])
def test_the_edited_copy_is_a_second_study_that_is_flagged_and_never_merged(
    pipeline: Pipeline, backwards: bool
) -> None:
    names = groups()["zee_pair"]["files"]
    contents = [object_bytes(shared(f"corpus/open/{file}"), DEFAULT_LIMITS) for file in names]
    take_in(pipeline, reversed(contents) if backwards else contents)
    assert Exam.objects.count() == 2
    added = Exam.objects.aggregate(dap=Sum("dap_gy_cm2"), ka_r=Sum("ka_r_mgy"))
    assert (round(added["dap"], 3), round(added["ka_r"], 2)) == (0.32, 5.04)
    assert Flag.objects.filter(rule="same-event", state="open").count() == 2


def test_the_conflict_about_the_injection_is_said(pipeline: Pipeline) -> None:
    contents = [
        object_bytes(shared(f"corpus/open/{file}"), DEFAULT_LIMITS) for file in groups()["pet_ct_study"]["files"]
    ]
    take_in(pipeline, contents)
    assert times_of_injection() == [True]
    assert list(Part.objects.order_by("position").values_list("modality", flat=True)) == ["PT", "CT"]

"""Computed quantities in the figures of procedures: chosen like any other, and said to be computed wherever they are."""

import csv
import io
import re
from typing import Any

import pytest
from django.conf import settings

from doseloop.access.scope import SYSTEM
from doseloop.dosimetry.methods import METHODS
from doseloop.model.quantities import COMPUTED
from doseloop.store.changes import note_change
from doseloop.store.level_choice import chosen
from doseloop.store.local_levels import local_levels
from doseloop.store.models import Event, Exam, Part
from doseloop.web.computed_note import computed_note
from tests.web.computed_columns import give_computed
from tests.web.disclosures import text_of
from tests.web.record import Department


@pytest.fixture
def computed_chests(department: Department) -> Department:
    """The department with SSDE of every acquisition of a chest, and E of every chest."""
    chests = Part.objects.filter(procedure="ct-chest")
    chests.update(effective_dose_estimate_msv=5.25)
    Event.objects.filter(part__in=chests, role="main").update(ssde_mgy=9.75)
    note_change(Exam.objects.values_list("pk", flat=True))
    return department


def shown(client: Any, address: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(address).content.decode()).split())


@pytest.mark.parametrize(
    ("quantity", "value", "methods"),
    [("ssde_mgy", "9.75", "/methods/ssde-aapm-220/"), ("effective_dose_estimate_msv", "5.25", "effective-dose-ct-icrp-103")],
)  # fmt: skip
def test_a_computed_quantity_is_chosen_like_any_other_and_says_that_it_is_computed(
    quantity: str, value: str, methods: str, computed_chests: Department, signed_in: Any
) -> None:
    client = signed_in("physicist")
    address = f"/procedures/ct-chest/?quantity={quantity}"
    page, text = client.get(address).content.decode(), shown(client, address)
    assert "is computed, not stated by the scanner." in text and "needs a physicist" in text
    assert methods in page and 'href="/methods/"' in page
    assert value in text and "CT 1 Emergency" in text
    lines = b"".join(client.get(f"/procedures/ct-chest/scanners.csv?quantity={quantity}")).decode()
    assert value in lines


def test_a_quantity_that_objects_state_is_not_said_to_be_computed(department: Department, signed_in: Any) -> None:
    assert "is computed, not stated" not in shown(signed_in("physicist"), "/procedures/ct-chest/")


def test_a_quantity_that_is_computed_for_another_modality_alone_cannot_be_chosen(
    department: Department, signed_in: Any
) -> None:
    found = signed_in("physicist").get("/procedures/ct-chest/?quantity=dap_corrected_gy_cm2")
    assert found.status_code == 400


def test_a_local_level_of_ssde_is_set_per_acquisition_and_says_that_it_is_computed(
    computed_chests: Department, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "DOSELOOP", settings.DOSELOOP.model_copy(update={"level_patients": 3}))
    client, site = signed_in("physicist"), computed_chests.site.pk
    asked = {"procedure": "ct-chest", "quantity": "ssde_mgy", "site": str(site)}
    page = client.get("/levels/local/set/", asked).content.decode()
    assert "is computed, not stated by the scanner." in page
    fields = dict(re.findall(r'<input type="hidden" name="(?!csrf)([^"]+)" value="([^"]*)"', page))
    assert fields["per"] == "acquisition" and fields["phantom"] == ""
    sent = {**fields, "name": "Chest SSDE", "review_on": "2027-06-01", "note": ""}
    assert client.post("/levels/local/set/make", sent).status_code == 302
    (level,) = local_levels(SYSTEM)
    assert (level.intact.of.quantity, level.intact.value) == ("ssde_mgy", 9.75)
    assert any("computed by Doseloop" in one for one in level.intact.sentences)
    assert "is computed, not stated" in shown(client, f"/levels/local/{level.key}/")
    client.post(f"/levels/local/at/{site}/compare")
    compliance = client.get("/compliance/?days=1095").content.decode()
    assert '<a href="/methods/">computed</a>' in compliance
    scanner = Part.objects.filter(procedure="ct-chest", exam__site=site)[0].exam.scanner_id
    cell = shown(client, f"/compliance/{scanner}/{level_id(site)}/?days=1095")
    assert "SSDE is computed by Doseloop, not stated by the scanner: an estimate that needs a physicist." in cell
    assert "needs a physicist, by" in cell or "needs a physicist; figures" in cell
    assert "Chest SSDE" in shown(client, "/procedures/ct-chest/?quantity=ssde_mgy")


def level_id(site: int) -> str:
    (chosen_set,) = [one for one in chosen(SYSTEM, site) if one.id == f"local-{site}"]
    return chosen_set.levels[0].id


def test_there_is_no_local_level_of_ssde_per_examination(department: Department, signed_in: Any) -> None:
    asked = {"procedure": "ct-chest", "quantity": "ssde_mgy", "per": "examination"}
    found = signed_in("physicist").get("/levels/local/set/", asked)
    assert found.status_code == 400 and "no examination adds it up" in found.content.decode()


@pytest.mark.parametrize("quantity", COMPUTED)
def test_the_note_tells_whether_a_method_of_the_quantity_is_verified(quantity: str) -> None:
    note = computed_note(quantity)
    assert note is not None
    verified = [one.is_verified for one in note.methods]
    assert note.methods and set(note.methods) <= set(METHODS)
    assert note.is_verified is any(verified)
    assert ("no method of it is verified" in note.sentence) is (bool(verified) and not any(verified))
    assert ("figures leave out" in note.sentence) is (any(verified) and not all(verified))


@pytest.fixture
def computed_exam(department: Department) -> int:
    """An exam with an effective dose, and an acquisition with size, noise and SSDE; its object stated no SSDE."""
    Exam.objects.filter(pk=department.exam).update(effective_dose_estimate_msv=12.5)
    Part.objects.filter(exam=department.exam).update(effective_dose_estimate_msv=12.5)
    found = {"ssde_mgy": 31.25, "water_equivalent_diameter_mm": 287.5, "noise_hu": 9.5}
    assert Event.objects.filter(exam=department.exam, role="main").update(**found)
    note_change([department.exam])
    return department.exam


def lines_of(client: Any, address: str) -> list[dict[str, str]]:
    text = text_of(b"".join(client.get(address)), "csv")
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))


def test_the_figures_of_an_exam_lead_to_what_was_computed_of_it(computed_exam: int, signed_in: Any) -> None:
    page = signed_in("physicist").get(f"/exams/{computed_exam}/").content.decode()
    strip = page[page.index('<dl class="figures') : page.index("</dl>")]
    assert ">E computed</abbr></dt><dd>12.5 " in strip
    assert '<a href="#h-computed">computed, needs a physicist</a>' in strip and 'id="h-computed"' in page


def test_an_exam_without_a_computed_dose_has_no_figure_of_it(department: Department, signed_in: Any) -> None:
    page = signed_in("physicist").get(f"/exams/{department.angiography}/").content.decode()
    assert "E computed" not in page[: page.index("</dl>")]


def test_the_file_of_events_has_what_was_computed_of_each_and_says_so(computed_exam: int, signed_in: Any) -> None:
    lines = lines_of(signed_in("physicist"), f"/exams/{computed_exam}/events.csv")
    (main,) = [one for one in lines if one["SSDE computed (mGy)"]]
    named = ("SSDE computed (mGy)", "Dw computed (mm)", "Noise computed (HU)")
    assert [main[name] for name in named] == ["31.25", "287.5", "9.5"]
    assert [one["SSDE computed (mGy)"] for one in lines].count("") == len(lines) - 1


def test_the_file_of_events_leaves_out_what_was_computed_of_none(department: Department, signed_in: Any) -> None:
    (first, *_) = lines_of(signed_in("physicist"), f"/exams/{department.angiography}/events.csv")
    assert not any("computed" in name for name in first)


def test_files_of_parts_and_lists_of_exams_have_the_computed_dose(computed_exam: int, signed_in: Any) -> None:
    client = signed_in("physicist")
    (part,) = lines_of(client, f"/exams/{computed_exam}/parts.csv")
    assert part["E computed (mSv)"] == "12.5"
    exams = lines_of(client, "/exams.csv")
    assert sorted(one["E computed (mSv)"] for one in exams)[-1] == "12.5"
    assert {"KAP corrected (cGy·cm²)", "Ka,r corrected (mGy)"} <= set(exams[0])
    assert "E computed" not in shown(client, "/exams/")


def test_dose_against_noise_is_shown_where_ten_acquisitions_tell_both(department: Department, signed_in: Any) -> None:
    client = signed_in("physicist")
    assert "Dose against noise" not in client.get("/procedures/ct-chest/").content.decode()
    give_computed()
    page = client.get("/procedures/ct-chest/").content.decode()
    assert "Dose against noise" in page and 'data-chart="chart-noise"' in page and 'href="/methods/' in page
    (line,) = lines_of(client, "/procedures/ct-chest/noise.csv")
    assert line["Protocol"] == "Thorax" and int(line["n"]) >= 10 and float(line["Median noise (HU)"]) > 0
    ssde = lines_of(client, "/procedures/ct-chest/noise.csv?quantity=ssde_mgy")
    assert float(ssde[0]["Median dose (mGy)"]) > float(line["Median dose (mGy)"])
    assert "Dose against noise" not in client.get("/procedures/xa-pci/").content.decode()


def test_the_noise_is_said_to_be_by_a_method_that_is_not_verified_where_it_is(
    department: Department, signed_in: Any
) -> None:
    give_computed()
    text = shown(signed_in("physicist"), "/procedures/ct-chest/")
    note = computed_note("noise_hu")
    assert note is not None
    assert ("it is computed, by a method that is not verified" in text) is not note.is_verified


def test_the_note_on_ssde_tells_that_the_size_beneath_it_is_not_verified(
    department: Department, signed_in: Any
) -> None:
    (size,) = [one for one in METHODS if one.quantity == "water_equivalent_diameter_mm"]
    page = signed_in("physicist").get("/procedures/ct-chest/?quantity=ssde_mgy").content.decode()
    told = "The size that it is made from, where images gave it, is by a method that is not verified" in page
    assert told is not size.is_verified and (f'href="/methods/{size.id}/"' in page) is told

"""A compliance report made from the record: what is in it, what its digest is of, and that it comes back as it was."""

from dataclasses import replace

import pytest

from doseloop.access.scope import NOTHING, SYSTEM
from doseloop.assess.level_settings import DEFAULT_SETTINGS
from doseloop.facts.engine import Facts
from doseloop.model.errors import DamagedReport, NotVisible
from doseloop.model.reference_level import LevelSet
from doseloop.reference.levels import level_sets
from doseloop.report import archive
from doseloop.report.compliance_report import (
    ComplianceReport,
    compliance_report,
    decoded,
    encoded,
    figures_sha256,
)
from doseloop.store.audit import COMMAND
from doseloop.store.level_choice import choose
from doseloop.store.level_confirmation import confirm
from doseloop.store.models import Scanner
from tests.facts.made import make_scanner, make_site
from tests.report.compliance import FIRST, LAST, chests, figure, report, some


@pytest.fixture
def scanner(facts: Facts) -> Scanner:
    """With a verified set and one that is not, both with levels for its chests."""
    made = make_scanner(make_site())
    chosen = [
        next(one.id for one in level_sets() if one.is_verified is is_verified and _has_chest(one))
        for is_verified in (True, False)
    ]
    choose(SYSTEM, made.site_id, chosen, COMMAND)
    chests(made, 25)
    return made


def _has_chest(one: LevelSet) -> bool:
    return any(
        level.procedure == "ct-chest" and level.quantity == "dlp_mgy_cm" and level.group.category == "adult"
        for level in one.levels
    )


def made(facts: Facts, scanner: Scanner, *, for_signature: bool) -> ComplianceReport:
    window = archive.window_of(FIRST, LAST)
    return compliance_report(facts, SYSTEM, scanner.site_id, window, DEFAULT_SETTINGS, for_signature=for_signature)


def test_a_set_that_nobody_verified_is_left_out_when_signed_until_the_site_confirms_it(
    facts: Facts, scanner: Scanner
) -> None:
    verified, other = made(facts, scanner, for_signature=False).sets
    signed = made(facts, scanner, for_signature=True)
    assert [one.left_out for one in signed.sets] == [False, True]
    assert {one.set_id for one in signed.figures} == {verified.id}
    confirm(SYSTEM, scanner.site_id, other.id, "B. Physicist", "compared with the printed tables", COMMAND)
    confirmed = made(facts, scanner, for_signature=True)
    assert [one.left_out for one in confirmed.sets] == [False, False]
    assert {one.set_id for one in confirmed.figures} == {verified.id, other.id}
    assert (confirmed.sets[1].confirmed_by, confirmed.sets[0].confirmed_by) == ("B. Physicist", None)


def test_every_figure_has_its_level_and_its_scanner(facts: Facts, scanner: Scanner) -> None:
    found = made(facts, scanner, for_signature=False)
    assert found.figures
    assert {one.level_id for one in found.figures} <= {one.id for one in found.levels}
    assert {one.scanner for one in found.figures} == {one.id for one in found.scanners} == {scanner.pk}


def test_more_exams_elsewhere_move_the_data_state_and_not_the_digest(facts: Facts, scanner: Scanner) -> None:
    before = made(facts, scanner, for_signature=False)
    chests(scanner, 3, day="2025-06-10")
    after = made(facts, scanner, for_signature=False)
    assert after.data_state > before.data_state
    assert figures_sha256(after) == figures_sha256(before)
    chests(scanner, 3)
    assert figures_sha256(made(facts, scanner, for_signature=False)) != figures_sha256(before)


@pytest.mark.parametrize(
    "changed", [{"median": 401.27}, {"n": 35}, {"state": "within"}, {"said": "x"}, {"level": 291.0}]
)
def test_the_digest_is_of_every_figure(changed: dict[str, object]) -> None:
    assert figures_sha256(report(figure(**changed))) != figures_sha256(report(figure()))
    assert figures_sha256(replace(report(figure()), data_state=1)) == figures_sha256(report(figure()))


def test_what_is_encoded_comes_back_the_same_and_gives_the_same_bytes() -> None:
    held = encoded(some())
    assert decoded(held) == some()
    assert encoded(decoded(held)) == held


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"site":"x"}', b"\xff"])
def test_what_is_no_report_is_told(content: bytes) -> None:
    with pytest.raises(DamagedReport):
        decoded(content)


def test_a_site_outside_the_scope_has_no_report(facts: Facts, scanner: Scanner) -> None:
    window = archive.window_of(FIRST, LAST)
    with pytest.raises(NotVisible):
        compliance_report(facts, NOTHING, scanner.site_id, window, DEFAULT_SETTINGS, for_signature=False)

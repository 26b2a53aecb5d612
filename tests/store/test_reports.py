"""The archive of reports: what is kept never changes, is signed once, and is seen by its site alone."""

import zlib
from datetime import date
from typing import Any

import pytest

from doseloop.access.scope import NOTHING, SYSTEM, Scope
from doseloop.model.errors import DamagedReport, NotVisible, UnusableInput
from doseloop.roles.data_folder import DataFolder
from doseloop.store import reports
from doseloop.store.audit import Actor
from doseloop.store.models import ArchivedReport, AuditRow, Site
from doseloop.store.reports import Archived, NewReport
from tests.facts.made import make_site

KEANE = Actor(None, "m.keane")
CONTENT = b'{"figures":[1,2,3]}'


@pytest.fixture
def site(folder: DataFolder) -> Site:
    return make_site()


def new(site: Site, **given: Any) -> NewReport:
    values: dict[str, Any] = {
        "site": site.pk, "title": "Compliance", "first_day": date(2025, 3, 1), "last_day": date(2025, 3, 31),
        "for_signature": True, "data_state": 7, "counts": {"above": 2}, "content": CONTENT, "figures_sha256": "f" * 64,
    }  # fmt: skip
    return NewReport(**{**values, **given})


def kept(site: Site, **given: Any) -> Archived:
    return reports.archive(SYSTEM, new(site, **given), KEANE)


def only(site: Site) -> Scope:
    return Scope(frozenset({site.pk}), identity=False, operators=False)


def test_what_was_archived_comes_back_byte_for_byte(site: Site) -> None:
    made = kept(site)
    assert reports.content_of(SYSTEM, made.key) == CONTENT
    assert (made.head.made_by, made.counts, made.data_state, made.site_name) == ("m.keane", {"above": 2}, 7, "North")
    assert reports.archived_reports(SYSTEM) == (made,)


@pytest.mark.parametrize("place", range(0, 24, 3))
def test_a_changed_byte_is_found_when_it_is_read(site: Site, place: int) -> None:
    made = kept(site)
    held = bytearray(bytes(ArchivedReport.objects.values_list("content", flat=True).get()))
    held[place] ^= 0x11
    ArchivedReport.objects.update(content=bytes(held))
    with pytest.raises(DamagedReport, match=f"Report {made.key}"):
        reports.content_of(SYSTEM, made.key)


def test_other_content_under_the_old_digest_is_found(site: Site) -> None:
    made = kept(site)
    ArchivedReport.objects.update(content=zlib.compress(CONTENT.replace(b"1", b"9")))
    with pytest.raises(DamagedReport, match="SHA-256"):
        reports.content_of(SYSTEM, made.key)
    with pytest.raises(DamagedReport):
        reports.sign(SYSTEM, made.key, "Dr Keane", "MPE", KEANE)


def test_a_report_is_signed_once_and_for_good(site: Site) -> None:
    made = kept(site)
    reports.sign(SYSTEM, made.key, " Dr  Keane ", "MPE", KEANE)
    signed = reports.archived(SYSTEM, made.key)
    assert signed.head.signature is not None
    assert (signed.head.signature.name, signed.head.signature.account) == ("Dr Keane", "m.keane")
    with pytest.raises(UnusableInput, match="never changes"):
        reports.sign(SYSTEM, made.key, "Somebody Else", "MPE", KEANE)
    assert reports.archived(SYSTEM, made.key) == signed
    row = AuditRow.objects.get(action="report signed")
    assert row.after["sha256"] == ArchivedReport.objects.get().sha256


@pytest.mark.parametrize("name", ["", " \n ", "x" * 121, "a\0b"])
def test_a_name_that_is_none_signs_nothing(site: Site, name: str) -> None:
    made = kept(site)
    for given in ((name, "MPE"), ("Dr Keane", name)):
        with pytest.raises(UnusableInput):
            reports.sign(SYSTEM, made.key, *given, KEANE)
    assert not reports.archived(SYSTEM, made.key).is_signed


def test_a_report_for_information_is_not_signed(site: Site) -> None:
    made = kept(site, for_signature=False)
    with pytest.raises(UnusableInput, match="not made for signature"):
        reports.sign(SYSTEM, made.key, "Dr Keane", "MPE", KEANE)


def test_another_sites_reports_are_not_there(site: Site) -> None:
    other = make_site("South")
    made, theirs = kept(site), kept(other)
    assert [one.key for one in reports.archived_reports(only(site))] == [made.key]
    for scope, key in ((only(site), theirs.key), (NOTHING, made.key), (SYSTEM, 999_999)):
        with pytest.raises(NotVisible):
            reports.archived(scope, key)
        with pytest.raises(NotVisible):
            reports.content_of(scope, key)
        with pytest.raises(NotVisible):
            reports.sign(scope, key, "Dr Keane", "MPE", KEANE)
    with pytest.raises(NotVisible):
        reports.archive(only(site), new(other), KEANE)


def test_the_list_does_not_read_what_reports_hold(site: Site) -> None:
    kept(site)
    ArchivedReport.objects.update(content=b"no longer anything")
    assert len(reports.archived_reports(SYSTEM)) == 1

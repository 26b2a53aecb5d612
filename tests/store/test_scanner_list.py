"""Scanners are told apart where their names do not."""

from datetime import timedelta

from doseloop.access.scope import SYSTEM, Scope
from doseloop.roles.data_folder import DataFolder
from doseloop.store.models import Scanner, Site
from doseloop.store.scanner_list import scanner_names
from tests.facts.made import NOON, make_site

NO_LIMIT = timedelta(days=100_000)
"""No scanner is silent."""


def scanner(site: Site, key: str, station: str, name: str = "CT 1") -> int:
    times = {"first_object_at": NOON, "last_object_at": NOON}
    return Scanner.objects.create(site=site, key=key, name=name, station_name=station, modality="CT", **times).pk


def test_one_name_at_two_sites_is_told_apart_by_site(folder: DataFolder) -> None:
    north, south = make_site("North"), make_site("South")
    one, two, other = scanner(north, "a", "X"), scanner(south, "b", "X"), scanner(south, "c", "Y", "CT 2")
    assert scanner_names(SYSTEM) == {one: "CT 1 (North)", two: "CT 1 (South)", other: "CT 2"}
    only_north = Scope(frozenset({north.pk}), identity=False, operators=False)
    assert scanner_names(only_north) == {one: "CT 1"}


def test_one_name_at_one_site_is_told_apart_by_station(folder: DataFolder) -> None:
    north = make_site("North")
    one, two = scanner(north, "a", "EMER"), scanner(north, "b", "OPD")
    assert scanner_names(SYSTEM) == {one: "CT 1 (EMER)", two: "CT 1 (OPD)"}


def test_scanners_that_nothing_tells_apart_carry_their_key(folder: DataFolder) -> None:
    north = make_site("North")
    found = [scanner(north, "a", ""), scanner(north, "b", "")]
    assert list(scanner_names(SYSTEM).values()) == [f"CT 1 (North, no station, {key})" for key in found]

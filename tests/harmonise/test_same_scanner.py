"""What may be one scanner is suggested with its evidence; what may not is left alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.harmonise.same_scanner import ScannerName, suggestions

OLD = ScannerName(1, 1, "CT", "SIEMENS", "SOMATOM Force", "CT1EMER", "", "2024-01-01", "2024-06-30")
NEW = replace(
    OLD, key=2, manufacturer="Siemens Healthineers", station_name="CT1EMRG", first_on="2024-07-01", last_on="2025-01-01"
)


def evidence(one: ScannerName, other: ScannerName) -> str:
    found = suggestions([one, other])
    return found[0].evidence if found else ""


def test_a_station_that_was_renamed_is_suggested_towards_the_later_one() -> None:
    (found,) = suggestions([NEW, OLD])
    assert (found.scanner, found.into) == (1, 2)
    assert found.evidence == (
        "Station CT1EMRG began on 2024-07-01, CT1EMER of the same model ended on 2024-06-30; the names are nearly the same."
    )


def test_one_serial_number_under_two_stations_is_suggested() -> None:
    one, other = (replace(name, serial_number="75-231") for name in (OLD, NEW))
    assert evidence(one, replace(other, model="Force")).startswith("Both have the serial number 75-231")


def test_a_station_that_began_to_send_its_serial_number_is_suggested() -> None:
    other = replace(NEW, station_name="ct1-emer", serial_number="75231", first_on="2024-03-01")
    assert evidence(OLD, other) == "Both are station CT1EMER of one model; only one of them sends a serial number."


@pytest.mark.parametrize(
    "change",
    [
        {"station_name": "CT2EMER"},
        {"station_name": "MAMMO1"},
        {"station_name": ""},
        {"first_on": "2024-06-01"},
        {"model": "SOMATOM Edge"},
        {"model": ""},
        {"manufacturer": "GE MEDICAL SYSTEMS"},
        {"site": 2},
        {"family": "MG"},
    ],
)
def test_what_speaks_against_it_suggests_nothing(change: dict[str, str | int]) -> None:
    assert evidence(OLD, replace(NEW, **change)) == ""  # type: ignore[arg-type]


def test_two_serial_numbers_are_two_devices_whatever_their_names() -> None:
    assert evidence(replace(OLD, serial_number="1"), replace(NEW, serial_number="2", station_name="CT1EMER")) == ""


@pytest.mark.parametrize("serial", ["", "0000", "---"])
def test_a_serial_number_that_is_none_is_no_evidence(serial: str) -> None:
    one, other = (replace(name, serial_number=serial, model=str(name.key)) for name in (OLD, NEW))
    assert evidence(one, other) == ""


@given(st.lists(st.tuples(*[st.text(max_size=12)] * 4, st.dates(), st.dates()), max_size=6))
def test_no_text_stops_it_and_nothing_is_suggested_twice(rows: list[tuple[str, str, str, str, object, object]]) -> None:
    names = [
        ScannerName(key, 1, "CT", maker, model, station, serial, *sorted((str(one), str(other))))
        for key, (maker, model, station, serial, one, other) in enumerate(rows)
    ]
    pairs = [frozenset((one.scanner, one.into)) for one in suggestions(names)]
    assert len(set(pairs)) == len(pairs)
    assert all(len(pair) == 2 for pair in pairs)

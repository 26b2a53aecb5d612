"""Scanners: identity and name."""

from doseloop.harmonise.scanners import maker, scanner_key, scanner_name
from doseloop.model.dose_object import Equipment


def test_a_maker_s_spellings_become_one_name() -> None:
    assert maker("SIEMENS") == maker("Siemens Healthineers") == "Siemens"
    assert maker("GE MEDICAL SYSTEMS") == "GE"
    assert maker("Maker of Ours") == "Maker of Ours"
    assert maker(" ") is None


def test_the_serial_number_keeps_a_scanner_one_when_its_station_is_renamed() -> None:
    one = Equipment(manufacturer="SIEMENS", model="Alpha", serial_number="123", station_name="CT1")
    other = Equipment(manufacturer="Siemens", model="Alpha", serial_number="123", station_name="CT01")
    assert scanner_key(one) == scanner_key(other) == "siemens/alpha/serial-123"


def test_a_model_alone_is_no_scanner() -> None:
    assert scanner_key(Equipment(manufacturer="SIEMENS", model="Alpha", serial_number="000")) is None


def test_a_scanner_is_called_by_its_station_else_by_what_it_is() -> None:
    assert scanner_name(Equipment(station_name="CT1")) == "CT1"
    assert scanner_name(Equipment(manufacturer="SIEMENS", model="Alpha")) == "Siemens Alpha"
    assert scanner_name(Equipment()) == "Unknown scanner"

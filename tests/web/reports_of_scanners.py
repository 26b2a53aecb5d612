"""What the objects of the department were read to say: reports of code, with the defects that real ones have, before and after
an update of the software."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from pydicom import Dataset

from doseloop.model.dose_object import DoseObject, Equipment
from doseloop.reading.object import read_object
from doseloop.store.models import DoseObjectRow, Scanner
from doseloop.store.packing import pack
from tests.reading import reports


def give_records() -> None:
    """Give every report of the record that is open what it says. Of each CT the newest third is of newer software."""
    for scanner in Scanner.objects.all():
        rows = list(
            DoseObjectRow.objects.filter(exam__scanner=scanner, kind__endswith="report").order_by("received_at")
        )
        for position, row in enumerate(rows):
            newer = position >= 2 * len(rows) // 3
            row.record = pack(_of_scanner(_variant(row.kind, newer, position % 4), row, scanner, newer))
        DoseObjectRow.objects.bulk_update(rows, ["record"])


def _of_scanner(dose: DoseObject, row: DoseObjectRow, scanner: Scanner, newer: bool) -> DoseObject:
    equipment = Equipment(
        manufacturer=scanner.manufacturer,
        model=scanner.model,
        station_name=scanner.station_name,
        serial_number=scanner.serial_number,
        software_versions=scanner.software_versions if newer else _before(scanner.software_versions),
    )
    study = replace(dose.study, date=row.received_at.date().isoformat())
    return replace(dose, equipment=equipment, study=study)


def _before(software: str) -> str:
    """A version that people see as an earlier one: `VB20A` for VB30A, `1.10.0.5` for 1.11.0.5."""
    at, digit = next((at, digit) for at, digit in enumerate(software) if digit in "123456789")
    return f"{software[:at]}{int(digit) - 1}{software[at + 1 :]}"


@cache
def _variant(kind: str, newer: bool, number: int) -> DoseObject:
    made = ct(newer, number) if kind == "ct report" else reports.angiography(20)
    return read_object(reports.encode(made)).dose


def ct(newer: bool, number: int) -> Dataset:
    """A CT report: the older software writes DLP without a dot; the newer leaves the phantom out of every fourth report."""
    made = reports.ct_report([reports.ct_event()])
    for item in _items(made):
        name = item.ConceptNameCodeSequence[0].CodeValue if "ConceptNameCodeSequence" in item else ""
        if name == "113838" and not newer:
            item.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue = "mGycm"
        if name == "113833" and number == 1:
            item.MeasuredValueSequence = []
        if name == "113829" and newer and number == 2:
            item.ContentSequence = [one for one in item.ContentSequence if "ConceptCodeSequence" not in one]
    return made


def _items(of: Dataset) -> Iterator[Dataset]:
    for item in of.get("ContentSequence") or ():
        yield item
        yield from _items(item)

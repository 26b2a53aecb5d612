"""How fast a content tree is read, with the place of every item, against a pydicom walk of the same tree.

    python -m bench.reading

Reports are made by code; the shared corpus is added where it is there. Processor time, medians. `cold` reads with nothing
remembered from other objects, `warm` as a reader process does.
"""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from pydicom import Dataset, dcmread

from doseloop.model.errors import DoseloopError
from doseloop.reading.limits import DEFAULT_LIMITS
from doseloop.reading.object import read_content_tree, read_object
from doseloop.reading.sr import ContentItem
from doseloop.reading.values import CodeMemory
from tests.reading import reports

LARGE = 200_000


@dataclass(frozen=True, slots=True)
class Measurement:
    """One report: milliseconds of processor time for its tree (cold, warm), its whole reading and pydicom's walk."""

    name: str
    bytes: int
    items: int
    cold_ms: float
    warm_ms: float
    object_ms: float
    pydicom_ms: float

    @property
    def ratio(self) -> float:
        """How many times faster a reader process reads the tree than pydicom does."""
        return self.pydicom_ms / self.warm_ms


def measure() -> list[Measurement]:
    """Measure the made reports and, where it is there, the corpus."""
    made = {
        "CT, defined length": reports.encode(reports.ct_report(4)),
        "CT, undefined length": reports.encode(reports.ct_report(4), undefined=True),
        "CT, implicit": reports.encode(reports.ct_report(4), "implicit"),
        "CT, big endian": reports.encode(reports.ct_report(4), "big endian"),
        "angiography, defined length": reports.encode(reports.angiography()),
        "angiography, undefined length": reports.encode(reports.angiography(), undefined=True),
    }
    measurements = [one(name, data) for name, data in (made | corpus()).items()]
    return [measurement for measurement in measurements if measurement is not None]


def corpus() -> dict[str, bytes]:
    """Real reports by name."""
    beside = Path(__file__).parents[1].parent / "shared"
    folder = Path(os.environ.get("DOSELOOP_SHARED") or beside) / "corpus/open"
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.dcm"))}


def one(name: str, data: bytes) -> Measurement | None:
    """One report, None for an image or what is not read."""
    try:
        tree = read_content_tree(data)
        is_report = read_object(data).header_bytes is None
    except DoseloopError:
        return None
    if not is_report:
        return None
    memory, rounds = CodeMemory(), 5 if len(data) > LARGE else 25
    return Measurement(
        name,
        len(data),
        count(tree),
        cpu_ms(lambda: read_content_tree(data), rounds),
        cpu_ms(lambda: read_content_tree(data, DEFAULT_LIMITS, memory), rounds),
        cpu_ms(lambda: read_object(data, DEFAULT_LIMITS, memory), rounds),
        cpu_ms(lambda: walk(dcmread(BytesIO(data))), 1 if len(data) > LARGE else 5),
    )


def cpu_ms(work: Callable[[], object], rounds: int) -> float:
    """Median processor time of some rounds."""
    taken = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        taken.append((time.process_time() - began) * 1e3)
    return statistics.median(taken)


def count(item: ContentItem) -> int:
    """Items of a tree."""
    return 1 + sum(map(count, item.children))


def walk(item: Dataset, place: str = "1") -> tuple[object, ...]:
    """The same tree by pydicom, by keywords, without classes of ours."""
    children = enumerate(item.get("ContentSequence") or (), start=1)
    return (
        place,
        item.get("RelationshipType"),
        item.get("ValueType"),
        code(item.get("ConceptNameCodeSequence")),
        value(item),
        [walk(child, f"{place}.{number}") for number, child in children],
    )


VALUES = {"TEXT": "TextValue", "UIDREF": "UID", "DATETIME": "DateTime", "PNAME": "PersonName"}


def value(item: Dataset) -> object:
    """The value of a content item by pydicom."""
    kind = item.get("ValueType")
    if kind == "NUM":
        measured = item.get("MeasuredValueSequence") or [Dataset()]
        return measured[0].get("NumericValue"), code(measured[0].get("MeasurementUnitsCodeSequence"))
    if kind == "CODE":
        return code(item.get("ConceptCodeSequence"))
    return item.get(VALUES[kind]) if kind in VALUES else None


def code(items: object) -> tuple[object, ...] | None:
    """A code by pydicom."""
    if not isinstance(items, list) and not hasattr(items, "is_undefined_length"):
        return None
    names = ("CodeValue", "CodingSchemeDesignator", "CodeMeaning")
    return tuple(items[0].get(name) for name in names) if items else None


def table(measurements: list[Measurement]) -> str:
    """The measurements as text."""
    head = f"{'report':40}{'bytes':>9}{'items':>7}{'cold ms':>9}{'warm ms':>9}{'object ms':>10}{'pydicom ms':>11}{'ratio':>7}"
    rows = (
        f"{m.name:40}{m.bytes:9}{m.items:7}{m.cold_ms:9.2f}{m.warm_ms:9.2f}{m.object_ms:10.2f}{m.pydicom_ms:11.1f}{m.ratio:7.0f}"
        for m in measurements
    )
    return "\n".join((head, *rows))


if __name__ == "__main__":
    print(table(measure()))

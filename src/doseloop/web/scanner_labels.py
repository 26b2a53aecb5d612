"""Figures of scanners under names that tell them apart."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from doseloop.facts.procedure import ScannerDistribution, TrendPoint
from doseloop.facts.quality import QualityPoint
from doseloop.facts.today import HourCount

OfScanner = TypeVar("OfScanner", ScannerDistribution, TrendPoint, HourCount, QualityPoint)


def labelled(found: Iterable[OfScanner], labels: Mapping[int, str]) -> tuple[OfScanner, ...]:
    """The same figures with the scanner's label (see `scanner_list.scanner_names`) in place of its name."""
    return tuple(replace(one, scanner_name=labels.get(one.scanner, one.scanner_name)) for one in found)

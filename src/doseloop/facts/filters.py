"""`ExamFilter`: which exams a list shows. Its state lives in the address of the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

import ibis.expr.types as ir  # type: ignore[import-untyped]


@dataclass(frozen=True, slots=True)
class ExamFilter:
    """What exams must be; None asks nothing.

    Errors: `UnusableInput`, naming the field, where a value can match nothing by its form.
    """

    site: int | None = None
    scanner: int | None = None
    modality: str | None = None
    procedure: str | None = None
    """Key of the procedure of one of the exam's parts."""
    text: str | None = None
    """Stands, in any case, in the description, protocol, requested procedure or accession number. No wildcards."""
    age_band: str | None = None
    """Key of the band; `unknown` finds exams without an age."""
    started_from: date | None = None
    started_until: date | None = None
    """The day itself is not included."""
    flagged: bool | None = None
    """Whether it has an open flag."""
    excluded: bool | None = False
    """False leaves excluded exams (phantom, test) out, True shows them alone, None shows both."""
    without_procedure: bool = False
    """Only exams of which a part has no procedure."""

    def to_address(self) -> str:
        """The query part of an address, without `?`; empty where nothing is asked."""
        raise NotImplementedError

    @classmethod
    def from_address(cls, given: Mapping[str, str]) -> Self:
        """The filter of an address's query. Other keys are left alone, empty values ask nothing.

        Errors: `UnusableInput`, naming the field, for a value that cannot be read.
        """
        raise NotImplementedError

    def apply(self, exams: ir.Table) -> ir.Table:
        """The exams that fit."""
        raise NotImplementedError

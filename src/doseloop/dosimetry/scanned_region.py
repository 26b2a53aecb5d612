"""Which part of the body a CT acquisition scanned: by its own code and by the exam's procedure, and never against one of both."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from doseloop.dosimetry.missing import Missing
from doseloop.model.ct import CtEvent
from doseloop.model.estimate import InputSource
from doseloop.reference.names import normalised
from doseloop.reference.procedures import catalogue

TRUNK: Final = frozenset({"chest", "abdomen", "pelvis"})
_HEART: Final = frozenset({"chest", "heart"})
_SAYS_NOTHING: Final = frozenset({"", "entire body", "whole body", "wholebody", "body"})
"""Normalised words of a code that leave open what was scanned."""
_ORDER: Final = ("head", "neck", "spine", "chest", "heart", "abdomen", "pelvis", "limbs")


@dataclass(frozen=True, slots=True)
class ScannedRegion:
    """Parts of the body in the words of `model.procedure.Procedure.regions`, and what told them."""

    parts: frozenset[str]
    source: InputSource
    assumption: str = ""
    """One sentence where the parts are not the acquisition's own; else empty."""

    @property
    def words(self) -> str:
        """The parts from head to foot, `chest, abdomen, pelvis`."""
        return ", ".join(sorted(self.parts, key=_ORDER.index))


class RegionNotRecorded(Missing):
    """Neither the acquisition nor the procedure tells it."""


def scanned_region(event: CtEvent, procedure: str | None, *, of_the_exam: bool = False) -> ScannedRegion:
    """The region of an acquisition.

    The code of the acquisition (123014; of an image Body Part Examined) holds, with two exceptions. Scanners name one part of
    a scan of several parts, so where the procedure stays within the trunk and holds the coded part, the procedure's parts are
    taken. And a scan of the heart that is coded as chest stays one of the heart. `of_the_exam`: the procedure's parts wherever
    they are known, for a localiser. Errors: `RegionNotRecorded`; `Missing` where code and procedure have nothing in common, or
    the code is one that the catalogue does not know and no procedure tells more.
    """
    own, exam = _own(event), _of_procedure(procedure)
    if not own and not exam:
        raise _untold(event)
    if not exam or own == exam:
        return ScannedRegion(own, "object")
    if not own or of_the_exam:
        return ScannedRegion(exam, "procedure", "The region is that of the procedure.")
    if not own & exam:
        raise Missing("The code of the region and the procedure contradict each other.")
    if "heart" in exam and own <= _HEART:
        return ScannedRegion(_HEART, "procedure", "The scan is taken for one of the heart, as the procedure says.")
    if own < exam <= TRUNK:
        return ScannedRegion(
            exam, "procedure", "The code names one part of the scan: the region is that of the procedure."
        )
    return ScannedRegion(own, "object")


def _untold(event: CtEvent) -> Missing:
    # A code that is not known may be of a limb: it is not the same as none.
    if normalised(_coded(event)) not in _SAYS_NOTHING:
        return Missing("The coded region is not one that is known here, and no procedure tells it.")
    return RegionNotRecorded("The region is not recorded: neither the acquisition nor the procedure tells it.")


def _own(event: CtEvent) -> frozenset[str]:
    return _regions(_coded(event))


@lru_cache(maxsize=4096)
def _regions(coded: str) -> frozenset[str]:
    return catalogue().regions_of((coded,))


def _coded(event: CtEvent) -> str:
    coded = event.target_region.value.meaning if event.target_region else None
    examined = event.image.body_part if event.image else None
    return coded or examined or ""


def _of_procedure(procedure: str | None) -> frozenset[str]:
    known = catalogue().procedures.get(procedure) if procedure else None
    return known.regions if known else frozenset()

"""What the acquisitions of a CT say of procedures that its names have named: for one, against one, or for which of several.

How far was scanned (`reference.scan_ranges`), which regions are coded, and how many acquisitions there were never name a
procedure by themselves. Lengths are wide lines: they contradict what cannot be, and decide only where another name, or a code, says
the same.
"""

from collections.abc import Iterable, Iterator

from doseloop.model.procedure import Evidence, Scanned, StudyNames
from doseloop.reference.procedures import Catalogue
from doseloop.reference.scan_ranges import scan_ranges


def speaks_against(key: str, scanned: Scanned | None, catalogue: Catalogue) -> str | None:
    """Why the scan cannot have been this procedure; None where it can, or where one of both is not known."""
    reach = scan_ranges().get(key)
    if reach is None or scanned is None:
        return None
    name = catalogue.name_of(key)
    if reach.most_mm and scanned.longest_mm and scanned.longest_mm >= reach.most_mm:
        return f"{scanned.longest_mm:.0f} mm were scanned at once; {name} has less than {reach.most_mm:.0f} mm."
    if scanned.together_mm and scanned.together_mm < reach.least_mm:
        return f"Only {scanned.together_mm:.0f} mm were scanned; {name} has {reach.least_mm:.0f} mm or more."
    if scanned.acquisitions < reach.least_acquisitions:
        return f"Main acquisitions: {scanned.acquisitions}; {name} has {reach.least_acquisitions} or more."
    return None


def reaches_beyond(key: str, scanned: Scanned | None) -> bool:
    """Whether more was scanned at once than this procedure has as a rule."""
    reach = scan_ranges().get(key)
    if reach is None or scanned is None or not (reach.usual_mm and scanned.longest_mm):
        return False
    return scanned.longest_mm >= reach.usual_mm


def widest(keys: Iterable[str], scanned: Scanned | None, catalogue: Catalogue) -> str | None:
    """Of procedures that names disagree on, the only one that what was scanned fits, where it holds all that the others cover;
    None where there is none."""
    candidates = list(keys)
    possible = [key for key in candidates if _fits(key, scanned, catalogue)]
    if len(possible) != 1:
        return None
    (one,) = possible
    covered = catalogue.procedures[one].regions
    others = (catalogue.procedures[key].regions for key in candidates if key != one)
    return one if all(regions and regions < covered for regions in others) else None


def wider(key: str, names: StudyNames, catalogue: Catalogue) -> str | None:
    """The procedure of the same kind over all coded regions, where both these and what was scanned go beyond the named one; None
    where there is none."""
    named, coded = catalogue.procedures[key], catalogue.regions_of(names.target_regions)
    if not named.regions < coded or not reaches_beyond(key, names.scanned):
        return None
    of_kind = (catalogue.named_by_words(named.modality, kind, coded) for kind, _ in named.means)
    found = {one for one in of_kind if one and catalogue.procedures[one].regions == coded}
    possible = [one for one in found if _fits(one, names.scanned, catalogue)]
    return possible[0] if len(possible) == 1 else None


def speaks_for(key: str, names: StudyNames, catalogue: Catalogue) -> Iterator[Evidence]:
    """What of the acquisitions fits this procedure and would not fit any: coded regions that are its own, and several phases
    of one that has several."""
    coded = catalogue.regions_of(names.target_regions)
    if coded and coded == catalogue.procedures[key].regions:
        yield Evidence("coded region", ", ".join(names.target_regions), "acquisitions")
    reach, scanned = scan_ranges().get(key), names.scanned
    if reach and scanned and 1 < reach.least_acquisitions <= scanned.acquisitions:
        phases = ", without and with contrast medium" if len(scanned.contrast) > 1 else ""
        yield Evidence("number of acquisitions", f"{scanned.acquisitions}{phases}", "acquisitions")


def length_scanned(scanned: Scanned | None) -> Iterator[Evidence]:
    """The length that decided."""
    if scanned and scanned.longest_mm:
        yield Evidence("scanned length", f"{scanned.longest_mm:.0f} mm", "acquisitions")


def _fits(key: str, scanned: Scanned | None, catalogue: Catalogue) -> bool:
    return speaks_against(key, scanned, catalogue) is None and not reaches_beyond(key, scanned)

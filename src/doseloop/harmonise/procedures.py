"""The names in an exam's objects to a standard procedure, and no guess.

A site's own mapping stands above the catalogue, and the catalogue's own names above words (`suggested`), of which only a name
that is wholly understood counts. Names of the study (requested, performed, described, protocol, meanings of its codes) must agree
where they say anything; names of acquisitions, mapped ones too, may only add where those are silent, or contradict. What a CT
scanned (`scan_evidence`) never names a procedure: it speaks for or against one, or decides between names.
"""

from collections.abc import Iterable, Iterator, Mapping

from doseloop.harmonise import scan_evidence
from doseloop.harmonise.suggested import Suggestion, suggest
from doseloop.model.procedure import Abstention, Evidence, Match, NameField, StudyNames
from doseloop.reference.names import normalised
from doseloop.reference.procedure_words import vocabulary
from doseloop.reference.procedures import Catalogue

Concluded = dict[str, list[Evidence]]


def match(names: StudyNames, modality: str, site_mapping: Mapping[str, str], catalogue: Catalogue) -> Match | None:
    """The procedure that the names agree on, with the evidence; None where they are silent or disagree.

    `site_mapping` goes from a name as written in an object to a key of the catalogue or of the site's own; it is
    compared normalised.
    """
    outcome = conclude(names, modality, site_mapping, catalogue)
    return outcome if isinstance(outcome, Match) else None


def conclude(
    names: StudyNames, modality: str, site_mapping: Mapping[str, str], catalogue: Catalogue
) -> Match | Abstention:
    """As `match`, but says why where nothing is concluded."""
    mapping = {normalised(name): key for name, key in site_mapping.items()}
    by_site = _gathered(_study_names(names), mapping)
    if by_site:
        return _agreed(by_site, "the site's mappings")
    by_study = _looked_up(_study_names(names), modality, catalogue)
    by_study = by_study or _understood(_study_names(names), modality, catalogue)
    by_acquisition = _gathered(_acquisition_names(names), mapping)
    if by_acquisition and not by_study:
        return _agreed(by_acquisition, "the site's mappings")
    by_acquisition = _looked_up(_acquisition_names(names), modality, catalogue)
    outcome = _decided(by_study, names, catalogue) or _agreed(by_study or by_acquisition, "the names in the objects")
    if isinstance(outcome, Abstention):
        return outcome
    outcome = _widened(outcome, names, catalogue)
    against = _contradiction(outcome, by_acquisition, names, catalogue)
    return against or _supported(outcome, names, catalogue)


def _study_names(names: StudyNames) -> Iterator[tuple[NameField, str]]:
    fields: tuple[tuple[NameField, str | None], ...] = (
        ("requested procedure", names.requested_procedure),
        ("performed procedure", names.performed_procedure),
        ("study description", names.study_description),
        ("protocol name", names.protocol_name),
    )
    coded: tuple[tuple[NameField, str | None], ...] = tuple(
        ("procedure code", code.meaning) for code in names.procedure_codes
    )
    return ((field, words) for field, words in (*fields, *coded) if words and words.strip())


def _acquisition_names(names: StudyNames) -> Iterator[tuple[NameField, str]]:
    return (("acquisition protocol", words) for words in names.acquisition_protocols if words and words.strip())


def _gathered(fields: Iterable[tuple[NameField, str]], mapping: Mapping[str, str]) -> Concluded:
    found: Concluded = {}
    for field, words in fields:
        key = mapping.get(normalised(words))
        if key:
            found.setdefault(key, []).append(Evidence(field, words, "site mapping"))
    return found


def _looked_up(fields: Iterable[tuple[NameField, str]], modality: str, catalogue: Catalogue) -> Concluded:
    found: Concluded = {}
    for field, words in fields:
        procedure = catalogue.find(words, modality)
        if procedure is not None:
            found.setdefault(procedure.key, []).append(Evidence(field, words, "catalogue"))
    return found


def _understood(fields: Iterable[tuple[NameField, str]], modality: str, catalogue: Catalogue) -> Concluded:
    """By words, where the catalogue knows none of the study's names whole."""
    found: Concluded = {}
    for field, words in fields:
        meant = suggest(words, modality, catalogue, vocabulary())
        if isinstance(meant, Suggestion) and meant.confidence == "sure":
            found.setdefault(meant.procedure, []).append(Evidence(field, words, "words"))
    return found


def _agreed(found: Concluded, who: str) -> Match | Abstention:
    if not found:
        return Abstention("No name in the objects is known.")
    if len(found) > 1:
        said = "; ".join(f"{one.field} “{one.words}”: {key}" for key, given in found.items() for one in given)
        return Abstention(f"{who[0].upper()}{who[1:]} disagree ({said}).", tuple(sorted(found)))
    ((key, evidence),) = found.items()
    return Match(key, tuple(evidence))


def _decided(found: Concluded, names: StudyNames, catalogue: Catalogue) -> Match | None:
    """Which of several procedures that the names of the study lead to was scanned; None where that does not tell."""
    key = scan_evidence.widest(found, names.scanned, catalogue) if len(found) > 1 else None
    return Match(key, (*found[key], *scan_evidence.length_scanned(names.scanned))) if key else None


def _widened(concluded: Match, names: StudyNames, catalogue: Catalogue) -> Match:
    key = scan_evidence.wider(concluded.procedure, names, catalogue)
    if key is None:
        return concluded
    return Match(key, (*concluded.evidence, *scan_evidence.length_scanned(names.scanned)))


def _supported(concluded: Match, names: StudyNames, catalogue: Catalogue) -> Match:
    more = scan_evidence.speaks_for(concluded.procedure, names, catalogue)
    return Match(concluded.procedure, (*concluded.evidence, *more))


def _contradiction(
    concluded: Match, by_acquisition: Concluded, names: StudyNames, catalogue: Catalogue
) -> Abstention | None:
    """Why what was scanned, acquisitions or coded regions speak against a procedure; None where they do not.

    An acquisition may be a part of the procedure (a chest of a chest, abdomen and pelvis); regions are coded so loosely
    that they contradict only where all that are known lie elsewhere. A procedure without regions (a biopsy) is never
    contradicted.
    """
    scanned = scan_evidence.speaks_against(concluded.procedure, names.scanned, catalogue)
    if scanned:
        return Abstention(scanned, (concluded.procedure,))
    covered = catalogue.procedures[concluded.procedure].regions
    if not covered:
        return None
    for key, given in by_acquisition.items():
        if not catalogue.procedures[key].regions <= covered:
            reason = f"The acquisition “{given[0].words}” is not a part of {concluded.procedure}."
            return Abstention(reason, tuple(sorted((concluded.procedure, key))))
    coded = catalogue.regions_of(names.target_regions)
    if coded and not coded & covered:
        regions = ", ".join(sorted(names.target_regions))
        return Abstention(
            f"The coded region ({regions}) is not a part of {concluded.procedure}.", (concluded.procedure,)
        )
    return None

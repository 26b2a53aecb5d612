"""The whole chain, once: from an object in the inbox to an exam, its flags and the change that the facts see.

Reading happens in a reader process and outside any transaction. Everything that follows from an object is one transaction
under the lock on its study; a crash before its commit leaves the object waiting, and doing it again gives the same record.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from doseloop import estimation, judgement, rule_judgement
from doseloop.assess import phantom
from doseloop.harmonise import identifiers
from doseloop.harmonise.age_bands import age_at_exam
from doseloop.harmonise.held import HeldObject
from doseloop.harmonise.procedures import match
from doseloop.harmonise.sizes import DEFAULT_WINDOWS, QUANTITIES, ExamOfSize, Size, Windows, size_at_exam
from doseloop.harmonise.study import equipment_of, unite
from doseloop.harmonise.value_repairs import day_of, repaired, with_repairs
from doseloop.model.calibration import Calibration
from doseloop.model.dose_object import Deidentified, DoseObject, Modality, ReadResult
from doseloop.model.errors import DoseloopError, NotDose, NotReadYet, ObjectError, ReaderStopped, Unsettled
from doseloop.model.exam import ExamRecord
from doseloop.model.procedure import Match, StudyNames
from doseloop.reference.procedures import catalogue
from doseloop.store import (
    calibrations,
    changes,
    claims,
    ct_series,
    decisions,
    estimate_rows,
    exams,
    findings,
    level_choice,
    level_confirmation,
    level_explanations,
    level_reviews,
    local_level_standing,
    measurements,
    name_mapping,
    new_usuals,
    objects,
    one_patient,
    own_person,
    patient_merging,
    patients,
    people,
    person_merging,
    procedure_codes,
    procedures,
    rule_changes,
    rule_pack_choice,
    scanner_merging,
    scanner_names,
    scanner_naming,
    scanners,
    size_import,
    suspected_tests,
    timeline,
    untold_scanners,
    value_repairs,
)
from doseloop.store.claims import Claim
from doseloop.store.failpoint import failpoint
from doseloop.store.held_exam import is_held, made_of
from doseloop.store.inbox import Inbox
from doseloop.store.models import Identity
from doseloop.store.objects import Beside
from doseloop.store.scanners import ScannerAtSite, SiteDefaults
from doseloop.store.vault import Vault

_TRIES = 2
_RETRY_AFTER = timedelta(seconds=5)
DECISIONS = (
    name_mapping.NAMES,
    person_merging.PEOPLE,
    own_person.ACCOUNTS,
    level_choice.CHOICE,
    level_confirmation.CONFIRMATION,
    level_explanations.EXPLANATION,
    level_reviews.REVIEW,
    local_level_standing.LOCAL,
    rule_pack_choice.CHOICE,
    rule_pack_choice.CONFIRMATION,
    rule_changes.SETTING,
    scanner_merging.MERGED,
    scanner_naming.NAMED,
    timeline.ENTRIES,
    patient_merging.MERGINGS,
    size_import.SIZES,
    value_repairs.REPAIRS,
    calibrations.CALIBRATIONS,
    new_usuals.NEW_USUALS,
)
"""Every kind of decision; the worker looks for the exams that each moves."""

Outcome = ReadResult | Deidentified | DoseloopError


@dataclass(frozen=True, slots=True)
class Made:
    """Exams that were made anew, and others that shared an event with them before (keys)."""

    exams: frozenset[int]
    were_sharing: frozenset[int]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The chain over one installation."""

    reader: Callable[[Path], ReadResult | Deidentified]
    """Reads one file in a process of its own; raises `ObjectError` or `NotDose`. With `Deidentified` the installation is
    pseudonymous: what it holds is all that is kept, and the original goes once the record has the exam."""
    inbox: Inbox
    vault: Vault
    defaults: SiteDefaults
    windows: Windows = DEFAULT_WINDOWS
    """How near in time to an exam an imported size may be."""
    keeps_originals: bool = True
    """False in a pseudonymous installation: what it cannot free of identity and does not need is not kept."""

    def read(self, claim: Claim) -> Outcome:
        """What the object says, or why it says nothing. Touches no database; may run in any thread."""
        try:
            outcome = self.reader(self.inbox.path(claim.sha256))
            identifiers.check(outcome.result if isinstance(outcome, Deidentified) else outcome)
            return outcome
        except (ObjectError, NotDose) as error:
            return error
        except OSError as error:
            return ReaderStopped(f"The bytes of the object could not be opened: {error.strerror}.")

    def settle(self, claim: Claim, outcome: Outcome) -> None:
        """Bring the object to its state and everything that follows from it into the record.

        A claim that ended meanwhile changes nothing: whoever has the object now settles it.
        """
        if isinstance(outcome, Deidentified | ReadResult):
            settled = self._take_in(claim, outcome)
        elif isinstance(outcome, NotDose):
            if isinstance(outcome, NotReadYet) and self.keeps_originals:
                self._keep(claim)
            settled = objects.settle_without_dose(claim, outcome, quarantined=False)
            failpoint("pipeline: no dose, before the bytes leave the inbox")
        elif outcome.retry and claim.attempts < _TRIES:
            claims.postpone(claim, _RETRY_AFTER)
            return
        else:
            self._keep_for_a_person(claim)
            settled = objects.settle_without_dose(claim, outcome, quarantined=True)
        failpoint("pipeline: committed, before the bytes leave the inbox")
        if settled:
            self.inbox.drop(claim.sha256)
            self.destroy_what_is_not_kept(claim, outcome)

    def destroy_what_is_not_kept(self, claim: Claim, outcome: Outcome) -> None:
        """Of an object that turned out to carry no dose nothing stays, also where an earlier try had kept it for a person."""
        if isinstance(outcome, NotDose) and not (isinstance(outcome, NotReadYet) and self.keeps_originals):
            self.vault.destroy(claim.sha256)

    def destroy_what_a_crash_left(self) -> int:
        """Destroy bytes that were not needed any more when the record had the object, and were still there when the worker
        died. Looks at the objects that were processed last. Returns how many."""
        left = [sha256 for sha256 in objects.counted_alone() if self.vault.holds(sha256)]
        for sha256 in left:
            self.vault.destroy(sha256)
        return len(left)

    def _take_in(self, claim: Claim, outcome: ReadResult | Deidentified) -> bool:
        """Keep the object and enter it; False where the claim ended meanwhile. A further image of a series is not kept."""
        result = outcome.result if isinstance(outcome, Deidentified) else outcome
        keeps_first = not objects.may_be_further_slice(result.dose)
        if keeps_first:
            self._keep_read(claim, outcome)
        with exams.study_lock(result.dose.study.study_uid):
            if not claims.still_held(claim):
                return False
            not_needed = self._enter(claim, result)
            if not keeps_first and claim.sha256 not in not_needed:
                self._keep_read(claim, outcome)
        failpoint("pipeline: committed, before bytes that are not needed go")
        for sha256 in not_needed:
            self.vault.destroy(sha256)
        return True

    def _keep_read(self, claim: Claim, outcome: ReadResult | Deidentified) -> None:
        if isinstance(outcome, Deidentified):
            self.vault.keep(claim.sha256, outcome.content)
        else:
            self._keep(claim, outcome.header_bytes)
        failpoint("pipeline: bytes kept, before the record")

    def put_off(self, claim: Claim) -> None:
        """What to do with an object that could not be settled: try later, in the end set it apart for a person."""
        if claim.attempts < _TRIES:
            claims.postpone(claim, _RETRY_AFTER)
            return
        self._keep_for_a_person(claim)
        told = Unsettled("The object was read and could not be entered.")
        if objects.settle_without_dose(claim, told, quarantined=True):
            self.inbox.drop(claim.sha256)

    def settle_quiet(self, quiet: timedelta, most: int = 200) -> int:
        """End the provisional state of exams whose study has been quiet, and judge them again. Returns how many."""
        keys = exams.quiet_since(quiet, most)
        for key in keys:
            with exams.exam_lock(key):
                if exams.settle(key, quiet):
                    changes.take_turn()
                    _assess(key, exams.in_other_exams(key))
                    changes.note_change([key])
                    failpoint("pipeline: quiet exam settled, before the commit")
        return len(keys)

    def take_images_in(self, most: int = 50) -> int:
        """Let computed values know the images that came since they were computed. Returns of how many exams."""
        keys = ct_series.waiting(most)
        for key in keys:
            with exams.exam_lock(key):
                held = estimate_rows.held([key])
                estimate_rows.write([both for both in zip(held, made_of(held), strict=True) if not is_held(*both)])
                ct_series.taken_in(key)
        return len(keys)

    def make_anew(self, exam: int) -> None:
        """Make an exam anew that a decision has moved (`store.decisions`), and judge it."""
        with exams.exam_lock(exam):
            if decisions.is_outdated(exam):
                self.remake(exam)

    def tell_scanner(self, exam: int) -> None:
        """Note in the timeline of an exam's scanner what its objects say of it; the exam stays as it is."""
        with exams.exam_lock(exam):
            if held := _held(exam):
                untold_scanners.tell(exam, equipment_of(held))

    def _keep(self, claim: Claim, header_bytes: int | None = None) -> None:
        """Keep the object: whole, or of an image what comes before its pixels."""
        with self.inbox.path(claim.sha256).open("rb") as file:
            self.vault.keep(claim.sha256, file.read(-1 if header_bytes is None else header_bytes))

    def _keep_for_a_person(self, claim: Claim) -> None:
        """Keep what could not be entered, unless an earlier try kept it: what lies there may be without identity."""
        if not self.vault.holds(claim.sha256) and self.inbox.path(claim.sha256).exists():
            self._keep(claim)

    def enter(self, claim: Claim, result: ReadResult) -> bool:
        """Enter an object whose bytes are kept already into the exam of its study; False where the claim ended meanwhile.

        Within a transaction that may be undone: no bytes are destroyed.
        """
        with exams.study_lock(result.dose.study.study_uid):
            if not claims.still_held(claim):
                return False
            self._enter(claim, result)
        return True

    def _enter(self, claim: Claim, result: ReadResult) -> list[str]:
        """Enter the object into the exam of its study. Returns the names of bytes that are not needed for the record any more:
        those of further images of a series."""
        dose = result.dose
        scanner = scanners.scanner_of(dose.equipment, dose.modality, self.defaults)
        identity = patients.identify(result.identity, dose.study.study_uid, scanner.site)
        failpoint("pipeline: patient identified, before the exam")
        beside = objects.beside_copies(claim.object, dose, identity)
        if beside.standing == objects.RESEND and beside.exam is not None:
            objects.settle_read(claim, result, identity, beside.standing, beside.exam)
            ct_series.note(beside.exam, result.measured)
            return []
        left = _follow_patient(identity, dose.study.study_uid, beside)
        known = exams.known_exam(identity.patient_id, dose.study.study_uid)
        image = objects.image_of_series(dose, known)
        if image and image.stands_for(dose):
            objects.settle_slice(claim, result, identity, image.exam)
            ct_series.note(image.exam, result.measured)
            if beside.standing == objects.DEMOGRAPHIC:
                self.remake(image.exam)
            return [*left, claim.sha256]
        patients.make_current(identity)
        exam = known or exams.new_exam(identity.patient_id, dose.study.study_uid, scanner)
        objects.settle_read(claim, result, identity, beside.standing, exam)
        ct_series.note(exam, result.measured)
        failpoint("pipeline: object settled, before its exam is made")
        if image:
            left += objects.one_of_each_series(exam)
        if (known is None or beside.standing == objects.DEMOGRAPHIC) and one_patient.any_merged():
            self.remake(exam, arrived=True)
        else:
            self._rebuild(one_patient.counting(exam), scanner, dose)
        failpoint("pipeline: all written, before the commit")
        return left

    def remake(self, exam: int, *, arrived: bool = False) -> None:
        """Make an exam anew and judge it. `arrived`: an object has just come. Within the caller's transaction."""
        made = self.rebuild(exam, arrived=arrived)
        for key in sorted(made.exams):
            judge(key, made.were_sharing)

    def rebuild(self, exam: int, *, arrived: bool = False) -> Made:
        """Make an exam anew from all of its objects as the record holds them now, with those of its study that are one with it,
        or were, since somebody merged their patients; do not judge them yet. Within the caller's transaction.
        """
        keys = {one_patient.counting(exam)}
        if one_patient.any_merged():
            keys |= one_patient.regroup(exams.study_of(exam))
            keys.add(one_patient.counting(exam))
        were_sharing = {other for key in keys for other in exams.in_other_exams(key)} - keys
        for key in sorted(keys):
            if one_patient.counts_elsewhere(key):
                one_patient.empty(key)
            else:
                self._make(key, arrived=arrived)
        return Made(frozenset(keys), frozenset(were_sharing))

    def _make(self, exam: int, *, arrived: bool) -> None:
        held = _held(exam)
        modality = held[-1].dose.modality
        scanner = scanners.scanner_of(equipment_of(held), modality, self.defaults, arrived=False)
        _compose(exam, held, scanner, self.windows, arrived=arrived)

    def _rebuild(self, exam: int, scanner: ScannerAtSite, newest: DoseObject) -> None:
        """Make the exam anew from all of its objects; its scanner is what they name together."""
        held = _held(exam)
        equipment = equipment_of(held)
        if equipment != newest.equipment:
            scanner = scanners.scanner_of(equipment, newest.modality, self.defaults)
        write(exam, held, scanner, self.windows)


def _follow_patient(identity: Identity, study_uid: str, beside: Beside) -> list[str]:
    """Give the study to the patient whom a copy of one of its objects names (a demographic update); where that patient has an
    exam of it too, both are one. Returns the names of bytes that are not needed any more."""
    if beside.standing != objects.DEMOGRAPHIC or beside.exam is None:
        return []
    left: list[str] = []
    own = exams.known_exam(identity.patient_id, study_uid)
    exam = beside.exam
    if own is not None and own != exam:
        exam = exams.join(exam, own)
        left = objects.one_of_each_series(exam)
    patients.make_current(identity)
    exams.move_to(identity.patient_id, exam)
    return left


def write(exam: int, held: list[HeldObject], scanner: ScannerAtSite, windows: Windows = DEFAULT_WINDOWS) -> None:
    """Write the exam that the objects make, judge it, and tell the facts. Within the caller's transaction."""
    _compose(exam, held, scanner, windows, arrived=True)
    failpoint("pipeline: exam written, before it is judged")
    judge(exam)


def judge(exam: int, were_sharing: Iterable[int] = ()) -> None:
    """Judge an exam, those that share an event with it, or did before, and later ones of its patient whose sums hold it, and tell
    the facts. Within the caller's transaction."""
    changes.take_turn()
    now = exams.in_other_exams(exam)
    others = sorted({*now, *were_sharing, *rule_judgement.touched(exam)})
    _assess(exam, now)
    for other in others:
        _assess(other, exams.in_other_exams(other))
    failpoint("pipeline: exam judged, before the number of change")
    changes.note_change([exam, *others])


def _held(exam: int) -> list[HeldObject]:
    return [HeldObject(one.key, one.dose) for one in objects.objects_of(exam)]


def _compose(exam: int, held: list[HeldObject], scanner: ScannerAtSite, windows: Windows, *, arrived: bool) -> None:
    mended, noted = repaired(held, value_repairs.in_force(scanner, day_of(held)))
    record = with_repairs(unite(mended, scanner.zone, "site", _matcher(scanner.site)), noted)
    scanners.note_description(scanner, equipment_of(held), record.started_at.local[:10])
    sizes = _sizes(exam, record, scanner.site, windows)
    series = ct_series.series_of(exam)
    computed = estimation.estimated(record, sizes, series, _calibrations(record, scanner))
    exams.write(exam, record, scanner, record.issues, sizes, computed, arrived=arrived)
    if series:
        ct_series.taken_in(exam)
    people.name_people(exam, scanner.site, record.people)
    scanner_names.note(scanner.named or scanner.scanner, record)
    hours = suspected_tests.hours_of(scanner.scanner) if phantom.needs_hours(record) else ()
    marks = {mark for one in held for mark in one.dose.test_marks}
    suspected_tests.note(exam, phantom.on_exam(record, marks, hours))


def _calibrations(record: ExamRecord, scanner: ScannerAtSite) -> tuple[Calibration, ...]:
    if not any(part.modality in calibrations.MODALITIES for part in record.parts):
        return ()
    return calibrations.in_force(scanner.scanner, scanner.named, record.started_at.local[:10])


def _sizes(exam: int, record: ExamRecord, site: int, windows: Windows) -> dict[str, Size | None]:
    age, patient = age_at_exam(record.patient), record.patient
    written = [one.value if one else None for one in (patient.height_m, patient.weight_kg)]
    known = ExamOfSize(record.started_at.local, age.years if age else None, *written)
    imported = measurements.of_exam(exam, site)
    return {quantity: size_at_exam(quantity, known, imported, windows) for quantity in QUANTITIES}


def _matcher(site: int) -> Callable[[StudyNames, Modality], Match | None]:
    def find(names: StudyNames, modality: Modality) -> Match | None:
        names = replace(names, procedure_codes=procedure_codes.named(names.procedure_codes))
        return match(names, modality, procedures.mapping(site, modality), catalogue())

    return find


def _assess(exam: int, sharing: list[int]) -> None:
    """Judge an exam; `sharing` are other exams that hold an event of it. One that is left out is not judged."""
    if exams.is_left_out(exam):
        findings.apply(exam, [])
        return
    findings.apply(exam, judgement.judged(exam, sharing))

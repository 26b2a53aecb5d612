"""Kept objects read again: what would change is found by doing it, in a transaction that is rolled back unless it is wanted.

So what is shown is what will be. A study whose exams come out the same is left exactly as it is, down to its number of
change; an exam that changes keeps its key, and with it comments, exclusions and what people judged.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain

from doseloop.model.dose_object import Deidentified, ReadResult
from doseloop.model.errors import NotDose, ObjectError
from doseloop.pipeline import Outcome, Pipeline, judge
from doseloop.store import audit, exams, kept, objects, one_patient
from doseloop.store.exam_state import State, exam_state, flag_state, names_staff
from doseloop.store.kept import KeptObject, Which

_STUDIES, _OBJECTS = 16, 32
_MOST_AUDITED = 50
_PATIENT_HAS_IT = "The patient that it names now has this study already."


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that another reading changes; None is a field that is not there."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Change:
    """What another reading changes about an exam, or about an object that becomes part of none."""

    subject: str
    """`exam 12`, `object 40`, or `new exam`."""
    study_uid: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class LeftAsItWas:
    """An object of an exam whose new reading is not taken over: what was read before is kept."""

    object: int
    reason: str


@dataclass(frozen=True, slots=True)
class Reprocessed:
    """What reading one study's objects again came to."""

    objects: int
    changes: tuple[Change, ...] = ()
    left: tuple[LeftAsItWas, ...] = ()


@dataclass(slots=True)
class _Study:
    """What is found out about a study while it is gone through."""

    changes: list[Change] = field(default_factory=list)
    left: list[LeftAsItWas] = field(default_factory=list)


class _Undone(Exception):
    """Ends a transaction that is not to be."""


Reader = Callable[[KeptObject], Outcome]
EachAtOnce = Callable[[Reader, Iterable[KeptObject]], Iterable[Outcome]]
"""`map`, or that of a pool of threads."""


@dataclass(frozen=True, slots=True)
class Reprocess:
    """The reading of kept objects, again, by the worker's own chain."""

    pipeline: Pipeline
    read: Reader
    """Reads one kept object in a process of its own; what fails comes back as the outcome."""
    each: EachAtOnce
    apply: bool
    """Whether what changes becomes current; else it is only shown."""

    def run(self, which: Which) -> Iterator[Reprocessed]:
        """Go through the objects, a study at a time. May be ended between any two and begun anew."""
        after = ""
        while found := kept.studies(which, after, _STUDIES):
            for (study_uid, held), outcomes in self._read(found):
                yield self._study(study_uid, held, outcomes)
            after = found[-1][0]
        last = 0
        while others := kept.without_exam(which, last, _OBJECTS):
            for one, outcome in zip(others, self.each(self.read, others), strict=True):
                yield self._newcomer(one, outcome)
            last = others[-1].key

    def _read(
        self, found: list[tuple[str, list[KeptObject]]]
    ) -> Iterator[tuple[tuple[str, list[KeptObject]], dict[int, Outcome]]]:
        objects_of_all = list(chain.from_iterable(held for _, held in found))
        outcomes = dict(zip((one.key for one in objects_of_all), self.each(self.read, objects_of_all), strict=True))
        for study in found:
            yield study, {one.key: outcomes[one.key] for one in study[1]}

    def _study(self, study_uid: str, held: list[KeptObject], outcomes: Mapping[int, Outcome]) -> Reprocessed:
        told = _Study()
        results = self._usable(study_uid, held, outcomes, told)
        with _trial(study_uid, lambda: self.apply and bool(told.changes)):
            for exam in kept.exams_of(results):
                self._exam(exam, study_uid, results, told)
        if self.apply:
            settled = {one.object for one in told.left}
            kept.mark_read(key for key in results if key not in settled)
        return Reprocessed(len(held), tuple(told.changes), tuple(told.left))

    def _usable(
        self, study_uid: str, held: list[KeptObject], outcomes: Mapping[int, Outcome], told: _Study
    ) -> dict[int, ReadResult]:
        """The readings that can stand in place of what was read before."""
        found: dict[int, ReadResult] = {}
        for one in held:
            outcome = outcomes[one.key]
            if isinstance(outcome, Deidentified):
                if self.apply:
                    self.pipeline.vault.keep(one.sha256, outcome.content)
                outcome = outcome.result
            if not isinstance(outcome, ReadResult):
                told.left.append(LeftAsItWas(one.key, f"This version cannot read it: {outcome}"))
            elif outcome.dose.study.study_uid != study_uid:
                told.left.append(LeftAsItWas(one.key, "This version reads another study's UID in it."))
            else:
                found[one.key] = outcome
        return found

    def _exam(self, exam: int, study_uid: str, results: Mapping[int, ReadResult], told: _Study) -> None:
        """Make one exam of the study anew; where it comes out as it was, or cannot be, its part is undone by itself."""
        same = False
        with _trial(study_uid, lambda: not same):
            counting = one_patient.counting(exam)
            before, noticed, sharing = exam_state(counting), flag_state(counting), exams.in_other_exams(counting)
            if not kept.rewrite(exam, results, self.pipeline.defaults):
                same = True
                told.left += [LeftAsItWas(key, _PATIENT_HAS_IT) for key in results]
                return
            made = self.pipeline.rebuild(exam)
            same = exam_state(counting) == before
            if same:
                return
            for key in sorted(made.exams):
                judge(key, sharing)
            found = _differences({**before, **noticed}, {**exam_state(counting), **flag_state(counting)})
            told.changes.append(Change(f"exam {counting}", study_uid, found))
            _note(counting, found)

    def _newcomer(self, one: KeptObject, outcome: Outcome) -> Reprocessed:
        """An object that no exam has: it enters one as if it had just come, or stays where it is for the same reason."""
        if isinstance(outcome, ReadResult | Deidentified):
            if self.apply and isinstance(outcome, Deidentified):
                self.pipeline.vault.keep(one.sha256, outcome.content)
            return self._enter(one, outcome.result if isinstance(outcome, Deidentified) else outcome)
        if outcome.code == one.reason_code or outcome.retry or not isinstance(outcome, NotDose | ObjectError):
            if self.apply and not outcome.retry:
                kept.mark_read([one.key])
            return Reprocessed(1)
        return self._set_apart(one, outcome)

    def _enter(self, one: KeptObject, result: ReadResult) -> Reprocessed:
        study_uid, changes = result.dose.study.study_uid, []
        with _trial(study_uid, lambda: self.apply):
            before = {exam: _whole_state(exam) for exam in kept.exams_of_study(study_uid)}
            claim = kept.take_up(one)
            if claim is None:
                return Reprocessed(1)
            self.pipeline.enter(claim, result)
            for exam in kept.exams_of_study(study_uid):
                found = _differences(before.get(exam, {}), _whole_state(exam))
                subject = f"exam {exam}" if exam in before else "new exam"
                changes += [Change(subject, study_uid, found)] if found else []
        became = Difference("state", one.state, "partly read" if result.dose.missing else "read")
        return Reprocessed(1, (Change(f"object {one.key}", study_uid, (became,)), *changes))

    def _set_apart(self, one: KeptObject, outcome: NotDose | ObjectError) -> Reprocessed:
        """It still cannot be used, for another reason than before."""
        quarantined = isinstance(outcome, ObjectError)
        if self.apply:
            with exams.study_lock(one.sha256):
                claim = kept.take_up(one)
                settled = claim is not None and objects.settle_without_dose(claim, outcome, quarantined=quarantined)
            if claim is not None and settled:
                self.pipeline.destroy_what_is_not_kept(claim, outcome)
        found = (
            Difference("state", one.state, "quarantined" if quarantined else "not dose"),
            Difference("reason_code", one.reason_code, outcome.code),
        )
        return Reprocessed(1, (Change(f"object {one.key}", "", found),))


@contextmanager
def _trial(study_uid: str, wanted: Callable[[], bool]) -> Iterator[None]:
    """A transaction under the lock on the study that is undone at its end where it is not wanted."""
    with suppress(_Undone), exams.study_lock(study_uid):
        yield
        if not wanted():
            raise _Undone


def _whole_state(exam: int) -> State:
    return {**exam_state(exam), **flag_state(exam)}


def _differences(before: State, after: State) -> tuple[Difference, ...]:
    """Fields that differ, in the order of the newer state, those that are gone last."""
    fields = dict.fromkeys((*after, *before))
    return tuple(_difference(name, before, after) for name in fields if _differ(name, before, after))


def _difference(name: str, before: State, after: State) -> Difference:
    """A field that differs. Names of staff are told to no command: whether they are shown is each site's choice."""
    if names_staff(name):
        return Difference(name, *("withheld" if name in state else None for state in (before, after)))
    return Difference(name, before.get(name), after.get(name))


def _differ(name: str, before: State, after: State) -> bool:
    return before.get(name) != after.get(name)


def _note(exam: int, found: tuple[Difference, ...]) -> None:
    """The audit keeps what an exam's own fields were."""
    own = [one for one in found if " " not in one.field][:_MOST_AUDITED]
    audit.record_change(
        audit.COMMAND,
        "reprocessed",
        f"exam {exam}",
        before={one.field: one.before for one in own},
        after={one.field: one.after for one in own} | {"reader_version": objects.READER_VERSION},
    )

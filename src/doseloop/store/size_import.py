"""Sizes from a file: a draft with what it would change, and the decision that puts it in force.

The file is read a few hundred lines at a time. Of a line only what was measured, when, and our key of the patient or the UID of
the study stay: no number, no name. A line of which the record knows no patient or study leaves nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.harmonise.size_lines import SizeLine, Unusable
from doseloop.harmonise.sizes import Windows
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.store import decisions, numbers, visible
from doseloop.store.audit import Actor
from doseloop.store.decisions import Kind, Wanted
from doseloop.store.models import Decision, Exam, Measurement, SizeImport
from doseloop.store.numbers import Numbers
from doseloop.store.size_effect import Effect, effect_of, exams_of

_AT_ONCE = 500
_DRAFTS_KEPT = timedelta(hours=12)
IN_FORCE = "in force"
NO_EXAM, SEVERAL = "no exam of that number or UID at the site", "a number of several patients"


@dataclass(frozen=True, slots=True)
class Draft:
    """A file of sizes that was read: what became of its lines, and what accepting it would change."""

    key: int
    lines: int
    usable: int
    left_out: tuple[tuple[str, int], ...]
    """Why lines are not used, and how many, the most frequent first."""
    effect: Effect
    in_force: bool


def read(
    scope: Scope, site: int, lines: Iterable[SizeLine | Unusable], known: Numbers, windows: Windows, actor: Actor,
    *, pseudonymous: bool,
) -> Draft:  # fmt: skip
    """Keep a file's measurements as a draft, which changes nothing, and say what it would change.

    Errors: `NotVisible` for a site outside the scope, `UnusableInput` as the lines raise them: then nothing stays.
    """
    if site not in set(visible.sites(scope).values_list("pk", flat=True)):
        raise NotVisible("There is no such site.")
    SizeImport.objects.filter(in_force=False, at__lt=timezone.now() - _DRAFTS_KEPT).exclude(
        pk__in=_decided_about()
    ).delete()
    made = SizeImport.objects.create(site_id=site, at=timezone.now(), actor=actor.name)
    try:
        tally = _keep(made, iter(lines), known, pseudonymous=pseudonymous)
        found = effect_of(made, windows)
    except BaseException:
        made.delete()
        raise
    left_out = sorted(tally.items(), key=lambda one: -one[1])
    total = sum(tally.values()) + found.measurements
    made.found = {"lines": total, "left_out": left_out, "effect": found.as_json()}
    made.save(update_fields=["found"])
    return _draft(made)


def draft(scope: Scope, key: int) -> Draft:
    """A file that was read. Errors: `NotVisible`."""
    return _draft(_row(scope, key))


def accept(scope: Scope, key: int, over: Iterable[int], actor: Actor) -> str:
    """Put a draft into force; the worker fills its exams. `over` are exams (keys) in which the file holds against the object, of
    those that the draft told of. Returns the batch's key.

    Errors: `NotVisible`; `UnusableInput` where it is in force, or would change nothing.
    """
    with transaction.atomic():
        row = _row(scope, key)
        told = _draft(row)
        if row.in_force:
            raise UnusableInput("This file was accepted already.")
        told_of = {one.exam for one in told.effect.contradicted}
        chosen = Exam.objects.filter(pk__in=told_of & set(over), site=row.site_id)
        if not (told.effect.fills_anything or chosen):
            raise UnusableInput("The file fills no exam, and no size of it was chosen before an object's.")
        row.over = sorted(chosen.values_list("study_uid", flat=True))
        row.save(update_fields=["over"])
        written = f"{told.effect.filled} exams filled, {len(row.over)} as the file says against the object"
        return decisions.decide(scope, SIZES, [Wanted(row.site_id, f"import {row.pk}", written, IN_FORCE)], actor)


def forget(scope: Scope, key: int) -> None:
    """Drop a draft that nobody decided about. Errors: `NotVisible`."""
    SizeImport.objects.filter(pk=_row(scope, key).pk, in_force=False).exclude(pk__in=_decided_about()).delete()


def _decided_about() -> list[int]:
    subjects = Decision.objects.filter(kind=SIZES.name).values_list("subject", flat=True)
    return [_key(one) for one in subjects]


def _row(scope: Scope, key: int) -> SizeImport:
    row = SizeImport.objects.filter(pk=key, site__in=visible.sites(scope)).first()
    if row is None:
        raise NotVisible("There is no such file of sizes, or it was dropped since.")
    return row


def _draft(row: SizeImport) -> Draft:
    left_out = tuple((why, count) for why, count in row.found.get("left_out", ()))
    lines = row.found.get("lines", 0)
    usable = lines - sum(count for _, count in left_out)
    return Draft(row.pk, lines, usable, left_out, Effect.of_json(row.found["effect"]), row.in_force)


def _keep(
    made: SizeImport, lines: Iterator[SizeLine | Unusable], known: Numbers, *, pseudonymous: bool
) -> Counter[str]:
    tally = Counter[str]()
    while some := list(islice(lines, _AT_ONCE)):
        tally.update(one.why for one in some if isinstance(one, Unusable))
        usable = [one for one in some if isinstance(one, SizeLine)]
        rows, without = _measurements(made, usable, known, pseudonymous=pseudonymous)
        tally.update(without)
        Measurement.objects.bulk_create(rows)
    return tally


def _measurements(
    made: SizeImport, lines: Sequence[SizeLine], known: Numbers, *, pseudonymous: bool
) -> tuple[list[Measurement], list[str]]:
    """The lines' measurements, and why the others have none."""
    site = made.site_id
    by_number = numbers.patients(
        {(one.number, one.issuer) for one in lines if one.number}, known, site, pseudonymous=pseudonymous
    )
    by_accession = numbers.studies({one.accession for one in lines if one.accession}, known, site)
    uids = {one.study_uid for one in lines if one.study_uid}
    there = set(Exam.objects.filter(site=site, study_uid__in=uids).values_list("study_uid", flat=True))
    rows: list[Measurement] = []
    without: list[str] = []
    targets: list[dict[str, Any]]
    for one in lines:
        if one.study_uid:
            targets = [{"study_uid": one.study_uid}] if one.study_uid in there else []
            several = False
        elif one.accession:
            found = by_accession.get(one.accession, set())
            targets, several = [{"study_uid": study} for _, study in sorted(found)], len({who for who, _ in found}) > 1
        else:
            who = by_number.get((one.number, one.issuer), set())
            targets, several = [{"patient_id": min(who)}] if who else [], len(numbers.as_one(who)) > 1
        if several or not targets:
            without.append(SEVERAL if several else NO_EXAM)
            continue
        rows += [
            Measurement(
                imported=made, line=one.line, measured_at=one.measured_at, height_m=one.height_m, weight_kg=one.weight_kg,
                **target,
            )
            for target in targets
        ]  # fmt: skip
    return rows, without


def _key(subject: str) -> int:
    return int(subject.removeprefix("import "))


def _put(wanted: Wanted) -> str:
    row = SizeImport.objects.select_for_update().filter(pk=_key(wanted.subject), site=wanted.site).first()
    if row is None:
        raise NotVisible("There is no such file of sizes.")
    SizeImport.objects.filter(pk=row.pk).update(in_force=bool(wanted.after))
    return IN_FORCE if row.in_force else ""


def _touched(decision: Decision) -> "QuerySet[Exam]":
    """Exams of the patients and studies of the file that lack a size of an object, or in which the file holds against it."""
    row = SizeImport.objects.get(pk=_key(decision.subject))
    open_ones = ~Q(weight_source="object") | ~Q(height_source="object") | Q(study_uid__in=row.over)
    return exams_of(row).filter(open_ones)


SIZES = Kind("sizes", "sizes imported", _put, _touched)

"""Why a scanner's group stands to a reference level as it does, as a person said: it stays said until someone takes it back.

An explanation is a decision (`store.decisions`): its subject is the scanner and the level, and what holds is the text with who
said it and when.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.store import decisions, visible
from doseloop.store.audit import Actor
from doseloop.store.decisions import Batch, Change, Kind, Wanted
from doseloop.store.models import Decision, Exam, LevelExplanation

MOST = 1_000
"""Characters of an explanation."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a person said (time UTC)."""

    text: str
    by: str
    at: datetime


def explain(scope: Scope, scanner: int, level_id: str, text: str, written: str, actor: Actor) -> str:
    """Say why a scanner's group stands to a level as it does; an empty text takes back what was said.

    `written`: what it is about, as people call it. Returns the batch's key. Errors: `NotVisible`; `UnusableInput` where the text
    is too long or cannot be printed.
    """
    site = visible.scanners(scope).filter(pk=scanner).values_list("site", flat=True).first()
    if site is None:
        raise NotVisible(f"There is no scanner {scanner}.")
    said = " ".join(text.split())
    if len(said) > MOST or not said.isprintable():
        raise UnusableInput(f"An explanation has at most {MOST} characters, all of them printable.")
    told = {"text": said, "by": actor.name, "at": timezone.now().isoformat()}
    after = json.dumps(told, ensure_ascii=False) if said else ""
    return decisions.decide(scope, EXPLANATION, [Wanted(site, f"{scanner}/{level_id}", written, after)], actor)


def explanations(scope: Scope, site: int) -> dict[tuple[int, str], Explanation]:
    """What was said at a site, by scanner and level. Errors: `NotVisible`."""
    visible.check_site(scope, site)
    rows = LevelExplanation.objects.filter(site=site)
    return {(row.scanner_id, row.level_id): Explanation(row.text, row.by, row.at) for row in rows}


def history(scope: Scope, scanner: int, level_id: str) -> tuple[Batch, ...]:
    """What was said of one scanner and level, the latest first, and taken back; in the words that were said."""
    found = decisions.history(scope, EXPLANATION, about=Q(subject=f"{scanner}/{level_id}"))
    return tuple(replace(batch, changes=tuple(_in_words(one) for one in batch.changes)) for batch in found)


def of_batch(scope: Scope, batch: str) -> tuple[int, str]:
    """Scanner and level that a batch is about. Errors: `NotVisible`."""
    rows = Decision.objects.filter(kind=EXPLANATION.name, batch=batch, site__in=visible.sites(scope))
    subject = rows.values_list("subject", flat=True).first()
    if subject is None:
        raise NotVisible("There is no such change.")
    scanner, level_id = subject.split("/", 1)
    return int(scanner), level_id


def _in_words(one: Change) -> Change:
    before, after = (f"“{json.loads(held)['text']}”" if held else "nothing said" for held in (one.before, one.after))
    return Change(one.written, before, after)


def _put(wanted: Wanted) -> str:
    scanner, level_id = wanted.subject.split("/", 1)
    rows = LevelExplanation.objects.select_for_update().filter(scanner=int(scanner), level_id=level_id)
    held = rows.first()
    if wanted.after:
        told = json.loads(wanted.after)
        values = {"site_id": wanted.site, **told, "at": datetime.fromisoformat(told["at"])}
        LevelExplanation.objects.update_or_create(scanner_id=int(scanner), level_id=level_id, defaults=values)
    else:
        rows.delete()
    return "" if held is None else _told(held)


def _told(row: LevelExplanation) -> str:
    return json.dumps({"text": row.text, "by": row.by, "at": row.at.isoformat()}, ensure_ascii=False)


def _moves_none(decision: Decision) -> "QuerySet[Exam]":
    """What is said moves no exam."""
    return Exam.objects.none()


EXPLANATION = Kind("level explanation", "level explained", _put, _moves_none)

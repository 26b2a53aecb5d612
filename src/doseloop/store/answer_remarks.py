"""What people said is wrong with answers, for who keeps the word lists. The texts are encrypted: a question may name a patient."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.store.audit import Actor, record_change
from doseloop.store.keyring import KeyRing
from doseloop.store.models import AnswerRemark
from doseloop.store.sealed_text import seal, unseal

LONGEST: Final = 2_000
_PLACE: Final = "answer remark"
_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark. Texts are empty where their key is gone; `plan` is None where there was no answer."""

    id: int
    author: str
    written_at: datetime
    question: str
    plan: Mapping[str, Any] | None
    text: str
    done_at: datetime | None
    done_by: str


def keep(scope: Scope, ring: KeyRing, question: str, plan: Mapping[str, Any] | None, text: str, actor: Actor) -> None:
    """Keep a remark. The audit has none of its text. Errors: `UnusableInput` where it is empty or too long."""
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise UnusableInput(f"Say in 1 to {LONGEST:,} characters what is wrong.")
    content = json.dumps({"question": question[:LONGEST], "plan": plan, "text": text}, ensure_ascii=False)
    with transaction.atomic():
        made = AnswerRemark.objects.create(
            account_id=actor.account, author=actor.name, written_at=timezone.now(), sites=sorted(scope.sites),
            content=seal(ring, content, _PLACE),
        )  # fmt: skip
        record_change(actor, "said an answer is wrong", f"remark {made.pk}")


def remarks(scope: Scope, ring: KeyRing, actor: Actor) -> tuple[Remark, ...]:
    """Those of people who see no site that the scope does not, open ones first, the newest first; that they were read is noted."""
    rows = [row for row in AnswerRemark.objects.order_by("-pk")[:_MOST] if _sees(scope, row)]
    if rows:
        record_change(actor, "read remarks on answers", "remarks", after={"newest": rows[0].pk, "rows": len(rows)})
    return tuple(sorted((_opened(ring, row) for row in rows), key=lambda one: one.done_at is not None))


def count_open(scope: Scope) -> int:
    """How many remarks wait."""
    return sum(_sees(scope, row) for row in AnswerRemark.objects.filter(done_at=None).only("sites"))


def set_done(scope: Scope, remark: int, actor: Actor) -> None:
    """Note that a remark was looked after. Errors: `NotVisible`."""
    with transaction.atomic():
        row = AnswerRemark.objects.filter(pk=remark).first()
        if row is None or not _sees(scope, row):
            raise NotVisible("There is no such remark.")
        if row.done_at is None:
            row.done_at, row.done_by = timezone.now(), actor.name
            row.save(update_fields=["done_at", "done_by"])
            record_change(actor, "looked after a remark", f"remark {remark}")


def _sees(scope: Scope, row: AnswerRemark) -> bool:
    return scope.every_site or (bool(row.sites) and set(row.sites) <= scope.sites)


def _opened(ring: KeyRing, row: AnswerRemark) -> Remark:
    held = unseal(ring, bytes(row.content), _PLACE)
    told: dict[str, Any] = json.loads(held) if held else {"question": "", "plan": None, "text": ""}
    return Remark(
        row.pk, row.author, row.written_at, told["question"], told["plan"], told["text"], row.done_at, row.done_by
    )

"""What people wrote about an exam."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.store import visible
from doseloop.store.audit import Actor, record_change
from doseloop.store.changes import note_change
from doseloop.store.models import Comment

LONGEST = 4000


@dataclass(frozen=True, slots=True)
class CommentShown:
    """A comment, who wrote it and when (UTC)."""

    author: str
    written_at: datetime
    text: str


def comments(scope: Scope, exam: int) -> tuple[CommentShown, ...]:
    """Comments of the exam, the oldest first."""
    rows = Comment.objects.filter(exam__in=visible.rows_of_exam(scope, exam)).select_related("author")
    return tuple(
        CommentShown(row.author.get_username() if row.author else "", row.written_at, row.text)
        for row in rows.order_by("written_at", "pk")
    )


def add_comment(scope: Scope, exam: int, text: str, actor: Actor) -> None:
    """Write a comment. Errors: `UnusableInput` where it is empty or longer than 4,000 characters; `NotVisible`."""
    text = text.strip()
    with transaction.atomic():
        row = visible.exams(scope).filter(pk=exam).first()
        if row is None:
            raise NotVisible(f"There is no exam {exam}.")
        if not text or len(text) > LONGEST:
            raise UnusableInput(f"A comment has between 1 and {LONGEST:,} characters.")
        Comment.objects.create(exam=row, author_id=actor.account, written_at=timezone.now(), text=text)
        record_change(
            actor, "commented", f"exam {exam}", patient_key=row.patient_id, site=row.site_id, after={"text": text}
        )
        note_change([exam])

"""Background tasks as they lie in the record (django-tasks-db): what waits, what a dead worker left, what is old."""

from datetime import timedelta
from typing import Final

from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

_KEPT: Final = timedelta(days=30)
_MOST_STARTS: Final = 5
"""A task that ended its worker so often is not begun again."""


def anything_ready() -> bool:
    """Whether any task waits to be begun, cheap enough to ask often."""
    return DBTaskResult.objects.ready().exists()


def give_back(worker: str) -> int:
    """Let what a worker of that name had begun when it died be begun again; for its next start. Returns how many."""
    given = 0
    for row in DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING):
        if row.worker_ids[-1:] == [worker]:
            again = len(row.worker_ids) < _MOST_STARTS
            state = TaskResultStatus.READY if again else TaskResultStatus.FAILED
            given += DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.RUNNING).update(status=state)
    return given


def forget_finished() -> int:
    """Remove tasks that ended a month ago. Returns how many."""
    old = DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - _KEPT)
    return old.delete()[0]

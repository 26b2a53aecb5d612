"""Background tasks of the record (django-tasks) in a thread of the worker, beside its objects.

A thread of the worker's process and no role of its own: tasks are a few a day, and a process for them would hold the memory of
one all day long. The worker's objects go on meanwhile.
"""

import threading
from dataclasses import dataclass
from typing import Final

import structlog
from django.db import DatabaseError, connections
from django_tasks_db.management.commands.db_worker import Worker as Queue

from doseloop.store import tasks
from doseloop.store.outage import is_outage

_IDLE_S: Final = 1.0
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class TaskRunner:
    """Works off what waits, in the name of a worker."""

    name: str
    stop: threading.Event

    def start(self) -> threading.Thread:
        """Begin, in a thread that ends with the process."""
        thread = threading.Thread(target=self.run, name="tasks", daemon=True)
        thread.start()
        return thread

    def run(self) -> None:
        """Until `stop` is set; an outage of the record is waited out."""
        returned = False
        while not self.stop.wait(_IDLE_S):
            try:
                if not returned:
                    tasks.give_back(self.name)
                    returned = True
                work_off(self.name)
            except (DatabaseError, OSError) as error:
                _log.exception("tasks could not be worked off", outage=is_outage(error))
                connections.close_all()
        connections.close_all()


def work_off(worker: str) -> None:
    """Run every task that waits, one after the other."""
    if tasks.anything_ready():
        Queue(
            queue_names=["default"], interval=0, batch=True, backend_name="default", startup_delay=False, max_tasks=None,
            worker_id=worker, excluded_queue_names=[],
        ).run()  # fmt: skip

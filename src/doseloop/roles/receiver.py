"""The receiver role: DIMSE over the inbox. Reaches neither the readers nor the pipeline."""

import shutil
import threading

import structlog
from django.conf import settings
from django.db import close_old_connections, connections

from doseloop.receive.dimse import Listening, Receiver
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.settings import Settings
from doseloop.store.inbox import Inbox
from doseloop.store.peers import note_refusal


def inbox_of(options: Settings, folder: DataFolder) -> Inbox:
    """The inbox of an installation."""
    return Inbox(folder.spool, options.max_object_bytes, options.floor_bytes)


def run(stop: threading.Event) -> None:
    """Receive until `stop` is set."""
    options, folder = settings.DOSELOOP, settings.FOLDER
    incoming = folder.root / "incoming"
    shutil.rmtree(incoming, ignore_errors=True)
    incoming.mkdir(mode=0o700)
    receiver = Receiver(
        listening=Listening(
            options.dicom_host,
            options.dicom_port,
            options.dicom_ae,
            options.dicom_associations,
            tuple(options.dicom_peers),
        ),
        inbox=inbox_of(options, folder),
        incoming=incoming,
        note_refusal=note_refusal,
        after_each=close_old_connections,
    )
    server = receiver.start()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    structlog.get_logger().info("receiving", host=options.dicom_host, port=options.dicom_port, ae=options.dicom_ae)
    stop.wait()
    server.shutdown()
    connections.close_all()

"""The receiver role: DIMSE over the inbox. Reaches neither the readers nor the pipeline."""

import resource
import shutil
import threading
import warnings
from pathlib import Path

import structlog
from django.conf import settings
from django.db import close_old_connections, connections

from doseloop.receive.dimse import Port, Receiver
from doseloop.receive.dimse_limits import DimseLimits
from doseloop.receive.peers import Peers
from doseloop.receive.refusal_book import Record
from doseloop.receive.tls import server_context
from doseloop.roles.inbox import inbox_of
from doseloop.roles.settings import Settings
from doseloop.roles.ways_in import dicom_certificates, dicom_ports
from doseloop.store.peers import admitted_peers, note_refusals


def limits_of_dimse(options: Settings) -> DimseLimits:
    """What DICOM peers may ask of an installation."""
    return DimseLimits(
        pdu_bytes=options.dicom_pdu_bytes,
        request_bytes=options.dicom_request_bytes,
        contexts=options.dicom_contexts,
        associations=options.dicom_associations,
        associations_per_peer=options.dicom_associations_per_peer,
        waiting=options.dicom_waiting,
        deadline_s=options.dicom_deadline_seconds,
        rate_bytes_per_s=options.dicom_rate_bytes,
        rate_window_s=options.dicom_rate_seconds,
        idle_s=options.dicom_idle_seconds,
    )


def run(stop: threading.Event) -> None:
    """Receive until `stop` is set."""
    options, folder = settings.DOSELOOP, settings.FOLDER
    warnings.simplefilter("ignore")  # pydicom's repeat values that peers sent
    _allow_open_files()
    receiver = Receiver(
        ae=options.dicom_ae,
        ports=_ports(options),
        inbox=inbox_of(options, folder),
        incoming=_emptied(folder.root / "incoming"),
        record=Record(note_refusals, admitted_peers, close_old_connections),
        peers=Peers(tuple(options.dicom_peers), known_only=options.dicom_admit == "known"),
        limits=limits_of_dimse(options),
        checks_called_ae=options.dicom_check_called,
        checks_certificates=options.dicom_tls_names,
    )
    listening = receiver.start()
    structlog.get_logger().info("receiving", host=options.dicom_host, ports=dicom_ports(options), ae=options.dicom_ae)
    stop.wait()
    listening.close()
    connections.close_all()


def _ports(options: Settings) -> tuple[Port, ...]:
    tls = {"dicom_tls_port": server_context(dicom_certificates(options))} if options.dicom_tls_port else {}
    return tuple(Port(options.dicom_host, number, tls.get(name)) for name, number in dicom_ports(options).items())


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def _allow_open_files() -> None:
    """As many connections as the system lets this process hold."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

"""`doseloop serve`."""

import os
from typing import Annotated

import typer

from doseloop.cli.options import DataOption
from doseloop.roles.process import log_as, stop_on_signal
from doseloop.roles.record import open_record

RoleOption = Annotated[str | None, typer.Option(help="Run one role alone: web, receiver or worker.")]


def serve(
    data: DataOption = None,
    role: RoleOption = None,
    web_port: Annotated[int | None, typer.Option(help="Port of the pages.")] = None,
    dicom_port: Annotated[int | None, typer.Option(help="Port of the DICOM receiver.")] = None,
) -> None:
    """Run the web server, the DICOM receiver and the worker over one data folder."""
    for name, port in (("DOSELOOP_WEB_PORT", web_port), ("DOSELOOP_DICOM_PORT", dicom_port)):
        if port is not None:
            os.environ[name] = str(port)
    open_record(data)
    stop = stop_on_signal()
    log_as("serve")
    from doseloop.roles import serve as supervisor

    supervisor.run(stop, (role,) if role else supervisor.ROLES)

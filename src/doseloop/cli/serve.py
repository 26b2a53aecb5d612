"""`doseloop serve`."""

import os
from enum import StrEnum
from typing import Annotated

import typer

from doseloop.cli.options import DataOption
from doseloop.roles.process import log_as, stop_on_signal
from doseloop.roles.record import open_record


class RoleName(StrEnum):
    """A role that may run alone."""

    WEB = "web"
    RECEIVER = "receiver"
    STOW = "stow"
    FOLDERS = "folders"
    WORKER = "worker"


RoleOption = Annotated[RoleName | None, typer.Option(help="Run one role alone; others may run beside it.")]
PortOption = Annotated[int | None, typer.Option(min=1, max=65535, help="In place of the setting.")]


def serve(
    data: DataOption = None,
    role: RoleOption = None,
    web_port: PortOption = None,
    dicom_port: PortOption = None,
    stow_port: PortOption = None,
) -> None:
    """Run the web server, the DICOM and STOW-RS receivers, watched folders and the worker over one data folder."""
    for name, port in (("WEB", web_port), ("DICOM", dicom_port), ("STOW", stow_port)):
        if port is not None:
            os.environ[f"DOSELOOP_{name}_PORT"] = str(port)
    open_record(data)
    stop = stop_on_signal()
    log_as("serve")
    from doseloop.roles import serve as supervisor

    supervisor.run(stop, (role.value,) if role else supervisor.ROLES)

"""`doseloop demo`: a virtual hospital sends its doses to a real server, quickly at first and then live."""

import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.error import URLError

import typer
from rich.console import Console
from rich.panel import Panel

from doseloop.model.dose_object import Equipment
from doseloop.model.errors import SetupError
from doseloop.roles.ports import check_free
from doseloop.roles.record import open_record

ACCOUNT = "demo"
_SETTINGS = {
    "DOSELOOP_DEMO": "1",
    "DOSELOOP_SITE": "Main Hospital",
    "DOSELOOP_QUIET_MINUTES": "0.2",
    "DOSELOOP_ZONE": "UTC",
}
"""A study is quiet after 12 s instead of 15 minutes, since two months pass in a minute."""
_LEVELS = ("uk-ukhsa-ndrl-2024", "eu-rp185-2018")
_console = Console()


def demo(
    data: Annotated[Path, typer.Option(help="Folder of the demo; made, and used again.")] = Path("demo-data"),
    web_port: Annotated[int, typer.Option(help="Port of the pages.")] = 8090,
    dicom_port: Annotated[int, typer.Option(help="Port of the DICOM receiver.")] = 11190,
    stow_port: Annotated[int, typer.Option(help="Port of STOW-RS.")] = 8092,
    days: Annotated[int, typer.Option(help="Days of the past that are sent quickly first.")] = 60,
    seed: Annotated[int, typer.Option(help="Another number is another hospital.")] = 2026,
) -> None:
    """Run a server with a virtual hospital beside it until Ctrl-C."""
    os.environ.update(_SETTINGS)
    for name, port in (("web", web_port), ("dicom", dicom_port), ("stow", stow_port)):
        os.environ[f"DOSELOOP_{name.upper()}_PORT"] = str(port)
        check_free("127.0.0.1", port, f"--{name}-port")
    began = time.monotonic()
    open_record(data)
    fresh = _is_empty()
    server = subprocess.Popen([sys.executable, "-m", "doseloop.cli", "serve", "--data", str(data.absolute())])
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    try:
        _wait_for(f"http://127.0.0.1:{web_port}/health", server)
        password = _account()
        _name_scanners()
        _choose_levels()
        _greet(web_port, dicom_port, password, time.monotonic() - began)
        _send(dicom_port, days if fresh else 0, seed)
        server.wait()
    except KeyboardInterrupt:
        _console.print("Ending the demo.")
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise SetupError("The server ended at once: is another program on these ports?")
        try:
            with urllib.request.urlopen(address, timeout=1):  # noqa: S310 (our own loopback address)
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise SetupError("The server did not answer within a minute.")


def _is_empty() -> bool:
    from doseloop.store.objects import any_taken_in

    return not any_taken_in()


def _account() -> str:
    """Make the demo account, or give it a new password; it exists in the demo's own record alone."""
    from doseloop.simulate.department import standard_department
    from doseloop.store.accounts import demo_account

    password = secrets.token_urlsafe(9)
    demo_account(ACCOUNT, password, standard_department().sites)
    return password


def _name_scanners() -> None:
    """Name the scanners as their staff do: their objects know station names alone."""
    from doseloop.simulate.department import standard_department
    from doseloop.store.scanners import SiteDefaults, register

    for scanner in standard_department().scanners:
        equipment = Equipment(
            scanner.manufacturer, scanner.model, scanner.station_name, scanner.serial, scanner.software, scanner.site
        )
        if scanner.mix:
            register(scanner.name, equipment, scanner.modality, SiteDefaults(scanner.site, "UTC"))


def _choose_levels() -> None:
    """Compare with a set for adults and one for children, as a site chooses once."""
    from doseloop.access.scope import SYSTEM
    from doseloop.store.audit import COMMAND
    from doseloop.store.level_choice import choose, has_chosen
    from doseloop.store.level_sets import sites_in

    for site in sites_in(SYSTEM):
        if not has_chosen(SYSTEM, site.pk):
            choose(SYSTEM, site.pk, _LEVELS, COMMAND)


def _greet(web_port: int, dicom_port: int, password: str, seconds: float) -> None:
    _console.print(
        Panel(
            f"Pages   http://127.0.0.1:{web_port}/\n"
            f"Log in  {ACCOUNT}   {password}\n"
            f"DICOM   DOSELOOP at 127.0.0.1:{dicom_port}\n\n"
            "Two months of a virtual hospital arrive first, then its scanners send live. Ctrl-C ends it.",
            title=f"Doseloop demo, ready after {seconds:.0f} s",
            expand=False,
        )
    )


def _send(port: int, days: int, seed: int) -> None:
    from doseloop.simulate.department import standard_department
    from doseloop.simulate.live import live, past_days
    from doseloop.simulate.send import send

    now = datetime.now(UTC).replace(tzinfo=None)
    began, count = time.monotonic(), 0
    for answer in send(past_days(standard_department(), now, days, seed), "127.0.0.1", port, "DOSELOOP"):
        count += answer.acknowledged
    if count:
        _console.print(f"{count} objects of the past {days} days were taken in {time.monotonic() - began:.0f} s.")
    _console.print("The scanners send live now: watch today move.")
    for exam in live(standard_department(), seed):
        for answer in send([exam], "127.0.0.1", port, "DOSELOOP"):
            _console.print(f"  {answer.at:%H:%M:%S}  {answer.scanner}  {exam.procedure}", style="dim")

"""Ports that roles listen on, looked at before anything starts."""

import socket
import time

from doseloop.model.errors import SetupError

_WAIT_S = 5.0


def check_free(host: str, port: int, setting: str) -> None:
    """See that nobody listens on the port; a role that is just ending is waited for.

    Errors: `SetupError`, naming the setting, where it stays taken or the address is not this machine's.
    """
    give_up = time.monotonic() + _WAIT_S
    while True:
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            with socket.socket(family, socket.SOCK_STREAM) as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind((host, port))
                return
        except OSError as error:
            if time.monotonic() > give_up:
                raise SetupError(
                    f"{host}:{port} cannot be listened on ({error.strerror}): change `{setting}`."
                ) from None
            time.sleep(0.2)

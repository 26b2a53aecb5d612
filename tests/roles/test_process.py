"""Logs hold types and places of errors, never what an object or a form said."""

import logging
import subprocess
import sys

from doseloop.roles.process import WithoutValues

CANARY = "Kanarienvogel^Zita"
PROGRAM = """
import logging, structlog
from doseloop.roles.process import log_as
log_as("web")
try:
    try:
        raise ValueError("Kanarienvogel^Zita")
    except ValueError as error:
        raise KeyError("Kanarienvogel^Zita") from error
except KeyError as error:
    logging.getLogger("django.request").error("Internal Server Error: %s", "/exams/12/", exc_info=error)
    logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    structlog.get_logger().exception("a step failed")
"""


def test_an_exception_is_logged_by_its_type_and_places_whoever_logs_it() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert "Kanarienvogel" not in ended.stderr
    assert ended.stderr.count("KeyError") == 3
    assert ended.stderr.count("ValueError") == 2
    assert "Internal Server Error: /exams/12/" in ended.stderr


def test_a_formatter_of_another_handler_would_have_told_the_value() -> None:
    try:
        raise ValueError(CANARY)
    except ValueError:
        told = sys.exc_info()
    assert CANARY in logging.Formatter().formatException(told)
    assert CANARY not in WithoutValues().formatException(told)

"""Every method says what it is, and the published example that it names comes out."""

import doctest
import importlib
import pkgutil

import pytest

from doseloop import dosimetry
from doseloop.dosimetry.method import Method
from doseloop.dosimetry.methods import METHODS, edition
from doseloop.model.quantities import QUANTITIES

MODULES = [f"doseloop.dosimetry.{one.name}" for one in pkgutil.iter_modules(dosimetry.__path__)]


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_a_module_come_out(module: str) -> None:
    assert doctest.testmod(importlib.import_module(module)).failed == 0


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.id)
def test_a_method_says_what_it_is_and_where_it_is_from(method: Method) -> None:
    assert method.quantity in QUANTITIES
    assert method.title
    assert method.equation
    assert method.validity
    assert method.uncertainty
    assert method.sources


@pytest.mark.parametrize("method", [one for one in METHODS if one.is_verified], ids=lambda method: method.id)
def test_a_verified_method_has_a_worked_example(method: Method) -> None:
    module, _, function = method.example.partition(":")
    told = getattr(importlib.import_module(f"doseloop.dosimetry.{module}"), function).__doc__
    assert doctest.DocTestParser().get_examples(told)


def test_ids_of_methods_are_unique() -> None:
    assert len({one.id for one in METHODS}) == len(METHODS)


def test_the_edition_is_told_in_twelve_digits() -> None:
    assert len(edition()) == 12

"""Numbers that people type or send in files, as this installation's record knows them."""

from django.conf import settings

from doseloop.store.numbers import Numbers, numbers


def is_pseudonymous() -> bool:
    """Whether the record holds pseudonyms in place of identity."""
    return bool(settings.DOSELOOP.pseudonymous)


def known_numbers() -> Numbers:
    """How a number stands in the record."""
    return numbers(settings.FOLDER.key("pseudonyms") if is_pseudonymous() else None)

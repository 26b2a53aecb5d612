"""Words by which phantoms and tests are named: `data/test_words.yaml`."""

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from doseloop.reference.data_yaml import parsed
from doseloop.reference.names import normalised

_KEPT = 4096
_KEPT_LETTER = "q"
"""Stands for a letter that normalising drops: `Testø` is a name of its own."""


@dataclass(frozen=True, slots=True)
class WordsOfTests:
    """Phrases of all languages together, normalised."""

    people: tuple[str, ...]
    protocols: tuple[str, ...]
    never: tuple[str, ...]


@cache
def words_of_tests() -> WordsOfTests:
    """The words in the package, the longest first."""
    entries = parsed((files("doseloop.reference") / "data" / "test_words.yaml").read_text("utf-8"))

    def of(key: str) -> tuple[str, ...]:
        return tuple(sorted({word for one in entries for word in one[key]}, key=lambda word: (-len(word), word)))

    return WordsOfTests(of("people"), of("protocols"), of("never"))


@lru_cache(maxsize=_KEPT)
def protocol_word(text: str) -> str:
    """The first phrase for a phantom or a test in the name of a protocol or study; empty where there is none."""
    return _found(normalised(text), words_of_tests().protocols)


def names_a_test(text: str) -> bool:
    """Whether a patient's name or number has a word for a phantom or a test. Nothing of the text is kept."""
    whole = "".join(_KEPT_LETTER if one.isalpha() and not _plain(one) else one for one in text)
    return bool(_found(_plain(whole), words_of_tests().people))


def _plain(text: str) -> str:
    """Past the cache, which would keep names."""
    return normalised.__wrapped__(text)


def _found(plain: str, phrases: tuple[str, ...]) -> str:
    words = f" {plain} "
    for phrase in words_of_tests().never:
        words = words.replace(f" {phrase} ", " ")
    return next((phrase for phrase in phrases if f" {phrase} " in words), "")

"""A question as tokens: case, accents, contractions and punctuation that carry no meaning are gone.

Digits are never changed. What a token stands for is decided later; here it is only told where in the question it was.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

MAX_CHARACTERS: Final = 500
"""Longer questions are asked back: no plan of the schema needs so many words."""

_FOLDED: Final = str.maketrans(
    {"ß": "ss", "ı": "i", "æ": "ae", "œ": "oe", "ø": "o", "’": "'", "‘": "'", "´": "'", "`": "'", "–": "-", "—": "-",
     "−": "-", "‐": "-", "‑": "-", "≥": ">=", "≤": "<=", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'}
)  # fmt: skip
_TOKEN: Final = re.compile(
    r"(?P<date>\d{4}-\d{1,2}-\d{1,2}|\d{1,2}(?P<mark>[/.])\d{1,2}(?P=mark)\d{2,4})(?![\d])"
    r"|(?P<clock>\d{1,2}:\d{2})(?!\d)"
    r"|(?P<year>'\d{2})(?!\d)"
    r"|(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?)"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)?\d*)"
    r"|(?P<sign>>=|<=|[><%#/&+±=-])"
    r"|(?P<other>[^\s])"
)
_PUNCTUATION: Final = frozenset(",.?!:;()[]\"'…¿¡*·²^_")
_SAME_AS: Final = {"&": "and", ";": ","}


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or sign of the question, as it is compared."""

    text: str
    start: int
    """First character in the question."""
    end: int
    number: float | None = None
    comma: bool = False
    """A comma or the like stands before it."""
    capital: bool = False
    """It begins with a capital though no sentence begins with it, as names do."""

    @property
    def is_word(self) -> bool:
        """Whether it is a plain word, without digits or signs."""
        return self.text.isalpha()


def folded(text: str) -> str:
    """The text as it is compared: lower case, no accents, simple quotes and dashes (NFKD, Unicode TR15).

    >>> folded("Crâne – Schädel ß CTDI₍vol₎")
    'crane - schadel ss ctdi(vol)'
    """
    marked = unicodedata.normalize("NFKD", text.casefold().translate(_FOLDED))
    return "".join(one for one in marked if not unicodedata.combining(one)).translate(_FOLDED)


def tokens(text: str, contractions: dict[str, tuple[str, ...]] | None = None) -> tuple[Token, ...]:
    """The tokens of a question in order; `contractions` are words that stand for several; what ends or begins with an
    apostrophe there is what a word is joined to, such as the French "d'" and the Turkish "'de".

    >>> [one.text for one in tokens("CT-Chest doses > 1,500 mGy·cm, Brandt's last 6wks?")]
    ['ct', 'chest', 'doses', '>', '1500', 'mgy', 'cm', 'brandt', 'last', '6', 'wks']
    """
    simple, places = _with_places(text)
    found: list[Token] = []
    comma = False
    for match in _TOKEN.finditer(simple):
        kind, value = str(match.lastgroup), match[0]
        if kind == "mark":
            kind = "date"
        if value in _PUNCTUATION or (kind == "sign" and _is_hyphen(simple, match)):
            comma = comma or value in ",:;(?!"
            continue
        if simple[: match.start()].endswith("'") and f"'{value}" in (contractions or {}):
            value = f"'{value}"
        for one in _parts(kind, value, contractions or {}):
            number = float(one.replace(",", "")) if kind == "number" else None
            written = one.replace(",", "") if kind == "number" else one
            start, end = places[match.start()], places[match.end() - 1] + 1
            found.append(Token(written, start, end, number, comma, _is_capital(text, start)))
            comma = False
    return tuple(found)


def _with_places(text: str) -> tuple[str, tuple[int, ...]]:
    """The folded text, and for each of its characters the place in the question that it comes from."""
    found = [(letter, at) for at, one in enumerate(text) for letter in folded(one)]
    return "".join(letter for letter, _ in found), tuple(at for _, at in found)


def _is_capital(text: str, at: int) -> bool:
    """Whether a capital stands at a place where no sentence begins."""
    before = text[:at].rstrip()
    return text[at : at + 1].isupper() and bool(before) and before[-1] not in ".?!:"


def _is_hyphen(text: str, match: re.Match[str]) -> bool:
    """Whether a dash only joins or separates words: between two numbers it is a range."""
    if match[0] != "-":
        return False
    before, after = text[: match.start()].rstrip(), text[match.end() :].lstrip()
    return not (before[-1:].isdigit() and after[:1].isdigit())


def _parts(kind: str, value: str, contractions: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    if kind != "word":
        return (_SAME_AS.get(value, value),)
    if value in contractions:
        return contractions[value]
    before, joint, after = value.partition("'")
    if before + joint in contractions:
        return (*contractions[before + joint], *_parts(kind, after, contractions))
    if joint + after in contractions:
        return (*_parts(kind, before, contractions), *contractions[joint + after])
    return (value.removesuffix("'s").replace("'", ""),)

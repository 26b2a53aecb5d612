"""Numbers, dates and times of day, where a phrase has a place for them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from doseloop.ask.matching import Counted, Found
from doseloop.ask.text import Token

_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})")
_TENS: Final = frozenset(range(20, 100, 10))


@dataclass(frozen=True, slots=True)
class DayMonth:
    """A day without a year: the latest that has begun is meant."""

    day: int
    month: int


@dataclass(frozen=True, slots=True)
class EitherDate:
    """A date that may be read in two ways, month first or day first."""

    options: tuple[date, date]


Day = date | DayMonth | EitherDate


@dataclass(frozen=True, slots=True)
class CountedWords:
    """The words of one language for numbers, months and ordinals."""

    numbers: Mapping[str, float]
    ordinals: Mapping[str, int]
    months: Mapping[str, int]
    ordinal_endings: frozenset[str]
    of: frozenset[str]
    """Words that may stand within a date, as in "the 3rd of May"."""

    def finders(self) -> dict[str, Counted]:
        """What finds each kind of slot."""
        return {
            "n": self.number,
            "count": self.count,
            "small": self.small,
            "year": self.year,
            "date": self.date,
            "clock": self.clock,
            "ordinal": self.ordinal,
            "word": _word,
        }

    def number(self, tokens: tuple[Token, ...], at: int) -> Iterator[Found]:
        """A number in digits or in words."""
        token = tokens[at]
        if token.number is not None:
            yield at + 1, token.number
        elif (value := self.numbers.get(token.text)) is not None:
            yield at + 1, value
            then = self.numbers.get(tokens[at + 1].text) if at + 1 < len(tokens) else None
            if value in _TENS and then is not None and 0 < then < 10:
                yield at + 2, value + then

    def count(self, tokens: tuple[Token, ...], at: int) -> Iterator[Found]:
        """A whole number above zero."""
        for end, value in self.number(tokens, at):
            if value >= 1 and value == int(value):
                yield end, int(value)

    def small(self, tokens: tuple[Token, ...], at: int) -> Iterator[Found]:
        """A whole number below a hundred, as rooms and scanners have."""
        yield from ((end, value) for end, value in self.count(tokens, at) if value < 100)

    def year(self, tokens: tuple[Token, ...], at: int) -> Iterator[Found]:
        """A year from 1990 to 2099, or two digits after an apostrophe."""
        text = tokens[at].text
        if re.fullmatch(r"(199|20\d)\d", text):
            yield at + 1, int(text)
        elif re.fullmatch(r"'\d\d", text):
            yield at + 1, 2000 + int(text[1:])

    def clock(self, tokens: tuple[Token, ...], at: int) -> Iterator[Found]:
        """A full hour of the day."""
        token = tokens[at]
        if match := _CLOCK.fullmatch(token.text):
            if int(match[1]) <= 24 and match[2] == "00":
                yield at + 1, int(match[1]) % 24
            return
        if token.number is None or token.number != int(token.number) or at + 1 >= len(tokens):
            return
        half = tokens[at + 1].text
        if half in ("am", "pm") and 1 <= token.number <= 12:
            yield at + 2, int(token.number) % 12 + (12 if half == "pm" else 0)
        if half in ("h", "hrs", "uhr") and token.number <= 24:
            yield at + 2, int(token.number) % 24

    def ordinal(self, tokens: tuple[Token, ...], at: int) -> Iterator[Found]:
        """First, second, 3rd."""
        token = tokens[at]
        if (value := self.ordinals.get(token.text)) is not None:
            yield at + 1, value
        elif token.number is not None and at + 1 < len(tokens) and tokens[at + 1].text in self.ordinal_endings:
            yield at + 2, int(token.number)

    def date(self, tokens: tuple[Token, ...], at: int) -> Iterator[Found]:
        """A day: numbers with signs, or a day and a month in either order, with or without a year."""
        if (numeric := _numeric(tokens[at].text)) is not None:
            yield at + 1, numeric
        yield from self._worded(tokens, at)

    def _worded(self, tokens: tuple[Token, ...], at: int) -> Iterator[Found]:
        month = self.months.get(tokens[at].text)
        if month is not None:
            for end, day in self._day(tokens, at + 1):
                yield from self._dated(tokens, end, day, month)
            return
        for end, day in self._day(tokens, at):
            after = end + 1 if end < len(tokens) and tokens[end].text in self.of else end
            named = self.months.get(tokens[after].text) if after < len(tokens) else None
            if named is not None:
                yield from self._dated(tokens, after + 1, day, named)

    def _day(self, tokens: tuple[Token, ...], at: int) -> Iterator[tuple[int, int]]:
        if at >= len(tokens):
            return
        yield from self.ordinal(tokens, at)
        number = tokens[at].number
        if number is not None and number == int(number) and 1 <= number <= 31:
            yield at + 1, int(number)

    def _dated(self, tokens: tuple[Token, ...], end: int, day: int, month: int) -> Iterator[Found]:
        if not 1 <= day <= 31:
            return
        at = end + 1 if end + 1 < len(tokens) and tokens[end].text in self.of else end
        for after, year in self.year(tokens, at) if at < len(tokens) else ():
            if (whole := _valid(year, month, day)) is not None:
                yield after, whole
        if _valid(2024, month, day) is not None:
            yield end, DayMonth(day, month)


def _word(tokens: tuple[Token, ...], at: int) -> Iterator[Found]:
    """Any word, known or not."""
    if tokens[at].is_word:
        yield at + 1, tokens[at].text


def _numeric(text: str) -> date | EitherDate | None:
    parts = re.split(r"[-/.]", text)
    if len(parts) != 3 or not all(one.isdigit() for one in parts):
        return None
    if len(parts[0]) == 4:
        return _valid(int(parts[0]), int(parts[1]), int(parts[2]))
    first, second, year = int(parts[0]), int(parts[1]), int(parts[2])
    year += 2000 if year < 100 else 0
    month_first, day_first = _valid(year, first, second), _valid(year, second, first)
    if "." in text or month_first is None or month_first == day_first:
        return day_first
    return month_first if day_first is None else EitherDate((month_first, day_first))


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

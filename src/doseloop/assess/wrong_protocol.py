"""The rule `wrong-protocol`: what an exam was scanned with does not fit the patient, or what was asked for.

Four causes: an adult protocol on a child (`age`), a head scanned for the body phantom or an adult's body for the head phantom
(`phantom`), a protocol of another part of the body than was asked for (`region`), and one that says contrast medium where none was
given, or the reverse (`contrast`). Names and codes are loose in practice, so each says something only where it is certain: names by
whole words, regions only where another whole region lies between, kV and contrast only against the scanner's own habit.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from doseloop.assess.body_places import HEAD, TRUNK, are_apart
from doseloop.assess.rule_settings import switch
from doseloop.model.flag import Finding
from doseloop.model.procedure import Contrast
from doseloop.reference.protocol_ages import MadeFor

RULE: Final = "wrong-protocol"
VERSION: Final = "1"
CHILD_BELOW_YEARS: Final = 16.0
"""From 16 years on, some countries count adults (`harmonise.age_bands`)."""
ADULT_FROM_YEARS: Final = 18.0
LEAST_CHILDREN: Final = 5
LEAST_ADULTS: Final = 20
KVP_BELOW_YEARS: Final = 15.0
"""Older children are often scanned as adults where no name says otherwise."""
LEAST_HABIT: Final = 100
"""Earlier scans with one protocol that are all coded as its name says: where one in twenty is not, a hundred in a row are rare."""
_HABIT: Final = 0.95


@dataclass(frozen=True, slots=True)
class WrongProtocolSettings:
    """Which causes a site has looked at."""

    age: bool = switch("Age", "An adult protocol on a child, by its name or by the tube voltage.")
    region: bool = switch("Region", "A protocol of another part of the body than was asked for.")
    phantom: bool = switch("Phantom", "A head stated for the body phantom, or an adult's body for the head phantom.")
    contrast: bool = switch("Contrast", "A protocol that says contrast medium where none was coded, or the reverse.")


DEFAULT_SETTINGS: Final = WrongProtocolSettings()


@dataclass(frozen=True, slots=True)
class Said:
    """What one name says: parts of the body as `data/words` has them, contrast medium, and for whom."""

    text: str
    regions: frozenset[str] = frozenset()
    contrast: str = ""
    """`yes`, `no`, `both` or empty."""
    made_for: MadeFor = ""


@dataclass(frozen=True, slots=True)
class Scan:
    """A main acquisition."""

    protocol: Said
    coded: frozenset[str] = frozenset()
    """Regions of its coded target region; empty where it has none."""
    phantom_cm: int | None = None
    kvp: float | None = None


@dataclass(frozen=True, slots=True)
class KvpHabit:
    """Main acquisitions of the same procedure on the same scanner before: how many at each kV."""

    children: Mapping[float, int]
    adults: Callable[[], Mapping[float, int]] = dict
    """Asked for only where the children say that the exam's kV is not theirs."""


@dataclass(frozen=True, slots=True)
class ContrastUse:
    """With which contrast the exam's own acquisitions are coded, and how often earlier ones of the same protocols were."""

    own: frozenset[Contrast]
    before: Callable[[], Mapping[Contrast, int]] = dict


@dataclass(frozen=True, slots=True)
class ProtocolUse:
    """An exam as the rule sees it. `kvp_habit` and `contrast` are asked for only where they could make a difference."""

    subject: str
    age_years: float | None
    is_ct: bool
    asked: Said
    """What was asked for and how the study is called, together."""
    protocol: Said
    """The exam's protocol name."""
    scans: tuple[Scan, ...]
    provisional: bool = False
    kvp_habit: Callable[[], KvpHabit] = field(default=lambda: KvpHabit({}))
    contrast: Callable[[], ContrastUse] = field(default=lambda: ContrastUse(frozenset()))


def on_exam(exam: ProtocolUse, settings: WrongProtocolSettings = DEFAULT_SETTINGS) -> list[Finding]:
    """What does not fit, at most one finding for each cause that is looked at."""
    looked_at = [("age", _age)]
    if exam.is_ct and exam.scans:
        looked_at += [("region", _region), ("phantom", _phantom), ("contrast", _contrast)]
    found = ((cause, look(exam)) for cause, look in looked_at if getattr(settings, cause))
    return [_finding(exam, cause, sentence) for cause, sentence in found if sentence]


def _finding(exam: ProtocolUse, cause: str, sentence: str) -> Finding:
    return Finding(
        rule=RULE,
        version=VERSION,
        subject=exam.subject,
        cause=cause,
        sentence=sentence,
        not_seen=(_NOT_SEEN[cause],),
        provisional=exam.provisional,
    )


_NOT_SEEN: Final = {
    "age": "Whether the patient’s size made somebody choose it.",
    "region": "Whether the order was changed, or a second one belongs to the same study.",
    "phantom": "For which phantom the scanner’s maker states the dose of this protocol.",
    "contrast": "What was injected: only what the scanner was told.",
}


def _names(exam: ProtocolUse) -> Iterator[Said]:
    yield exam.protocol
    yield from (scan.protocol for scan in exam.scans)


def _age(exam: ProtocolUse) -> str:
    if exam.age_years is None or not 0 <= exam.age_years < CHILD_BELOW_YEARS:
        return ""
    named = {one.made_for: one.text for one in _names(exam) if one.made_for}
    if named:
        return "" if "child" in named else f"“{named['adult']}” is a protocol for adults; the patient is {_old(exam)}."
    return _kvp(exam) if exam.is_ct and exam.age_years < KVP_BELOW_YEARS else ""


def _old(exam: ProtocolUse) -> str:
    years = int(exam.age_years or 0)
    return "below one year old" if years < 1 else f"{years} year{'s' if years > 1 else ''} old"


def _kvp(exam: ProtocolUse) -> str:
    """Names say nothing: the tube voltage is the adults' where the scanner's children as good as never have it."""
    own = {scan.kvp for scan in exam.scans if scan.kvp}
    if len(own) != 1:
        return ""
    (kvp,) = own
    habit = exam.kvp_habit()
    children = Counter(habit.children)
    if children.total() < LEAST_CHILDREN or children[kvp] > (1 - _HABIT) * children.total():
        return ""
    adults = Counter(habit.adults())
    if adults.total() < LEAST_ADULTS or adults[kvp] < _HABIT * adults.total():
        return ""
    return (
        f"{kvp:.0f} kV is what this scanner uses for adults; the patient is {_old(exam)}, and of {children.total()} earlier scans "
        f"of children for the same procedure {children[kvp] or 'none'} had it."
    )


def _region(exam: ProtocolUse) -> str:
    """All names of the protocol together must lie apart from what was asked for."""
    used = [one for one in _names(exam) if one.regions]
    together = frozenset().union(*(one.regions for one in used))
    if not exam.asked.regions or not are_apart(together, exam.asked.regions):
        return ""
    return f"“{used[-1].text}” is a protocol for another part of the body than “{exam.asked.text}”."


def _phantom(exam: ProtocolUse) -> str:
    phantoms = {scan.phantom_cm for scan in exam.scans}
    where = _scanned(exam)
    if phantoms == {32} and where == HEAD:
        return f"A protocol for the head states its dose for the body phantom of 32 cm (“{_shown(exam)}”)."
    is_adult = exam.age_years is not None and exam.age_years >= ADULT_FROM_YEARS
    if phantoms == {16} and where and where <= TRUNK and is_adult:
        return f"A protocol for the body of an adult states its dose for the head phantom of 16 cm (“{_shown(exam)}”)."
    return ""


def _scanned(exam: ProtocolUse) -> frozenset[str]:
    """The regions, where at least a name of a protocol and one other thing speak of them and all agree on head or on trunk; else
    empty."""
    names = [one.regions for one in (exam.asked, *_names(exam)) if one.regions]
    spoken = [*names, *(scan.coded for scan in exam.scans if scan.coded)]
    if len(spoken) < 2 or not any(one.regions for one in _names(exam)):
        return frozenset()
    if all(one == HEAD for one in spoken):
        return HEAD
    return frozenset().union(*spoken) if all(one <= TRUNK for one in spoken) else frozenset()


def _shown(exam: ProtocolUse) -> str:
    return next(one.text for one in reversed(list(_names(exam))) if one.regions)


def _contrast(exam: ProtocolUse) -> str:
    said = {one.contrast for one in _names(exam) if one.contrast}
    named = _SAYS.get(next(iter(said))) if len(said) == 1 else None
    if named is None:
        return ""
    use = exam.contrast()
    (own, *more) = use.own or ("",)
    if more or own in ("", named):
        return ""
    text = next(one.text for one in _names(exam) if one.contrast)
    told = f"“{text}” is a protocol {named} contrast medium, and the scan is coded as {own} it"
    if _SAYS.get(exam.asked.contrast) == own:
        return f"{told}, as “{exam.asked.text}” says."
    before = use.before()
    fitted = before.get(named, 0)
    if fitted < LEAST_HABIT or fitted < sum(before.values()):
        return ""
    return f"{told}; all of {fitted} earlier scans with the protocol fitted."


_SAYS: Final[dict[str, Contrast]] = {"yes": "with", "no": "without"}


def names_of(texts: Sequence[Said]) -> Said:
    """Several names as one: what they say together."""
    contrast = {one.contrast for one in texts if one.contrast}
    return Said(
        " / ".join(dict.fromkeys(one.text for one in texts if one.text)),
        frozenset().union(*(one.regions for one in texts)),
        next(iter(contrast)) if len(contrast) == 1 else "",
    )

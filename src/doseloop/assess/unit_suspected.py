"""The rule `unit-suspected`: a scanner writes a quantity wrong by a power of ten, by the evidence of `powers_of_ten`."""

from doseloop.model.flag import Dated, Finding, FlagKey
from doseloop.model.quantities import quantity

RULE = "unit-suspected"
VERSION = "1"


def flag_key(scanner: int, key: str, source: str, of_total: bool, power: int) -> FlagKey:
    """What makes two findings on one scanner the same flag."""
    return FlagKey(RULE, f"scanner {scanner}", f"{source} {key}{' total' if of_total else ''} 1e{power}")


def finding(
    scanner: int, name: str, key: str, source: str, of_total: bool, power: int, since: str, exams: int
) -> Finding:
    """The finding for a proposal of a repair that multiplies by ten to `power`; `since` is the ISO day from which on it holds."""
    what = f"stated total of {quantity(key).symbol}" if of_total else quantity(key).symbol
    times = f"{10 ** abs(power)} times too {'high' if power < 0 else 'low'}"
    made = flag_key(scanner, key, source, of_total, power)
    return Finding(
        rule=RULE,
        version=VERSION,
        subject=made.subject,
        cause=made.cause,
        sentence=f"The {what} that {name} writes in its {source}s looks {times} since {since}, in {exams} exams: a wrong unit?",
        quantity=key,
        factor=10.0**-power,
        dated=Dated((), since, since, since),
        not_seen=("Nothing is changed before a person accepts the proposed repair.",),
    )

"""What one looks at on the page of data quality, as it stands in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from doseloop.facts.quality import LATE_H, Defect
from doseloop.facts.windows import Grain, Window
from doseloop.model.errors import UnusableInput
from doseloop.web.recent import EVERYTHING

PERIODS = {30: "30 days", 90: "90 days", 365: "1 year", EVERYTHING: "All"}
_DEFAULT_DAYS = 90


@dataclass(frozen=True, slots=True)
class Named:
    """A defect in words: a heading, and what it means."""

    title: str
    meaning: str


DEFECTS: Mapping[Defect, Named] = {
    Defect.WEIGHT: Named("No weight", "the patient's weight is not known (mammography does not count)"),
    Defect.AGE: Named("No age", "the patient's age is not known"),
    Defect.DOSE: Named("No dose", "the total that its kind is shown by is not known (MR does not count)"),
    Defect.PROCEDURE: Named("No procedure", "a part of it has no standard procedure (MR does not count)"),
    Defect.REPAIRED: Named("Repaired", "a rule made one of its values; the original stays beside it"),
    Defect.IMPLAUSIBLE: Named("Implausible", "it holds a value that cannot be, which counts as not recorded"),
    Defect.CONTRADICTORY: Named("Contradictory", "its objects disagree, or something in it does not fit"),
    Defect.LATE: Named("Late", f"an object of it came more than {LATE_H} hours after its start"),
    Defect.CLOCK: Named("Clock wrong", "it was here more than a quarter of an hour before its start"),
}


@dataclass(frozen=True, slots=True)
class QualityView:
    """A period up to today, and the defect whose trend is drawn."""

    days: int
    last: date
    defect: Defect

    @property
    def window(self) -> Window:
        """The days that are looked at."""
        return Window.of_days_until(self.last, self.days)

    @property
    def grain(self) -> Grain:
        """Weeks in a short period, months in a long one."""
        return Grain.WEEK if self.days <= _DEFAULT_DAYS else Grain.MONTH


def view_of(given: Mapping[str, str], today: date) -> QualityView:
    """The view of an address. Errors: `UnusableInput`, naming the field."""
    days, defect = given.get("days") or str(_DEFAULT_DAYS), given.get("defect") or Defect.WEIGHT
    if days not in {str(known) for known in PERIODS}:
        raise UnusableInput(f"The period is one of {', '.join(map(str, PERIODS))} days.")
    if defect not in set(Defect):
        raise UnusableInput(f"defect: {defect[:40]!r} is none of {', '.join(Defect)}.")
    return QualityView(int(days), today, Defect(defect))

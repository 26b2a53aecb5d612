"""Ages as people say them."""

_MONTHS_UNTIL_YEARS = 2.0
_EPSILON = 1e-9


def age_words(years: float) -> str:
    """Completed years alone, `46`; below two years completed months, `18 months`, and below one month days, `12 days`."""
    if years >= _MONTHS_UNTIL_YEARS:
        return str(int(years + _EPSILON))
    months = int(years * 12 + _EPSILON)
    return f"{months} month{'s' * (months != 1)}" if months else f"{int(years * 365.25 + _EPSILON)} days"


def age_said(years: float) -> str:
    """With its unit in every case: `46 years`."""
    words = age_words(years)
    return f"{words} year{'s' * (words != '1')}" if words.isdecimal() else words

"""Questions that the empty page offers, of what the record has."""

from collections.abc import Iterator

from doseloop.ask.department import Department


def examples(department: Department) -> tuple[str, ...]:
    """Up to six, with names that the asker sees."""
    return tuple(_examples(department))[:6]


def _examples(department: Department) -> Iterator[str]:
    modalities = set(department.modalities())
    if "CT" in modalities:
        scanner = next((one.name for one in department.scanners if one.modality == "CT"), "")
        yield "Median DLP of CT chest by scanner over the last three months"
        if scanner:
            yield f"CT head doses on {scanner} over the last six weeks compared to our local DRL"
        yield "CT exams with a DLP over 1000 mGy cm this month, highest first"
    if "XA" in modalities:
        yield "Distribution of KAP in angiography over the last year"
    if "MG" in modalities:
        yield "75th percentile of AGD in mammography per month this year"
    if "CT" in modalities:
        yield "How many CT exams per month since January"
        yield "Share of CT exams without weight by scanner"
    yield "Which scanners do we have"

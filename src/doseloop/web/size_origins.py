"""Where an exam's age, height and weight came from, in words."""

from doseloop.store.exam_detail import ExamDetail

_SOURCES = {
    "object": "from the object",
    "imported": "imported",
    "imported by choice": "imported, chosen before the object’s",
    "water-equivalent diameter": "estimated from the images",
}


def size_origins(exam: ExamDetail) -> tuple[str, ...]:
    """A line on each size that does not come from the object, or one on both; and on an age that was recorded in years alone."""
    sizes = (
        ("weight", exam.weight_source, exam.weight_measured_at),
        ("height", exam.height_source, exam.height_measured_at),
    )
    told = [_line(*one) for one in sizes if one[1]]
    if exam.age_years is not None and exam.age_known_to not in ("", "day"):
        told.append(f"age as recorded, to the {exam.age_known_to}")
    return tuple(told)


def _line(what: str, source: str, measured_at: str) -> str:
    when = f", measured {measured_at.replace('T', ' ')[:16]}" if measured_at else ""
    return f"{what} {_SOURCES.get(source, source)}{when}"

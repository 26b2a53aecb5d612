"""Names of staff as people say them, from what was typed at the scanner."""


def said_name(typed: str) -> str:
    """`Brandt^Tina^^Dr.` and `Brandt, Tina` as `Tina Brandt`; what is no such name as it stands.

    A DICOM person name has family, given and middle name, prefix and suffix (PS3.5 section 6.2); titles are left out.
    """
    first = next((group for group in typed.split("=") if group.strip("^ ")), "")
    family, mark, rest = first.partition("^" if "^" in first else ",")
    given = rest.split("^")[0].strip() if mark == "^" else rest.strip()
    return " ".join(part for part in (given, family.strip()) if part)

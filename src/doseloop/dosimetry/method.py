"""What a method of dosimetry is: its equation, sources, validity and uncertainty, as pages and documentation show them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """Where an equation, a constant or a worked example stands."""

    title: str
    place: str = ""
    """Table, equation or section."""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Method:
    """One way to compute one quantity. Any change that may change a value is a new version."""

    id: str
    """`ssde-aapm-220`: the quantity and its source; never used again for another formula."""
    version: int
    quantity: str
    """Key in `model.quantities`."""
    title: str
    equation: str
    """In plain text with the symbols of the source, one equation a line; each symbol with its unit below."""
    validity: str
    """For whom and for what it holds, and what it does outside of that."""
    uncertainty: str
    """What the source says, with its coverage; or that it says nothing."""
    sources: tuple[Source, ...]
    not_verified: str = ""
    """Why it is not verified: no worked example of the source was seen. Empty: it is verified."""
    example: str = ""
    """`module:function` below `doseloop.dosimetry` whose doctest is the published worked example."""

    @property
    def is_verified(self) -> bool:
        """Whether a published worked example was seen, and the doctest repeats it."""
        return not self.not_verified

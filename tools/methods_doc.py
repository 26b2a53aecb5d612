"""`docs/dosimetry.md` and `docs/methods/`: what is computed, and a page for each method."""

from collections.abc import Iterator

from doseloop.dosimetry.method import Method, Source
from doseloop.dosimetry.methods import METHODS, worked_example
from doseloop.model.quantities import QUANTITIES
from doseloop.reference.coefficients import CoefficientSet, coefficient_sets

_INTRODUCTION = """\
# Dosimetry

Written by `make docs` from `dosimetry/` and `reference/data/coefficients/`; a test holds it to them. Here is what Doseloop computes
because no scanner states it. Values of one person are estimates: they need a physicist (see [intended use](intended-use.md)).

**What is shown with a value.** Each computed value leads to its method and version, the set of coefficients, what it was made
from and where each of those came from, what was assumed because nothing told, and the interval where the source gives one. What
cannot be computed says why in one sentence. On the page of an exam this is the section *Computed*; its files hold the same.

**Verified or not.** A method is verified where a worked example, or a table, of its source was seen and comes out of the code to
the digit that was printed; each release computes it again. A method or coefficient that is not says so wherever it is shown.

**Where values go.** SSDE of main acquisitions, the effective dose of an exam and its parts, and kerma corrected for its tube
stand in columns beside what scanners state: in figures, trends and files of procedures, in local levels and their comparisons, in
files of exams, parts and events, and the totals of exams in `doseloop exams --json`. A page says there that they are computed and
by which methods. A value by a method that is not verified stands in none of them where a verified method computes the quantity;
no method of noise and of corrected kerma is verified so far, and the pages say so. SSDE rests on a measured size, whose own
method the page names where it is not verified. Image noise stands against the dose of each acquisition on the page of a
procedure, by protocol, where ten tell both.

**Editions.** All versions of methods and coefficients together are one edition, and each exam holds the edition of its values.
Where a formula or a number changes, its version counts up and with it the edition. Exams that were there before keep their values
until `doseloop recompute` has shown for each quantity how many change and by what ratio, and `doseloop recompute --apply` makes
them current.

## Methods
"""


def method_pages() -> dict[str, str]:
    """The text of each page, by its path below `docs/`."""
    pages = {f"methods/{one.id}.md": "\n".join(_page(one)) + "\n" for one in METHODS}
    return {**pages, "dosimetry.md": "\n".join(_index()) + "\n"}


def _index() -> Iterator[str]:
    yield _INTRODUCTION
    yield "| quantity | method | version | verified |"
    yield "| --- | --- | --- | --- |"
    for one in METHODS:
        symbol = QUANTITIES[one.quantity].symbol
        yield f"| {symbol} | [{one.title}](methods/{one.id}.md) | {one.version} | {_verified(one)} |"
    yield ""
    yield "## Coefficients"
    yield ""
    yield "| set | version | numbers | unit | seen as | verified |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for found in coefficient_sets().values():
        yield _set(found)


def _verified(one: Method) -> str:
    return "yes" if one.is_verified else f"**no**: {one.not_verified}"


def _set(one: CoefficientSet) -> str:
    place = f", {one.place}" if one.place else ""
    cells = (f"[{one.title}]({one.url}){place}", one.version, len(one.rows), one.unit, one.verification)
    return f"| {' | '.join(map(str, cells))} | {'yes' if one.is_verified else '**no**'} |"


def _page(one: Method) -> Iterator[str]:
    known = QUANTITIES[one.quantity]
    yield f"# {one.title}"
    yield ""
    yield f"{known.name} ({known.symbol}, {known.unit or 'without unit'}). Method `{one.id}`, version {one.version}."
    yield ""
    yield f"Verified: {_verified(one)}"
    yield ""
    yield from ("## Equation", "", "```", *one.equation.splitlines(), "```", "")
    yield from ("## Validity", "", one.validity, "")
    yield from ("## Uncertainty", "", one.uncertainty, "")
    yield from _example(one)
    yield from ("## Sources", "", *map(_source, one.sources))


def _example(one: Method) -> Iterator[str]:
    words, examples = worked_example(one)
    yield from ("## Worked example", "", words, "")
    if not examples:
        return
    yield "```python"
    for example in examples:
        yield from (f">>> {example.source.rstrip()}", *example.want.splitlines())
    yield from ("```", "")


def _source(one: Source) -> str:
    title = f"[{one.title}]({one.url})" if one.url else one.title
    return f"- {title}{f': {one.place}' if one.place else ''}"

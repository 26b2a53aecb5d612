"""`docs/levels.md`: where each set of reference levels comes from, how rows are matched, and a site's own sets."""

from collections import Counter
from collections.abc import Iterator

from doseloop.model.reference_level import LevelSet
from doseloop.reference.level_cells import CELLS
from doseloop.reference.levels import level_sets

_INTRODUCTION = """\
# Reference levels

Written by `make docs` from `reference/data/levels/` and `reference/level_cells.py`; a test holds it to them. A level is
compared with the **median** of a group of patients, never with one exam (ICRP Publication 135). Every value on a page stands
with its country, authority, year, status, verification and source.

## Sets that come with Doseloop
"""

_VERIFICATIONS = """\
Country: ISO 3166-1; EU is Europe, INT no country. A site that has not chosen compares with the sets whose status is *current*.

| verification | the values were read in | verified |
| --- | --- | --- |
| primary | the authority's own text | yes |
| primary_mirror | the legal text on a mirror | yes |
| abstract | the abstract of the paper that sets them | no |
| secondary_quoted | a file of others that quotes the line of the report for each value | no |
| secondary | a transcription by others that cites the report | no |
| own | the site's own file | no |

A set that is not verified is marked wherever it is shown, and no signed report uses it until the site confirms it, on the page of
the set or by `doseloop levels confirm SET --site SITE --by PERSON --grounds "..."`. Whoever confirms has compared the values with
the source. A confirmation holds for one site and for the values as they are: where an update of Doseloop changes one, it lapses,
and the pages say so.

## What a site compares with

The page *Reference levels* (from *Procedures*) lists for a site the sets that it compares with, in their order, then the others, of
every country or of one. Each stands with its status, how its values were read, who confirmed them, its rows, its source, and how
many exams of the last year are of procedures that it has a level for. An exam with two procedures counts for each; ages, sizes and
phantoms are not looked at in this count: it says how far a set may reach, not how many exams are compared. A set is added behind
the others, removed, and moved up and down by buttons, each one change. The first change makes a choice of the site's own out of
the sets in force; a button goes back to them. What was chosen and confirmed is listed beneath with who and when, and is taken back
there, the latest first.

The page of a set shows every row by procedure: as written, our procedure, patients, quantity, value in the site's unit and as
printed, phantom and how it is known, per what, notes, and why a row is compared with nothing by itself; all of it as CSV and XLSX.
The page of a procedure leads from each level to its row. Everybody at a site may look; choosing, confirming and adding need the
right *choose levels*, which physicists and administrators hold, and each stands in the audit.
"""

_MATCHING = """\
## How a row is matched

A group is a procedure and quantity, for patients of some ages and sizes. Only rows of the same procedure of the catalogue count
(`reference/data/procedures.yaml`); the names of each set were mapped to it one by one. Then (`assess/level_rules.py`):

| asked by the row | the group's is another | the group's is not known |
| --- | --- | --- |
| per examination, or per scan, projection or view | not compared | by the nature of the quantity, said |
| CTDI phantom, 16 or 32 cm | not compared | no verdict, on either side |
| ages, exact and half-open, in months | not compared; a group that reaches beyond the row neither | not compared |
| weights of children | not compared; likewise | not compared |
| weights of adults | not compared; likewise | compared as "all sizes", said |
| thickness of the compressed breast, projection, sex | not compared | not compared |
| indication, contrast medium, phases, technique | not compared | compared, said |

Children are compared in the bands that each set states. A child's group without an upper age ends at 18 years. That a CT level
is for the 16 cm phantom (head) or the 32 cm phantom (body) is convention in most sets, not read in their text, and is said.
Achievable values and 25th percentiles are shown beside levels and judge nothing. The page of a procedure says for each level
why it is compared, and for each near one why it is not.
"""

_OWN = """\
## A site's own sets

*Add a set of your own* on the page *Reference levels* takes lines that are typed, with procedures from the catalogue and quantities
with their units, or a CSV file; its template has the columns below. What is wrong is told by line and field, what was typed stays,
and a preview shows the set as it would be. Nothing is kept before that is accepted. Who is signed in is its author. The same from
the command line:

    doseloop levels import FILE.csv --site SITE --name "Local levels 2026" --author "A. Physicist" \\
        --source "audit of 2026" --year 2026
    doseloop levels choose own-1-local-levels-2026 uk-ukhsa-ndrl-2024 --site SITE
    doseloop levels list --site SITE

The file is UTF-8, with commas or semicolons, and its first line names the columns. All of it is taken in, or nothing: every
fault is told with line and column. A set never changes afterwards; a correction is a set of another name. What a site chooses
and confirms stands in the audit, and each can be taken back.
"""


def levels() -> str:
    """The page."""
    return "\n".join((*_sets(), *_unmatched(), *_columns())) + "\n"


def _sets() -> Iterator[str]:
    yield _INTRODUCTION
    yield "| set | country | authority | year | status | verification | statistic | rows |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for one in level_sets():
        yield (
            f"| [`{one.id}`]({one.url}) | {one.country} | {one.authority} | {one.year} | {_status(one)} | {one.verification} | "
            f"{one.statistic} | {len(one.levels)} |"
        )
    yield ""
    for one in level_sets():
        yield f"- `{one.id}`: {one.title}. Read in: {one.seen_at}."
    yield ""
    yield _VERIFICATIONS


def _status(one: LevelSet) -> str:
    words = [
        one.status,
        f"from {one.valid_from}" if one.valid_from else "",
        f"until {one.valid_to}" if one.valid_to else "",
        f"followed by `{one.superseded_by}`" if one.superseded_by else "",
        one.status_note or "",
    ]
    return "; ".join(word for word in words if word)


def _unmatched() -> Iterator[str]:
    yield _MATCHING
    yield "### Rows that never match by themselves"
    yield ""
    yield "| set | as written | rows | why |"
    yield "| --- | --- | --- | --- |"
    rows = [(one.id, level) for one in level_sets() for level in one.levels if level.why_unmatched]
    counted = Counter((key, level.as_written, level.why_unmatched) for key, level in rows)
    for (key, written, why), count in counted.items():
        yield f"| `{key}` | {written} | {count} | {why} |"
    yield ""


def _columns() -> Iterator[str]:
    yield _OWN
    yield "| column | holds |"
    yield "| --- | --- |"
    for name, one in CELLS.items():
        yield f"| `{name}`{' (required)' if one.required else ''} | {one.meaning} |"

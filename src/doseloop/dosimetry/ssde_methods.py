"""The three ways to a size-specific dose estimate, as pages and documentation show them."""

from typing import Final

from doseloop.dosimetry.method import Method, Source

_EQUATION: Final = (
    "SSDE = f * CTDI_vol\nf = a * exp(-b * {symbol})\n"
    "CTDI_vol: volume CT dose index of the phantom that a and b are for, mGy; {symbol}: {name}, cm; a, b: constants of the phantom"
)
_TABLES: Final = (
    Source("AAPM Report 204 (2011)", "tables 1D (32 cm) and 2D (16 cm)", "https://doi.org/10.37206/143"),
    Source(
        "Transcription of tables 1D and 2D",
        "medphunc/misc/ssde.csv, columns body_eff and head_eff: 88 values, all come out",
        "https://github.com/ckswilliams/medphunc",
    ),
)
_BELOW_20_PERCENT: Final = (
    "20 % to either side: the errors that AAPM expects to stay below that in the chest (summary of Report 293). "
    "Its coverage is not stated."
)
_OF_THE_ERROR: Final = Source(
    "AAPM Report 293 (2019)", "summary", "https://www.aapm.org/pubs/reports/detail.asp?docid=185"
)
_TRUNK_ONLY: Final = (
    "Scans of the trunk. Diameters of 8 to 45 cm (32 cm phantom) and 6 to 55 cm (16 cm phantom), those of the tables; "
    "outside of that there is no estimate, nor for localisers, runs of a table at rest, the head, the neck alone and limbs."
)

AAPM_204: Final = Method(
    id="ssde-aapm-204",
    version=1,
    quantity="ssde_mgy",
    title="Size-specific dose estimate by effective diameter",
    equation=_EQUATION.format(symbol="D_eff", name="effective diameter"),
    validity=_TRUNK_ONLY,
    uncertainty=_BELOW_20_PERCENT,
    sources=(*_TABLES, _OF_THE_ERROR),
    example="ssde:conversion_factor",
)
AAPM_220: Final = Method(
    id="ssde-aapm-220",
    version=1,
    quantity="ssde_mgy",
    title="Size-specific dose estimate by water-equivalent diameter",
    equation=_EQUATION.format(symbol="D_w", name="water-equivalent diameter"),
    validity=_TRUNK_ONLY,
    uncertainty=_BELOW_20_PERCENT,
    sources=(
        Source(
            "AAPM Report 220 (2014)",
            "D_w in place of D_eff in the factors of Report 204",
            "https://www.aapm.org/pubs/reports/RPT_220.pdf",
        ),
        *_TABLES,
        _OF_THE_ERROR,
    ),
    example="ssde:conversion_factor",
)
AAPM_293: Final = Method(
    id="ssde-aapm-293",
    version=1,
    quantity="ssde_mgy",
    title="Size-specific dose estimate of the head",
    equation=_EQUATION.format(symbol="D_w", name="water-equivalent diameter"),
    validity="Scans of the head with a CTDIvol of the 16 cm phantom and a water-equivalent diameter of 11 to 19 cm, which is what "
    "the factors that were seen span; outside of that there is no estimate.",
    uncertainty="What the report says was not seen.",
    sources=(
        Source(
            "AAPM Report 293 (2019)",
            "fit for the 16 cm phantom",
            "https://www.aapm.org/pubs/reports/detail.asp?docid=185",
        ),
        Source(
            "Factors of 0.80 to 1.16 from birth to 18 years",
            "abstract",
            "https://searchworks.jioinstitute.edu.in/articles/cmedm__33571979",
        ),
    ),
    not_verified="Both constants are from memory: no table and no worked example of the report was seen.",
)

"""Effective dose of CT by either set of tissue weights, as pages and documentation show it. The two are never mixed."""

from typing import Final

from doseloop.dosimetry.method import Method, Source

_EQUATION: Final = (
    "E = k * DLP\nE: effective dose, mSv; k: coefficient of region, age and, where the set has it, tube voltage, mSv/(mGy·cm)\n"
    "DLP: dose-length product of the phantom that k is for, mGy·cm"
)
_VALIDITY: Final = (
    "Reference persons of six ages, of whom the nearest is taken. Regions that the set names exactly, a dose-length product of the "
    "phantom that the set is for, and tube voltages of the set (80 to 120 kV, interpolated linearly); outside of that there is no "
    "estimate, and dose-length products are not converted between phantoms. Localisers and bolus tracking count by the same "
    "coefficients, which are for a scan of the whole region by a tube that turns."
)
_UNCERTAINTY: Final = (
    "40 % to either side for a reference patient (Martin 2007), its coverage not stated in what was seen. One patient may "
    "differ by more."
)
_OF_THE_ERROR: Final = Source(
    "Martin, Br J Radiol 2007;80:639-647", "abstract", "https://www.ncbi.nlm.nih.gov/pubmed/17646189"
)
_LEE: Final = Source(
    "Lee et al., Med Phys 2012;39:2129-2146", "Table XII", "https://pmc.ncbi.nlm.nih.gov/articles/PMC3326072/table/t12"
)

ICRP_103: Final = Method(
    id="effective-dose-ct-icrp-103",
    version=1,
    quantity="effective_dose_msv",
    title="Effective dose of CT from the dose-length product, tissue weights of ICRP 103",
    equation=_EQUATION,
    validity=_VALIDITY,
    uncertainty=_UNCERTAINTY,
    sources=(_LEE, _OF_THE_ERROR),
    example="dlp_coefficient:k_msv_mgy_cm",
)
ICRP_60: Final = Method(
    id="effective-dose-ct-icrp-60",
    version=1,
    quantity="effective_dose_msv",
    title="Effective dose of CT from the dose-length product, tissue weights of ICRP 60",
    equation=_EQUATION,
    validity=_VALIDITY,
    uncertainty=_UNCERTAINTY,
    sources=(
        Source("AAPM Report 96 (2008)", "table of conversion factors", "https://doi.org/10.37206/97"),
        _LEE,
        Source(
            "A head of 582 mGy·cm has about 1.2 mSv",
            "medicalradiationinfo.org, ask the expert",
            "https://www.medicalradiationinfo.org/ask-the-expert/i-recently-had-a-ct-scan-of-the-head-in-an-emergency-room-"
            "my-medical-record-shows-the-radiation-dose-as-dlp-582-mgy-cm-can-you-tell-me-what-this-equals-in-terms-of-millisieverts/",
        ),
        _OF_THE_ERROR,
    ),
    example="effective_dose_ct:effective_dose_msv",
)

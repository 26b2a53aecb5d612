"""The quantities that figures are made of, and the rows that carry them."""

from enum import StrEnum

from doseloop.model.quantities import COMPUTED


class Quantity(StrEnum):
    """A column of doses. The value is the column's name and the name in addresses and in `--json`."""

    DLP = "dlp_mgy_cm"
    CTDI_VOL = "ctdi_vol_mgy"
    DAP = "dap_gy_cm2"
    KA_R = "ka_r_mgy"
    FLUORO_TIME = "fluoro_time_s"
    SSDE = "ssde_mgy"
    EFFECTIVE_DOSE = "effective_dose_estimate_msv"
    DAP_CORRECTED = "dap_corrected_gy_cm2"
    KA_R_CORRECTED = "ka_r_corrected_mgy"

    @property
    def per_acquisition(self) -> bool:
        """Whether it is counted by main acquisition, not by part: CTDIvol is compared per matched acquisition, and so is SSDE."""
        return self in (Quantity.CTDI_VOL, Quantity.SSDE)

    @property
    def is_computed(self) -> bool:
        """Whether Doseloop computes it: no object states it."""
        return self.value in COMPUTED


ADULT = "adult"
"""Key of the adults' age band."""
UNKNOWN_AGE = "unknown"
"""Stands for exams whose age band is not known (empty in the record)."""


def default_quantity(modality: str) -> Quantity:
    """The quantity that a procedure of this modality is shown by."""
    return Quantity.DLP if modality == "CT" else Quantity.DAP

"""One CT acquisition, as TID 10013 (CT Irradiation Event Data, PS3.16) holds it."""

from dataclasses import dataclass

from doseloop.model.device import EventDevice
from doseloop.model.image import ImageHeader
from doseloop.model.reading import Code, MakerItem, Reading


@dataclass(frozen=True, slots=True)
class CtSource:
    """One X-ray source of a CT acquisition (TID 10013, CT X-Ray Source Parameters 113831)."""

    identification: str | None = None
    """Identification of the X-Ray Source (113832)."""
    kvp: Reading[float] | None = None
    """KVP (113733), kV."""
    tube_current_ma: Reading[float] | None = None
    """X-Ray Tube Current (113734), mean, mA."""
    max_tube_current_ma: Reading[float] | None = None
    """Maximum X-Ray Tube Current (113833), mA."""
    rotation_time_s: Reading[float] | None = None
    """Exposure Time per Rotation (113834), s."""


@dataclass(frozen=True, slots=True)
class DoseCheck:
    """What the scanner's Dose Check said before the acquisition (TID 10015; NEMA XR 25)."""

    dlp_alert_mgy_cm: Reading[float] | None = None
    """DLP Alert Value (113903)."""
    ctdi_vol_alert_mgy: Reading[float] | None = None
    """CTDIvol Alert Value (113904)."""
    accumulated_dlp_forward_estimate_mgy_cm: Reading[float] | None = None
    """Accumulated DLP Forward Estimate (113905)."""
    accumulated_ctdi_vol_forward_estimate_mgy: Reading[float] | None = None
    """Accumulated CTDIvol Forward Estimate (113906)."""
    dlp_notification_mgy_cm: Reading[float] | None = None
    """DLP Notification Value (113911)."""
    ctdi_vol_notification_mgy: Reading[float] | None = None
    """CTDIvol Notification Value (113912)."""
    dlp_forward_estimate_mgy_cm: Reading[float] | None = None
    """DLP Forward Estimate (113913)."""
    ctdi_vol_forward_estimate_mgy: Reading[float] | None = None
    """CTDIvol Forward Estimate (113914)."""
    alert_reason: Reading[str] | None = None
    """Reason for Proceeding (113907) below the alert (113900)."""
    alert_person: Reading[str] | None = None
    """Person Name (113870) of who proceeded past the alert, as typed."""
    notification_reason: Reading[str] | None = None
    """Reason for Proceeding (113907) below the notification (113908)."""
    notification_person: Reading[str] | None = None
    """Person Name (113870) of who proceeded past the notification, as typed."""
    dlp_alert_configured: bool | None = None
    """DLP Alert Value Configured (113901)."""
    ctdi_vol_alert_configured: bool | None = None
    """CTDIvol Alert Value Configured (113902)."""
    dlp_notification_configured: bool | None = None
    """DLP Notification Value Configured (113909)."""
    ctdi_vol_notification_configured: bool | None = None
    """CTDIvol Notification Value Configured (113910)."""

    @property
    def alert_exceeded(self) -> bool:
        """Whether a forward estimate was above its alert value."""
        return _above(self.accumulated_dlp_forward_estimate_mgy_cm, self.dlp_alert_mgy_cm) or _above(
            self.accumulated_ctdi_vol_forward_estimate_mgy, self.ctdi_vol_alert_mgy
        )

    @property
    def notification_exceeded(self) -> bool:
        """Whether a forward estimate was above its notification value."""
        return _above(self.dlp_forward_estimate_mgy_cm, self.dlp_notification_mgy_cm) or _above(
            self.ctdi_vol_forward_estimate_mgy, self.ctdi_vol_notification_mgy
        )


def _above(estimate: Reading[float] | None, limit: Reading[float] | None) -> bool:
    return estimate is not None and limit is not None and estimate.value > limit.value


@dataclass(frozen=True, slots=True)
class CtEvent:
    """One CT irradiation event (TID 10013). What is not recorded is None, never 0."""

    event_uid: Reading[str] | None = None
    """Irradiation Event UID (113769)."""
    started_at: Reading[str] | None = None
    """DateTime Started (111526), local wall clock, ISO 8601 without zone."""
    protocol: Reading[str] | None = None
    """Acquisition Protocol (125203)."""
    acquisition_type: Reading[Code] | None = None
    """CT Acquisition Type (113820), CID 10013."""
    target_region: Reading[Code] | None = None
    """Target Region (123014)."""
    procedure_context: Reading[Code] | None = None
    """Procedure Context (G-C32C, CID 10014): with or without contrast."""
    comment: Reading[str] | None = None
    """Comment (121106)."""
    ctdi_vol_mgy: Reading[float] | None = None
    """Mean CTDIvol (113830), mGy."""
    dlp_mgy_cm: Reading[float] | None = None
    """DLP (113838), mGy·cm."""
    phantom: Reading[Code] | None = None
    """CTDIw Phantom Type (113835), CID 4052."""
    phantom_cm: int | None = None
    """Diameter that `phantom` means: head 16, body 32, None where it is not known."""
    ssde_mgy: Reading[float] | None = None
    """Size Specific Dose Estimation (113930), mGy, as the scanner states it."""
    effective_dose_msv: Reading[float] | None = None
    """Effective Dose (113839), mSv, as the scanner states it."""
    exposure_time_ms: Reading[float] | None = None
    """Exposure Time (113824), ms."""
    scanning_length_mm: Reading[float] | None = None
    """Scanning Length (113825), mm."""
    exposed_range_mm: Reading[float] | None = None
    """Exposed Range (113899), mm."""
    pitch: Reading[float] | None = None
    """Pitch Factor (113828), ratio."""
    single_collimation_mm: Reading[float] | None = None
    """Nominal Single Collimation Width (113826), mm."""
    total_collimation_mm: Reading[float] | None = None
    """Nominal Total Collimation Width (113827), mm."""
    modulation: Reading[str] | None = None
    """X-Ray Modulation Type (113842); of an image Exposure Modulation Type (0018,9323)."""
    source_count: Reading[float] | None = None
    """Number of X-Ray Sources (113823)."""
    sources: tuple[CtSource, ...] = ()
    """One per tube, in the order of the object."""
    dose_check: DoseCheck | None = None
    label: Reading[str] | None = None
    """Irradiation Event Label (113605)."""
    reconstructable_length_mm: Reading[float] | None = None
    """Length of Reconstructable Volume (113893), mm."""
    water_equivalent_diameter_mm: Reading[float] | None = None
    """Water Equivalent Diameter (113980), mm, as the scanner states it."""
    ctdi_free_air_mgy: Reading[float] | None = None
    """Mean CTDIfreeair (113837), mGy."""
    effective_dose_factor_msv_mgy_cm: Reading[float] | None = None
    """Effective Dose Conversion Factor (113840), mSv/(mGy·cm)."""
    top_z_mm: Reading[float] | None = None
    """Top Z Location of Scanning Length (113897), mm."""
    bottom_z_mm: Reading[float] | None = None
    """Bottom Z Location of Scanning Length (113898), mm."""
    reconstructable_top_z_mm: Reading[float] | None = None
    """Top Z Location of Reconstructable Volume (113895), mm."""
    reconstructable_bottom_z_mm: Reading[float] | None = None
    """Bottom Z Location of Reconstructable Volume (113896), mm."""
    frame_of_reference_uid: str | None = None
    """Frame of Reference UID (112227) of those locations."""
    exposure_mas: Reading[float] | None = None
    """Exposure (0018,1152), (0018,1153) of an image, mAs: of one rotation or slice."""
    series_description: Reading[str] | None = None
    """Series Description (0008,103E) of a dose screen's item."""
    filter_material: Reading[str] | None = None
    """Filter Material (0018,7050) of a dose screen's item or an image."""
    dose_saving_percent: Reading[float] | None = None
    """Estimated Dose Saving (0018,9324), per cent."""
    device: EventDevice | None = None
    image: ImageHeader | None = None
    """The image whose header is all that tells of the acquisition: a header estimate, never compared with anything."""
    maker_items: tuple[MakerItem, ...] = ()

"""Headers of MR images (PS3.3 sections A.4 and A.36): what the scanner reports about its fields. Indices, not doses."""

from doseloop.model.dose_object import DoseObject
from doseloop.model.errors import NotDose
from doseloop.model.image import ImageHeader
from doseloop.model.mr import MrSeries
from doseloop.model.reading import Reading
from doseloop.reading.header import Header
from doseloop.reading.image import image_header, started_at
from doseloop.reading.surroundings import of_image
from doseloop.reading.tags import Tags

_INDICES = (
    *("sar_whole_body_w_kg", "sar_partial_body_w_kg", "sar_head_w_kg", "sar_local_w_kg", "b1_rms_ut", "db_dt_t_s"),
    *("stimulation_percent", "operating_mode"),
)
_MODES = ("IEC_NORMAL", "IEC_FIRST_LEVEL", "IEC_SECOND_LEVEL")
"""From the lowest to the highest (IEC 60601-2-33)."""


def mr_image(header: Header) -> DoseObject:
    """An MR image. Raises `NotDose` where its header reports no index."""
    image = image_header(header)
    series = _series(header.tags, image)
    if not any(getattr(series, name) for name in _INDICES):
        raise NotDose(f"{header.sop_class_name}: its header reports no SAR, B1+rms, dB/dt or operating mode")
    return of_image(header, "mr image", "MR", image, mr_series=(series,))


def _series(tags: Tags, image: ImageHeader) -> MrSeries:
    rates, modes, number = _rates(tags), _modes(tags), tags.number
    return MrSeries(
        image=image,
        event_uid=tags.text("IrradiationEventUID"),
        started_at=started_at(tags),
        protocol=tags.text("ProtocolName"),
        sequence=tags.text("SequenceName", "PulseSequenceName"),
        sar_whole_body_w_kg=rates.get("IEC_WHOLE_BODY") or number(("SAR", 1.0)),
        sar_partial_body_w_kg=rates.get("IEC_PARTIAL_BODY"),
        sar_head_w_kg=rates.get("IEC_HEAD"),
        sar_local_w_kg=rates.get("IEC_LOCAL"),
        b1_rms_ut=number(("B1rms", 1.0)),
        db_dt_t_s=number(("dBdt", 1.0)) or _gradient(tags, "DB_DT"),
        stimulation_percent=_gradient(tags, "PER_NERVE_STIM"),
        operating_mode=max(modes.values(), key=lambda mode: _MODES.index(mode.value), default=None),
        rf_mode=modes.get("RF"),
        gradient_mode=modes.get("GRADIENT"),
        field_strength_t=number(("MagneticFieldStrength", 1.0), nothing_is_zero=True),
        repetition_time_ms=number(("RepetitionTime", 1.0)),
        echo_time_ms=number(("EchoTime", 1.0), ("EffectiveEchoTime", 1.0)),
        flip_angle_deg=number(("FlipAngle", 1.0)),
        duration_s=number(("AcquisitionDuration", 1.0)),
        transmit_coil=tags.text("TransmitCoilName"),
    )


def _rates(tags: Tags) -> dict[str, Reading[float]]:
    """The rates of the Specific Absorption Rate Sequence (0018,9239) by their definition (0018,9179)."""
    found: dict[str, Reading[float]] = {}
    for item in tags.items("SpecificAbsorptionRateSequence"):
        rate = item.number(("SpecificAbsorptionRateValue", 1.0))
        if rate:
            found[item.plain("SpecificAbsorptionRateDefinition") or ""] = rate
    return found


def _modes(tags: Tags) -> dict[str, Reading[str]]:
    """The modes of the Operating Mode Sequence (0018,9176) by the field that they are of (0018,9177)."""
    items = tags.items("OperatingModeSequence")
    pairs = ((item.plain("OperatingModeType") or "", item.text("OperatingMode")) for item in items)
    return {of: mode for of, mode in pairs if mode and mode.value in _MODES}


def _gradient(tags: Tags, kind: str) -> Reading[float] | None:
    return tags.number(("GradientOutput", 1.0)) if tags.plain("GradientOutputType") == kind else None

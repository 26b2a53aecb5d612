"""What an MR scanner reports about the fields of one series: indices of the scanner, never a dose to the patient.

Specific absorption rates are the scanner's own prediction or limit for the coil and weight that were entered (IEC 60601-2-33).
"""

from dataclasses import dataclass

from doseloop.model.image import ImageHeader
from doseloop.model.reading import Reading


@dataclass(frozen=True, slots=True)
class MrSeries:
    """One MR series (PS3.3 sections C.8.3.1 and C.8.13.5). What is not recorded is None, never 0."""

    image: ImageHeader
    event_uid: Reading[str] | None = None
    """Irradiation Event UID (0008,3010); None as a rule, since nothing is irradiated."""
    started_at: Reading[str] | None = None
    """Acquisition Date and Time (0008,002A), local wall clock, ISO 8601 without zone."""
    protocol: Reading[str] | None = None
    """Protocol Name (0018,1030)."""
    sequence: Reading[str] | None = None
    """Sequence Name (0018,0024), Pulse Sequence Name (0018,9005)."""
    sar_whole_body_w_kg: Reading[float] | None = None
    """Specific absorption rate of the whole body, W/kg: (0018,9181) with IEC_WHOLE_BODY, else SAR (0018,1316)."""
    sar_partial_body_w_kg: Reading[float] | None = None
    """As above of the exposed part of the body (IEC_PARTIAL_BODY)."""
    sar_head_w_kg: Reading[float] | None = None
    """As above of the head (IEC_HEAD)."""
    sar_local_w_kg: Reading[float] | None = None
    """As above of any 10 g (IEC_LOCAL)."""
    b1_rms_ut: Reading[float] | None = None
    """B1rms (0018,1320), µT: root mean square of the transmitted field over 10 s."""
    db_dt_t_s: Reading[float] | None = None
    """dB/dt (0018,1318), T/s; also Gradient Output (0018,9182) where its type is DB_DT."""
    stimulation_percent: Reading[float] | None = None
    """Gradient Output (0018,9182) in per cent of the limit where its type is PER_NERVE_STIM."""
    operating_mode: Reading[str] | None = None
    """The highest of the Operating Modes (0018,9178): IEC_NORMAL, IEC_FIRST_LEVEL or IEC_SECOND_LEVEL."""
    rf_mode: Reading[str] | None = None
    """Operating Mode of the radio frequency field."""
    gradient_mode: Reading[str] | None = None
    """Operating Mode of the gradients."""
    field_strength_t: Reading[float] | None = None
    """Magnetic Field Strength (0018,0087), T."""
    repetition_time_ms: Reading[float] | None = None
    """Repetition Time (0018,0080), ms."""
    echo_time_ms: Reading[float] | None = None
    """Echo Time (0018,0081), ms."""
    flip_angle_deg: Reading[float] | None = None
    """Flip Angle (0018,1314), degrees."""
    duration_s: Reading[float] | None = None
    """Acquisition Duration (0018,9073), s."""
    transmit_coil: Reading[str] | None = None
    """Transmit Coil Name (0018,1251)."""

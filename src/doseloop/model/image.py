"""What the header of an image says about the image itself, beside the exposure that it shows (PS3.3 sections C.7.6, C.8)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """One image as its header tells of it. What is not recorded is None or empty."""

    sop_instance_uid: str
    """SOP Instance UID (0008,0018)."""
    series_uid: str | None = None
    """Series Instance UID (0020,000E)."""
    series_number: str | None = None
    """Series Number (0020,0011) as written."""
    instance_number: int | None = None
    """Instance Number (0020,0013)."""
    acquisition_number: str | None = None
    """Acquisition Number (0020,0012) as written."""
    series_started_at: str | None = None
    """Series Date and Time (0008,0021), (0008,0031), local, ISO."""
    series_description: str | None = None
    """Series Description (0008,103E)."""
    image_type: tuple[str, ...] = ()
    """Image Type (0008,0008), empty values kept."""
    presentation_intent: str | None = None
    """Presentation Intent Type (0008,0068): FOR PRESENTATION or FOR PROCESSING."""
    source_image_uids: tuple[str, ...] = ()
    """Referenced SOP Instance UIDs of the Source Image Sequence (0008,2112)."""
    frames: int | None = None
    """Number of Frames (0028,0008)."""
    body_part: str | None = None
    """Body Part Examined (0018,0015) as written."""
    patient_position: str | None = None
    """Patient Position (0018,5100): HFS, FFP, ..."""
    quality_control: bool | None = None
    """Quality Control Image (0028,0300)."""

    @property
    def is_derived(self) -> bool:
        """Whether the image was made from other images (value 1 of Image Type)."""
        return self.image_type[:1] == ("DERIVED",)

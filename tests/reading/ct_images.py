"""Axial CT images with pixels, made by code: a water cylinder, written as scanners write it."""

from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import UID

from tests.dosimetry.phantoms import Grid, cylinder
from tests.reading import images

SPACING_MM = 1.5
PIXELS = 256


def water(diameter_mm: float = 240.0, noise_hu: float = 10.0, seed: int = 1) -> NDArray[np.int16]:
    """CT numbers of a water cylinder, HU."""
    plane = cylinder(diameter_mm, Grid(PIXELS, SPACING_MM))
    plane += np.random.default_rng(seed).normal(0, noise_hu, plane.shape).astype(np.float32)
    return np.clip(np.rint(plane), -1024, 3071).astype(np.int16)


def axial(number: int = 1, plane: NDArray[np.int16] | None = None, **elements: Any) -> Dataset:
    """One image of a series; `number` also says where along the patient it is."""
    hu = water() if plane is None else plane
    told = {
        "Rows": hu.shape[0], "Columns": hu.shape[1], "SamplesPerPixel": 1, "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 16, "BitsStored": 16, "HighBit": 15, "PixelRepresentation": 1, "RescaleSlope": 1,
        "RescaleIntercept": -1024, "PixelSpacing": [SPACING_MM, SPACING_MM], "SliceThickness": 5,
        "ImagePositionPatient": [-190, -190, 5.0 * number], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "ConvolutionKernel": "B30f", "ReconstructionDiameter": 384, "FrameOfReferenceUID": "2.25.900.77",
        "IrradiationEventUID": "2.25.900.88", **elements,
    }  # fmt: skip
    made = images.ct(number, **told)
    made.PixelData = (hu.astype(np.int32) + 1024).astype("<i2").tobytes()
    made["PixelData"].VR = "OW"
    return made


def compressed(made: Dataset, frame: bytes, syntax: str) -> bytes:
    """The image as a file in a compressed transfer syntax, with that frame in place of its pixels."""
    made.PixelData = encapsulate([frame])
    made["PixelData"].VR = "OB"
    made["PixelData"].is_undefined_length = True
    made.file_meta = FileMetaDataset()
    made.file_meta.MediaStorageSOPClassUID, made.file_meta.MediaStorageSOPInstanceUID = (
        made.SOPClassUID,
        made.SOPInstanceUID,
    )
    made.file_meta.TransferSyntaxUID = UID(syntax)
    out = BytesIO()
    dcmwrite(out, made, enforce_file_format=True)
    return out.getvalue()


def enhanced(count: int, **elements: Any) -> Dataset:
    """A multi-frame image: frames of growing cylinders, from the feet on."""
    planes = [water(120.0 + number, seed=number) for number in range(count)]
    made = axial(1, planes[0], NumberOfFrames=count, **elements)
    made.SOPClassUID = images.STORAGE + "2.1"
    for keyword in (
        "PixelSpacing",
        "SliceThickness",
        "ImagePositionPatient",
        "ImageOrientationPatient",
        "RescaleSlope",
        "RescaleIntercept",
    ):
        del made[keyword]
    made.SharedFunctionalGroupsSequence = Sequence([images.item(
        PixelMeasuresSequence=Sequence([images.item(PixelSpacing=[SPACING_MM, SPACING_MM], SliceThickness=2)]),
        PlaneOrientationSequence=Sequence([images.item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])]),
        PixelValueTransformationSequence=Sequence([images.item(RescaleSlope=1, RescaleIntercept=-1024, RescaleType="HU")]),
    )])  # fmt: skip
    made.PerFrameFunctionalGroupsSequence = Sequence([
        images.item(PlanePositionSequence=Sequence([images.item(ImagePositionPatient=[0, 0, 2.0 * number])]))
        for number in range(count)
    ])  # fmt: skip
    made.PixelData = b"".join((plane.astype(np.int32) + 1024).astype("<i2").tobytes() for plane in planes)
    made["PixelData"].VR = "OW"
    return made

"""Images made by code: headers of every kind, of which a test changes what it is about. Pixels are zeros."""

from typing import Any

from pydicom import Dataset
from pydicom.sequence import Sequence

from doseloop.model.dose_object import DoseObject
from doseloop.reading.object import read_object
from tests.reading import reports

STORAGE = "1.2.840.10008.5.1.4.1.1."


def image(sop_class: str, modality: str, **elements: Any) -> Dataset:
    """An image of a class (end of its UID) with what every image has."""
    made = Dataset()
    made.SOPClassUID, made.SOPInstanceUID = STORAGE + sop_class, "2.25.900.1"
    made.StudyInstanceUID, made.SeriesInstanceUID = "2.25.900", "2.25.900.5"
    made.Modality, made.Manufacturer, made.ManufacturerModelName = modality, "Maker", "Model"
    made.StationName, made.DeviceSerialNumber = "ROOM1", "77"
    made.StudyDate, made.StudyTime = "20260303", "100000"
    made.AcquisitionDate, made.AcquisitionTime = "20260303", "100102.250"
    made.PatientID, made.PatientName, made.PatientBirthDate = "P1", "Doe^Jane", "19700101"
    made.SeriesNumber, made.InstanceNumber, made.ProtocolName = 3, 1, "Protocol"
    made.Rows = made.Columns = 2
    made.BitsAllocated = made.BitsStored = 16
    for keyword, value in elements.items():
        setattr(made, keyword, value)
    made.PixelData = bytes(8)
    made["PixelData"].VR = "OW"
    return made


def radiograph(**elements: Any) -> Dataset:
    return image(
        "1.1", "DX",
        **{"KVP": 70, "ExposureTime": 6, "XRayTubeCurrent": 200, "Exposure": 1, "ExposureInuAs": 1240,
           "ImageAndFluoroscopyAreaDoseProduct": 0.41, "ExposureIndex": 250, "TargetExposureIndex": 300,
           "DeviationIndex": -0.8, **elements},
    )  # fmt: skip


def mammogram(**elements: Any) -> Dataset:
    return image(
        "1.2", "MG",
        **{"KVP": 28, "ExposureTime": 800, "XRayTubeCurrent": 60, "ExposureInuAs": 48000, "OrganDose": 0.0125,
           "EntranceDoseInmGy": 4.5, "ImageLaterality": "L", "ViewPosition": "MLO", "BodyPartThickness": 52,
           "CompressionForce": 90, "AnodeTargetMaterial": "RHODIUM", "FilterMaterial": "SILVER",
           "PresentationIntentType": "FOR PROCESSING", **elements},
    )  # fmt: skip


def pet(instance: int = 1, **elements: Any) -> Dataset:
    given = item(
        Radiopharmaceutical="FDG", RadionuclideTotalDose=250e6, RadionuclideHalfLife=6586.2,
        RadiopharmaceuticalStartDateTime="20260303090000",
        RadionuclideCodeSequence=Sequence([reports.code_item("C-111A1", "^18^Fluorine", "SRT")]),
    )  # fmt: skip
    told = {"RadiopharmaceuticalInformationSequence": Sequence([given]), "InstanceNumber": instance, **elements}
    return image("128", "PT", SOPInstanceUID=f"2.25.900.8.{instance}", **told)


def nuclear(**elements: Any) -> Dataset:
    given = item(
        Radiopharmaceutical="DPD", RadionuclideTotalDose=700,
        RadionuclideCodeSequence=Sequence([reports.code_item("C-163A8", "^99m^Technetium", "SRT")]),
    )  # fmt: skip
    return image("20", "NM", RadiopharmaceuticalInformationSequence=Sequence([given]), **elements)


def mr(instance: int = 1, **elements: Any) -> Dataset:
    told = {"SAR": 1.2, "B1rms": 2.5, "dBdt": 40, "MagneticFieldStrength": 3, "InstanceNumber": instance, **elements}
    return image("4", "MR", SOPInstanceUID=f"2.25.900.7.{instance}", **told)


def ct(instance: int = 1, **elements: Any) -> Dataset:
    told = {
        "KVP": 120, "XRayTubeCurrent": 200, "ExposureTime": 500, "Exposure": 100, "CTDIvol": 7.5, "SpiralPitchFactor": 0.9,
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"], "AcquisitionNumber": 2, "InstanceNumber": instance, **elements,
    }  # fmt: skip
    return image("2", "CT", SOPInstanceUID=f"2.25.900.6.{instance}", **told)


def item(**elements: Any) -> Dataset:
    """A data set with these elements."""
    made = Dataset()
    for keyword, value in elements.items():
        setattr(made, keyword, value)
    return made


def read(made: Dataset, encoding: reports.Encoding = "explicit") -> DoseObject:
    return read_object(reports.encode(made, encoding)).dose

"""Exams of the kinds whose doses stand in headers of images, taken in as a hospital's are: for pages and their pictures."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from pydicom import Dataset

from doseloop.pipeline import Pipeline
from doseloop.reading.object import read_object
from doseloop.roles.data_folder import DataFolder
from doseloop.store import claims
from doseloop.store.inbox import Inbox, Origin
from doseloop.store.scanners import SiteDefaults
from doseloop.store.vault import Vault
from tests.reading import images, reports

SITE = "St Brigid’s Hospital"


def take_in(folder: DataFolder) -> None:
    """Mammography, radiography, PET/CT and MR, an exam each."""
    inbox = Inbox(folder.spool, 10**8, 0)
    vault = Vault(folder.objects, folder.key("objects"))
    pipeline = Pipeline(
        lambda path: read_object(Path(path).read_bytes()), inbox, vault, SiteDefaults(SITE, "Europe/London")
    )
    for made in (*_mammograms(), *_radiographs(), *_pet_ct(), *_mr()):
        inbox.put(io.BytesIO(reports.encode(made)), Origin("ingest"))
    while taken := claims.claim("pages", 16, timedelta(minutes=1)):
        for claim in taken:
            pipeline.settle(claim, pipeline.read(claim))


def _mammograms() -> Iterator[Dataset]:
    shots = (("R", "CC", 28, 48, 0.0112, 92), ("L", "CC", 28, 50, 0.0118, 95), ("R", "MLO", 29, 56, 0.0137, 110),
             ("L", "MLO", 29, 58, 0.0141, 104))  # fmt: skip
    for position, (side, view, kvp, thickness, dose, force) in enumerate(shots):
        yield _of_study(
            images.mammogram(ImageLaterality=side, ViewPosition=view, KVP=kvp, BodyPartThickness=thickness, OrganDose=dose,
                             CompressionForce=force, AcquisitionTime=f"09{12 + position:02}00", HalfValueLayer=0.52,
                             EntranceDoseInmGy=round(dose * 390, 2), ProtocolName="Screening 2D"),
            "2.25.8801", position, "MAMMO2", "Selenia Dimensions", "HOLOGIC", "Screening mammogram",
        )  # fmt: skip


def _radiographs() -> Iterator[Dataset]:
    for position, (view, dap, index, kvp) in enumerate((("PA", 0.9, 412, 125), ("LL", 2.7, 371, 125))):
        yield _of_study(
            images.radiograph(ViewPosition=view, ImageAndFluoroscopyAreaDoseProduct=dap, ExposureIndex=index, KVP=kvp,
                              AcquisitionTime=f"09{40 + position}10", BodyPartExamined="CHEST", ProtocolName="Chest PA and LAT"),
            "2.25.8802", position, "DX4", "DigitalDiagnost C90", "Philips", "XR Chest",
        )  # fmt: skip


def _pet_ct() -> Iterator[Dataset]:
    yield _of_study(images.pet(1), "2.25.8803", 0, "PETCT1", "Biograph mCT", "SIEMENS", "PET CT Whole Body")
    report = reports.ct_report([reports.ct_event("2.25.88031")])
    yield _of_study(report, "2.25.8803", 1, "PETCT1", "Biograph mCT", "SIEMENS", "PET CT Whole Body")


def _mr() -> Iterator[Dataset]:
    series = (("localizer", 0.2, 0.6), ("t2_tse_tra", 1.9, 3.1), ("dwi_b1000", 0.8, 2.2))
    for position, (name, sar, b1) in enumerate(series):
        made = images.mr(SAR=sar, B1rms=b1, ProtocolName=name, SeriesDescription=name, SeriesInstanceUID=f"2.25.88040{position}",
                         AcquisitionTime=f"11{10 + position}00")  # fmt: skip
        yield _of_study(made, "2.25.8804", position, "MR2", "MAGNETOM Vida", "SIEMENS", "MR Brain")


def _of_study(
    made: Dataset, study: str, position: int, station: str, model: str, manufacturer: str, description: str
) -> Dataset:
    made.StudyInstanceUID, made.SOPInstanceUID = study, f"{study}.{position}"
    made.StationName, made.ManufacturerModelName, made.Manufacturer = station, model, manufacturer
    made.DeviceSerialNumber, made.StudyDescription = f"{station}-7", description
    made.PatientID, made.PatientName, made.PatientBirthDate = f"MRN{study[-4:]}", "Okafor^Ada", "19690512"
    made.PatientSex, made.PatientWeight, made.PatientSize = "F", 68, 1.66
    return made

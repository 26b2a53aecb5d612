"""Sound objects made by code, which the mutators spoil. A new kind of object is a line in `DATA_SETS` or `FILES`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, partial

from pydicom import Dataset
from pydicom.sequence import Sequence

from doseloop.simulate.day import objects
from tests.mutation.body import Body, Object, opened
from tests.reading import canary, images, reports
from tests.reading.reports import (
    ENCODINGS,
    Encoding,
    coded,
    container,
    ct_event,
    ct_report,
    num,
    person,
    report,
    run,
    text,
)

DAP, RP = ("113722", "Dose Area Product Total"), ("113725", "Dose (RP) Total")


def _total(plane: tuple[str, str], dap_gy_m2: str, rp_gy: str) -> Dataset:
    """Accumulated dose that its runs add up to."""
    return container(
        ("113702", "Accumulated X-Ray Dose Data"),
        coded(("113764", "Acquisition Plane"), plane),
        num(DAP, dap_gy_m2, "Gy.m2"),
        num(RP, rp_gy, "Gy"),
        num(("113730", "Total Fluoro Time"), "12.5", "s"),
    )


def _procedure(code: str, meaning: str) -> Dataset:
    return coded(("121058", "Procedure Reported"), (code, meaning))


SINGLE, PLANE_A, PLANE_B = ("113622", "Single Plane"), ("113620", "Plane A"), ("113621", "Plane B")


def fluoroscopy() -> Dataset:
    """Three runs of one plane with their geometry and filters."""
    runs = [run(number, *reports.geometry(number)[:16]) for number in (1, 2, 3)]
    return report("10001", _procedure("113704", "Projection X-Ray"), _total(SINGLE, "9e-06", "0.0015"), *runs)


def biplane() -> Dataset:
    """Two planes with a run each, and numbers of several pulses."""
    second = run(2, num(("113733", "KVP"), ["0", "81", "79"], "kV"), num(("113736", "Exposure"), ["4", "5"], "mA.s"))
    second.ContentSequence[0].ConceptCodeSequence[0].CodeValue = PLANE_B[0]
    totals = (_total(PLANE_A, "1.5e-06", "0.00025"), _total(PLANE_B, "3e-06", "0.0005"))
    return report("10001", _procedure("113704", "Projection X-Ray"), *totals, run(1), second)


def radiography() -> Dataset:
    """A stationary acquisition without a total."""
    shot = run(1, num(("113733", "KVP"), "81", "kV"), num(("113736", "Exposure"), "3.2", "mA.s"), kind=STATIONARY)
    return report("10001", _procedure("113704", "Projection X-Ray"), shot)


STATIONARY = ("113611", "Stationary Acquisition")


def mammography() -> Dataset:
    """Both breasts, with glandular dose, compression and anode."""
    sides = (("T-04030", "Left breast", "1.25"), ("T-04020", "Right breast", "1.5"))
    doses = [
        num(
            ("111637", "Accumulated Average Glandular Dose"), dose, "mGy", coded(("G-C171", "Laterality"), (code, side))
        )
        for code, side, dose in sides
    ]
    views = [
        run(
            number,
            coded(("123014", "Target Region"), ("T-04000", "Breast"), coded(("G-C171", "Laterality"), side)),
            num(("111631", "Average Glandular Dose"), dose, "mGy"),
            num(("111633", "Compression Thickness"), "52", "mm"),
            coded(("111632", "Anode Target Material"), ("C-164F9", "Tungsten or Tungsten compound")),
            kind=STATIONARY,
        )
        for number, (side, dose) in enumerate(((("G-A101", "Left"), "1.25"), (("G-A100", "Right"), "1.5")), start=1)
    ]
    total = container(("113702", "Accumulated X-Ray Dose Data"), *doses)
    return report("10001", _procedure("P5-40010", "Mammography"), total, *views)


def ct_of_three() -> Dataset:
    """Three acquisitions, one with a Dose Check, and who did it."""
    check = container(
        ("113908", "Dose Check Notification Details"),
        num(("113911", "DLP Notification Value"), "1000", "mGy.cm"),
        num(("113913", "DLP Forward Estimate"), "1200", "mGy.cm"),
        text(("113907", "Reason for Proceeding"), "large patient"),
    )
    operator = person("Ray^Ann", ("113851", "Irradiation Administering"))
    return ct_report([ct_event("2.25.11"), ct_event("2.25.12", check), ct_event("2.25.13", operator)], total="751.5")


def ct_as_makers_write_it() -> Dataset:
    """Units in other spellings, a meaning in UTF-8, a private item, a decimal comma in another unit."""
    private = num(("113733", "Something"), "999", "kV")
    private.ConceptNameCodeSequence[0].CodingSchemeDesignator = "99MAKER"
    event = container(
        ("113819", "CT Acquisition"),
        text(("125203", "Acquisition Protocol"), "Schädel nativ"),
        reports.uid(("113769", "Irradiation Event UID"), "2.25.77"),
        reports.moment(("111526", "DateTime Started"), "20240301101530.25"),
        num(("113830", "Mean CTDIvol"), "0.00725", "Gy"),
        num(("113838", "DLP"), "0.2505", "Gycm"),
        num(("113828", "Pitch Factor"), "0.9", "1"),
        num(("113733", "KVP"), "120", "kVp"),
        private,
    )
    made = ct_report([event])
    made.SpecificCharacterSet = "ISO_IR 192"
    made.add_new(0x00411001, "LO", "MAKER")
    made.add_new(0x00431010, "LO", "after the tree")
    return made


def letter() -> Dataset:
    """A structured report without dose."""
    return report("2000", text(("121106", "Comment"), "a letter"))


def enhanced() -> Dataset:
    """A dose report of one run under the SOP class of enhanced reports."""
    made = report("10001", _procedure("113704", "Projection X-Ray"), _total(SINGLE, "1.5e-06", "0.00025"), run(1))
    made.SOPClassUID = reports.ENHANCED_SR
    return made


def tracer() -> Dataset:
    """Two injections of a nuclide, with who and what."""
    given = [
        container(
            ("113502", "Radiopharmaceutical Administration"),
            reports.uid(("113503", "Radiopharmaceutical Administration Event UID"), f"2.25.4{number}"),
            reports.moment(("123003", "Radiopharmaceutical Start DateTime"), f"20260303{8 + 3 * number:02}0000"),
            coded(
                ("349358000", "Radiopharmaceutical agent"),
                ("C-B1031", "Fluorodeoxyglucose F^18^"),
                coded(("89457008", "Radionuclide"), ("C-111A1", "^18^Fluorine")),
                num(("304283002", "Radionuclide Half Life"), "6586.2", "s"),
            ),
            num(("113507", "Administered activity"), f"{100 * number + 150}", "MBq"),
            num(("113839", "Effective Dose"), "4.75", "mSv"),
        )
        for number in (0, 1)
    ]
    made = report("10021", _procedure("P5-0A000", "PET study"), *given)
    made.ConceptNameCodeSequence[0].CodeValue = "113500"
    return made


def summary() -> Dataset:
    """Totals alone, under codes of the maker's own."""
    items = (
        num(("C-204", "Dose Area Product"), "0.75", "Gy.cm2"),
        num(("C-202", "Fluoro Time"), "34.5", "s"),
        num(("C-200", "Number of Exposures"), "3", "1"),
    )
    made = report("1", *items)
    made.SOPClassUID = reports.ENHANCED_SR
    made.ConceptNameCodeSequence[0].CodeValue = "C-10"
    for code in (made.ConceptNameCodeSequence[0], *(item.ConceptNameCodeSequence[0] for item in items)):
        code.CodingSchemeDesignator = "99SMS_RADSUM"
    return made


def screen() -> Dataset:
    """The dose screen of a CT, two series with their doses."""
    made = images.image("7", "CT", TotalNumberOfExposures=2)
    made.ExposureDoseSequence = Sequence([_scan("Head", 40.5, "700.25"), _scan("Neck", 10.25, "200.5")])
    _elscint(made, "900.75")
    return made


def _scan(name: str, ctdi_mgy: float, dlp_mgy_cm: str) -> Dataset:
    made = images.item(
        SeriesDescription=name, CTDIvol=ctdi_mgy, KVP=120, SpiralPitchFactor=0.9, AcquisitionType="SPIRAL"
    )
    _elscint(made, dlp_mgy_cm)
    return made


def _elscint(made: Dataset, dlp_mgy_cm: str) -> None:
    made.add_new(0x00E10010, "LO", "ELSCINT1")
    made.add_new(0x00E11021, "DS", dlp_mgy_cm)


def plain(made: Dataset, *without: str) -> Dataset:
    """An image in which every quantity stands once: what is lost has no coarser copy."""
    for keyword in ("ExposureInuAs", *without):
        if keyword in made:
            delattr(made, keyword)
    return made


IMAGES: dict[str, Callable[[], Dataset]] = {
    "radiograph": lambda: plain(images.radiograph()),
    "mammogram": lambda: plain(images.mammogram(Exposure=48)),
    "panoramic image": lambda: plain(images.radiograph(Modality="PX")),
    "nuclear medicine image": images.nuclear,
    "PET image": images.pet,
    "MR image": images.mr,
    "CT image": lambda: plain(images.ct()),
}


def image() -> Dataset:
    """An image without dose, which is no report."""
    made = ct_report()
    made.SOPClassUID, made.Modality = "1.2.840.10008.5.1.4.1.1.2", "CT"
    del made.ContentSequence
    made.PixelData = bytes(512)
    made["PixelData"].VR = "OW"
    return made


DATA_SETS: dict[str, Callable[[], Dataset]] = {
    "CT of one acquisition": ct_report,
    "CT of three acquisitions": ct_of_three,
    "CT as makers write it": ct_as_makers_write_it,
    "CT full of names": canary.ct,
    "fluoroscopy": fluoroscopy,
    "biplane": biplane,
    "radiography": radiography,
    "mammography": mammography,
    "enhanced report": enhanced,
    "injections": tracer,
    "summary of a C-arm": summary,
    "dose screen": screen,
    **IMAGES,
    "letter": letter,
    "image without dose": image,
}
"""Each is written in every encoding, with lengths that are defined and lengths that are not."""


@cache
def _day(modality: str) -> list[bytes]:
    """Small objects of the virtual hospital, whose scanners code and spell as theirs do."""
    return sorted(objects(12, seed=11, mix={modality: 1.0}), key=len)[:4]


def _simulated() -> dict[str, Callable[[], bytes]]:
    places = ((modality, number) for modality in ("CT", "XA") for number in range(4))
    return {f"virtual hospital, {modality} {number}": partial(_of_day, modality, number) for modality, number in places}


def _of_day(modality: str, number: int) -> bytes:
    return _day(modality)[number]


FILES: dict[str, Callable[[], bytes]] = _simulated()
"""Each is a file of its own."""


@dataclass(frozen=True)
class Seed:
    """A sound object."""

    name: str
    file: bytes

    @cached_property
    def object(self) -> Object:
        """The file taken apart."""
        return opened(self.file)

    @cached_property
    def body(self) -> Body:
        """The data set with the place of each element."""
        return Body(self.object.data, self.object.layout)


@cache
def seeds() -> tuple[Seed, ...]:
    """All of them, in an order that stays."""
    return tuple(_made())


def _made() -> Iterator[Seed]:
    for name, make in DATA_SETS.items():
        for encoding in ENCODINGS:
            for undefined in (False, True):
                yield Seed(
                    f"{name}, {encoding}{', undefined lengths' * undefined}", _encoded(make, encoding, undefined)
                )
    for name, write in FILES.items():
        yield Seed(name, write())


def _encoded(make: Callable[[], Dataset], encoding: Encoding, undefined: bool) -> bytes:
    return reports.encode(make(), encoding, undefined=undefined)

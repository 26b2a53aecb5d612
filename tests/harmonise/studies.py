"""Studies of many kinds, made from what was really done: exposures and injections, and the objects that tell of them.

Objects are whole, cumulative, continued or partial reports, copies of them (the same content under another SOP Instance UID, or
also under other event UIDs), revisions, captures of dose screens, and images for processing and for presentation.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from hypothesis import strategies as st

from doseloop.harmonise.held import HeldObject
from doseloop.model.ct import CtEvent
from doseloop.model.dose_object import CtTotals, DoseObject, Equipment, PatientAtStudy, People, StudyHeader
from doseloop.model.image import ImageHeader
from doseloop.model.projection import PlaneTotals, ProjectionEvent
from doseloop.model.reading import Code, Reading
from doseloop.model.tracer import Administration
from tests.harmonise.reports import number

Modality = Literal["CT", "RF", "DX", "MG", "PT"]
BEGAN = datetime(2026, 3, 3, 10)
SCANNER = Equipment("Maker", "Model", "ROOM1", "77")


@dataclass(frozen=True, slots=True, repr=False)
class Study:
    """The objects of a study, and how many exposures or injections there were of each modality."""

    objects: tuple[HeldObject, ...]
    done: dict[str, int]
    dose: dict[str, float]
    """What they add up to, by quantity."""

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def __repr__(self) -> str:
        """What there is, and nothing of what there is not: a counterexample that can be read."""
        return "\n".join((f"{self.done} {self.dose}", *(f"{held.key}: {_told(held.dose)}" for held in self.objects)))


def _told(value: Any) -> Any:
    if isinstance(value, Reading):
        return _told(value.value)
    if isinstance(value, Code):
        return value.value
    if isinstance(value, tuple):
        return [_told(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        told = {one.name: getattr(value, one.name) for one in fields(value) if getattr(value, one.name)}
        return {name: _told(one) for name, one in told.items() if name not in ("study", "equipment", "sop_class_uid")}
    return value


def text(words: str) -> Reading[str]:
    return Reading(words, "1.4", words)


def at(seconds: int) -> Reading[str]:
    return text((BEGAN + timedelta(seconds=seconds)).isoformat())


def plane(code: str) -> Reading[Code]:
    return Reading(Code(code, "DCM", code), "1.5", code)


def held(key: int, modality: Modality, minute: int, **fields: Any) -> HeldObject:
    """An object written so many minutes after the study began."""
    dose = DoseObject(
        kind=fields.pop("kind", "ct report" if modality == "CT" else "projection report"),
        modality=modality,
        sop_class_uid="1.2.3",
        sop_instance_uid=fields.pop("uid", f"2.25.900{key}"),
        series_uid=None,
        study=StudyHeader("2.25.1", "2026-03-03", "10:00:00"),
        patient=PatientAtStudy(),
        equipment=SCANNER,
        people=People(),
        content_at=(BEGAN + timedelta(minutes=minute)).isoformat(),
    )
    return HeldObject(key, replace(dose, **fields))


@st.composite
def shares(draw: st.DrawFn, many: int) -> list[list[int]]:
    """What reports of so many exposures hold: cumulative, continued, partial, or one of all."""
    way = draw(st.sampled_from(("one", "cumulative", "continued", "partial")))
    whole = list(range(many))
    if way == "one":
        return [whole]
    cuts = sorted(draw(st.sets(st.integers(1, many), max_size=3)) | {many})
    if way == "cumulative":
        return [whole[:cut] for cut in cuts]
    if way == "continued":
        return [whole[start:stop] for start, stop in zip([0, *cuts], cuts, strict=False)]
    return draw(st.lists(st.lists(st.sampled_from(whole), unique=True, min_size=1).map(sorted), min_size=1, max_size=3))


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Keys that were not given yet."""

    given: list[int]

    def next(self) -> int:
        self.given.append(len(self.given) + 1)
        return self.given[-1]


def _copied(one: HeldObject, key: int, *, other_uids: bool, factor: float = 1.0, later: int = 0) -> HeldObject:
    """A copy of a report under another SOP Instance UID."""
    dose = one.dose
    written = datetime.fromisoformat(dose.content_at or "") + timedelta(minutes=later)

    def copied(event: Any) -> Any:
        name = "dlp_mgy_cm" if isinstance(event, CtEvent) else "dap_gy_cm2"
        uid = text(f"{event.event_uid.value}.7") if other_uids and event.event_uid else event.event_uid
        return replace(event, event_uid=uid, **{name: number(getattr(event, name).value * factor)})

    return HeldObject(
        key,
        replace(
            dose,
            sop_instance_uid=f"2.25.800{key}",
            content_at=written.isoformat(),
            ct_events=tuple(map(copied, dose.ct_events)),
            projection_events=tuple(map(copied, dose.projection_events)),
            ct_totals=dose.ct_totals if factor == 1 else None,
            plane_totals=dose.plane_totals if factor == 1 else (),
        ),
    )


@st.composite
def with_copies(draw: st.DrawFn, reports: Sequence[HeldObject], numbers: _Numbers) -> list[HeldObject]:
    """Some of the reports again: copied, with other event UIDs, or revised."""
    made: list[HeldObject] = []
    for one in draw(st.lists(st.sampled_from(list(reports)), max_size=2, unique_by=lambda one: one.key)):
        way = draw(st.sampled_from(("copied", "other UIDs", "revised")))
        key = numbers.next()
        made.append(
            _copied(one, key, other_uids=way == "other UIDs", factor=0.5 if way == "revised" else 1, later=len(made))
        )
    return made


@st.composite
def ct(draw: st.DrawFn, numbers: _Numbers) -> tuple[list[HeldObject], int, float]:
    """Acquisitions, with reports, dose screens and images of them."""
    many = draw(st.integers(1, 4))
    dlps = draw(st.lists(st.sampled_from((10.0, 20.0, 250.5)), min_size=many, max_size=many))
    named = draw(st.booleans())

    def told(n: int) -> CtEvent:
        return CtEvent(text(f"2.25.5{n}") if named else None, at(40 * n), dlp_mgy_cm=number(dlps[n]))

    reports = [
        held(numbers.next(), "CT", n, ct_events=tuple(map(told, share)), ct_totals=CtTotals(number(sum(dlps[i] for i in share))))
        for n, share in enumerate(draw(shares(many)))
    ]  # fmt: skip
    reports = reports if draw(st.booleans()) else []
    copies = draw(with_copies(reports, numbers)) if reports else []
    screens = [
        held(
            numbers.next(),
            "CT",
            9,
            kind="dose screen",
            ct_events=tuple(CtEvent(protocol=text(f"Scan {n}"), dlp_mgy_cm=number(dlps[n])) for n in range(many)),
            ct_totals=CtTotals(number(sum(dlps))),
        )
        for _ in range(draw(st.integers(0, 1)))
    ]
    images = [_ct_image(numbers.next(), n, named=draw(st.booleans())) for n in draw(shown(many))]
    return [*reports, *copies, *screens, *images], many, sum(dlps)


def shown(many: int) -> st.SearchStrategy[list[int]]:
    """Which exposures are shown by images, some of them twice."""
    return st.lists(st.integers(0, many - 1), max_size=4)


def _ct_image(key: int, n: int, *, named: bool) -> HeldObject:
    image = ImageHeader(f"2.25.900{key}", acquisition_number=str(n))
    event = CtEvent(text(f"2.25.5{n}") if named else None, at(40 * n), ctdi_vol_mgy=number(5), image=image)
    return held(key, "CT", 5, kind="ct image", ct_events=(event,), image=image)


@st.composite
def projection(draw: st.DrawFn, numbers: _Numbers, modality: Modality) -> tuple[list[HeldObject], int, float]:
    """Exposures of one or two planes, with reports and images of them that say more or less about what they are."""
    many = draw(st.integers(1, 4))
    doses = draw(st.lists(st.sampled_from((1.0, 2.0, 0.33)), min_size=many, max_size=many))
    gap = draw(st.sampled_from((0, 8, 120)))
    biplane = draw(st.booleans()) and modality == "RF"
    names_images, named = draw(st.booleans()), draw(st.booleans())

    def told(n: int) -> ProjectionEvent:
        return ProjectionEvent(
            text(f"2.25.6{n // 2 if biplane else n}") if named else None,
            at(gap * n),
            plane=plane(("113620", "113621")[n % 2]) if biplane else plane("113622") if named else None,
            dap_gy_cm2=number(doses[n]),
            kvp=number(70 + n),
            image_uids=(f"2.25.700{n}",) if names_images else (),
        )

    reports = [
        held(
            numbers.next(),
            modality,
            n,
            projection_events=tuple(map(told, share)),
            plane_totals=(PlaneTotals(dap_gy_cm2=number(sum(doses[i] for i in share))),),
        )
        for n, share in enumerate(draw(shares(many)))
    ]
    reports = reports if draw(st.booleans()) else []
    copies = draw(with_copies(reports, numbers)) if reports else []
    images: list[HeldObject] = []
    for n in draw(shown(many)):
        uid = named and not biplane and draw(st.booleans())
        images += draw(_images(numbers, modality, n, at(gap * n), doses[n], uid=f"2.25.6{n}" if uid else ""))
    return [*reports, *copies, *images], many, sum(doses)


@st.composite
def _images(
    draw: st.DrawFn, numbers: _Numbers, modality: Modality, n: int, start: Reading[str], dose: float, uid: str
) -> list[HeldObject]:
    """The raw image of an exposure, the one made from it, or both; of the second copy of a raw image no UID is the first's."""
    which = draw(st.sampled_from((("raw",), ("made",), ("raw", "made"))))
    raw = f"2.25.700{n}"
    made = []
    for one in which:
        key = numbers.next()
        sources = (raw,) if one == "made" and draw(st.booleans()) else ()
        image = ImageHeader(
            raw if one == "raw" else f"2.25.900{key}",
            acquisition_number=draw(st.sampled_from((None, str(n)))),
            source_image_uids=sources,
        )
        event = ProjectionEvent(
            text(uid) if uid and draw(st.booleans()) else None,
            start if draw(st.booleans()) else None,
            dap_gy_cm2=number(dose) if draw(st.booleans()) else None,
            kvp=number(70 + n),
            image=image,
        )
        made.append(
            held(
                key, modality, 5, kind="radiograph", uid=image.sop_instance_uid, projection_events=(event,), image=image
            )
        )
    return made


@st.composite
def tracer(draw: st.DrawFn, numbers: _Numbers) -> tuple[list[HeldObject], int, float]:
    """Injections hours apart, with reports and images of them by other clocks and without what stayed in the syringe."""
    many = draw(st.integers(1, 2))
    activities = draw(st.lists(st.sampled_from((250.0, 394.0)), min_size=many, max_size=many))

    def told(n: int, image: ImageHeader | None = None) -> Administration:
        shift, net = (draw(st.integers(-10, 10)), draw(st.sampled_from((1.0, 0.999, 0.93)))) if image else (0, 1.0)
        uid = draw(st.sampled_from((None, f"2.25.3{n}", f"2.25.4{n}{image.sop_instance_uid}" if image else None)))
        return Administration(
            text(uid) if uid else None,
            at(3 * 3600 * n + 60 * shift),
            radionuclide=Reading(Code("C-111A1", "SRT", "^18^Fluorine"), "1.1", ""),
            activity_mbq=number(activities[n] * net),
            image=image,
        )

    reports = [
        held(numbers.next(), "PT", n, kind="tracer report", administrations=tuple(map(told, share)))
        for n, share in enumerate(draw(shares(many)))
    ]
    reports = reports if draw(st.booleans()) else []
    images = []
    for n in draw(shown(many)):
        key = numbers.next()
        image = ImageHeader(f"2.25.900{key}")
        images.append(held(key, "PT", 5, kind="pet image", administrations=(told(n, image),), image=image))
    return [*reports, *images], many, sum(activities)


@st.composite
def studies(draw: st.DrawFn) -> Study:
    """A study of one to three kinds, at least one object."""
    numbers = _Numbers([])
    kinds: dict[str, Any] = {
        "CT": ct(numbers),
        "RF": projection(numbers, draw(st.sampled_from(("RF", "DX")))),
        "MG": projection(numbers, "MG"),
        "PT": tracer(numbers),
    }
    quantities = {"CT": "dlp_mgy_cm", "RF": "dap_gy_cm2", "MG": "dap_gy_cm2", "PT": "activity_mbq"}
    objects: list[HeldObject] = []
    done: dict[str, int] = {}
    dose: dict[str, float] = {}
    for name in draw(st.lists(st.sampled_from(sorted(kinds)), min_size=1, max_size=3, unique=True)):
        found, many, added = draw(kinds[name])
        objects += found
        done[name] = many
        dose[f"{name} {quantities[name]}"] = added
    if not objects:
        objects.append(held(numbers.next(), "CT", 0, ct_events=(CtEvent(text("2.25.50"), dlp_mgy_cm=number(1)),)))
        done["CT"], dose["CT dlp_mgy_cm"] = 1, 1.0
    return Study(_each_once(objects), done, dose)


def _each_once(objects: Iterable[HeldObject]) -> tuple[HeldObject, ...]:
    """Of a SOP Instance UID one object, as the record gives them."""
    return tuple({one.dose.sop_instance_uid: one for one in objects}.values())

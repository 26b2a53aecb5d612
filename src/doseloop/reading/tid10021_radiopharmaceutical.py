"""Radiopharmaceutical Radiation Dose (TID 10021, PS3.16): administrations (TID 10022), organ doses (10023), the patient's
state (10024)."""

from collections.abc import Callable
from typing import TypeVar

from doseloop.model.reading import Code, Reading, Remark
from doseloop.model.tracer import Administration, OrganDose, PatientState
from doseloop.reading.concept_names import Items, side_of
from doseloop.reading.sr import ContentItem
from doseloop.reading.units import (
    GRAMS,
    HOURS,
    KG,
    KG_M2,
    MBQ,
    MBQ_UMOL,
    METRES,
    MG_DL,
    MGY,
    ML,
    ML_MIN,
    MMOL_L,
    MSV,
    SECONDS,
    SQUARE_METRES,
    YEARS,
)

ADMINISTRATION = "113502"
T = TypeVar("T")
_ADMINISTERING = "113851"
_SEXES = {"M": "M", "F": "F", "MALE": "M", "FEMALE": "F"}


def administrations(root: Items, missing: list[Remark]) -> tuple[Administration, ...]:
    """The administrations in the order of the object."""
    return tuple(_administration(container, missing) for container in root.all(ADMINISTRATION))


def is_pet(root: Items) -> bool:
    """Whether the Associated Procedure (363702006) is a PET study."""
    procedure = root.plain_code("G-C2D0")
    return procedure is not None and (
        "pet" in procedure.meaning.casefold() or "positron" in procedure.meaning.casefold()
    )


def patient_state(root: Items) -> PatientState | None:
    """Patient Characteristics (121118), None where the report has none."""
    items = next(iter(root.below("121118")), None)
    if items is None:
        return None
    number, sex, activity = items.number, items.plain_code("121032"), items.plain_text("113552")
    word = sex.value if sex and sex.value in _SEXES else sex.meaning.upper() if sex else ""
    return PatientState(
        age_years=number("121033", YEARS),
        sex=_SEXES.get(word),
        height_m=number("8302-2", METRES, nothing_is_zero=True),
        weight_kg=number("29463-7", KG, nothing_is_zero=True),
        body_surface_m2=number("8277-6", SQUARE_METRES, nothing_is_zero=True),
        body_mass_index_kg_m2=number("60621009", KG_M2, nothing_is_zero=True),
        glucose_mmol_l=number("14749-6", MMOL_L, nothing_is_zero=True),
        fasting_h=number("113550", HOURS),
        hydration_ml=number("113551", ML),
        physical_activity=activity,
        creatinine_mg_dl=number("2160-0", MG_DL, nothing_is_zero=True),
        filtration_ml_min=number("80274001", ML_MIN, nothing_is_zero=True),
        states=tuple(code.value for code in items.every_code("109054")),
    )


def _administration(container: ContentItem, missing: list[Remark]) -> Administration:
    items = Items(container, missing)
    number, text = items.number, items.text
    agents = items.below("349358000")
    routes = items.below("410675002")
    return Administration(
        event_uid=text("113503"),
        started_at=items.moment("123003"),
        stopped_at=items.moment("123004"),
        product=items.coded("349358000"),
        product_name=text("123001") or _in(agents, lambda one: one.text("123001")),
        radionuclide=_in([*agents, items], lambda one: one.coded("89457008")),
        half_life_s=_in([*agents, items], lambda one: one.number("304283002", SECONDS, nothing_is_zero=True)),
        activity_mbq=number("113507", MBQ),
        pre_activity_mbq=number("113508", MBQ),
        pre_measured_at=_measured_at(items, "113508"),
        post_activity_mbq=number("113509", MBQ),
        post_measured_at=_measured_at(items, "113509"),
        specific_activity_mbq_umol=_in(
            [*agents, items], lambda one: one.number("123007", MBQ_UMOL, nothing_is_zero=True)
        ),
        volume_ml=number("123005", ML, nothing_is_zero=True),
        route=items.coded("410675002"),
        site=_in([*routes, items], lambda one: one.coded("272737002")),
        laterality=_side([*routes, items]),
        extravasation_activity_mbq=number("113506", MBQ),
        extravasation_symptoms=tuple(code.value for code in items.every_code("113505")),
        effective_dose_msv=number("113839", MSV),
        effective_dose_authority=_authority(items, "113839"),
        organ_doses=tuple(_organ_doses(items)),
        administered_by=_administered_by(items),
        prescription=text("113516"),
        product_identifier=text("113510"),
        dispense_unit=text("113511"),
        lots=tuple(item.text for item in items.all("113512", "113513", "113514") if item.text),
        comment=text("121106"),
    )


def _in(holders: list[Items], read: Callable[[Items], T | None]) -> T | None:
    return next((found for holder in holders if (found := read(holder)) is not None), None)


def _measured_at(items: Items, concept: str) -> Reading[str] | None:
    return _in(items.below(concept), lambda one: one.moment("121135"))


def _authority(items: Items, concept: str) -> str | None:
    return _in(items.below(concept), lambda one: one.plain_text("121406"))


def _side(holders: list[Items]) -> str | None:
    sites = [below for holder in holders for below in holder.below("272737002")]
    codes: list[Code | None] = [holder.plain_code("G-C171") for holder in (*sites, *holders)]
    return next((side for code in codes if (side := side_of(code))), None)


def _organ_doses(items: Items) -> list[OrganDose]:
    found = []
    for one in items.below("113517"):
        organ = one.coded("363698007")
        if organ:
            found.append(
                OrganDose(
                    organ=organ,
                    dose_mgy=one.number("113518", MGY),
                    laterality=side_of(one.plain_code("G-C171")) or _in(one.below("363698007"), _laterality),
                    authority=_authority(one, "113518") or one.plain_text("121406"),
                    mass_g=one.number("118538004", GRAMS, nothing_is_zero=True),
                )
            )
    return found


def _laterality(items: Items) -> str | None:
    return side_of(items.plain_code("G-C171"))


def _administered_by(items: Items) -> Reading[str] | None:
    for person, below in zip(items.all("113870"), items.below("113870"), strict=True):
        role = below.plain_code("113875")
        if person.text and (role is None or role.value == _ADMINISTERING):
            return Reading(person.text, person.place, person.text)
    return None

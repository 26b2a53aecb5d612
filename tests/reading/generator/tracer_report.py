"""Radiopharmaceutical Radiation Dose (TID 10021 to 10024, PS3.16)."""

from random import Random

from tests.reading.generator import numbers as n
from tests.reading.generator.content import CodeTriple, Content, Field, Told, coded, moment, num, uid, words
from tests.reading.generator.made import Made
from tests.reading.generator.report import report
from tests.reading.generator.writing import Elements, of

NUCLIDES: tuple[CodeTriple, ...] = (("C-111A1", "SRT", "^18^Fluorine"), ("C-163A8", "SRT", "^99m^Technetium"))
AGENTS: tuple[CodeTriple, ...] = (("C-B1031", "SRT", "Fluorodeoxyglucose F^18^"), ("Y-X1743", "99MAKER", "Agent"))
ROUTES: tuple[CodeTriple, ...] = (("G-D101", "SRT", "Intravenous route"), ("47625008", "SCT", "Intravenous route"))
PROCEDURES: tuple[CodeTriple, ...] = (
    ("P5-0A000", "SRT", "PET study"),
    ("P5-D0000", "SRT", "Nuclear medicine procedure"),
)
ORGANS: tuple[CodeTriple, ...] = (("T-62000", "SRT", "Liver"), ("T-71000", "SRT", "Kidney"))
SITES: tuple[CodeTriple, ...] = (("T-49215", "SRT", "Antecubital vein"),)
SYMPTOMS: tuple[CodeTriple, ...] = (("F-A2700", "SRT", "Swelling"),)

PLAIN: tuple[Field, ...] = (
    uid("event_uid", "113503", "Radiopharmaceutical Administration Event UID"),
    moment("started_at", "123003", "Radiopharmaceutical Start DateTime"),
    moment("stopped_at", "123004", "Radiopharmaceutical Stop DateTime"),
    num("volume_ml", "123005", "Radiopharmaceutical Volume", n.ML, zero=False),
    num("activity_mbq", "113507", "Administered activity", n.MBQ),
    num("extravasation_activity_mbq", "113506", "Estimated Extravasation Activity", n.MBQ),
    num("effective_dose_msv", "113839", "Effective Dose", n.MSV),
    words("prescription", "113516", "Prescription Identifier"),
    words("product_identifier", "113510", "Drug Product Identifier"),
    words("dispense_unit", "113511", "Radiopharmaceutical Dispense Unit Identifier"),
    words("comment", "121106", "Comment"),
)
MEASURED = (
    ("pre_activity_mbq", "pre_measured_at", "113508", "Pre-Administration Measured Activity"),
    ("post_activity_mbq", "post_measured_at", "113509", "Post-Administration Measured Activity"),
)
OF_AGENT: tuple[Field, ...] = (
    coded("radionuclide", "89457008 C-10072", "Radionuclide", *NUCLIDES),
    num("half_life_s", "304283002 R-42806", "Radionuclide Half Life", n.SECONDS, zero=False),
    num("specific_activity_mbq_umol", "123007", "Radiopharmaceutical Specific Activity", n.MBQ_UMOL, zero=False),
)
STATE: tuple[Field, ...] = (
    num("age_years", "121033", "Subject Age", n.YEARS),
    num("height_m", "8302-2", "Patient Height", n.METRES, zero=False),
    num("weight_kg", "29463-7", "Patient Weight", n.KG, zero=False),
    num("body_surface_m2", "8277-6", "Body Surface Area", n.SQUARE_METRES, zero=False),
    num("body_mass_index_kg_m2", "60621009 F-01860", "Body Mass Index", n.KG_M2, zero=False),
    num("glucose_mmol_l", "14749-6 2345-7", "Glucose", n.MMOL_L, zero=False),
    num("fasting_h", "113550", "Fasting Duration", n.HOURS),
    num("hydration_ml", "113551", "Hydration Volume", n.ML),
    words("physical_activity", "113552", "Recent Physical Activity"),
    num("creatinine_mg_dl", "2160-0", "Creatinine", n.MG_DL, zero=False),
    num("filtration_ml_min", "80274001 F-70210", "Glomerular Filtration Rate", n.ML_MIN, zero=False),
)


def made(chance: Random) -> Made:
    """A report of radiopharmaceuticals."""
    return report(chance, "10021", _body, ("113500", "DCM", "Radiopharmaceutical Radiation Dose Report"))


def _body(content: Content) -> tuple[list[Elements], Told]:
    found = [_administration(content) for _ in range(content.chance.randint(1, 2))]
    procedure = content.chance.choice(PROCEDURES)
    concept: CodeTriple = content.chance.choice((("G-C2D0", "SRT", "Associated Procedure"), ("363702006", "SCT", "")))
    items = [content.code(concept, procedure), *(item for item, _ in found)]
    told: Told = {"procedure_reported": procedure, "administrations": [told for _, told in found]}
    below, state = content.fields(STATE, 0.4)
    if below:
        items.append(content.container("121118", "Patient Characteristics", *below))
        told["patient_state"] = state
    return items, told


def _administration(content: Content) -> tuple[Elements, Told]:
    items, told = content.fields(PLAIN)
    for part in (_agent, _measured, _route, _organs, _lots):
        more, of_more = part(content)
        items += more
        told |= of_more
    return content.container("113502", "Radiopharmaceutical Administration", *items), told


def _agent(content: Content) -> tuple[list[Elements], Told]:
    """The agent with its nuclide below it, or both beside each other."""
    below, told = content.fields(OF_AGENT, 0.8)
    agent = content.chance.choice(AGENTS)
    nested = content.chance.random() < 0.7
    code = content.chance.choice(("349358000", "F-61FDB"))
    item = content.code((code, "SCT", "Radiopharmaceutical agent"), agent, *(below if nested else ()))
    return [item] if nested else [item, *below], told | {"product": agent}


def _measured(content: Content) -> tuple[list[Elements], Told]:
    items: list[Elements] = []
    told: Told = {}
    for value, at, code, meaning in MEASURED:
        if content.chance.random() < 0.4:
            told[value] = n.number(content.chance)
            stamp, told[at] = content.when()
            when = content.item("DATETIME", ("121135", "DCM", "Observation DateTime"), of("DateTime", stamp))
            items.append(content.numeric((code, "DCM", meaning), n.written(content.chance, told[value]), "MBq", when))
    return items, told


def _route(content: Content) -> tuple[list[Elements], Told]:
    if content.chance.random() < 0.4:
        return [], {}
    route, site = content.chance.choice(ROUTES), content.chance.choice(SITES)
    side = content.code(("G-C171", "SRT", "Laterality"), ("G-A100", "SRT", "Right"))
    below = content.code(("272737002", "SCT", "Site of"), site, side)
    item = content.code(("410675002", "SCT", "Route of administration"), route, below)
    return [item], {"route": route, "site": site, "laterality": "R"}


def _organs(content: Content) -> tuple[list[Elements], Told]:
    items: list[Elements] = []
    told: list[Told] = []
    for organ in ORGANS if content.chance.random() < 0.4 else ():
        dose = n.number(content.chance)
        site = content.code((content.chance.choice(("363698007", "G-C0E3")), "SCT", "Finding Site"), organ)
        number = content.numeric(("113518", "DCM", "Organ Dose"), n.written(content.chance, dose), "mGy")
        items.append(content.container("113517", "Organ Dose Information", site, number))
        told.append({"organ": organ, "dose_mgy": dose})
    return items, {"organ_doses": told} if told else {}


def _lots(content: Content) -> tuple[list[Elements], Told]:
    lots = ("113512", "113513", "113514") if content.chance.random() < 0.3 else ()
    items = [content.text((code, "DCM", "Identifier"), f"LOT {code}") for code in lots]
    return items, {"lots": [f"LOT {code}" for code in lots]} if lots else {}

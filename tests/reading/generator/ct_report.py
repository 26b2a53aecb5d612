"""CT Radiation Dose (TID 10011 to 10015, PS3.16)."""

from random import Random

from tests.reading.generator import numbers as n
from tests.reading.generator.content import CodeTriple, Content, Told, coded, moment, num, uid, words
from tests.reading.generator.made import Made
from tests.reading.generator.report import device, maker_items, report, within
from tests.reading.generator.writing import Elements

PHANTOMS: dict[CodeTriple, int] = {
    ("113690", "DCM", "IEC Head Dosimetry Phantom"): 16,
    ("113691", "DCM", "IEC Body Dosimetry Phantom"): 32,
}
REGIONS: tuple[CodeTriple, ...] = (
    ("T-D3000", "SRT", "Chest"),
    ("51185008", "SCT", "Chest"),
    ("T-D1100", "SRT", "Head"),
)
TYPES: tuple[CodeTriple, ...] = (
    ("P5-08001", "SRT", "Spiral Acquisition"),
    ("116152004", "SCT", "Spiral Acquisition"),
    ("113804", "DCM", "Sequenced Acquisition"),
    ("113805", "DCM", "Constant Angle Acquisition"),
    ("113806", "DCM", "Stationary Acquisition"),
    ("113807", "DCM", "Free Acquisition"),
    ("702569007", "SCT", "Cone Beam Acquisition"),
)
CONTRAST: tuple[CodeTriple, ...] = (("C-B0300", "SRT", "Diagnostic radiography with contrast media"),)
YES_NO: tuple[CodeTriple, ...] = (("R-0038D", "SRT", "Yes"), ("373067005", "SCT", "No"))
EVENT = (
    words("protocol", "125203", "Acquisition Protocol"),
    moment("started_at", "111526", "DateTime Started"),
    coded("acquisition_type", "113820", "CT Acquisition Type", *TYPES),
    coded("target_region", "123014", "Target Region", *REGIONS),
    coded("procedure_context", "G-C32C 408730004", "Procedure Context", *CONTRAST),
    words("comment", "121106", "Comment"),
    words("label", "113605", "Irradiation Event Label"),
)
PARAMETERS = (
    num("exposure_time_ms", "113824", "Exposure Time", n.MILLISECONDS),
    num("scanning_length_mm", "113825", "Scanning Length", n.MM),
    num("exposed_range_mm", "113899", "Exposed Range", n.MM),
    num("reconstructable_length_mm", "113893", "Length of Reconstructable Volume", n.MM),
    num("single_collimation_mm", "113826", "Nominal Single Collimation Width", n.MM),
    num("total_collimation_mm", "113827", "Nominal Total Collimation Width", n.MM),
    num("pitch", "113828", "Pitch Factor", n.RATIO),
    num("source_count", "113823", "Number of X-Ray Sources", n.COUNT),
    num("top_z_mm", "113897", "Top Z Location of Scanning Length", n.MM, signed=True),
    num("bottom_z_mm", "113898", "Bottom Z Location of Scanning Length", n.MM, signed=True),
    num("reconstructable_top_z_mm", "113895", "Top Z Location of Reconstructable Volume", n.MM, signed=True),
    num("reconstructable_bottom_z_mm", "113896", "Bottom Z Location of Reconstructable Volume", n.MM, signed=True),
    uid("frame_of_reference_uid", "112227", "Frame of Reference UID"),
)
DOSE = (
    num("ctdi_vol_mgy", "113830", "Mean CTDIvol", n.MGY),
    num("dlp_mgy_cm", "113838", "DLP", n.MGY_CM),
    num("effective_dose_msv", "113839", "Effective Dose", n.MSV),
    num("effective_dose_factor_msv_mgy_cm", "113840", "Effective Dose Conversion Factor", n.MSV_MGY_CM),
    num("ctdi_free_air_mgy", "113837", "Mean CTDIfreeair", n.MGY),
    num("ssde_mgy", "113930", "Size Specific Dose Estimation", n.MGY),
    num("water_equivalent_diameter_mm", "113980", "Water Equivalent Diameter", n.MM),
)
MODULATION = (words("modulation", "113842", "X-Ray Modulation Type"),)
SOURCE = (
    words("identification", "113832", "Identification of the X-Ray Source"),
    num("kvp", "113733", "KVP", n.KV, zero=False),
    num("max_tube_current_ma", "113833", "Maximum X-Ray Tube Current", n.MA),
    num("tube_current_ma", "113734", "X-Ray Tube Current", n.MA),
    num("rotation_time_s", "113834", "Exposure Time per Rotation", n.SECONDS),
)
ALERT = (
    coded("dlp_alert_configured", "113901", "DLP Alert Value Configured", *YES_NO),
    coded("ctdi_vol_alert_configured", "113902", "CTDIvol Alert Value Configured", *YES_NO),
    num("dlp_alert_mgy_cm", "113903", "DLP Alert Value", n.MGY_CM),
    num("ctdi_vol_alert_mgy", "113904", "CTDIvol Alert Value", n.MGY),
    num("accumulated_dlp_forward_estimate_mgy_cm", "113905", "Accumulated DLP Forward Estimate", n.MGY_CM),
    num("accumulated_ctdi_vol_forward_estimate_mgy", "113906", "Accumulated CTDIvol Forward Estimate", n.MGY),
    words("alert_reason", "113907", "Reason for Proceeding"),
)
NOTIFICATION = (
    coded("dlp_notification_configured", "113909", "DLP Notification Value Configured", *YES_NO),
    coded("ctdi_vol_notification_configured", "113910", "CTDIvol Notification Value Configured", *YES_NO),
    num("dlp_notification_mgy_cm", "113911", "DLP Notification Value", n.MGY_CM),
    num("ctdi_vol_notification_mgy", "113912", "CTDIvol Notification Value", n.MGY),
    num("dlp_forward_estimate_mgy_cm", "113913", "DLP Forward Estimate", n.MGY_CM),
    num("ctdi_vol_forward_estimate_mgy", "113914", "CTDIvol Forward Estimate", n.MGY),
    words("notification_reason", "113907", "Reason for Proceeding"),
)


def made(chance: Random) -> Made:
    """A CT report."""
    return report(chance, "10011", _body)


def _body(content: Content) -> tuple[list[Elements], Told]:
    events = [_event(content) for _ in range(content.chance.randint(0, 3))]
    accumulated, totals = _totals(content, len(events))
    procedure: CodeTriple = ("P5-08000", "SRT", "Computed Tomography X-Ray")
    items = [content.code(("121058", "DCM", "Procedure Reported"), procedure), accumulated]
    told = {"procedure_reported": procedure, "ct_totals": totals, "ct_events": [told for _, told in events]}
    return [*items, *(item for item, _ in events)], told


def _totals(content: Content, events: int) -> tuple[Elements, Told]:
    table = (num("dlp_mgy_cm", "113813", "CT Dose Length Product Total", n.MGY_CM),)
    items, told = content.fields(table, 0.9)
    if content.chance.random() < 0.8:
        items.append(content.numeric(("113812", "DCM", "Total Number of Irradiation Events"), str(events), "{events}"))
        told["events"] = events
    return content.container("113811", "CT Accumulated Dose Data", *items), told


def _event(content: Content) -> tuple[Elements, Told]:
    items, told = content.fields(EVENT)
    named, uids = content.field(uid("event_uid", "113769", "Irradiation Event UID"))
    parameters, of_parameters = content.fields(PARAMETERS)
    sources, of_sources = _sources(content)
    below = within(content, "113822", "CT Acquisition Parameters", [*parameters, *sources])
    dose, of_dose = content.fields(DOSE)
    if content.chance.random() < 0.7:
        phantom = content.chance.choice(tuple(PHANTOMS))
        dose.append(content.code(("113835", "DCM", "CTDIw Phantom Type"), phantom))
        of_dose |= {"phantom": phantom, "phantom_cm": PHANTOMS[phantom]}
    checks, of_checks = _dose_check(content)
    more, of_more = content.fields(MODULATION)
    who, of_who = device(content)
    private, of_private = maker_items(content)
    told |= {
        "event_uid": uids,
        **of_parameters,
        **of_sources,
        **of_dose,
        **of_checks,
        **of_more,
        **of_who,
        **of_private,
    }
    doses = within(content, "113829", "CT Dose", dose)
    return content.container(
        "113819", "CT Acquisition", *named, *items, *below, *doses, *checks, *more, *who, *private
    ), told


def _sources(content: Content) -> tuple[list[Elements], Told]:
    found = [content.fields(SOURCE, 0.7) for _ in range(content.chance.choice((0, 1, 1, 2)))]
    found = [(items, told) for items, told in found if items]
    made = [content.container("113831", "CT X-Ray Source Parameters", *items) for items, _ in found]
    return made, {"sources": [told for _, told in found]} if found else {}


def _dose_check(content: Content) -> tuple[list[Elements], Told]:
    if content.chance.random() < 0.7:
        return [], {}
    alert, told = content.fields(ALERT)
    notification, more = content.fields(NOTIFICATION)
    flags = {name: code[2] == "Yes" for name, code in (told | more).items() if name.endswith("configured")}
    details = (
        ("113900", "Dose Check Alert Details", alert),
        ("113908", "Dose Check Notification Details", notification),
    )
    items = [content.container(code, meaning, *below) for code, meaning, below in details if below]
    return items, {"dose_check": told | more | flags} if items else {}

"""CT Radiation Dose (TID 10011, PS3.16): accumulated dose (TID 10012), acquisitions and their sources (10013), Dose Check
(10015)."""

from doseloop.model.ct import CtEvent, CtSource, DoseCheck
from doseloop.model.dose_object import CtTotals
from doseloop.model.precedence import first
from doseloop.model.reading import Code, Reading, Remark
from doseloop.reading.concept_names import Items
from doseloop.reading.devices import device, maker_items
from doseloop.reading.sr import ContentItem
from doseloop.reading.units import COUNT, KV, MA, MGY, MGY_CM, MILLISECONDS, MM, MSV, MSV_MGY_CM, RATIO, SECONDS

ACQUISITION = "113819"
ACCUMULATED = "113811"
_PHANTOMS_CM = {"113690": 16, "113691": 32}


def ct_totals(root: Items, missing: list[Remark]) -> CtTotals | None:
    """The totals that the report states, None where it states none."""
    containers = root.all(ACCUMULATED)
    if not containers:
        return None
    items = Items(containers[0], missing)
    total = items.first("113813")
    below = Items(total, missing).coded("113835") if total else None
    phantom = first("phantom of a total", {"below the total": below, "beside the total": items.coded("113835")})
    return CtTotals(
        dlp_mgy_cm=items.number("113813", MGY_CM),
        phantom_cm=phantom_cm(phantom.value if phantom else None),
        phantom=phantom,
        events=items.number("113812", COUNT),
    )


def ct_events(root: Items, missing: list[Remark]) -> tuple[CtEvent, ...]:
    """The acquisitions in the order of the object."""
    return tuple(_ct_event(container, missing) for container in root.all(ACQUISITION))


def _ct_event(container: ContentItem, missing: list[Remark]) -> CtEvent:
    items = Items(container, missing)
    number, coded, text = items.number, items.coded, items.text
    phantom = coded("113835")
    return CtEvent(
        event_uid=text("113769"),
        started_at=items.moment("111526"),
        protocol=text("125203"),
        acquisition_type=coded("113820"),
        target_region=coded("123014"),
        procedure_context=coded("G-C32C"),
        comment=text("121106"),
        ctdi_vol_mgy=number("113830", MGY),
        dlp_mgy_cm=number("113838", MGY_CM),
        phantom=phantom,
        phantom_cm=phantom_cm(phantom.value if phantom else None),
        ssde_mgy=number("113930", MGY),
        effective_dose_msv=number("113839", MSV),
        exposure_time_ms=number("113824", MILLISECONDS),
        scanning_length_mm=number("113825", MM),
        exposed_range_mm=number("113899", MM),
        pitch=number("113828", RATIO),
        single_collimation_mm=number("113826", MM),
        total_collimation_mm=number("113827", MM),
        modulation=text("113842"),
        sources=_sources(items, missing),
        dose_check=_dose_check(items, missing),
        label=text("113605"),
        reconstructable_length_mm=number("113893", MM),
        water_equivalent_diameter_mm=number("113980", MM),
        source_count=number("113823", COUNT),
        ctdi_free_air_mgy=number("113837", MGY),
        effective_dose_factor_msv_mgy_cm=number("113840", MSV_MGY_CM),
        top_z_mm=number("113897", MM),
        bottom_z_mm=number("113898", MM),
        reconstructable_top_z_mm=number("113895", MM),
        reconstructable_bottom_z_mm=number("113896", MM),
        frame_of_reference_uid=items.plain_text("112227"),
        device=device(items),
        maker_items=maker_items(container),
    )


def phantom_cm(phantom: Code | None) -> int | None:
    """The diameter of a CTDIw phantom (CID 4052): head 16 cm, body 32 cm, None for any other."""
    if phantom is None:
        return None
    meaning = phantom.meaning.casefold()
    spelt = 16 if "head" in meaning else 32 if "body" in meaning else None
    return _PHANTOMS_CM.get(phantom.value, spelt if "phantom" in meaning else None)


def _sources(items: Items, missing: list[Remark]) -> tuple[CtSource, ...]:
    containers = [Items(container, missing) for container in items.all("113831")]
    if not containers and items.all("113733", "113734"):
        containers = [items]  # technique written beside the container that it belongs in
    return tuple(_source(container) for container in containers)


def _source(items: Items) -> CtSource:
    identification = items.text("113832")
    return CtSource(
        identification=identification.value if identification else None,
        kvp=items.number("113733", KV, nothing_is_zero=True),
        tube_current_ma=items.number("113734", MA),
        max_tube_current_ma=items.number("113833", MA),
        rotation_time_s=items.number("113834", SECONDS),
    )


def _dose_check(items: Items, missing: list[Remark]) -> DoseCheck | None:
    details = items.all("113900", "113908")
    if not details:
        return None
    both = ContentItem("", None, "CONTAINER", None, children=tuple(item for one in details for item in one.children))
    check, alerts, notifications = Items(both, missing), items.below("113900"), items.below("113908")
    return DoseCheck(
        dlp_alert_mgy_cm=check.number("113903", MGY_CM),
        ctdi_vol_alert_mgy=check.number("113904", MGY),
        accumulated_dlp_forward_estimate_mgy_cm=check.number("113905", MGY_CM),
        accumulated_ctdi_vol_forward_estimate_mgy=check.number("113906", MGY),
        dlp_notification_mgy_cm=check.number("113911", MGY_CM),
        ctdi_vol_notification_mgy=check.number("113912", MGY),
        dlp_forward_estimate_mgy_cm=check.number("113913", MGY_CM),
        ctdi_vol_forward_estimate_mgy=check.number("113914", MGY),
        alert_reason=_first_text(alerts, "113907"),
        alert_person=_first_text(alerts, "113870"),
        notification_reason=_first_text(notifications, "113907"),
        notification_person=_first_text(notifications, "113870"),
        dlp_alert_configured=check.flag("113901"),
        ctdi_vol_alert_configured=check.flag("113902"),
        dlp_notification_configured=check.flag("113909"),
        ctdi_vol_notification_configured=check.flag("113910"),
    )


def _first_text(holders: list[Items], concept: str) -> Reading[str] | None:
    return next((found for holder in holders if (found := holder.text(concept))), None)

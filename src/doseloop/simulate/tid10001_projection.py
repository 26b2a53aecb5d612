"""Projection X-Ray Radiation Dose (PS3.16 TID 10001): accumulated dose by plane (TID 10002), events (TID 10003)."""

from collections.abc import Iterator, Sequence

from doseloop.simulate import codes, participants
from doseloop.simulate.codes import Concept
from doseloop.simulate.content import ContentWriter
from doseloop.simulate.records import Exam, XrayRun

TEMPLATE = "10001"
REFERENCE_POINT_FROM_ISOCENTRE_MM = 150.0


def items(exam: Exam, runs: Sequence[XrayRun], writer: ContentWriter) -> list[bytes]:
    """The children of the root container, for the events so far."""
    intent = writer.code(codes.HAS_INTENT, exam.intent, "HAS CONCEPT MOD")
    planes = ("A", "B") if any(run.plane == "B" for run in runs) else (runs[0].plane,)
    return [
        writer.code(codes.PROCEDURE_REPORTED, codes.PROJECTION_X_RAY, "HAS CONCEPT MOD", [intent]),
        *participants.observer_context(writer, exam.scanner),
        writer.code(codes.SOURCE_DATA_AVAILABLE, codes.YES),
        writer.code(codes.MECHANICAL_DATA_AVAILABLE, codes.YES),
        writer.code(codes.DETECTOR_DATA_AVAILABLE, codes.YES),
        participants.scope_of_accumulation(writer, exam.study_uid),
        *(_accumulated(plane, runs, writer) for plane in planes),
        *(_event(exam, run, writer) for run in runs),
        writer.code(codes.SOURCE_OF_DOSE, codes.AUTOMATED_COLLECTION),
    ]


def _accumulated(plane: str, runs: Sequence[XrayRun], writer: ContentWriter) -> bytes:
    own = [run for run in runs if run.plane == plane]
    fluoroscopy = [run for run in own if run.fluoroscopy]
    acquisitions = [run for run in own if not run.fluoroscopy]
    children = [
        writer.code(codes.ACQUISITION_PLANE, codes.PLANES[plane], "HAS CONCEPT MOD"),
        writer.num(codes.DAP_TOTAL, dap_total_gy_m2(own), codes.GY_M2),
        writer.num(codes.DOSE_RP_TOTAL, ka_r_total_gy(own), codes.GY),
        writer.num(codes.FLUORO_DAP_TOTAL, dap_total_gy_m2(fluoroscopy), codes.GY_M2),
        writer.num(codes.FLUORO_DOSE_RP_TOTAL, ka_r_total_gy(fluoroscopy), codes.GY),
        writer.num(codes.FLUORO_TIME_TOTAL, _time_s(fluoroscopy), codes.S),
        writer.num(codes.ACQUISITION_DAP_TOTAL, dap_total_gy_m2(acquisitions), codes.GY_M2),
        writer.num(codes.ACQUISITION_DOSE_RP_TOTAL, ka_r_total_gy(acquisitions), codes.GY),
        writer.num(codes.ACQUISITION_TIME_TOTAL, _time_s(acquisitions), codes.S),
        writer.num(codes.FRAMES_TOTAL, sum(run.pulses for run in acquisitions), codes.NO_UNITS),
        writer.code(codes.REFERENCE_POINT, codes.FIFTEEN_CM_FROM_ISOCENTRE),
    ]
    return writer.container(codes.ACCUMULATED_X_RAY, children, "10002")


def dap_total_gy_m2(runs: Sequence[XrayRun]) -> float:
    """Dose Area Product of the runs together, Gy·m², to the digits that the events have."""
    return round(sum(run.dap_gy_m2 for run in runs), 10)


def ka_r_total_gy(runs: Sequence[XrayRun]) -> float:
    """Dose (RP) of the runs together, Gy, to the digits that the events have."""
    return round(sum(run.ka_r_gy for run in runs), 6)


def _time_s(runs: Sequence[XrayRun]) -> float:
    return round(sum(run.duration_s for run in runs), 2)


def _event(exam: Exam, run: XrayRun, writer: ContentWriter) -> bytes:
    children = [
        writer.code(codes.ACQUISITION_PLANE, codes.PLANES[run.plane], "HAS CONCEPT MOD"),
        writer.uid(codes.EVENT_UID, run.uid),
        writer.moment(codes.EVENT_STARTED, run.started_at),
        writer.code(codes.EVENT_TYPE, codes.FLUOROSCOPY if run.fluoroscopy else codes.STATIONARY),
        writer.text(codes.ACQUISITION_PROTOCOL, run.protocol),
        writer.code(codes.TARGET_REGION, run.region),
        writer.code(codes.REFERENCE_POINT, codes.FIFTEEN_CM_FROM_ISOCENTRE),
        writer.num(codes.DAP, run.dap_gy_m2, codes.GY_M2),
        writer.num(codes.DOSE_RP, run.ka_r_gy, codes.GY),
        *_source(run, writer),
        *_geometry(run, writer),
        participants.irradiation_administering(writer, exam.operator),
        participants.irradiating_device(writer, exam.scanner),
    ]
    return writer.container(codes.X_RAY_EVENT, children, "10003")


def _source(run: XrayRun, writer: ContentWriter) -> Iterator[bytes]:
    yield _filter(codes.COPPER, run.copper_mm, writer)
    if run.aluminium_mm is not None:
        yield _filter(codes.ALUMINIUM, run.aluminium_mm, writer)
    if run.fluoroscopy:
        yield writer.code(codes.FLUORO_MODE, codes.PULSED)
    yield writer.num(codes.PULSE_RATE, run.pulse_rate_per_s, codes.PER_S)
    yield writer.num(codes.NUMBER_OF_PULSES, run.pulses, codes.NO_UNITS)
    yield writer.num(codes.KVP, run.kvp, codes.KV)
    yield writer.num(codes.TUBE_CURRENT, run.tube_current_ma, codes.MA)
    yield writer.num(codes.EXPOSURE_TIME, run.exposure_time_ms, codes.MS)
    yield writer.num(codes.PULSE_WIDTH, run.pulse_width_ms, codes.MS)
    yield writer.num(codes.IRRADIATION_DURATION, run.duration_s, codes.S)
    yield writer.num(codes.EXPOSURE, run.exposure_uas, codes.UAS)
    yield writer.num(codes.FOCAL_SPOT, run.focal_spot_mm, codes.MM)
    yield writer.num(codes.FIELD_AREA, run.field_area_m2, codes.M2)


def _filter(material: Concept, thickness_mm: float, writer: ContentWriter) -> bytes:
    children = [
        writer.code(codes.FILTER_TYPE, codes.FLAT_FILTER),
        writer.code(codes.FILTER_MATERIAL, material),
        writer.num(codes.FILTER_MINIMUM, thickness_mm, codes.MM),
        writer.num(codes.FILTER_MAXIMUM, thickness_mm, codes.MM),
    ]
    return writer.container(codes.FILTERS, children)


def _geometry(run: XrayRun, writer: ContentWriter) -> list[bytes]:
    reference_mm = run.source_isocentre_mm - REFERENCE_POINT_FROM_ISOCENTRE_MM
    return [
        writer.num(codes.PRIMARY_ANGLE, run.primary_deg, codes.DEG),
        writer.num(codes.SECONDARY_ANGLE, run.secondary_deg, codes.DEG),
        writer.num(codes.SOURCE_DETECTOR, run.source_detector_mm, codes.MM),
        writer.num(codes.SOURCE_ISOCENTRE, run.source_isocentre_mm, codes.MM),
        writer.num(codes.SOURCE_REFERENCE_POINT, reference_mm, codes.MM),
        writer.num(codes.TABLE_LONGITUDINAL, run.table_longitudinal_mm, codes.MM),
        writer.num(codes.TABLE_LATERAL, run.table_lateral_mm, codes.MM),
        writer.num(codes.TABLE_HEIGHT, run.table_height_mm, codes.MM),
    ]

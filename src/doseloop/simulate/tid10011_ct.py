"""CT Radiation Dose (PS3.16 TID 10011): accumulated dose (TID 10012), events and their sources (TID 10013)."""

from collections.abc import Iterator, Sequence

from doseloop.simulate import codes, participants
from doseloop.simulate.content import ContentWriter
from doseloop.simulate.records import CtAcquisition, Exam

TEMPLATE = "10011"


def items(exam: Exam, events: Sequence[CtAcquisition], writer: ContentWriter) -> list[bytes]:
    """The children of the root container, for the events so far."""
    intent = writer.code(codes.HAS_INTENT, exam.intent, "HAS CONCEPT MOD")
    return [
        writer.code(codes.PROCEDURE_REPORTED, codes.COMPUTED_TOMOGRAPHY, "HAS CONCEPT MOD", [intent]),
        *participants.observer_context(writer, exam.scanner),
        writer.moment(codes.START_OF_IRRADIATION, events[0].started_at, participants.CONTEXT),
        writer.moment(codes.END_OF_IRRADIATION, events[-1].ended_at, participants.CONTEXT),
        participants.scope_of_accumulation(writer, exam.study_uid),
        writer.container(codes.CT_ACCUMULATED, _totals(events, writer)),
        *(writer.container(codes.CT_ACQUISITION, _acquisition(exam, event, writer)) for event in events),
        writer.code(codes.SOURCE_OF_DOSE, codes.AUTOMATED_COLLECTION),
    ]


def dlp_total_mgy_cm(events: Sequence[CtAcquisition]) -> float:
    """CT Dose Length Product Total (113813) of the events, mGy·cm, to the hundredth that the events have."""
    return round(sum(event.dlp_mgy_cm or 0.0 for event in events), 2)


def _totals(events: Sequence[CtAcquisition], writer: ContentWriter) -> list[bytes]:
    return [
        writer.num(codes.EVENTS_TOTAL, len(events), codes.EVENTS),
        writer.num(codes.DLP_TOTAL, dlp_total_mgy_cm(events), codes.MGY_CM),
    ]


def _acquisition(exam: Exam, event: CtAcquisition, writer: ContentWriter) -> Iterator[bytes]:
    yield writer.text(codes.ACQUISITION_PROTOCOL, event.protocol)
    yield writer.code(codes.TARGET_REGION, event.region)
    yield writer.code(codes.CT_ACQUISITION_TYPE, event.kind)
    yield writer.code(codes.PROCEDURE_CONTEXT, codes.WITH_CONTRAST if event.contrast else codes.WITHOUT_CONTRAST)
    yield writer.uid(codes.EVENT_UID, event.uid)
    yield writer.container(codes.CT_PARAMETERS, _parameters(event, writer))
    if event.ctdi_vol_mgy is not None and event.dlp_mgy_cm is not None:
        yield writer.container(codes.CT_DOSE, _dose(event.ctdi_vol_mgy, event.dlp_mgy_cm, event.phantom_cm, writer))
    yield writer.text(codes.MODULATION_TYPE, event.modulation)
    yield participants.irradiation_administering(writer, exam.operator)
    yield participants.irradiating_device(writer, exam.scanner)


def _parameters(event: CtAcquisition, writer: ContentWriter) -> Iterator[bytes]:
    yield writer.num(codes.EXPOSURE_TIME, event.exposure_time_s, codes.S)
    yield writer.num(codes.SCANNING_LENGTH, event.length_mm, codes.MM)
    yield writer.num(codes.SINGLE_COLLIMATION, event.single_collimation_mm, codes.MM)
    yield writer.num(codes.TOTAL_COLLIMATION, event.total_collimation_mm, codes.MM)
    if event.pitch is not None:
        yield writer.num(codes.PITCH, event.pitch, codes.RATIO)
    yield writer.num(codes.NUMBER_OF_SOURCES, 1, codes.SOURCES)
    yield writer.container(codes.SOURCE_PARAMETERS, _source(event, writer))


def _source(event: CtAcquisition, writer: ContentWriter) -> Iterator[bytes]:
    yield writer.text(codes.SOURCE_IDENTIFICATION, "A")
    yield writer.num(codes.KVP, event.kvp, codes.KV)
    yield writer.num(codes.MAXIMUM_TUBE_CURRENT, event.max_tube_current_ma, codes.MA)
    yield writer.num(codes.TUBE_CURRENT, event.tube_current_ma, codes.MA)
    if event.rotation_s is not None:
        yield writer.num(codes.ROTATION_TIME, event.rotation_s, codes.S)


def _dose(ctdi_vol_mgy: float, dlp_mgy_cm: float, phantom_cm: int, writer: ContentWriter) -> list[bytes]:
    return [
        writer.num(codes.MEAN_CTDI_VOL, ctdi_vol_mgy, codes.MGY),
        writer.code(codes.PHANTOM_TYPE, codes.HEAD_PHANTOM if phantom_cm == 16 else codes.BODY_PHANTOM),
        writer.num(codes.DLP, dlp_mgy_cm, codes.MGY_CM),
    ]
